// Values as text for people.
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <once/codec/box.hpp>
#include <once/codec/fixed.hpp>
#include <once/codec/print.hpp>

namespace codec_test {

struct PrintedNode {
  once::Box<PrintedNode> next;
  int value = 0;
  static constexpr auto once_link = &PrintedNode::next;
};

}  // namespace codec_test

template <>
struct once::Fields<codec_test::PrintedNode> {
  static constexpr std::string_view kName = "PrintedNode";
  template <class Value, class Visitor>
  static void visit(Value& value, Visitor&& visitor) {
    visitor("next", value.next);
    visitor("value", value.value);
  }
};

namespace codec_test {
namespace {

using once::printed;

TEST(Print, WritesBasicValues) {
  EXPECT_EQ(printed(true), "true");
  EXPECT_EQ(printed(std::int8_t{-5}), "-5");
  EXPECT_EQ(printed(std::uint8_t{200}), "200");
  EXPECT_EQ(printed(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(printed(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(printed(0.1F), "0.1");
  EXPECT_EQ(printed(-1e300), "-1e+300");
  EXPECT_EQ(printed(once::Float128{0.5}), "0.5");
  EXPECT_EQ(printed(once::Float128{1} / once::Float128{3}), "0x1.5555555555555555555555555555p-2");
  EXPECT_EQ(printed('\''), "'\\''");
  EXPECT_EQ(printed('\xe9'), "'\\xe9'");
  EXPECT_EQ(printed(u'\u20ac'), "'\xe2\x82\xac'");
  EXPECT_EQ(printed(u'\xd800'), "'\\ud800'");
  EXPECT_EQ(printed(once::Fixed<5, 2>{"-1.5"}), "-1.50");
}

TEST(Print, WritesOptionalOctetsAsNumbers) {
  EXPECT_EQ(printed(std::optional<std::uint8_t>{200}), "200");
  EXPECT_EQ(printed(std::optional<std::uint8_t>{}), "none");
}

TEST(Print, QuotesText) {
  EXPECT_EQ(printed(std::string{"a \"b\"\\\n\x01 \xc3\xbc"}), "\"a \\\"b\\\"\\\\\\n\\x01 \xc3\xbc\"");
  EXPECT_EQ(printed(std::u16string{u"\u00fc \U0001f600"}), "\"\xc3\xbc \xf0\x9f\x98\x80\"");
  EXPECT_EQ(printed(std::vector<std::uint8_t>{0, 255}), "x\"00ff\"");
  EXPECT_EQ(printed(std::array<std::uint8_t, 1>{16}), "x\"10\"");
}

TEST(Print, WritesContainers) {
  EXPECT_EQ(printed(std::vector<bool>{true, false}), "[true, false]");
  EXPECT_EQ(printed(std::vector<std::vector<int>>{{1, 2}, {}}), "[[1, 2], []]");
  EXPECT_EQ(printed(std::map<std::string, int>{{"a", 1}, {"b", 2}}), "{\"a\": 1, \"b\": 2}");
  EXPECT_EQ(printed(std::optional<int>{}), "none");
  EXPECT_EQ(printed(std::optional<int>{3}), "3");
}

TEST(Print, WritesListsOfAnyLength) {
  PrintedNode list;
  EXPECT_EQ(printed(list), "{value: 0, next: none}");
  list.next.emplace().value = 1;
  EXPECT_EQ(printed(list), "{value: 0, next: {value: 1, next: none}}");
  once::Box<PrintedNode> all;
  for (int i = 0; i < 200'000; ++i) {
    PrintedNode node;
    node.next = std::move(all);
    all = std::move(node);
  }
  EXPECT_EQ(printed(all).size(), 200'000U * 18 + 4);
}

TEST(Fields, AreVisitedByNameAndMayBeChanged) {
  PrintedNode node;
  once::for_each_field(node, [](std::string_view name, auto& field) {
    if constexpr (std::same_as<decltype(field), int&>) {
      EXPECT_EQ(name, "value");
      field = 7;
    }
  });
  EXPECT_EQ(node.value, 7);
}

}  // namespace
}  // namespace codec_test
