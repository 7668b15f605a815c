// Whole exchanges between a client and a server: the fault-free call, and what loss, copies and delay do to
// it.
#include <gtest/gtest.h>

#include "pair.hpp"

namespace once::core::testing {
namespace {

TEST(Exchange, CallIsExecutedOnceAndAnswered) {
  Pair pair;
  const CallKey call = pair.start();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.completion(call)->kind, OutcomeKind::Executed);
  EXPECT_EQ(as_text(pair.completion(call)->body), "hello");
  EXPECT_EQ(pair.executions(), 1);
}

TEST(Exchange, HalfOfAllMessagesMayBeLost) {
  Pair pair;
  std::uint64_t random = 1;
  pair.fate = [&](const Packet&) {
    random = random * 6364136223846793005 + 1442695040888963407;
    return random >> 63 != 0 ? Pair::Fate{1ms} : Pair::Fate{};
  };
  std::vector<CallKey> calls;
  for (int i = 0; i < 500; ++i) calls.push_back(pair.start());
  for (const CallKey call : calls) {
    ASSERT_TRUE(pair.run_until_done(call));
    EXPECT_EQ(pair.completion(call)->kind, OutcomeKind::Executed);
  }
  EXPECT_EQ(pair.executions(), 500);
  EXPECT_GT(pair.server->counters().replay, 0u);
  for (const auto& [id, count] : pair.executed) EXPECT_EQ(count, 1);
}

TEST(Exchange, CopiesAreAnsweredFromTheReplayCache) {
  Pair pair;
  pair.fate = [](const Packet&) { return Pair::Fate{1ms, 3ms, 500ms}; };
  const CallKey call = pair.start();
  ASSERT_TRUE(pair.run_until_done(call));
  pair.run_for(2s);
  EXPECT_EQ(pair.executions(), 1);
  EXPECT_GT(pair.server->counters().replay, 0u);
  EXPECT_GT(pair.server->counters().stale, 0u);
  EXPECT_EQ(pair.server->records(), 0u);
}

}  // namespace
}  // namespace once::core::testing
