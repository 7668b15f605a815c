// Fixed-point decimals: reckoning, and the packed form.
#include <sstream>

#include <gtest/gtest.h>

#include <once/codec/fixed.hpp>

#include "coders.hpp"

namespace codec_test {
namespace {

using once::Decimal;
using Money = once::Fixed<7, 2>;

constexpr const char* kLongest = "1234567890123456789012345678901";  // 31 digits

TEST(Fixed, IsReadAndWrittenAsText) {
  EXPECT_EQ(to_string(Money{"-12.5"}), "-12.50");
  EXPECT_EQ(to_string(Money{".05"}), "0.05");
  EXPECT_EQ(to_string(Money{7}), "7.00");
  EXPECT_EQ(to_string(Money{}), "0.00");
  EXPECT_EQ(to_string(once::Fixed<31, 31>{"-0.1234567890123456789012345678901"}),
            "-0.1234567890123456789012345678901");
  EXPECT_EQ(to_string(Decimal{kLongest}), kLongest);
  std::ostringstream out;
  out << Money{"1.25"};
  EXPECT_EQ(out.str(), "1.25");
  for (const char* const text : {"", "-", ".", "1.2.3", "1e3", "1 "}) {
    EXPECT_THROW(Money{text}, std::invalid_argument) << text;
  }
}

TEST(Fixed, TruncatesBehindThePointAndRefusesBeforeIt) {
  EXPECT_EQ(Money{"1.259"}, Money{"1.25"});
  EXPECT_EQ(Money{"-1.259"}, Money{"-1.25"});
  EXPECT_EQ(Money{"99999.99"}, Money{"99999.999"});
  EXPECT_THROW(Money{"100000"}, std::overflow_error);
  EXPECT_THROW(Money{100000}, std::overflow_error);
  EXPECT_THROW(Decimal{std::string{kLongest} + "2"}, std::overflow_error);
}

TEST(Fixed, IsComparedByItsNumber) {
  EXPECT_TRUE(Decimal{"1.5"} == Decimal{"1.500"});
  EXPECT_TRUE(Money{"-2"} < Money{"-1.99"});
  EXPECT_TRUE((once::Fixed<4, 1>{"1.5"} == Money{"1.50"}));
  EXPECT_TRUE(Money{"3.01"} > 3);
  EXPECT_TRUE(Money{1} < 1'000'000);  // which is no Money
  EXPECT_TRUE(Decimal{"-0.1"} < Decimal{"0.01"});
}

TEST(Fixed, AddsAndSubtracts) {
  EXPECT_EQ(to_string(Money{"1.25"} + Money{"2.75"}), "4.00");
  EXPECT_EQ(to_string(Money{"1.25"} - Money{"2.75"}), "-1.50");
  EXPECT_EQ(to_string(Money{"-1.25"} - Money{"-2.75"}), "1.50");
  EXPECT_EQ(to_string(Money{"1.25"} + 1), "2.25");
  EXPECT_EQ(to_string(Decimal{"0.001"} - Decimal{"1000"}), "-999.999");
  // One has digits where the other has none left: 31 are kept.
  EXPECT_EQ(to_string(Decimal{kLongest} + Decimal{"0.9"}), kLongest);
  EXPECT_THROW(Decimal{"9999999999999999999999999999999"} + 1, std::overflow_error);
  Money sum{"0.99"};
  sum += Money{"0.01"};
  EXPECT_EQ(sum, Money{1});
}

TEST(Fixed, MultipliesAndDivides) {
  EXPECT_EQ(to_string(Money{"1.25"} * Money{"-0.50"}), "-0.6250");
  EXPECT_EQ(to_string(Decimal{"1111111111111111.5"} * Decimal{"1000000000000000"}),
            "1111111111111111500000000000000");
  EXPECT_THROW(Decimal{kLongest} * 10, std::overflow_error);
  EXPECT_EQ(to_string(Money{1} / Money{4}), "0.25");
  EXPECT_EQ(to_string(Decimal{1} / 3), "0.3333333333333333333333333333333");
  EXPECT_EQ(to_string(Decimal{-20} / 3), "-6.666666666666666666666666666666");
  EXPECT_EQ(to_string(Decimal{1} / Decimal{"0.001"}), "1000");
  EXPECT_EQ(Money{Decimal{2} / 3}, Money{"0.66"});
  EXPECT_THROW(Money{1} / 0, std::domain_error);
}

TEST(Fixed, IsAConstant) {
  constexpr Money kPrice{"19.99"};
  static_assert(kPrice.unscaled() == 1999);
  EXPECT_EQ(to_string(kPrice), "19.99");
}

template <class C>
class PackedDecimal : public testing::Test {};
TYPED_TEST_SUITE(PackedDecimal, AllCoders);

template <class C, class T>
void expect_octets(const T& value, const std::string& hex) {
  const bool padded = C::Encoder::kCodec == once::CodecId::Xdr;
  std::string expected = hex;
  while (padded && expected.size() % 8 != 0) expected += "00";
  EXPECT_EQ(to_hex(encoded<C>(value)), expected);
  T back;
  EXPECT_EQ(decode_all<C>(from_hex(expected), back), Decoded{});
  EXPECT_EQ(back, value);
}

TYPED_TEST(PackedDecimal, HasTwoDigitsToAnOctetAndTheSignLast) {
  expect_octets<TypeParam>(once::Fixed<5, 2>{"123.45"}, "12345c");
  expect_octets<TypeParam>(once::Fixed<5, 2>{"-1.2"}, "00120d");
  expect_octets<TypeParam>(once::Fixed<4, 0>{-9876}, "09876d");
  expect_octets<TypeParam>(once::Fixed<1, 1>{"0.7"}, "7c");
  expect_octets<TypeParam>(once::Fixed<31, 0>{kLongest}, std::string{kLongest} + "c");
}

TYPED_TEST(PackedDecimal, RefusesWhatIsNone) {
  for (const char* const hex : {"a2345c00", "1a345c00", "12345a00", "12345f00"}) {
    once::Bytes octets = from_hex(hex);
    if (TypeParam::Encoder::kCodec != once::CodecId::Xdr) octets.resize(3);
    once::Fixed<5, 2> value;
    EXPECT_EQ(decode_all<TypeParam>(octets, value).error, once::Errc::invalid_value) << hex;
  }
  once::Bytes octets = from_hex("19876d00");  // a fifth digit
  if (TypeParam::Encoder::kCodec != once::CodecId::Xdr) octets.resize(3);
  once::Fixed<4, 0> value;
  EXPECT_EQ(decode_all<TypeParam>(octets, value).error, once::Errc::invalid_value);
  EXPECT_EQ(decode_all<TypeParam>({octets.data(), 2}, value).error, once::Errc::truncated);
}

}  // namespace
}  // namespace codec_test
