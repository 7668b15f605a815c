// What the C++ generator refuses, at its place.
#include <gtest/gtest.h>

#include "backend/cpp/generator.hpp"
#include "read.hpp"

namespace oncec::backend::cpp {
namespace {

/// "line:column: text" of every problem.
std::vector<std::string> problems_of(const std::string& text) {
  const auto model = read(text);
  const Output output = generate(*model, {"test", {"cdr"}});
  EXPECT_EQ(output.files.empty(), !output.problems.empty());
  std::vector<std::string> result;
  for (const Problem& problem : output.problems) {
    const auto place = problem.range.file->line_column(problem.range.begin);
    result.push_back(std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + problem.text);
  }
  return result;
}

using Texts = std::vector<std::string>;

TEST(Problems, ExactlyOnceNeedsAStore) {
  EXPECT_EQ(problems_of("interface I {\n  @exactly_once void transfer();\n};"),
            Texts{"2:22: 'transfer' is @exactly_once: this version of Once has no durable store"});
}

TEST(Problems, OptionalMembersDoNotContainThemselves) {
  EXPECT_EQ(problems_of("struct A { sequence<A> fine; };\nstruct B {\n  @optional A fine;\n};"), Texts{});
}

TEST(Problems, FunctionsOfOneOperationDoNotMeetThoseOfAnother) {
  EXPECT_EQ(problems_of("interface I {\n  void pay();\n  void try_pay();\n};"),
            Texts{"3:8: 'try_pay' needs the C++ name 'try_pay', which 'pay' has; @cpp_name(\"...\") gives it "
                  "another"});
  EXPECT_EQ(problems_of("interface I { void with(); };"),
            Texts{"1:20: 'with' needs the C++ name 'with', which generated code has; @cpp_name(\"...\") "
                  "gives it another"});
  EXPECT_EQ(problems_of("interface I { void dispatch(); };").size(), 1u);
  EXPECT_EQ(problems_of("interface I { @cpp_name(\"handle\") void dispatch(); };"), Texts{});
}

TEST(Problems, InheritedOperationsThatMeetAreReportedAtTheInterface) {
  EXPECT_EQ(
      problems_of("interface A { void pay(); };\ninterface B { void try_pay(); };\ninterface C : A, B {};"),
      Texts{"3:11: 'try_pay' needs the C++ name 'try_pay', which 'pay' has; @cpp_name(\"...\") gives it "
            "another"});
}

TEST(Problems, ResultStructsNeedANameOfTheirOwn) {
  EXPECT_EQ(
      problems_of("interface I {\n  struct FindResult { long a; };\n  long find(out long b);\n};").size(),
      1u);
  EXPECT_EQ(problems_of("interface I { long get_all(out long a); long getAll(out long b); };").size(), 1u);
}

TEST(Problems, AttributesAreOverloadsAndNoProblem) {
  EXPECT_EQ(problems_of("interface I { attribute long a; readonly attribute long b; };"), Texts{});
}

}  // namespace
}  // namespace oncec::backend::cpp
