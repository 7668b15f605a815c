// Constant expressions: values, precedence, the edges of the types.
#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "compile.hpp"

namespace oncec {
namespace {

const model::Value& value(const Compiled& compiled, std::string_view name) {
  return body<model::Constant>(compiled, name).value;
}

std::int64_t integer_of(const std::string& type, const std::string& expression) {
  const Compiled c = compile_right("const " + type + " X = " + expression + ";");
  const auto& found = std::get<model::IntegerValue>(value(c, "X"));
  const auto magnitude = static_cast<std::int64_t>(found.magnitude);
  return found.negative ? -magnitude : magnitude;
}

TEST(Integers, FollowPrecedence) {
  EXPECT_EQ(integer_of("long", "1 + 2 * 3"), 7);
  EXPECT_EQ(integer_of("long", "(1 + 2) * 3"), 9);
  EXPECT_EQ(integer_of("long", "10 - 3 - 2"), 5);
  EXPECT_EQ(integer_of("long", "100 / 7 % 4"), 2);
  EXPECT_EQ(integer_of("long", "1 | 6 & 3 ^ 1"), 3);
  EXPECT_EQ(integer_of("long", "1 << 2 + 1"), 8);
  EXPECT_EQ(integer_of("long", "256 >> 4 >> 1"), 8);
  EXPECT_EQ(integer_of("long", "- -5"), 5);
  EXPECT_EQ(integer_of("long", "-7 / 2"), -3);
}

TEST(Integers, HaveDecimalOctalAndHexadecimalLiterals) {
  EXPECT_EQ(integer_of("long", "0"), 0);
  EXPECT_EQ(integer_of("long", "017"), 15);
  EXPECT_EQ(integer_of("long", "0x1F"), 31);
  EXPECT_EQ(integer_of("long", "0XfF"), 255);
}

TEST(Integers, ReachTheEdgesOfTheirTypes) {
  EXPECT_EQ(integer_of("short", "-32768"), -32768);
  EXPECT_EQ(integer_of("octet", "255"), 255);
  EXPECT_EQ(integer_of("int8", "-128"), -128);
  EXPECT_EQ(integer_of("long", "-2147483648"), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(integer_of("long long", "9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  const Compiled lowest = compile_right("const long long X = -9223372036854775808;");
  EXPECT_EQ(std::get<model::IntegerValue>(value(lowest, "X")).magnitude, 1ULL << 63U);
  const Compiled highest = compile_right("const unsigned long long X = 18446744073709551615;");
  EXPECT_EQ(std::get<model::IntegerValue>(value(highest, "X")).magnitude,
            std::numeric_limits<std::uint64_t>::max());
}

TEST(Integers, AreComplementedInTheWidthOfTheirType) {
  EXPECT_EQ(integer_of("long", "~0"), -1);
  EXPECT_EQ(integer_of("octet", "~0x0F"), 0xF0);
  EXPECT_EQ(integer_of("unsigned long", "~0"), 0xFFFFFFFF);
}

TEST(Constants, UseEachOther) {
  const Compiled c = compile_right(
      "const short N = 4; module M { const long N2 = N * ::N; interface I { const long N3 = N2 + 1; }; };"
      "typedef sequence<long, M::I::N3> S;");
  EXPECT_EQ(std::get<model::SequenceType>(body<model::Typedef>(c, "S").type->form).bound, 17U);
}

TEST(Constants, TakeEveryTypeOfValue) {
  const Compiled c = compile_right(
      "enum E { A, B }; module M { const E E1 = B; }; const E E2 = M::E1;"
      "const boolean T = TRUE; const boolean F = T; const char C = '\\x41'; const double D = 1.5 / 2.0 - .25;"
      "const float G = -1e3; const long double L = 2.; const string S = \"a\" \"b\\n\"; typedef long Count; "
      "const Count K = 3;");
  EXPECT_EQ(std::get<model::EnumeratorValue>(value(c, "E2")).index, 1U);
  EXPECT_TRUE(std::get<bool>(value(c, "F")));
  EXPECT_EQ(std::get<model::TextValue>(value(c, "C")).text, "A");
  EXPECT_DOUBLE_EQ(std::get<double>(value(c, "D")), 0.5);
  EXPECT_DOUBLE_EQ(std::get<double>(value(c, "G")), -1000.0);
  EXPECT_EQ(std::get<model::TextValue>(value(c, "S")).text, "ab\n");
}

TEST(Constants, ReadLiteralsAsLatin1AndKeepUtf8) {
  const Compiled c =
      compile_right("const string A = \"\\xe9\"; const string B = \"\xc3\xa9\"; const char C = '\xc3\xa9';");
  EXPECT_EQ(std::get<model::TextValue>(value(c, "A")).text, "\xc3\xa9");
  EXPECT_EQ(std::get<model::TextValue>(value(c, "B")).text, "\xc3\xa9");
  EXPECT_EQ(std::get<model::TextValue>(value(c, "C")).text, "\xc3\xa9");
}

TEST(Bounds, CloseNestedSequencesWithoutASpace) {
  const Compiled c =
      compile_right("typedef sequence<sequence<long, (16 >> 2)>> S; typedef sequence<string<3>> T;");
  const auto& outer = std::get<model::SequenceType>(body<model::Typedef>(c, "S").type->form);
  EXPECT_EQ(std::get<model::SequenceType>(outer.element->form).bound, 4U);
}

}  // namespace
}  // namespace oncec
