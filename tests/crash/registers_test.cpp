// What is called a violation of calls to registers, each shown on a history that is wrong in one way.
#include "registers.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace crash {
namespace {

using Operation = RegisterCall::Operation;

/// A write that ran once, and a read of it that ran twice.
struct RegisterHistory {
  std::vector<RegisterUse> uses{
      {1, 7, {Operation::Write, 5, 0, 0, 1, 2}, RegisterEnd::Value},
      {2, 7, {Operation::Read, 0, 0, 5, 3, 3'000'002}, RegisterEnd::Value},
  };
  std::vector<RegisterRun> runs{{1, 7, 5}, {2, 7, 5}, {2, 7, 5}};
};

std::string violations_of(const RegisterHistory& history) {
  std::string all;
  for (const std::string& violation : judge(history.uses, history.runs).violations) all += violation + '\n';
  return all;
}

TEST(Registers, MayBeReadTwiceByOneCall) {
  const RegisterHistory history;
  EXPECT_EQ(violations_of(history), "");
  const RegisterReport report = judge(history.uses, history.runs);
  EXPECT_EQ(report.calls, 1u);
  EXPECT_EQ(report.idempotent, 1u);
  EXPECT_EQ(report.runs, 3u);
  EXPECT_EQ(report.repeated, 1u);
  EXPECT_EQ(report.keys, 1u);
  EXPECT_EQ(report.silence_ms, 3u);
}

TEST(Registers, AreWrongInEachOfTheseWays) {
  struct {
    const char* violation;
    std::function<void(RegisterHistory&)> change;
  } const wrongs[] = {
      {"call 1: ran 2 times",
       [](RegisterHistory& history) {
         history.runs.push_back({1, 7, 5});
       }},
      {"call 1: ran 2 times",
       [](RegisterHistory& history) {
         history.runs.push_back({1, 7, 5});
         history.uses[0].end = RegisterEnd::Never;
       }},
      {"call 1: did not run", [](RegisterHistory& history) { history.runs.erase(history.runs.begin()); }},
      {"call 1: did not run",
       [](RegisterHistory& history) {
         history.runs.erase(history.runs.begin());
         history.uses[0].end = RegisterEnd::Executed;
       }},
      {"call 2: did not run", [](RegisterHistory& history) { history.runs.resize(1); }},
      {"call 1: ran, and its client was told that it did not",
       [](RegisterHistory& history) { history.uses[0].end = RegisterEnd::NotExecuted; }},
      {"call 2: was given the answer to another",
       [](RegisterHistory& history) { history.uses[1].end = RegisterEnd::Misled; }},
      {"call 3: ran, and nobody had called",
       [](RegisterHistory& history) {
         history.runs.push_back({3, 7, 5});
       }},
      {"register 7: no order", [](RegisterHistory& history) { history.uses[1].call.found = 0; }},
  };
  for (const auto& wrong : wrongs) {
    RegisterHistory history;
    wrong.change(history);
    EXPECT_NE(violations_of(history).find(wrong.violation), std::string::npos)
        << wrong.violation << " is not among:\n"
        << violations_of(history);
  }
}

TEST(Registers, MayOrMayNotHaveRunWhenNobodyKnows) {
  for (const RegisterEnd end : {RegisterEnd::Unknown, RegisterEnd::Never}) {
    RegisterHistory history;
    history.uses[0].end = end;
    history.uses[0].call.ended = RegisterCall::kNever;
    EXPECT_EQ(violations_of(history), "");
    EXPECT_EQ(judge(history.uses, history.runs).unknown, 1u);
    history.uses[1].call.found = 0;
    history.runs.erase(history.runs.begin());
    EXPECT_EQ(violations_of(history), "");
  }
}

TEST(Registers, AreJudgedKeyByKey) {
  RegisterHistory history;
  history.uses[1].key = 8;
  history.uses[1].call.found = 0;
  EXPECT_EQ(violations_of(history), "");
  EXPECT_EQ(judge(history.uses, history.runs).keys, 2u);
}

}  // namespace
}  // namespace crash
