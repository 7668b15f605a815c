// A server with a durable store: what survives its restarts, and what clients make of them.
#include <gtest/gtest.h>

#include <once/base/crc32c.hpp>

#include "core/server/rows.hpp"
#include "pair.hpp"

namespace once::core::testing {
namespace {

CallRequest exactly_once(std::string_view body = "hello") {
  return Pair::request(Semantics::ExactlyOnce, body);
}

/// A pair that has a session already.
struct DurablePair : Pair {
  explicit DurablePair(std::size_t client_count = 1) : Pair(client_count, durable()) {
    for (std::size_t i = 0; i < client_count; ++i) {
      EXPECT_TRUE(run_until_done(start(exactly_once("first"), i), i));
    }
    run_for(1s);
    executed.clear();
    store.effects.clear();
    sent.clear();
  }
};

TEST(Durable, AWelcomeWaitsForTheStore) {
  Pair pair{1, durable()};
  pair.store.keeps_sessions = false;
  const CallKey call = pair.start(exactly_once());
  pair.run_for(3s);
  EXPECT_EQ(pair.count_of(MessageType::Welcome), 0u);
  ASSERT_EQ(pair.store.sessions.size(), 1u) << "copies of the HELLO ask for nothing more";
  pair.server->kept(pair.now, pair.store.sessions.begin()->first, Errc::ok);
  pair.drain();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
}

TEST(Durable, WhatTheStoreDoesNotTakeIsRefused) {
  Pair pair{1, durable()};
  pair.store.keeps_sessions = false;
  const CallKey call = pair.start(exactly_once());
  pair.run_for(100ms);
  ASSERT_EQ(pair.store.sessions.size(), 1u);
  pair.server->kept(pair.now, pair.store.sessions.begin()->first, Errc::overloaded);
  pair.drain();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::NotSent);
  EXPECT_EQ(pair.completion(call)->reason, Errc::overloaded);
  EXPECT_EQ(pair.server->sessions(), 0u);
}

TEST(Durable, AStoredReplyIsSentAgainAfterARestart) {
  DurablePair pair;
  pair.fate = nothing_comes_back();
  const CallKey call = pair.start(exactly_once("payment"));
  pair.run_for(50ms);
  ASSERT_EQ(pair.store.effects.size(), 1u);
  pair.restart_server();
  pair.fate = everything_arrives();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(as_text(pair.completion(call)->body), "payment");
  EXPECT_EQ(pair.executions(), 1);
}

TEST(Durable, WhatDidNotCommitRunsAfterTheRestart) {
  DurablePair pair;
  pair.hold_calls();  // the servant runs, and nothing is committed
  const CallKey call = pair.start(exactly_once("payment"));
  pair.run_for(50ms);
  ASSERT_EQ(pair.held.size(), 1u);
  pair.servant = [&](const Arrival& arrival) { pair.serve(arrival); };
  pair.restart_server();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.store.effects.size(), 1u);
  EXPECT_EQ(pair.store.effects.begin()->second, 1);
}

/// An earlier server has promised them, under limits of its own.
TEST(Durable, OutcomesAreRestoredWhateverTheLimitsAre) {
  DurablePair pair;
  pair.fate = nothing_comes_back();
  std::vector<CallKey> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(pair.start(exactly_once(std::string(1'000, 'x'))));
  pair.run_for(50ms);
  ASSERT_EQ(pair.store.outcomes.size(), 8u);
  pair.server_config.limits.records_max = 2;
  pair.server_config.limits.reply_bytes_max = 4'096;
  pair.restart_server();
  pair.fate = everything_arrives();
  for (const CallKey call : calls) {
    ASSERT_TRUE(pair.run_until_done(call));
    EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  }
  EXPECT_EQ(pair.executions(), 8);
  pair.run_for(1s);
  const CallKey next = pair.start(exactly_once(""));
  ASSERT_TRUE(pair.run_until_done(next));
  EXPECT_EQ(pair.outcome(next), OutcomeKind::Executed) << "what was restored has made room";
}

/// Else nothing could make room for new calls until their client has forgotten them.
TEST(Durable, RestoredRepliesBeyondTheirPromiseMakeRoom) {
  DurablePair pair;
  pair.server_config.limits.reply_bytes_per_session = 8'192;
  pair.restart_server();
  pair.reply_max = 256;
  ASSERT_TRUE(pair.run_until_done(pair.start(exactly_once(""))));
  pair.run_for(1s);
  ASSERT_EQ(pair.store.outcomes.size(), 0u);
  pair.fate = [](const Packet& packet) {
    return packet.type() == MessageType::Reply ? Pair::Fate{} : Pair::Fate{1ms};
  };
  const CallKey large = pair.start(exactly_once(std::string(7'000, 'x')));
  pair.run_for(50ms);
  ASSERT_EQ(pair.store.outcomes.size(), 1u);
  pair.restart_server();
  pair.reply_max = 4'096;
  const CallKey next = pair.start(exactly_once("next"));
  pair.run_for(1s);
  pair.fate = everything_arrives();
  ASSERT_TRUE(pair.run_until_done(next));
  EXPECT_EQ(pair.outcome(next), OutcomeKind::Executed);
  ASSERT_TRUE(pair.run_until_done(large));
  EXPECT_EQ(pair.outcome(large), OutcomeKind::ReplyLost);
}

TEST(Durable, AtMostOnceCallsEndWithTheEpoch) {
  DurablePair pair;
  pair.hold_calls();
  const CallKey once = pair.start(Pair::request(Semantics::AtMostOnce));
  const CallKey durable = pair.start(exactly_once());
  const CallKey often = pair.start(Pair::request(Semantics::AtLeastOnce));
  pair.run_for(50ms);
  ASSERT_EQ(pair.held.size(), 3u);
  pair.servant = [&](const Arrival& arrival) { pair.serve(arrival); };
  pair.executed.clear();
  pair.sent.clear();
  pair.restart_server();
  for (const CallKey call : {once, durable, often}) ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(once), OutcomeKind::Unknown);
  EXPECT_EQ(pair.completion(once)->reason, Errc::epoch_changed);
  EXPECT_EQ(pair.outcome(durable), OutcomeKind::Executed);
  EXPECT_EQ(pair.outcome(often), OutcomeKind::Executed);
  EXPECT_EQ(pair.executions(), 2);
  for (const Packet& packet : pair.sent_of(MessageType::Request)) {
    const SessionMessage message = packet.request();
    EXPECT_FALSE(message.semantics == Semantics::AtMostOnce && message.expected == pair.server_config.epoch);
  }
  EXPECT_EQ(pair.clients[0].core->counters().sessions, 1u) << "the session goes on";
}

TEST(Durable, TheSessionGoesOnAfterTheRestart) {
  DurablePair pair;
  pair.restart_server();
  const CallKey call = pair.start(Pair::request(Semantics::AtMostOnce));
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Unknown) << "it was sent, and the epoch had changed";
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(pair.run_until_done(pair.start(exactly_once())));
  EXPECT_EQ(pair.clients[0].core->counters().sessions, 1u);
  EXPECT_EQ(pair.store.sessions.size(), 1u);
}

TEST(Durable, AcknowledgedOutcomesAreForgotten) {
  DurablePair pair;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(pair.run_until_done(pair.start(exactly_once())));
  EXPECT_EQ(pair.store.outcomes.size(), 1u);
  pair.run_for(1s);
  EXPECT_EQ(pair.store.outcomes.size(), 0u);
}

TEST(Durable, AnOrphansOutcomeIsForgotten) {
  DurablePair pair;
  pair.hold_calls();
  CallRequest request = exactly_once();
  request.deadline = pair.now + 100ms;
  const CallKey call = pair.start(std::move(request));
  ASSERT_TRUE(pair.run_until_done(call));
  pair.run_for(1s);  // acknowledged: it is an orphan now
  pair.commit(pair.held[0], octets("late"));
  ASSERT_EQ(pair.store.outcomes.size(), 1u);
  pair.reply_held();
  EXPECT_EQ(pair.store.outcomes.size(), 0u);
}

TEST(Durable, ASessionThatEndsIsForgotten) {
  DurablePair pair{2};
  ASSERT_EQ(pair.store.sessions.size(), 2u);
  pair.clients[0].core->close(pair.now);
  pair.drain();
  pair.run_for(100ms);
  EXPECT_EQ(pair.store.sessions.size(), 1u);
  pair.run_for(2min);  // and by the end of its lease
  EXPECT_EQ(pair.store.sessions.size(), 0u);
}

TEST(Durable, TheLeaseBeginsAnewWithTheServer) {
  DurablePair pair;
  pair.run_for(50s);
  pair.restart_server();
  pair.run_for(50s);
  EXPECT_EQ(pair.server->sessions(), 1u);
  pair.run_for(20s);
  EXPECT_EQ(pair.server->sessions(), 0u);
}

TEST(Durable, ACallOutlastsTheLeaseOfADeadServer) {
  DurablePair pair;
  pair.fate = [](const Packet&) { return Pair::Fate{}; };
  const CallKey call = pair.start(exactly_once());
  const Pair::Store on_disk = pair.store;
  pair.run_for(5min);
  EXPECT_FALSE(pair.done(call));
  const CallKey next = pair.start(exactly_once("next"));
  pair.run_for(1min);
  for (const Packet& packet : pair.sent_of(MessageType::Request)) {
    EXPECT_EQ(packet.request().body_length, 5u) << "nothing new is sent in a session that may be gone";
  }
  pair.store = on_disk;  // the server was away all the time, and no lease ended
  pair.restart_server();
  pair.fate = everything_arrives();
  for (const CallKey key : {call, next}) {
    ASSERT_TRUE(pair.run_until_done(key));
    EXPECT_EQ(pair.outcome(key), OutcomeKind::Executed);
  }
  EXPECT_EQ(pair.store.effects.size(), 2u);
}

TEST(Durable, AServerThatWasReplacedIsNotBelieved) {
  DurablePair pair;
  ServerCore old{pair.server_config, pair.now};  // of the epoch that ends now
  pair.restart_server();
  ASSERT_TRUE(pair.run_until_done(pair.start(exactly_once())));  // the client is in the new epoch
  pair.hold_calls();
  const CallKey call = pair.start(exactly_once("payment"));
  pair.run_for(10ms);
  const Slice request = pair.sent_of(MessageType::Request).back().message;
  old.receive(pair.now, pair.clients[0].path, request);
  Transmit answer;
  ASSERT_TRUE(old.poll_transmit(answer));
  ASSERT_EQ(peek_type(answer.header), MessageType::WrongEpoch);
  pair.deliver_to_client(Slice::copy_of(answer.header));
  EXPECT_FALSE(pair.done(call));
  pair.commit(pair.held[0], octets("paid"));
  pair.reply_held(0, "paid");
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
}

TEST(Durable, AnotherRequestUnderAKnownNumberIsACollision) {
  DurablePair pair;
  pair.fate = nothing_comes_back();
  pair.start(exactly_once("payment"));
  pair.run_for(50ms);
  Packet copy = pair.sent_of(MessageType::Request).back();
  copy.from.validated = true;
  pair.restart_server();
  SessionMessage message = copy.request();
  message.expected = pair.server_config.epoch;
  message.body_checksum = crc32c(octets("another"));
  std::vector<std::uint8_t> header;
  write(message, octets("account"), header);
  Buffer whole;
  whole.append(header);
  whole.append(octets("another").view());
  pair.sent.clear();
  pair.deliver_to_server(copy.from, std::move(whole).freeze());
  EXPECT_EQ(pair.count_of(MessageType::Collision), 1u);
  EXPECT_EQ(pair.store.effects.size(), 1u);
}

TEST(Durable, AServerWithoutAStoreRefuses) {
  Pair pair;
  const CallKey call = pair.start(exactly_once());
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::NotExecuted);
  EXPECT_EQ(pair.completion(call)->reason, Errc::no_store);
}

TEST(Durable, AStoreThatHasStoppedRefusesWhatIsNew) {
  DurablePair pair;
  pair.server->refuse_durable(Errc::overloaded);
  const CallKey refused = pair.start(exactly_once());
  ASSERT_TRUE(pair.run_until_done(refused));
  EXPECT_EQ(pair.outcome(refused), OutcomeKind::NotExecuted);
  pair.server->refuse_durable(Errc::ok);
  const CallKey call = pair.start(exactly_once());
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
}

/// Loss, copies, delays and restarts at any moment: every call ends executed, and has had one effect.
TEST(Durable, EveryCallTakesEffectOnceThroughRestarts) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Pair pair{3, durable()};
    std::uint64_t state = seed;
    const auto draw = [&state](std::uint64_t bound) {
      state = state * 6364136223846793005 + 1442695040888963407;
      return (state >> 33) % bound;
    };
    pair.fate = [&](const Packet&) {
      Pair::Fate fate;
      while (fate.size() < 3 && draw(4) != 0) fate.push_back(std::chrono::microseconds{500 + draw(50'000)});
      return fate;
    };
    pair.servant = [&](const Arrival& arrival) {  // crashes come between its steps
      if (draw(3) == 0 || !pair.server->start(pair.now, arrival.call, pair.reply_max)) return;
      if (draw(3) == 0) return;
      pair.commit(arrival, arrival.body);
      if (draw(3) == 0) return;
      pair.server->reply(pair.now, arrival.call, ReplyStatus::Value, arrival.body, arrival.little_endian);
    };
    std::vector<std::pair<CallKey, std::size_t>> calls;
    for (int round = 0; round < 30; ++round) {
      for (std::size_t client = 0; client < 3; ++client) {
        calls.emplace_back(pair.start(exactly_once(std::to_string(calls.size())), client), client);
      }
      pair.run_for(std::chrono::milliseconds{draw(400)});
      if (draw(2) == 0) pair.restart_server();
    }
    pair.servant = [&](const Arrival& arrival) { pair.serve(arrival); };
    pair.restart_server();
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const auto [call, client] = calls[i];
      ASSERT_TRUE(pair.run_until_done(call, client));
      EXPECT_EQ(pair.outcome(call, client), OutcomeKind::Executed);
      EXPECT_EQ(as_text(pair.completion(call, client)->body), std::to_string(i));
    }
    EXPECT_EQ(pair.store.effects.size(), calls.size());
    for (const auto& [id, effects] : pair.store.effects) EXPECT_EQ(effects, 1) << id.sequence;
  }
}

TEST(Rows, AreReadAsTheyWereWritten) {
  const SessionRow session{7, {1, 2}, 3, 4, 5, 64, "till", 6, 5, true, 99};
  SessionRow read_session;
  ASSERT_EQ(read_row(write_row(session), read_session), Errc::ok);
  EXPECT_EQ(read_session.instance, session.instance);
  EXPECT_EQ(read_session.nonce, 3u);
  EXPECT_EQ(read_session.principal, 4u);
  EXPECT_EQ(read_session.message_max, 5u);
  EXPECT_EQ(read_session.window, 64);
  const OutcomeRow outcome{
      {7, 8},         6,   {1, 2, 3, 4}, 2, ReplyStatus::UserException, true, Errc::servant_failed,
      octets("body"), true};
  OutcomeRow read_outcome;
  ASSERT_EQ(read_row(write_row(outcome), read_outcome), Errc::ok);
  EXPECT_EQ(read_outcome.mark, 6u);
  EXPECT_EQ(read_outcome.digest, outcome.digest);
  EXPECT_EQ(read_outcome.codec, 2);
  EXPECT_EQ(read_outcome.status, ReplyStatus::UserException);
  EXPECT_TRUE(read_outcome.little_endian);
  EXPECT_TRUE(read_outcome.beyond_promise);
  EXPECT_EQ(read_outcome.reason, Errc::servant_failed);
  EXPECT_EQ(as_text(read_outcome.body), "body");
}

TEST(Rows, ThatAreDamagedAreNotRead) {
  const Slice whole =
      write_row(OutcomeRow{{7, 8}, 6, {1, 2, 3, 4}, 2, ReplyStatus::Value, true, Errc::ok, octets("body")});
  OutcomeRow outcome;
  SessionRow session;
  EXPECT_EQ(read_row(whole, session), Errc::truncated);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(read_row(whole.part(0, size), outcome), Errc::ok) << size;
  }
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes damaged(whole.view().begin(), whole.view().end());
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_EQ(read_row(Slice::copy_of(damaged), outcome), Errc::bad_checksum) << bit;
  }
}

}  // namespace
}  // namespace once::core::testing
