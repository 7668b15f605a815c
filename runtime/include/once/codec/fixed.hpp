// IDL's fixed-point decimals, exact to the last digit.
//
//   once::Fixed<d, s>   the IDL's fixed<d,s>: at most d digits, s of them behind the point
//   once::Decimal       what arithmetic gives: at most 31 digits, as many of them behind the point as it
//   takes
//
// Results with more than 31 digits lose those furthest behind the point: they are truncated, not rounded, and
// so is what becomes a Fixed with fewer digits behind the point. What has too many digits before it throws
// std::overflow_error.
//
// On the wire a fixed<d,s> is packed decimal (CORBA 3.0, 15.3.2.8): two digits to an octet, the first digit
// first, 0 in front if d is even, and last the sign, 0xc or 0xd. CDR has the (d + 2) / 2 octets unaligned;
// XDR, which has no such type, as fixed-length opaque data.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>

#include <once/codec/coder.hpp>
#include <once/codec/values.hpp>

namespace once {

namespace detail {
__extension__ typedef __int128 Int128;
}  // namespace detail

class Decimal {
 public:
  static constexpr std::uint32_t kDigitsMax = 31;

  /// 0.
  constexpr Decimal() = default;
  template <std::integral T>
  constexpr Decimal(T value) : unscaled_(value) {}
  /// "-12.50": throws std::invalid_argument if it is no number, std::overflow_error if it has too many
  /// digits.
  constexpr explicit Decimal(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    bool behind_point = false;
    bool has_digit = false;
    for (const char c : text) {
      if (c == '.' && !behind_point) {
        behind_point = true;
        continue;
      }
      if (c < '0' || c > '9') throw std::invalid_argument("not a decimal number");
      has_digit = true;
      if (behind_point && (unscaled_ >= kTooMany / 10 || scale_ == kDigitsMax)) continue;  // truncated
      unscaled_ = unscaled_ * 10 + (c - '0');
      if (unscaled_ >= kTooMany) throw std::overflow_error("a decimal number has more than 31 digits");
      if (behind_point) ++scale_;
    }
    if (!has_digit) throw std::invalid_argument("not a decimal number");
    if (negative) unscaled_ = -unscaled_;
  }
  /// `unscaled` / 10^`scale`; both within 31 digits.
  static constexpr Decimal of(detail::Int128 unscaled, std::uint32_t scale) {
    Decimal result;
    result.unscaled_ = unscaled;
    result.scale_ = scale;
    return result;
  }

  constexpr detail::Int128 unscaled() const { return unscaled_; }
  /// How many digits are behind the point.
  constexpr std::uint32_t scale() const { return scale_; }
  /// The same with `scale` digits behind the point, truncated. Throws std::overflow_error if it has more than
  /// `digits` digits then.
  constexpr Decimal with(std::uint32_t digits, std::uint32_t scale) const {
    Decimal result = *this;
    for (; result.scale_ > scale; --result.scale_) result.unscaled_ /= 10;
    for (; result.scale_ < scale; ++result.scale_) {
      if (result.is_longer_than(kDigitsMax - 1)) throw std::overflow_error("too large for its fixed type");
      result.unscaled_ *= 10;
    }
    if (result.is_longer_than(digits)) throw std::overflow_error("too large for its fixed type");
    return result;
  }

 private:
  static constexpr detail::Int128 power_of_ten(std::uint32_t exponent) {
    detail::Int128 result = 1;
    for (; exponent != 0; --exponent) result *= 10;
    return result;
  }
  static constexpr detail::Int128 kTooMany = detail::Int128{10'000'000'000'000'000} * 1'000'000'000'000'000;

  constexpr bool is_longer_than(std::uint32_t digits) const {
    return (unscaled_ < 0 ? -unscaled_ : unscaled_) >= power_of_ten(digits);
  }

  detail::Int128 unscaled_ = 0;
  std::uint32_t scale_ = 0;
};

/// "-12.50", with all digits behind the point.
std::string to_string(const Decimal& value);
std::ostream& operator<<(std::ostream& out, const Decimal& value);

/// Of the numbers: 1.5 equals 1.50.
std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
inline bool operator==(const Decimal& a, const Decimal& b) {
  return (a <=> b) == std::strong_ordering::equal;
}
inline Decimal operator-(const Decimal& a) {
  return Decimal::of(-a.unscaled(), a.scale());
}
Decimal operator+(const Decimal& a, const Decimal& b);
Decimal operator-(const Decimal& a, const Decimal& b);
Decimal operator*(const Decimal& a, const Decimal& b);
/// Throws std::domain_error if `b` is 0.
Decimal operator/(const Decimal& a, const Decimal& b);

template <std::uint32_t digits, std::uint32_t places>
class Fixed {
  static_assert(digits >= 1 && digits <= Decimal::kDigitsMax && places <= digits);

 public:
  static constexpr std::uint32_t kDigits = digits;
  static constexpr std::uint32_t kScale = places;

  /// 0.
  constexpr Fixed() = default;
  /// Truncates what is too long behind the point; throws std::overflow_error for what is too large.
  constexpr Fixed(const Decimal& value) : unscaled_(value.with(digits, places).unscaled()) {}
  template <std::integral T>
  constexpr Fixed(T value) : Fixed(Decimal{value}) {}
  template <std::uint32_t other_digits, std::uint32_t other_places>
  constexpr Fixed(const Fixed<other_digits, other_places>& value) : Fixed(Decimal{value}) {}
  /// "-12.50"; see Decimal.
  constexpr explicit Fixed(std::string_view text) : Fixed(Decimal{text}) {}

  /// The number without its point: -1250.
  constexpr detail::Int128 unscaled() const { return unscaled_; }
  constexpr operator Decimal() const { return Decimal::of(unscaled_, places); }

  Fixed& operator+=(const Decimal& other) { return *this = Decimal{*this} + other; }
  Fixed& operator-=(const Decimal& other) { return *this = Decimal{*this} - other; }
  Fixed& operator*=(const Decimal& other) { return *this = Decimal{*this} * other; }
  Fixed& operator/=(const Decimal& other) { return *this = Decimal{*this} / other; }

  // Among themselves; all others are compared as Decimals, for an integer need not fit.
  template <std::same_as<Fixed> F>
  constexpr bool operator==(const F& other) const {
    return unscaled_ == other.unscaled_;
  }
  template <std::same_as<Fixed> F>
  constexpr std::strong_ordering operator<=>(const F& other) const {
    return unscaled_ <=> other.unscaled_;
  }

 private:
  detail::Int128 unscaled_ = 0;
};

template <class Coder, std::uint32_t digits, std::uint32_t places>
inline constexpr std::size_t kOctetsMin<Coder, Fixed<digits, places>> = (digits + 2) / 2;

namespace detail {
/// Packed decimal. The octets are as many as `digits` ask for.
void store_packed(std::uint8_t* octets, std::uint32_t digits, Int128 unscaled);
/// False if the octets are none.
bool load_packed(Int128& unscaled, const std::uint8_t* octets, std::uint32_t digits);
}  // namespace detail

template <EncoderType E, std::uint32_t digits, std::uint32_t places>
void encode(E& encoder, const Fixed<digits, places>& value) {
  std::array<std::uint8_t, (digits + 2) / 2> octets;
  detail::store_packed(octets.data(), digits, value.unscaled());
  encoder.elements(octets.data(), octets.size());
}
template <DecoderType D, std::uint32_t digits, std::uint32_t places>
void decode(D& decoder, Fixed<digits, places>& value) {
  std::array<std::uint8_t, (digits + 2) / 2> octets{};
  const std::size_t start = decoder.position();
  decoder.elements(octets.data(), octets.size());
  if (!decoder.ok()) return;
  detail::Int128 unscaled = 0;
  if (!detail::load_packed(unscaled, octets.data(), digits)) {
    decoder.fail(Errc::invalid_value, decoder.position() - start);
  }
  value = Decimal::of(unscaled, places);
}

}  // namespace once
