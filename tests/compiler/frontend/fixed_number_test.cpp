// Decimal arithmetic with 31 digits.
#include "frontend/fixed_number.hpp"

#include <string>

#include <gtest/gtest.h>

namespace oncec::frontend {
namespace {

FixedNumber fixed(std::string_view text) {
  const std::optional<FixedNumber> number = FixedNumber::parse(text);
  EXPECT_TRUE(number.has_value()) << text;
  return number.value_or(FixedNumber{});
}

std::string text(const std::optional<FixedNumber>& number) {
  return number ? number->text() : "none";
}

TEST(FixedNumber, ReadsLiteralsAndForgetsZerosThatSayNothing) {
  EXPECT_EQ(fixed("1.25d").text(), "1.25");
  EXPECT_EQ(fixed("0012.500D").text(), "12.5");
  EXPECT_EQ(fixed(".5d").text(), "0.5");
  EXPECT_EQ(fixed("100.d").text(), "100");
  EXPECT_EQ(fixed("0.00d").text(), "0");
  EXPECT_EQ(fixed("-0.05").text(), "-0.05");
  EXPECT_EQ(fixed("0.05d").scale(), 2U);
  EXPECT_EQ(fixed("0.05d").whole_digits(), 0U);
  EXPECT_FALSE(FixedNumber::parse("12345678901234567890123456789012d").has_value());
}

TEST(FixedNumber, AddsAndSubtracts) {
  EXPECT_EQ(text(FixedNumber::add(fixed("1.5"), fixed("2.25"))), "3.75");
  EXPECT_EQ(text(FixedNumber::add(fixed("9.99"), fixed("0.01"))), "10");
  EXPECT_EQ(text(FixedNumber::add(fixed("1"), -fixed("2.5"))), "-1.5");
  EXPECT_EQ(text(FixedNumber::add(fixed("2.5"), -fixed("2.5"))), "0");
  EXPECT_EQ(text(FixedNumber::add(-fixed("100"), fixed("0.5"))), "-99.5");
  EXPECT_EQ(text(FixedNumber::add(fixed("9999999999999999999999999999999"), fixed("1"))), "none");
}

TEST(FixedNumber, MultipliesAndDropsWhatIsBehindThirtyOneDigits) {
  EXPECT_EQ(text(FixedNumber::multiply(fixed("-1.5"), fixed("2.5"))), "-3.75");
  EXPECT_EQ(text(FixedNumber::multiply(fixed("0"), fixed("-2.5"))), "0");
  EXPECT_EQ(text(FixedNumber::multiply(fixed("1234567890.123456789"), fixed("9876543210.987654321"))),
            "12193263113702179522.37463801111");
}

TEST(FixedNumber, DividesWithoutRounding) {
  EXPECT_EQ(text(FixedNumber::divide(fixed("1"), fixed("8"))), "0.125");
  EXPECT_EQ(text(FixedNumber::divide(fixed("2"), fixed("3"))), "0.6666666666666666666666666666666");
  EXPECT_EQ(text(FixedNumber::divide(fixed("-200"), fixed("3"))), "-66.66666666666666666666666666666");
  EXPECT_EQ(text(FixedNumber::divide(fixed("1.5"), fixed("0.05"))), "30");
  EXPECT_EQ(text(FixedNumber::divide(fixed("0"), fixed("3"))), "0");
}

}  // namespace
}  // namespace oncec::frontend
