// What is said of the pairs: golden files, one for each rule.
#include "compare/compare.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../diamonds.hpp"
#include "../files.hpp"
#include "compare/report.hpp"
#include "frontend/frontend.hpp"
#include "frontend/onc/onc_rpc.hpp"

namespace oncec::compare {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<model::Model> parse(const std::string& name, const std::string& text) {
  Diagnostics diagnostics;
  auto model = name.ends_with(".x") ? frontend::read_onc_rpc(name, text, diagnostics)
                                    : frontend::read_omg_idl(name, text, diagnostics);
  std::ostringstream messages;
  oncec::print(messages, diagnostics, {});
  EXPECT_EQ(messages.str(), "");
  return model;
}

std::vector<std::string> pair_names() {
  std::vector<std::string> names;
  for (const RuleInfo& rule : all_rules()) {
    std::string name{rule.name};
    std::replace(name.begin(), name.end(), '-', '_');
    names.push_back(name);
  }
  return names;
}

class Pairs : public testing::TestWithParam<std::string> {
 protected:
  /// ".idl" or ".x".
  std::string extension() const { return fs::exists(path("old", ".x")) ? ".x" : ".idl"; }
  std::unique_ptr<model::Model> model_of(const std::string& version) const {
    const fs::path file = path(version, extension());
    EXPECT_TRUE(fs::exists(file)) << file;
    return parse(version + extension(), read(file));
  }

 private:
  static fs::path path(const std::string& version, const std::string& extension) {
    return fs::path{ONCE_PAIRS_DIR} / (GetParam() + "." + version + extension);
  }
};

/// ONCE_REGENERATE_GOLDEN=1 in the environment writes the golden files instead.
TEST_P(Pairs, AreToldAsExpected) {
  const auto before = model_of("old");
  const auto after = model_of("new");
  const std::vector<Difference> differences = compare(*before, *after);
  const auto subject =
      std::find_if(differences.begin(), differences.end(), [&](const Difference& difference) {
        std::string name{info(difference.rule).name};
        std::replace(name.begin(), name.end(), '-', '_');
        return name == GetParam();
      });
  ASSERT_NE(subject, differences.end());

  std::ostringstream report;
  print(report, differences);
  const fs::path golden = fs::path{ONCE_PAIRS_DIR} / (GetParam() + ".txt");
  if (std::getenv("ONCE_REGENERATE_GOLDEN") != nullptr) {
    std::ofstream{golden, std::ios::binary} << report.str();
  } else {
    EXPECT_EQ(report.str(), read(golden));
  }
}

TEST_P(Pairs, DoNotDifferFromThemselves) {
  for (const std::string version : {"old", "new"}) {
    const auto model = model_of(version);
    const auto again = model_of(version);
    EXPECT_TRUE(compare(*model, *again).empty());
  }
}

INSTANTIATE_TEST_SUITE_P(All, Pairs, testing::ValuesIn(pair_names()),
                         [](const auto& test) { return test.param; });

std::vector<std::string> rules_between(const std::string& old_text, const std::string& new_text) {
  const auto before = parse("old.idl", old_text);
  const auto after = parse("new.idl", new_text);
  std::vector<std::string> names;
  for (const Difference& difference : compare(*before, *after))
    names.emplace_back(info(difference.rule).name);
  return names;
}
using Names = std::vector<std::string>;

TEST(Comparison, LooksThroughTypedefs) {
  EXPECT_EQ(rules_between("typedef long Cents; interface I { void f(in Cents c); };",
                          "typedef long Cents; interface I { void f(in long c); };"),
            Names{});
}

TEST(Comparison, TellsABoundByItselfWhatEverElseChanged) {
  EXPECT_EQ(rules_between("struct S { long a; }; typedef sequence<S, 4> L;",
                          "struct S { double a; }; typedef sequence<S, 5> L;"),
            (Names{"member-type", "bound-changed"}));
}

TEST(Comparison, TellsAChangedTypeOnceNotWhereItIsUsed) {
  EXPECT_EQ(rules_between("struct S { long a; }; interface I { void f(in S s1, out sequence<S> s2); };",
                          "struct S { double a; }; interface I { void f(in S s1, out sequence<S> s2); };"),
            Names{"member-type"});
}

TEST(Comparison, TakesAMovedOperationForTheSame) {
  EXPECT_EQ(rules_between("interface A { void f(); }; interface B : A { void g(); };",
                          "interface A { void f(); void g(); }; interface B : A {};"),
            Names{"operation-added"});
  EXPECT_EQ(rules_between("interface A { void f(); void g(); };", "interface A { void g(); void f(); };"),
            Names{});
}

/// The one difference between two files.
Difference difference(const std::string& old_text, const std::string& new_text,
                      const std::string& ending = ".idl") {
  const auto before = parse("old" + ending, old_text);
  const auto after = parse("new" + ending, new_text);
  const std::vector<Difference> differences = compare(*before, *after);
  EXPECT_EQ(differences.size(), 1u);
  return differences.empty() ? Difference{} : differences.front();
}

TEST(Comparison, KnowsABaseWhoseOperationsWereTakenOver) {
  const Difference removed = difference("interface Z { void f(); }; interface I : Z {};",
                                        "interface Z { void f(); }; interface I { void f(); };");
  EXPECT_EQ(removed.rule, Rule::BaseRemoved);
  EXPECT_FALSE(removed.effects.xdr_cdr);
  EXPECT_TRUE(removed.effects.source);
}

TEST(Comparison, FollowsOperationsThroughNewBases) {
  EXPECT_EQ(rules_between("interface A { @idempotent void f(); };",
                          "interface Z { void f(); }; interface A : Z {};"),
            (Names{"interface-added", "idempotent-to-at-most-once", "base-added"}));
  EXPECT_EQ(rules_between("interface Z { void f(); }; interface A : Z {};",
                          "interface Z { void f(); }; interface A { @idempotent void f(); };"),
            (Names{"at-most-once-to-idempotent", "base-removed"}));
}

TEST(Comparison, SeesMembersThatAreExternalNow) {
  EXPECT_EQ(rules_between("struct S { long a; };", "struct S { @external long a; };"), Names{"type-renamed"});
  EXPECT_EQ(rules_between("struct S { @external long a; };", "struct S { @external(TRUE) long a; };"),
            Names{});
}

TEST(Comparison, NamesKindsAsASentenceDoes) {
  EXPECT_EQ(difference("enum X { a };", "interface X {};").text, "'X' was an enum, is an interface");
  EXPECT_EQ(difference("valuetype X long;", "struct X { long a; };").text,
            "'X' was a value box, is a struct");
}

TEST(Comparison, SpellsLabelsAsIdlDoes) {
  EXPECT_EQ(difference("union U switch (char) { case 'x': long a; case 'y': long b; };",
                       "union U switch (char) { case 'x': long a; };")
                .text,
            "case 'y' removed from union 'U'");
}

TEST(Comparison, SeesOtherWidths) {
  EXPECT_EQ(rules_between("@bit_bound(8) bitmask B { one };", "@bit_bound(9) bitmask B { one };"),
            Names{"typedef-type"});
  EXPECT_EQ(rules_between("bitset B { bitfield<3> one; };", "bitset B { bitfield<4> one; };"),
            Names{"typedef-type"});
}

TEST(Comparison, SeesWhetherAnArmHasData) {
  EXPECT_EQ(difference("union u switch (int d) { case 1: void; case 2: int two; };",
                       "union u switch (int d) { case 1: int one; case 2: int two; };", ".x")
                .rule,
            Rule::ArmType);
}

TEST(Comparison, SeesAWidenedAttribute) {
  EXPECT_EQ(
      rules_between("interface I { readonly attribute long a; };", "interface I { attribute long a; };"),
      Names{"operation-added"});
  EXPECT_EQ(
      rules_between("interface I { attribute long a; };", "interface I { readonly attribute long a; };"),
      Names{"operation-removed"});
}

TEST(Comparison, VisitsEveryBaseOnce) {
  const std::string bases = " : " + test::topmost("A") + ", " + test::topmost("B");
  const std::string values = test::inheritance_diamonds("abstract valuetype") + "valuetype V" + bases;
  EXPECT_EQ(rules_between(values + " { public long x; };", values + " { public double x; };"),
            Names{"member-type"});
  const std::string interfaces = test::inheritance_diamonds("interface") + "interface I" + bases;
  EXPECT_EQ(rules_between(interfaces + " { void f(); };", interfaces + " { void f(); void g(); };"),
            Names{"operation-added"});
}

TEST(Comparison, VisitsEveryTypeOnce) {
  const std::string last = "interface I { " + test::topmost("S") + " f(); };";
  EXPECT_EQ(rules_between(test::struct_diamonds("long a;") + last, test::struct_diamonds("double a;") + last),
            Names{"member-type"});
  EXPECT_EQ(rules_between(test::union_diamonds() + last, test::union_diamonds() + last), Names{});
}

TEST(ProtocolBuffers, TakeNewMembersBehindTheOthersOrWithNumbers) {
  EXPECT_FALSE(difference("struct S { long a; };", "struct S { long a; long b; };").effects.protobuf);
  EXPECT_TRUE(difference("struct S { long a; };", "struct S { long b; long a; };").effects.protobuf);
  EXPECT_FALSE(difference("struct S { @id(1) long a; };", "struct S { @id(2) long b; @id(1) long a; };")
                   .effects.protobuf);
}

TEST(ProtocolBuffers, GoByNumbersNotByOrder) {
  EXPECT_FALSE(difference("struct S { @id(1) long a; @id(2) string b; };",
                          "struct S { @id(2) string b; @id(1) long a; };")
                   .effects.protobuf);
  EXPECT_TRUE(
      difference("struct S { long a; string b; };", "struct S { string b; long a; };").effects.protobuf);
  EXPECT_TRUE(difference("union U switch (long) { case 1: long a; case 2: string b; };",
                         "union U switch (long) { case 2: string b; case 1: long a; };")
                  .effects.protobuf);
}

TEST(ProtocolBuffers, HaveTheNumbersOfTheWire) {
  // Numbers that Protocol Buffers keeps for itself are passed over, and a return value has one of its own.
  EXPECT_EQ(rules_between("struct S { @id(18999) long a; long b; };",
                          "struct S { @id(18999) long a; @id(20000) long b; };"),
            Names{});
  EXPECT_EQ(
      rules_between("interface I { void f(out long a); };", "interface I { void f(@id(2) out long a); };"),
      Names{});
  EXPECT_EQ(rules_between("struct A { long x; }; struct B : A { long y; };",
                          "struct A { long x; }; struct B : A { @id(2) long y; };"),
            Names{});
}

}  // namespace
}  // namespace oncec::compare
