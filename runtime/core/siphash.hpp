// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): the keyed function behind
// session ids, cookies, nonces, and the hash tables whose keys a peer chooses.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include <once/base/bytes.hpp>

namespace once::core {

/// 128 bits; as two words, each of which the paper reads from eight octets, least significant first.
using SipKey = std::array<std::uint64_t, 2>;

std::uint64_t siphash(const SipKey& key, ByteView message);
/// Of the octets of `words`, each least significant first.
std::uint64_t siphash(const SipKey& key, std::initializer_list<std::uint64_t> words);

}  // namespace once::core
