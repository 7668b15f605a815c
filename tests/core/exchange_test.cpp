// Whole exchanges between clients and a server: the fault-free call, and what loss, copies, delay, restarts
// and broken connections do to it.
#include <gtest/gtest.h>

#include "pair.hpp"

namespace once::core::testing {
namespace {

/// A network that loses, copies and delays by chance, the same way for the same seed.
std::function<Pair::Fate(const Packet&)> rough(std::uint64_t seed, int loss_percent) {
  return [random = seed, loss_percent](const Packet&) mutable {
    const auto draw = [&](std::uint64_t bound) {
      random = random * 6364136223846793005 + 1442695040888963407;
      return (random >> 33) % bound;
    };
    Pair::Fate fate;
    while (fate.size() < 3) {
      if (draw(100) >= static_cast<std::uint64_t>(loss_percent)) {
        fate.push_back(std::chrono::microseconds{500 + draw(20'000)});
      }
      if (draw(4) != 0) break;
    }
    return fate;
  };
}

void expect_no_call_ran_twice(const Pair& pair) {
  for (const auto& [id, count] : pair.executed) EXPECT_EQ(count, 1) << id.session << ":" << id.sequence;
}

TEST(Exchange, CallIsExecutedOnceAndAnswered) {
  Pair pair;
  const CallKey call = pair.start();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.completion(call)->kind, OutcomeKind::Executed);
  EXPECT_EQ(as_text(pair.completion(call)->body), "hello");
  EXPECT_EQ(pair.executions(), 1);
  pair.run_for(1s);
  const std::pair<MessageType, std::size_t> messages[] = {
      {MessageType::Hello, 2},   {MessageType::Cookie, 1}, {MessageType::Welcome, 1},
      {MessageType::Request, 1}, {MessageType::Reply, 1},  {MessageType::Ack, 1}};
  for (const auto& [type, count] : messages) EXPECT_EQ(pair.count_of(type), count);
  EXPECT_EQ(pair.sent.size(), 7u);
  EXPECT_EQ(pair.server->records(), 0u);
  EXPECT_EQ(pair.server->reply_bytes(), 0u);
}

TEST(Exchange, ACookieThatIsTooOldIsReplaced) {
  Pair pair;
  bool cut = false;  // once the cookie is there, nothing arrives for minutes
  pair.fate = [&](const Packet& packet) {
    if (cut) return Pair::Fate{};
    cut = packet.type() == MessageType::Cookie;
    return Pair::Fate{1ms};
  };
  const CallKey call = pair.start();
  pair.run_for(10min);
  ASSERT_TRUE(cut);
  pair.fate = [](const Packet&) { return Pair::Fate{1ms}; };
  ASSERT_TRUE(pair.run_until_done(call, 0, 3min));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
}

TEST(Exchange, NextRequestAcknowledgesTheLastReply) {
  Pair pair;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(pair.run_until_done(pair.start()));
  EXPECT_EQ(pair.count_of(MessageType::Ack), 0u);
  EXPECT_EQ(pair.server->records(), 1u);
}

TEST(Exchange, HalfOfAllMessagesMayBeLost) {
  Pair pair;
  pair.fate = rough(1, 50);
  std::vector<CallKey> calls(500);
  for (CallKey& call : calls) call = pair.start();
  for (const CallKey call : calls) {
    ASSERT_TRUE(pair.run_until_done(call));
    EXPECT_EQ(pair.completion(call)->kind, OutcomeKind::Executed);
  }
  EXPECT_EQ(pair.executions(), 500);
  EXPECT_GT(pair.server->counters().replay, 0u);
  expect_no_call_ran_twice(pair);
}

TEST(Exchange, ManyClientsAndAllSemanticsOverARoughNetwork) {
  Pair pair{5};
  pair.fate = rough(2, 20);
  std::vector<std::pair<std::size_t, CallKey>> calls;
  for (std::size_t i = 0; i < 1'000; ++i) {
    const auto semantics = static_cast<Semantics>(i % 3);
    calls.emplace_back(i % 5, pair.start(Pair::request(semantics), i % 5));
    if (i % 20 == 0) pair.run_for(10ms);
  }
  int at_most_once = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto [client, call] = calls[i];
    ASSERT_TRUE(pair.run_until_done(call, client));
    EXPECT_EQ(pair.outcome(call, client), i % 3 == 0 ? OutcomeKind::Sent : OutcomeKind::Executed);
    at_most_once += i % 3 == 2 ? 1 : 0;
  }
  EXPECT_GE(pair.executions(), at_most_once);
  pair.run_for(61s);  // an idle acknowledgement that is lost is not repeated: the lease clears up
  EXPECT_EQ(pair.server->records(), 0u);
  EXPECT_EQ(pair.server->sessions(), 0u);
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

TEST(Exchange, ReplayOfAWholeRunExecutesNothing) {
  Pair pair;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(pair.run_until_done(pair.start()));
  const std::vector<Packet> recorded = pair.sent;
  for (const bool restarted : {false, true}) {
    if (restarted) pair.restart_server();
    for (const Packet& packet : recorded) {
      if (packet.to_server) pair.deliver(packet);
    }
    EXPECT_EQ(pair.executions(), 50);
  }
}

TEST(Exchange, LostReplyOfALongCallIsFetchedByAProbe) {
  Pair pair;
  pair.hold_calls();
  const CallKey call = pair.start();
  pair.run_for(5s);
  ASSERT_EQ(pair.held.size(), 1u);
  EXPECT_GT(pair.count_of(MessageType::Working), 0u);
  EXPECT_GT(pair.count_of(MessageType::Probe), 0u);
  pair.fate = [](const Packet&) { return Pair::Fate{}; };
  pair.reply_held();
  pair.fate = [](const Packet&) { return Pair::Fate{1ms}; };
  ASSERT_TRUE(pair.run_until_done(call, 0, 3s));
  EXPECT_EQ(as_text(pair.completion(call)->body), "world");
}

TEST(Exchange, CallThatRunsForAnHourKeepsItsSession) {
  Pair pair;
  pair.hold_calls();
  const CallKey call = pair.start();
  pair.run_for(1h);
  pair.reply_held();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.clients[0].core->counters().sessions, 1u);
}

// --- A new life of the server

TEST(Restart, SentCallIsUnknownAndTheNextOneRunsInANewSession) {
  Pair pair;
  pair.hold_calls();
  const CallKey call = pair.start();
  pair.run_for(50ms);
  ASSERT_EQ(pair.executions(), 1);
  pair.restart_server();
  pair.servant = [&](const Arrival& arrival) { pair.serve(arrival); };
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Unknown);
  EXPECT_EQ(pair.completion(call)->reason, Errc::epoch_changed);
  const CallKey next = pair.start();
  ASSERT_TRUE(pair.run_until_done(next));
  EXPECT_EQ(pair.outcome(next), OutcomeKind::Executed);
  EXPECT_EQ(pair.executions(), 2);
}

TEST(Restart, CallThatWasNotSentIsBoundAgainSilently) {
  ClientConfig config;
  config.limits.window_max = 1;
  Pair pair{1, {}, config};
  pair.hold_calls();
  const CallKey first = pair.start();
  const CallKey second = pair.start();  // waits for the window
  pair.run_for(50ms);
  pair.restart_server();
  pair.servant = [&](const Arrival& arrival) { pair.serve(arrival); };
  ASSERT_TRUE(pair.run_until_done(second));
  EXPECT_EQ(pair.outcome(first), OutcomeKind::Unknown);
  EXPECT_EQ(pair.outcome(second), OutcomeKind::Executed);
}

TEST(Restart, IdempotentCallRunsAgainOnTheNewServer) {
  Pair pair;
  pair.hold_calls();
  const CallKey call = pair.start(Pair::request(Semantics::AtLeastOnce));
  pair.run_for(50ms);
  pair.restart_server();
  pair.servant = [&](const Arrival& arrival) { pair.serve(arrival); };
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.executions(), 2);
}

TEST(Restart, IdleSessionIsReplacedBeforeAnythingCanBeUnknown) {
  Pair pair;
  ASSERT_TRUE(pair.run_until_done(pair.start()));
  pair.run_for(10min);  // beyond the lease
  pair.restart_server();
  const CallKey call = pair.start();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
}

TEST(Restart, OfTheClientFindsNothingOfItsOldLife) {
  Pair pair;
  pair.hold_calls();
  pair.start();
  pair.run_for(50ms);
  const std::size_t next_life = pair.add_client({});
  pair.clients[next_life].path = pair.clients[0].path;  // the same address and port
  pair.clients[next_life].core->connected(pair.now, pair.clients[0].path);
  pair.servant = [&](const Arrival& arrival) { pair.serve(arrival); };
  const CallKey call = pair.start(Pair::request(Semantics::AtMostOnce, "new life"), next_life);
  pair.reply_held(0, "old life");
  ASSERT_TRUE(pair.run_until_done(call, next_life));
  EXPECT_EQ(as_text(pair.completion(call, next_life)->body), "new life");
}

// --- Broken connections

TEST(Reconnect, CallInFlightIsSentAgainAndRunsOnce) {
  Pair pair;
  pair.clients[0].path.validated = true;
  pair.clients[0].core->connected(pair.now, pair.clients[0].path);
  pair.hold_calls();
  const CallKey call = pair.start();
  pair.run_for(50ms);
  ASSERT_EQ(pair.executions(), 1);
  pair.clients[0].core->disconnected(pair.now);
  pair.flush();
  pair.reply_held();  // into the connection that is gone
  pair.flush();
  pair.clients[0].path.link = 2;
  pair.clients[0].core->connected(pair.now, pair.clients[0].path);
  pair.drain();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.executions(), 1);
  EXPECT_EQ(pair.server->counters().replay, 1u);
  EXPECT_EQ(pair.sent_of(MessageType::Reply).back().from.link, 2u);
}

TEST(Reconnect, SessionFollowsAClientToANewAddress) {
  Pair pair;
  pair.hold_calls();
  const CallKey call = pair.start();
  pair.run_for(50ms);
  pair.clients[0].path.port = 9999;
  pair.clients[0].core->connected(pair.now, pair.clients[0].path);
  pair.drain();
  pair.run_for(50ms);
  pair.reply_held();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.sent_of(MessageType::Reply).back().from.port, 9999);
  EXPECT_EQ(pair.server->sessions(), 1u);
}

// --- Cancellation and goodbye

TEST(Cancellation, ReachesTheServantAndTheNumberIsFinishedWhenItEnds) {
  Pair pair;
  pair.hold_calls();
  const CallKey call = pair.start();
  pair.run_for(50ms);
  pair.cancel(call);
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Unknown);
  pair.run_for(50ms);
  ASSERT_EQ(pair.abandoned.size(), 1u);
  EXPECT_EQ(pair.abandoned[0].reason, Abandoned::Reason::Cancelled);
  EXPECT_EQ(pair.server->records(), 1u);
  pair.reply_held();
  pair.run_for(5s);
  EXPECT_EQ(pair.server->records(), 0u);
}

TEST(Cancellation, ThatOvertakesItsRequestKeepsItFromRunning) {
  Pair pair;
  ASSERT_TRUE(pair.run_until_done(pair.start()));
  pair.fate = [](const Packet& packet) {
    return Pair::Fate{packet.type() == MessageType::Request ? Duration{100ms} : Duration{1ms}};
  };
  const CallKey call = pair.start();
  pair.cancel(call);
  pair.run_for(10s);
  EXPECT_EQ(pair.executions(), 1);
  EXPECT_EQ(pair.server->counters().collision, 0u);
  EXPECT_EQ(pair.server->records(), 0u);
}

TEST(Cancellation, OfManyCallsLeavesNothingBehind) {
  Pair pair;
  pair.fate = rough(3, 30);
  for (int i = 0; i < 300; ++i) {
    const CallKey call = pair.start();
    pair.run_for(std::chrono::milliseconds{i % 7});
    pair.cancel(call);
  }
  pair.run_for(2min);
  EXPECT_EQ(pair.server->records(), 0u);
  EXPECT_EQ(pair.clients[0].core->in_flight(), 0u);
  expect_no_call_ran_twice(pair);
}

TEST(Goodbye, OfTheClientFreesTheServer) {
  Pair pair;
  pair.hold_calls();
  pair.start();
  pair.run_for(50ms);
  pair.clients[0].core->close(pair.now);
  pair.drain();
  pair.run_for(50ms);
  EXPECT_EQ(pair.server->sessions(), 0u);
  ASSERT_EQ(pair.abandoned.size(), 1u);
  EXPECT_EQ(pair.abandoned[0].reason, Abandoned::Reason::SessionEnded);
}

TEST(Overload, IsReportedWithTimeAndTruth) {
  ServerConfig config;
  config.limits.running_max = 1;
  Pair pair{1, config};
  pair.hold_calls();
  const CallKey first = pair.start();
  const CallKey second = pair.start();
  ASSERT_TRUE(pair.run_until_done(second));
  EXPECT_EQ(pair.outcome(second), OutcomeKind::NotExecuted);
  EXPECT_EQ(pair.completion(second)->reason, Errc::overloaded);
  EXPECT_EQ(pair.completion(second)->retry_after, 50ms);
  pair.reply_held();
  ASSERT_TRUE(pair.run_until_done(first));
  EXPECT_EQ(pair.executions(), 1);
}

}  // namespace
}  // namespace once::core::testing
