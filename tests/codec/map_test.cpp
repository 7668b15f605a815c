// Maps, and integers of bits.
#include <string>

#include <gtest/gtest.h>

#include <once/codec/bits.hpp>
#include <once/codec/map.hpp>

#include "coders.hpp"

namespace codec_test {
namespace {

template <class C>
class Maps : public testing::Test {};
TYPED_TEST_SUITE(Maps, AllCoders);

using Ages = std::map<std::string, std::int32_t>;

TYPED_TEST(Maps, AreSequencesOfPairs) {
  const Ages ages = {{"Ada", 36}, {"Grace", 85}};
  Ages back = {{"Nobody", 0}};
  const once::Bytes octets = encoded<TypeParam>(ages);
  EXPECT_EQ(decode_all<TypeParam>(octets, back), Decoded{});
  EXPECT_EQ(back, ages);
  for (std::size_t size = 0; size < octets.size(); ++size) {
    EXPECT_NE(decode_all<TypeParam>({octets.data(), size}, back), Decoded{}) << size;
  }
}

TYPED_TEST(Maps, AreBounded) {
  const Ages ages = {{"Ada", 36}, {"Grace", 85}};
  once::Buffer buffer;
  typename TypeParam::Encoder encoder{buffer};
  encode_bounded(encoder, ages, 1);
  EXPECT_EQ(encoder.error(), once::Errc::limit_exceeded);
  const once::Bytes octets = encoded<TypeParam>(ages);
  typename TypeParam::Decoder decoder{octets};
  Ages back;
  decode_bounded(decoder, back, 1);
  EXPECT_EQ(decoder.error(), once::Errc::limit_exceeded);
}

TEST(MapsInXdr, AreReadInAnyOrder) {
  std::map<std::uint32_t, bool> back;
  EXPECT_EQ(decode_all<XdrCoders>(from_hex("00000002"
                                           "00000009"
                                           "00000001"
                                           "00000003"
                                           "00000000"),
                                  back),
            Decoded{});
  EXPECT_EQ(back, (std::map<std::uint32_t, bool>{{3, false}, {9, true}}));
}

TEST(MapsInXdr, HaveEachKeyOnce) {
  std::map<std::uint32_t, bool> back;
  EXPECT_EQ(decode_all<XdrCoders>(from_hex("00000002"
                                           "00000009"
                                           "00000001"
                                           "00000009"
                                           "00000000"),
                                  back),
            (Decoded{once::Errc::invalid_value, 12}));
}

TEST(MapsInXdr, OfMoreEntriesThanOctetsAreTruncated) {
  std::map<std::uint32_t, bool> back;
  EXPECT_EQ(decode_all<XdrCoders>(from_hex("7fffffff"
                                           "00000009"
                                           "00000001"),
                                  back),
            (Decoded{once::Errc::truncated, 0}));
}

template <std::uint32_t width, class T>
once::Errc put_bits(T value, std::uint64_t& bits, std::uint32_t position) {
  once::Buffer buffer;
  once::XdrEncoder encoder{buffer};
  bits = once::bits_of<width>(encoder, value, position);
  return encoder.error();
}

template <std::uint32_t width, class T>
void expect_fits(T value, std::uint32_t position) {
  std::uint64_t bits = 0;
  EXPECT_EQ(put_bits<width>(value, bits, position), once::Errc::ok);
  T back{};
  once::take_bits<width>(back, bits | (std::uint64_t{1} << position << (width - 1) << 1), position);
  EXPECT_EQ(back, value);
}
template <std::uint32_t width, class T>
void expect_too_large(T value) {
  std::uint64_t bits = 0;
  EXPECT_EQ(put_bits<width>(value, bits, 0), once::Errc::limit_exceeded);
}

TEST(Bits, KeepTheirWidth) {
  expect_fits<1>(true, 9);
  expect_fits<3>(std::uint8_t{7}, 61);
  expect_too_large<3>(std::uint8_t{8});
  expect_fits<4>(std::int16_t{-8}, 5);
  expect_fits<4>(std::int16_t{7}, 5);
  expect_too_large<4>(std::int16_t{8});
  expect_too_large<4>(std::int16_t{-9});
  expect_fits<64>(std::int64_t{-5}, 0);
  expect_fits<64>(~std::uint64_t{0}, 0);
}

TEST(Bits, ThatNobodyUsesAreRefused) {
  const once::Bytes bytes = {0, 0, 0, 0x15};
  once::XdrDecoder good{bytes};
  EXPECT_EQ(once::decode_bits<std::uint8_t>(good, 0x1f), 0x15U);
  EXPECT_TRUE(good.ok());
  once::XdrDecoder bad{bytes};
  EXPECT_EQ(once::decode_bits<std::uint8_t>(bad, 0x05), 0U);
  EXPECT_EQ(bad.error(), once::Errc::invalid_value);
  EXPECT_EQ(bad.error_offset(), 0U);
}

}  // namespace
}  // namespace codec_test
