// Fixed-point numbers as constant expressions reckon with them (OMG IDL 4.2, 7.4.1.4.3): 31 significant
// digits are kept after each operation, those behind are dropped without rounding.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oncec::frontend {

class FixedNumber {
 public:
  static constexpr std::size_t kDigitsMax = 31;

  FixedNumber() = default;
  /// Of "1.25", "-3", "0.5d": what a literal or text() holds. Nothing if it has more than 31 significant
  /// digits.
  static std::optional<FixedNumber> parse(std::string_view text);

  bool is_zero() const { return digits_.empty(); }
  bool is_negative() const { return negative_; }
  /// Digits in front of the point, without leading zeros, and behind it, without trailing ones.
  std::size_t whole_digits() const { return digits_.size() > scale_ ? digits_.size() - scale_ : 0; }
  std::size_t scale() const { return scale_; }
  /// "-1.25", "3".
  std::string text() const;

  FixedNumber operator-() const;
  /// Nothing if the result has more than 31 digits in front of the point.
  static std::optional<FixedNumber> add(const FixedNumber& a, const FixedNumber& b);
  static std::optional<FixedNumber> multiply(const FixedNumber& a, const FixedNumber& b);
  static std::optional<FixedNumber> divide(const FixedNumber& a, const FixedNumber& b);  // b is not zero

 private:
  FixedNumber(bool negative, std::string digits, std::size_t scale);
  static std::optional<FixedNumber> fitted(bool negative, std::string digits, std::size_t scale);

  bool negative_ = false;
  std::string digits_;     // most significant first, without leading zeros; empty: zero
  std::size_t scale_ = 0;  // of these, behind the point; at most 31
};

}  // namespace oncec::frontend
