// Decimal arithmetic by the rules taught at school, on up to 62 digits, of which 31 are kept.
#include <algorithm>
#include <ostream>
#include <utility>

#include <once/codec/fixed.hpp>

namespace once {
namespace {

using detail::Int128;

constexpr std::uint32_t kDigitsMax = Decimal::kDigitsMax;

/// The digits of a number without its sign and point, the lowest first.
class Digits {
 public:
  Digits() = default;
  /// `unscaled` with `zeros` more digits of 0 at its end.
  Digits(Int128 unscaled, std::uint32_t zeros) {
    Int128 rest = unscaled < 0 ? -unscaled : unscaled;
    for (std::size_t i = zeros; rest != 0; ++i, rest /= 10) digits_[i] = static_cast<int>(rest % 10);
  }

  /// Lets every digit be 0 to 9 again, after sums and differences of digits.
  void carry() {
    int carried = 0;
    for (int& digit : digits_) {
      digit += carried;
      carried = digit / 10 - (digit % 10 < 0 ? 1 : 0);
      digit -= carried * 10;
    }
  }
  /// The number with `scale` digits behind the point, shortened behind the point to 31 digits.
  Decimal number(bool negative, std::uint32_t scale) const {
    std::size_t count = digits_.size();
    while (count != 0 && digits_[count - 1] == 0) --count;
    std::uint32_t dropped = 0;
    while (count > kDigitsMax + dropped && scale > dropped) ++dropped;
    // Nothing but zeros may be behind so many digits.
    while (scale - dropped > kDigitsMax) ++dropped;
    if (count > kDigitsMax + dropped) throw std::overflow_error("a decimal number has more than 31 digits");
    Int128 unscaled = 0;
    for (std::size_t i = count; i > dropped; --i) unscaled = unscaled * 10 + digits_[i - 1];
    return Decimal::of(negative ? -unscaled : unscaled, scale - dropped);
  }

  friend std::strong_ordering operator<=>(const Digits& a, const Digits& b) {
    return std::lexicographical_compare_three_way(a.digits_.rbegin(), a.digits_.rend(), b.digits_.rbegin(),
                                                  b.digits_.rend());
  }
  friend Digits operator+(Digits a, const Digits& b) {
    for (std::size_t i = 0; i < a.digits_.size(); ++i) a.digits_[i] += b.digits_[i];
    a.carry();
    return a;
  }
  /// `b` is not the larger.
  friend Digits operator-(Digits a, const Digits& b) {
    for (std::size_t i = 0; i < a.digits_.size(); ++i) a.digits_[i] -= b.digits_[i];
    a.carry();
    return a;
  }
  /// Neither has more than 31 digits.
  friend Digits operator*(const Digits& a, const Digits& b) {
    Digits result;
    for (std::size_t i = 0; i < kDigitsMax; ++i) {
      for (std::size_t j = 0; j < kDigitsMax; ++j) result.digits_[i + j] += a.digits_[i] * b.digits_[j];
    }
    result.carry();
    return result;
  }

 private:
  std::array<int, 2 * std::size_t{kDigitsMax} + 2> digits_{};
};

/// Both with as many digits behind the point as the one that has more.
struct Aligned {
  Aligned(const Decimal& a, const Decimal& b)
      : scale(std::max(a.scale(), b.scale())),
        left(a.unscaled(), scale - a.scale()),
        right(b.unscaled(), scale - b.scale()) {}

  std::uint32_t scale;
  Digits left;
  Digits right;
};

}  // namespace

std::string to_string(const Decimal& value) {
  std::string text;
  Int128 rest = value.unscaled() < 0 ? -value.unscaled() : value.unscaled();
  for (std::uint32_t i = 0; i <= value.scale() || rest != 0; ++i, rest /= 10) {
    if (i == value.scale() && i != 0) text.push_back('.');
    text.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  if (value.unscaled() < 0) text.push_back('-');
  std::reverse(text.begin(), text.end());
  return text;
}

std::ostream& operator<<(std::ostream& out, const Decimal& value) {
  return out << to_string(value);
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const bool negative = a.unscaled() < 0;
  if (negative != (b.unscaled() < 0)) {
    return negative ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  const Aligned both{a, b};
  return negative ? both.right <=> both.left : both.left <=> both.right;
}

Decimal operator+(const Decimal& a, const Decimal& b) {
  const Aligned both{a, b};
  const bool negative = a.unscaled() < 0;
  if (negative == (b.unscaled() < 0)) return (both.left + both.right).number(negative, both.scale);
  if (both.left >= both.right) return (both.left - both.right).number(negative, both.scale);
  return (both.right - both.left).number(!negative, both.scale);
}

Decimal operator-(const Decimal& a, const Decimal& b) {
  return a + -b;
}

Decimal operator*(const Decimal& a, const Decimal& b) {
  const Digits product = Digits{a.unscaled(), 0} * Digits{b.unscaled(), 0};
  return product.number((a.unscaled() < 0) != (b.unscaled() < 0), a.scale() + b.scale());
}

Decimal operator/(const Decimal& a, const Decimal& b) {
  if (b.unscaled() == 0) throw std::domain_error("division of a decimal number by zero");
  const Int128 divisor = b.unscaled() < 0 ? -b.unscaled() : b.unscaled();
  const Int128 dividend = a.unscaled() < 0 ? -a.unscaled() : a.unscaled();
  Int128 quotient = dividend / divisor;
  Int128 rest = dividend % divisor;
  // Of the quotient of the unscaled numbers; b's own digits behind the point are still to be given back.
  std::int32_t scale = static_cast<std::int32_t>(a.scale()) - static_cast<std::int32_t>(b.scale());
  Int128 limit = 1;
  for (std::uint32_t i = 0; i + 1 < kDigitsMax; ++i) limit *= 10;
  while ((rest != 0 || scale < 0) && scale < static_cast<std::int32_t>(kDigitsMax)) {
    if (quotient >= limit) break;
    quotient = quotient * 10 + rest * 10 / divisor;
    rest = rest * 10 % divisor;
    ++scale;
  }
  if (scale < 0) throw std::overflow_error("a decimal number has more than 31 digits");
  const bool negative = (a.unscaled() < 0) != (b.unscaled() < 0);
  return Decimal::of(negative ? -quotient : quotient, static_cast<std::uint32_t>(scale));
}

namespace detail {

void store_packed(std::uint8_t* octets, std::uint32_t digits, Int128 unscaled) {
  Int128 rest = unscaled < 0 ? -unscaled : unscaled;
  std::uint32_t nibble = unscaled < 0 ? 0xd : 0xc;
  for (std::uint32_t i = (digits + 2) / 2; i != 0; --i) {
    octets[i - 1] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(rest % 10) << 4 | nibble);
    rest /= 10;
    nibble = static_cast<std::uint32_t>(rest % 10);
    rest /= 10;
  }
}

bool load_packed(Int128& unscaled, const std::uint8_t* octets, std::uint32_t digits) {
  const std::uint32_t size = (digits + 2) / 2;
  if (digits % 2 == 0 && octets[0] >> 4 != 0) return false;
  unscaled = 0;
  for (std::uint32_t i = 0; i < size; ++i) {
    const int high = octets[i] >> 4;
    const int low = octets[i] & 0xf;
    if (high > 9) return false;
    unscaled = unscaled * 10 + high;
    if (i + 1 < size) {
      if (low > 9) return false;
      unscaled = unscaled * 10 + low;
    } else if (low == 0xd) {
      unscaled = -unscaled;
    } else if (low != 0xc) {
      return false;
    }
  }
  return true;
}

}  // namespace detail
}  // namespace once
