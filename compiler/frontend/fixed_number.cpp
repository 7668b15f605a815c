// Arithmetic on strings of decimal digits, as on paper.
#include "frontend/fixed_number.hpp"

#include <algorithm>
#include <utility>

namespace oncec::frontend {

namespace {

int value_of(char digit) {
  return digit - '0';
}
char digit_of(int value) {
  return static_cast<char>('0' + value);
}

std::string without_leading_zeros(std::string digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

bool is_less(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::string sum(const std::string& a, const std::string& b) {
  std::string out;
  int carry = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()) || carry != 0; ++i) {
    if (i < a.size()) carry += value_of(a[a.size() - 1 - i]);
    if (i < b.size()) carry += value_of(b[b.size() - 1 - i]);
    out += digit_of(carry % 10);
    carry /= 10;
  }
  return {out.rbegin(), out.rend()};
}

/// `a` is not less than `b`.
std::string difference(const std::string& a, const std::string& b) {
  std::string out;
  int borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    int digit = value_of(a[a.size() - 1 - i]) - borrow - (i < b.size() ? value_of(b[b.size() - 1 - i]) : 0);
    borrow = digit < 0 ? 1 : 0;
    out += digit_of(digit + 10 * borrow);
  }
  return without_leading_zeros({out.rbegin(), out.rend()});
}

std::string product(const std::string& a, const std::string& b) {
  std::string out;
  for (const char digit : b) {
    if (!out.empty()) out += '0';
    for (int i = 0; i < value_of(digit); ++i) out = sum(out, a);
  }
  return out;
}

/// Without the remainder.
std::string quotient(const std::string& a, const std::string& b) {
  std::string out;
  std::string rest;
  for (const char digit : a) {
    rest.push_back(digit);
    rest = without_leading_zeros(std::move(rest));
    int times = 0;
    for (; !is_less(rest, b); ++times) rest = difference(rest, b);
    out += digit_of(times);
  }
  return without_leading_zeros(out);
}

std::string with_zeros(std::string digits, std::size_t count) {
  return digits.empty() ? digits : digits.append(count, '0');
}

}  // namespace

FixedNumber::FixedNumber(bool negative, std::string digits, std::size_t scale)
    : negative_(negative && !digits.empty()), digits_(std::move(digits)), scale_(scale) {}

/// Drops what stands behind 31 digits.
std::optional<FixedNumber> FixedNumber::fitted(bool negative, std::string digits, std::size_t scale) {
  digits = without_leading_zeros(std::move(digits));
  while (scale > 0 &&
         (digits.empty() || digits.back() == '0' || scale > kDigitsMax || digits.size() > kDigitsMax)) {
    if (!digits.empty()) digits.pop_back();
    --scale;
  }
  if (digits.size() > kDigitsMax) return std::nullopt;
  return FixedNumber(negative, std::move(digits), scale);
}

std::optional<FixedNumber> FixedNumber::parse(std::string_view text) {
  std::string digits;
  std::size_t scale = 0;
  bool behind_point = false;
  for (const char c : text) {
    if (c == '.') behind_point = true;
    if (c < '0' || c > '9') continue;
    digits += c;
    if (behind_point) ++scale;
  }
  while (scale > 0 && digits.back() == '0') {
    digits.pop_back();
    --scale;
  }
  digits = without_leading_zeros(std::move(digits));
  if (digits.size() > kDigitsMax || scale > kDigitsMax) return std::nullopt;
  return FixedNumber(!text.empty() && text.front() == '-', std::move(digits), scale);
}

std::string FixedNumber::text() const {
  std::string out = digits_;
  if (out.size() <= scale_) out.insert(0, scale_ + 1 - out.size(), '0');
  if (scale_ > 0) out.insert(out.size() - scale_, ".");
  return negative_ ? "-" + out : out;
}

FixedNumber FixedNumber::operator-() const {
  return {!negative_, digits_, scale_};
}

std::optional<FixedNumber> FixedNumber::add(const FixedNumber& a, const FixedNumber& b) {
  const std::size_t scale = std::max(a.scale_, b.scale_);
  const std::string left = with_zeros(a.digits_, scale - a.scale_);
  const std::string right = with_zeros(b.digits_, scale - b.scale_);
  if (a.negative_ == b.negative_) return fitted(a.negative_, sum(left, right), scale);
  if (is_less(left, right)) return fitted(b.negative_, difference(right, left), scale);
  return fitted(a.negative_, difference(left, right), scale);
}

std::optional<FixedNumber> FixedNumber::multiply(const FixedNumber& a, const FixedNumber& b) {
  return fitted(a.negative_ != b.negative_, product(a.digits_, b.digits_), a.scale_ + b.scale_);
}

std::optional<FixedNumber> FixedNumber::divide(const FixedNumber& a, const FixedNumber& b) {
  // With as many places behind the point as can be kept.
  const std::string dividend = with_zeros(a.digits_, b.scale_ + kDigitsMax - a.scale_);
  return fitted(a.negative_ != b.negative_, quotient(dividend, b.digits_), kDigitsMax);
}

}  // namespace oncec::frontend
