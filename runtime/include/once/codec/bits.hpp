// IDL's bitmask and bitset: flags and small integers in one unsigned integer of 8, 16, 32 or 64 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <once/codec/coder.hpp>

namespace once {

/// True if all of `flags` are set in `value`; for the enumerations that stand for bitmasks.
template <class Flags>
requires std::is_enum_v<Flags>
constexpr bool is_set(Flags value, Flags flags) {
  return (value & flags) == flags;
}
/// Sets `flags` in `value`, or clears them.
template <class Flags>
requires std::is_enum_v<Flags>
constexpr void set(Flags& value, Flags flags, bool on = true) {
  value = on ? value | flags : value & ~flags;
}

/// `value` as it stands in an unsigned integer, its lowest bit at `position`. An error if it takes more than
/// `width` bits.
template <std::uint32_t width, class T, EncoderType E>
std::uint64_t bits_of(E& encoder, T value, std::uint32_t position) {
  constexpr std::uint64_t kMask = ~std::uint64_t{0} >> (64 - width);
  const std::uint64_t bits = static_cast<std::uint64_t>(value) & kMask;
  if constexpr (std::is_signed_v<T>) {
    constexpr std::int64_t kMost = static_cast<std::int64_t>(kMask >> 1);
    if (std::int64_t{value} > kMost || std::int64_t{value} < -kMost - 1) encoder.fail(Errc::limit_exceeded);
  } else {
    if (bits != static_cast<std::uint64_t>(value)) encoder.fail(Errc::limit_exceeded);
  }
  return bits << position;
}
/// The inverse: the `width` bits of `bits` from `position` on.
template <std::uint32_t width, class T>
void take_bits(T& value, std::uint64_t bits, std::uint32_t position) {
  if constexpr (std::is_signed_v<T>) {
    value = static_cast<T>(static_cast<std::int64_t>(bits << (64 - width - position)) >> (64 - width));
  } else {
    value = static_cast<T>(bits >> position & ~std::uint64_t{0} >> (64 - width));
  }
}

/// An unsigned integer in which only the bits of `used` may be set.
template <class Bits, EncoderType E>
void encode_bits(E& encoder, std::uint64_t bits, std::uint64_t used) {
  if ((bits & ~used) != 0) encoder.fail(Errc::invalid_value);
  encoder.value(static_cast<Bits>(bits));
}
template <class Bits, DecoderType D>
std::uint64_t decode_bits(D& decoder, std::uint64_t used) {
  const std::uint64_t bits = decoder.template value<Bits>();
  if ((bits & ~used) == 0) return bits;
  decoder.fail(Errc::invalid_value, D::template kOctets<Bits>);
  return 0;
}

}  // namespace once

// NOLINTBEGIN(bugprone-macro-parentheses): types cannot stand in them.

/// Defines | & ^ ~ and their assigning forms for the enumeration `Flags` of bits; `~` stays within `all`.
#define ONCE_BITMASK_OPERATORS(Flags, all)                                    \
  constexpr Flags operator|(Flags a, Flags b) {                               \
    return static_cast<Flags>(static_cast<std::underlying_type_t<Flags>>(a) | \
                              static_cast<std::underlying_type_t<Flags>>(b)); \
  }                                                                           \
  constexpr Flags operator&(Flags a, Flags b) {                               \
    return static_cast<Flags>(static_cast<std::underlying_type_t<Flags>>(a) & \
                              static_cast<std::underlying_type_t<Flags>>(b)); \
  }                                                                           \
  constexpr Flags operator^(Flags a, Flags b) {                               \
    return static_cast<Flags>(static_cast<std::underlying_type_t<Flags>>(a) ^ \
                              static_cast<std::underlying_type_t<Flags>>(b)); \
  }                                                                           \
  constexpr Flags operator~(Flags a) {                                        \
    return a ^ static_cast<Flags>(all);                                       \
  }                                                                           \
  constexpr Flags& operator|=(Flags& a, Flags b) {                            \
    return a = a | b;                                                         \
  }                                                                           \
  constexpr Flags& operator&=(Flags& a, Flags b) {                            \
    return a = a & b;                                                         \
  }                                                                           \
  constexpr Flags& operator^=(Flags& a, Flags b) {                            \
    return a = a ^ b;                                                         \
  }                                                                           \
  static_assert(std::is_enum_v<Flags>)
// NOLINTEND(bugprone-macro-parentheses)
