// Byte order: single values inline, blocks of values by vectorised code in runtime/codec/byte_order.cpp.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <once/base/copy.hpp>

namespace once::detail {

static_assert(std::endian::native == std::endian::big || std::endian::native == std::endian::little);

inline std::uint16_t swap_octets(std::uint16_t word) {
  return __builtin_bswap16(word);
}
inline std::uint32_t swap_octets(std::uint32_t word) {
  return __builtin_bswap32(word);
}
inline std::uint64_t swap_octets(std::uint64_t word) {
  return __builtin_bswap64(word);
}

template <class T>
using WordOf =
    std::conditional_t<sizeof(T) == 2, std::uint16_t,
                       std::conditional_t<sizeof(T) == 4, std::uint32_t,
                                          std::conditional_t<sizeof(T) == 8, std::uint64_t, void>>>;

/// Writes `value` at `place`, which needs no alignment, in byte order `order`.
template <std::endian order, class T>
void store(std::uint8_t* place, T value) {
  if constexpr (order == std::endian::native || sizeof(T) == 1) {
    std::memcpy(place, &value, sizeof value);
  } else if constexpr (sizeof(T) == 16) {
    const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(value);
    store<order>(place, halves[1]);
    store<order>(place + 8, halves[0]);
  } else {
    const WordOf<T> word = swap_octets(std::bit_cast<WordOf<T>>(value));
    std::memcpy(place, &word, sizeof word);
  }
}

/// Reads a T from `place`; the inverse of store().
template <class T, std::endian order>
T load(const std::uint8_t* place) {
  if constexpr (order == std::endian::native || sizeof(T) == 1) {
    T value;
    std::memcpy(&value, place, sizeof value);
    return value;
  } else if constexpr (sizeof(T) == 16) {
    return std::bit_cast<T>(std::array<std::uint64_t, 2>{load<std::uint64_t, order>(place + 8),
                                                         load<std::uint64_t, order>(place)});
  } else {
    WordOf<T> word;
    std::memcpy(&word, place, sizeof word);
    return std::bit_cast<T>(swap_octets(word));
  }
}

/// Copies `count` values of `width` octets (2, 4, 8 or 16), the octets of each reversed. The places need no
/// alignment and do not overlap.
void copy_swapped(std::uint8_t* to, const std::uint8_t* from, std::size_t count, std::size_t width);

/// Writes an array of values at `place` in byte order `order`, as one block.
template <std::endian order, class T>
void store_all(std::uint8_t* place, const T* values, std::size_t count) {
  if constexpr (order == std::endian::native || sizeof(T) == 1) {
    copy_octets(place, values, count * sizeof(T));
  } else {
    copy_swapped(place, reinterpret_cast<const std::uint8_t*>(values), count, sizeof(T));
  }
}

/// Reads an array of values; the inverse of store_all().
template <std::endian order, class T>
void load_all(T* values, const std::uint8_t* place, std::size_t count) {
  if constexpr (order == std::endian::native || sizeof(T) == 1) {
    copy_octets(values, place, count * sizeof(T));
  } else {
    copy_swapped(reinterpret_cast<std::uint8_t*>(values), place, count, sizeof(T));
  }
}

}  // namespace once::detail
