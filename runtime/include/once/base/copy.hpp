// Copying payloads. On some processors the C library copies blocks of a few KiB to a few hundred KiB by an
// instruction (rep movsb) that is twenty times slower when source and destination lie alike within their pages,
// and the payload of a message and the application's own object often do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace once::detail {

/// std::memcpy() of what is worth a call, by vector registers where the machine has AVX2.
void copy_large(std::uint8_t* to, const std::uint8_t* from, std::size_t octets);

/// std::memcpy(), which also takes null pointers if there is nothing to copy.
inline void copy_octets(void* to, const void* from, std::size_t octets) {
  constexpr std::size_t kLargeMin = 1024;
  if (octets >= kLargeMin)
    return copy_large(static_cast<std::uint8_t*>(to), static_cast<const std::uint8_t*>(from), octets);
  if (octets != 0) std::memcpy(to, from, octets);
}

}  // namespace once::detail
