// The types of types.idl in every codec and byte order; bounds in both directions.
#include "round_trip.hpp"

#include <limits>
#include <sstream>

#include <gtest/gtest.h>
// The source, not the header: big-endian CDR is decoded by the library but never written by it.
#include "types.once.cpp"  // NOLINT(bugprone-suspicious-include)

namespace once::test {
namespace {

types::Basic basic() {
  types::Basic value;
  value.flag = true;
  value.raw = 0xfe;
  value.letter = types::kAccent;
  value.tiny = -128;
  value.small = 255;
  value.s16 = types::kShort;
  value.u16 = 0xabcd;
  value.s32 = std::numeric_limits<std::int32_t>::min();
  value.u32 = types::kMask;
  value.s64 = types::kLowest;
  value.u64 = types::kHighest;
  value.f32 = types::kThird;
  value.f64 = -types::kHuge;
  value.f128 = types::kWhole;
  value.day = types::Weekday::sunday;
  value.height = types::Level::high;
  return value;
}

types::Containers containers() {
  types::Containers value;
  value.text = "grüße";
  value.bounded = "five!";
  value.bytes = {1, 2, 3, 4, 5};
  value.few_bytes = {0, 255, 0, 255};
  value.flags = {true, false, true};
  value.shorts = {-1, 2, -3};
  value.doubles = {1.5, -2.5, 1e300};
  value.days = {types::Weekday::tuesday, types::Weekday::sunday};
  value.words = {"abc", ""};
  value.pages = {{"a", "b", "c"}, {}};
  value.empties.resize(7);
  value.amounts = {1, 2, 3};
  value.hash = {1, 2, 3, 4, 5};
  value.matrix = {{{1, 2, 3}, {4, 5, 6}}};
  value.names[1][0] = "ab";
  value.pair = {basic(), {}};
  value.line = {0.5, 0.25, 0.125};
  value.short_list = {"12345678"};
  value.table[1][2] = "end";
  return value;
}

TEST(RoundTrip, BasicTypes) {
  expect_round_trip(types::Basic{});
  expect_round_trip(basic());
}

TEST(RoundTrip, Containers) {
  expect_round_trip(types::Containers{});
  expect_round_trip(containers());
}

TEST(RoundTrip, StructsThatInherit) {
  types::Marker marker;
  marker.x = 1;
  marker.y = -1;
  marker.color = {7, 8, 9};
  marker.label = "here";
  expect_round_trip(marker);
  Buffer buffer;  // the base's members come first
  ASSERT_EQ(encode_all<XdrEncoder>(buffer, marker), Errc::ok);
  EXPECT_EQ(buffer.data()[3], 1);
}

TEST(RoundTrip, OptionalMembers) {
  expect_round_trip(types::Options{});
  expect_round_trip(types::Options{3, "text", {{"a", "bc"}}, types::Point{1, 2}, 200, 7});
}

TEST(RoundTrip, TypesThatContainThemselves) {
  expect_round_trip(types::Tree{"root", {{"left", {}}, {"right", {{"leaf", {}}}}}});
  types::Folder folder;
  folder.entries.push_back({"inner", {types::Folder{}}});
  expect_round_trip(folder);
}

TEST(RoundTrip, ScopesOfTheSameNames) {
  types::inner::Both both;
  both.near_one.only = 5;
  both.far_one = basic();
  expect_round_trip(types::Last{both});
}

TEST(Bounds, HoldWhenSending) {
  const auto expect_refused = [](auto change) {
    types::Containers value = containers();
    change(value);
    expect_not_encodable(value, Errc::limit_exceeded);
  };
  expect_refused([](auto& value) { value.bounded = "sixsix"; });
  expect_refused([](auto& value) { value.few_bytes.push_back(0); });
  expect_refused([](auto& value) { value.doubles.push_back(0); });
  expect_refused([](auto& value) { value.days.push_back(types::Weekday::monday); });
  expect_refused([](auto& value) { value.words.emplace_back(); });
  expect_refused([](auto& value) { value.words[1] = "four"; });
  expect_refused([](auto& value) { value.pages[1] = {"four"}; });
  expect_refused([](auto& value) { value.names[0][1] = "abc"; });
  expect_refused([](auto& value) { value.short_list.resize(5); });
  expect_refused([](auto& value) { value.short_list[0] = "123456789"; });
  expect_refused([](auto& value) { value.table[0][0] = "123456789"; });
}

TEST(Bounds, OfOptionalMembersHoldWhenSending) {
  expect_not_encodable(types::Options{{}, "5 5 5", {}, {}, {}, {}}, Errc::limit_exceeded);
  expect_not_encodable(types::Options{{}, {}, {{"abc"}}, {}, {}, {}}, Errc::limit_exceeded);
  expect_not_encodable(types::Options{{}, {}, {{"", "", ""}}, {}, {}, {}}, Errc::limit_exceeded);
}

/// As types::Options on the wire, without its bounds.
struct WideOptions {
  std::optional<std::int32_t> number;
  std::optional<std::string> text;
  std::optional<std::vector<std::string>> words;
  std::optional<types::Point> where;
  std::optional<std::uint8_t> mark;
  std::optional<std::uint8_t> level;
};
template <EncoderType E>
void encode(E& encoder, const WideOptions& value) {
  encode(encoder, value.number);
  encode(encoder, value.text);
  encode(encoder, value.words);
  encode(encoder, value.where);
  encode(encoder, value.mark);
  encode(encoder, value.level);
}

TEST(Bounds, HoldWhenReceiving) {
  expect_not_decodable<types::Options>(WideOptions{{}, "5 5 5", {}, {}, {}, {}}, Errc::limit_exceeded);
  expect_not_decodable<types::Options>(WideOptions{{}, {}, {{"", "abc"}}, {}, {}, {}}, Errc::limit_exceeded);
  expect_not_decodable<types::Options>(WideOptions{{}, {}, {{"", "", ""}}, {}, {}, {}}, Errc::limit_exceeded);
}

TEST(Enumerators, MustExist) {
  expect_not_encodable(static_cast<types::Weekday>(2), Errc::invalid_value);
  expect_not_decodable<types::Weekday>(std::uint32_t{2}, Errc::invalid_value);
  expect_not_decodable<types::Level>(std::uint32_t{0}, Errc::invalid_value);
  EXPECT_EQ(types::Basic{}.height, types::Level::low);  // the first, not zero
}

TEST(Enumerators, HaveNames) {
  EXPECT_EQ(to_string(types::Weekday::sunday), "sunday");
  EXPECT_EQ(to_string(static_cast<types::Weekday>(5)), "");
  std::ostringstream out;
  out << types::Weekday::tuesday << ' ' << static_cast<types::Weekday>(5);
  EXPECT_EQ(out.str(), "tuesday 5");
}

TEST(Depth, IsLimitedInBothDirections) {
  types::Tree deep;
  for (std::uint32_t level = 1; level < kDepthMax; ++level) deep = types::Tree{"", {deep}};
  expect_round_trip_with<XdrEncoder, XdrDecoder>(deep);
  expect_not_encodable(types::Tree{"", {deep}}, Errc::limit_exceeded);
  Buffer buffer;
  for (std::uint32_t level = 0; level <= kDepthMax; ++level) {
    buffer.append(Bytes{0, 0, 0, 0, 0, 0, 0, level == kDepthMax ? std::uint8_t{0} : std::uint8_t{1}});
  }
  EXPECT_EQ(decode_all<XdrDecoder>(buffer.view(), deep), Errc::limit_exceeded);
}

TEST(Counts, OfElementsWithoutOctetsAreLimited) {
  Buffer buffer;
  ASSERT_EQ(encode_all<XdrEncoder>(buffer, std::uint32_t{0x7fffffff}), Errc::ok);
  std::vector<types::Empty> empties;
  EXPECT_NE(decode_all<XdrDecoder>(buffer.view(), empties), Errc::ok);
}

TEST(Constants, HaveTheValuesOfTheIdl) {
  EXPECT_EQ(types::kOctet, 255);
  EXPECT_EQ(types::kMask, 0xffff0000u);
  EXPECT_EQ(types::kLowest, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(types::kHighest, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(types::kThird, 0.333333343f);
  EXPECT_EQ(types::kHuge, 1e300);
  EXPECT_TRUE(types::kYes);
  EXPECT_EQ(types::kQuote, '\'');
  EXPECT_EQ(types::kAccent, '\xe9');
  EXPECT_EQ(types::kText, "two \"pieces\"\n\\ one");
  EXPECT_EQ(types::kRest, types::Weekday::sunday);
}

}  // namespace
}  // namespace once::test
