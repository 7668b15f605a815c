// CRC32C (Castagnoli, reflected polynomial 0x82F63B78): the checksum of headers and bodies. It finds damage
// on the way and tells a mistake from a duplicate; it is no defence against an attacker.
#pragma once

#include <cstddef>
#include <cstdint>

#include <once/base/bytes.hpp>

namespace once {

namespace detail {
std::uint32_t crc32c_of_some(ByteView bytes, std::uint32_t seed);
/// As if the four octets at `blank`, a multiple of four, were zero: where the checksum itself will stand.
std::uint32_t crc32c_with_blank(ByteView bytes, std::size_t blank);
/// The same with tables alone: what runs where the instruction is missing.
std::uint32_t crc32c_by_table(ByteView bytes, std::uint32_t seed = 0);
}  // namespace detail

/// The checksum of `bytes`; with `seed`, the checksum of whatever `seed` is the checksum of, followed by
/// `bytes`. Of no octets it is `seed`. Uses the processor's instruction where there is one.
inline std::uint32_t crc32c(ByteView bytes, std::uint32_t seed = 0) {
  return bytes.empty() ? seed : detail::crc32c_of_some(bytes, seed);
}

}  // namespace once
