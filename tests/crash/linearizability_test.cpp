// Histories made by hand, of which it is plain whether they can be the work of one register.
#include "linearizability.hpp"

#include <gtest/gtest.h>

namespace crash {
namespace {

using Calls = std::vector<RegisterCall>;
using Operation = RegisterCall::Operation;
constexpr std::int64_t kNever = RegisterCall::kNever;

RegisterCall read(std::int64_t found, std::int64_t began, std::int64_t ended) {
  return {Operation::Read, 0, 0, found, began, ended};
}
RegisterCall write(std::int64_t value, std::int64_t began, std::int64_t ended) {
  return {Operation::Write, value, 0, {}, began, ended};
}
RegisterCall compare_and_set(std::int64_t expected, std::int64_t value, std::optional<std::int64_t> found,
                             std::int64_t began, std::int64_t ended) {
  return {Operation::CompareAndSet, value, expected, found, began, ended};
}
Linearizable judged(const Calls& calls) {
  return judge_linearizability(calls, 0);
}

TEST(Linearizability, HoldsForOneCallAfterAnother) {
  EXPECT_EQ(judged({}), Linearizable::Yes);
  EXPECT_EQ(judged({read(0, 1, 2), write(5, 3, 4), read(5, 5, 6)}), Linearizable::Yes);
}

TEST(Linearizability, IsBrokenByAReadOfWhatWasOverwritten) {
  EXPECT_EQ(judged({write(5, 1, 2), read(0, 3, 4)}), Linearizable::No);
  EXPECT_EQ(judged({write(5, 1, 2), write(6, 3, 4), read(5, 5, 6)}), Linearizable::No);
}

TEST(Linearizability, LetsCallsAtTheSameTimeTakeEffectInAnyOrder) {
  EXPECT_EQ(judged({write(5, 1, 4), read(0, 2, 3)}), Linearizable::Yes);
  EXPECT_EQ(judged({write(5, 1, 4), read(5, 2, 3)}), Linearizable::Yes);
  EXPECT_EQ(judged({write(5, 1, 4), write(6, 1, 4), read(5, 5, 6)}), Linearizable::Yes);
}

/// Two readers, one after the other, and the second one sees the older value.
TEST(Linearizability, IsBrokenByAValueThatComesAndGoes) {
  EXPECT_EQ(judged({write(5, 1, 9), read(5, 2, 3), read(0, 4, 5)}), Linearizable::No);
}

/// Each of the two readers is right by itself.
TEST(Linearizability, IsBrokenByReadersThatSeeWritesInOppositeOrders) {
  const Calls calls{write(5, 1, 9), write(6, 1, 9), read(5, 2, 3), read(6, 4, 5), read(5, 6, 7)};
  EXPECT_EQ(judged(calls), Linearizable::No);
}

TEST(Linearizability, LetsOnlyOneCompareAndSetFindTheSameValue) {
  const Calls one{compare_and_set(0, 5, 0, 1, 4), compare_and_set(0, 6, 5, 1, 4), read(5, 5, 6)};
  EXPECT_EQ(judged(one), Linearizable::Yes);
  const Calls both{compare_and_set(0, 5, 0, 1, 4), compare_and_set(0, 6, 0, 1, 4)};
  EXPECT_EQ(judged(both), Linearizable::No);
}

TEST(Linearizability, IsBrokenByACompareAndSetThatSetsThoughItFailed) {
  EXPECT_EQ(judged({write(5, 1, 2), compare_and_set(4, 6, 5, 3, 4), read(6, 5, 6)}), Linearizable::No);
}

TEST(Linearizability, LetsACallThatNeverEndedTakeEffectLateOrNever) {
  EXPECT_EQ(judged({write(5, 1, kNever), read(0, 2, 3)}), Linearizable::Yes);
  EXPECT_EQ(judged({write(5, 1, kNever), read(0, 2, 3), read(5, 4, 5)}), Linearizable::Yes);
  EXPECT_EQ(judged({compare_and_set(0, 5, {}, 1, kNever), read(0, 2, 3), read(5, 4, 5)}), Linearizable::Yes);
}

TEST(Linearizability, DoesNotLetACallThatNeverEndedTakeEffectTwiceOrTooEarly) {
  const Calls twice{write(5, 1, kNever), read(5, 2, 3), write(6, 4, 5), read(5, 6, 7)};
  EXPECT_EQ(judged(twice), Linearizable::No);
  EXPECT_EQ(judged({read(5, 1, 2), write(5, 3, kNever)}), Linearizable::No);
}

/// It ran, and its answer was lost.
TEST(Linearizability, PlacesACallWhoseAnswerIsNotKnown) {
  const RegisterCall lost = compare_and_set(0, 5, {}, 1, 2);
  EXPECT_EQ(judged({lost, read(5, 3, 4)}), Linearizable::Yes);
  EXPECT_EQ(judged({lost, read(0, 3, 4)}), Linearizable::No);
}

/// Four clients, 200 calls: what a run of the harness has for one key.
Calls long_history() {
  Calls calls;
  constexpr std::int64_t kClients = 4;
  for (std::int64_t i = 0; i < 50; ++i) {
    for (std::int64_t client = 0; client < kClients; ++client) {
      const std::int64_t turn = i * kClients + client + 1;  // they take effect in this order, and overlap
      calls.push_back(turn % 2 == 0 ? read(turn - 1, turn * 10 - 25, turn * 10 + 25)
                                    : write(turn, turn * 10 - 25, turn * 10 + 25));
    }
  }
  return calls;
}

TEST(Linearizability, IsFoundOutForTwoHundredCalls) {
  Calls calls = long_history();
  for (std::int64_t i = 0; i < 8; ++i) calls.push_back(write(10'000 + i, i * 100, kNever));
  EXPECT_EQ(judged(calls), Linearizable::Yes);
  calls = long_history();
  calls[101].found = calls[61].found;  // stale
  EXPECT_EQ(judged(calls), Linearizable::No);
}

/// What nobody has found need not be placed, however many such calls there are.
TEST(Linearizability, IsFoundOutBesideManyCallsThatNeverEnded) {
  Calls calls;
  for (std::int64_t i = 0; i < 60; ++i) {
    calls.push_back(write(100 + i, 10 * i, kNever));
    calls.push_back(compare_and_set(i, i + 1, i, 10 * i, 10 * i + 15));
  }
  EXPECT_EQ(judged(calls), Linearizable::Yes);
  calls.push_back(read(130, 700, 701));
  EXPECT_EQ(judged(calls), Linearizable::Yes);
  calls.push_back(read(60, 702, 703));
  EXPECT_EQ(judged(calls), Linearizable::No);
}

TEST(Linearizability, IsNotJudgedWhenItWouldTakeTooLong) {
  EXPECT_EQ(judge_linearizability(long_history(), 0, 100), Linearizable::Unjudged);
}

}  // namespace
}  // namespace crash
