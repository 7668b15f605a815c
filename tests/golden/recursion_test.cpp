// Types that contain themselves, behind @optional, in maps and behind @external.
#include <algorithm>
#include <array>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "round_trip.hpp"
// The source, not the header: big-endian CDR is decoded by the library but never written by it.
#include "recursion.once.cpp"  // NOLINT(bugprone-suspicious-include)

namespace once::test {
namespace {

using recursion::Apart;
using recursion::Chain;
using recursion::Folder;
using recursion::Line;
using recursion::Sign;
using recursion::Signs;
using recursion::Sum;
using recursion::Term;
using recursion::Together;

Term number(std::int32_t value) {
  Term term;
  term.number(value);
  return term;
}

/// 1 + (2 - 3).
Term term() {
  Term inner;
  inner.added(Sum{Sign::minus, number(2), number(3)});
  Term outer;
  outer.added(Sum{Sign::plus, number(1), std::move(inner)});
  return outer;
}

TEST(Recursion, GoesThroughOptionalsMapsAndSequences) {
  Line line{"one", {}};
  line.next.emplace({"two", {}});
  expect_round_trip(line);

  Folder folder;
  folder.folders["a"].folders["b"];
  folder.shortcuts.push_back({"self", folder});
  expect_round_trip(folder);
  EXPECT_EQ(to_string(folder.shortcuts[0]),
            R"({name: "self", target: {folders: {"a": {folders: {"b": {folders: {}, shortcuts: []}}, )"
            R"(shortcuts: []}}, shortcuts: []}})");

  recursion::Pair pair{"x", {}};
  pair.both.emplace({recursion::Pair{"y", {}}, recursion::Pair{"z", {}}});
  expect_round_trip(pair);
}

TEST(Recursion, GoesThroughOptionalArms) {
  Chain last;
  last.end(7);
  Chain chain;
  EXPECT_TRUE(chain._d());
  EXPECT_FALSE(chain.next().has_value());
  expect_round_trip(chain);
  chain.next(last);
  expect_round_trip(chain);
}

TEST(Recursion, GoesThroughExternalMembers) {
  expect_round_trip(term());
  EXPECT_EQ(to_string(number(1)), "{_d: 2, number: 1}");
  EXPECT_EQ(to_string(Sum{}), "{how: plus, left: {_d: 2, number: 0}, right: {_d: 2, number: 0}}");

  Term negated;
  negated.negated(number(4));
  EXPECT_EQ(negated.negated().number(), 4);
  expect_round_trip(negated);
  negated.name("pi");
  expect_round_trip(negated);
  expect_round_trip(Apart{});
}

TEST(Recursion, EndsSomewhere) {
  Term deep;
  for (int i = 0; i < 100; ++i) {
    Term around;
    around.negated(std::exchange(deep, {}));
    deep = std::move(around);
  }
  Buffer buffer;
  EXPECT_NE(encode_all<XdrEncoder>(buffer, deep), Errc::ok);
}

TEST(External, TravelsAsIfItWereNotThere) {
  Apart apart{1,
              std::string{"text"},
              std::vector<std::string>{"a"},
              std::array<std::uint8_t, 3>{1, 2, 3},
              Sign::minus,
              term(),
              term()};
  Together together{1, "text", {"a"}, {1, 2, 3}, Sign::minus, term(), term()};
  const auto compare = [](const auto& a, const auto& b, auto encoder) {
    using Encoder = typename decltype(encoder)::type;
    Buffer one;
    Buffer other;
    ASSERT_EQ(encode_all<Encoder>(one, a), Errc::ok);
    ASSERT_EQ(encode_all<Encoder>(other, b), Errc::ok);
    EXPECT_TRUE(std::ranges::equal(one.view(), other.view()));
  };
  compare(apart, together, std::type_identity<XdrEncoder>{});
  compare(apart, together, std::type_identity<Cdr::Encoder>{});
  compare(Apart{}, Together{}, std::type_identity<XdrEncoder>{});
  EXPECT_EQ(to_string(apart), to_string(together));
  expect_round_trip(apart);
}

TEST(External, ChecksBounds) {
  Apart apart;
  *apart.text = "longer";
  expect_not_encodable(apart, Errc::limit_exceeded);
  *apart.text = "short";
  apart.text->pop_back();
  expect_round_trip(apart);
}

TEST(NewValue, CanBeSent) {
  EXPECT_EQ(Signs{}._d(), Sign::minus);
  EXPECT_EQ(Signs{}.one(), Sign::plus);
  expect_round_trip(Signs{});
  expect_round_trip(Term{});
  expect_round_trip(Sum{});
  expect_round_trip(Together{});
  expect_round_trip(recursion::Unreadable{});
  Signs signs;
  signs.other(Sign::plus);
  expect_round_trip(signs);
}

}  // namespace
}  // namespace once::test
