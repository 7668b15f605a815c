// Integers in network byte order, at any alignment.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace once::core {

template <std::unsigned_integral T>
constexpr T network_order(T value) {
  static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big);
  if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1) {
    return value;
  } else if constexpr (sizeof(T) == 2) {
    return __builtin_bswap16(value);
  } else if constexpr (sizeof(T) == 4) {
    return __builtin_bswap32(value);
  } else {
    return __builtin_bswap64(value);
  }
}

/// Reads a T from `from`, which has at least sizeof(T) octets.
template <std::unsigned_integral T>
T load(const std::uint8_t* from) {
  T value = 0;
  std::memcpy(&value, from, sizeof value);
  return network_order(value);
}

/// Writes `value` to `to`, which has room for sizeof(T) octets.
template <std::unsigned_integral T>
void store(std::uint8_t* to, T value) {
  value = network_order(value);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace once::core
