// A client whose address changes, known to it or not: how it answers PATH_CHALLENGE, and what its calls cost.
#include <gtest/gtest.h>

#include "client_desk.hpp"

namespace once::core::testing {
namespace {

// --- The client alone

class Challenged : public ::testing::Test {
 protected:
  Challenged() {
    desk.connect();
    const CallKey first = desk.start();
    desk.welcome();
    desk.now += 10ms;
    desk.reply(desk.only(MessageType::Request));
    ONCE_ASSERT(desk.outcome(first) == OutcomeKind::Executed);
  }
  void challenge(std::uint64_t counter, std::uint64_t cookie = 99) {
    desk.deliver(PathChallenge{desk.session, counter, cookie});
  }
  SessionMessage start(Semantics semantics = Semantics::AtMostOnce) {
    desk.start(semantics);
    return desk.only(MessageType::Request);
  }

  ClientDesk desk;
};

TEST_F(Challenged, ProvesItsPathAndSendsEverythingAgain) {
  const SessionMessage first = start();
  const SessionMessage second = start(Semantics::AtLeastOnce);
  const Duration measured = desk.client->round_trips().smoothed();
  desk.now += 3ms;
  challenge(first.counter, 77);
  ASSERT_EQ(desk.sent.size(), 3u);
  EXPECT_EQ(desk.sent[0].type, MessageType::PathResponse);
  EXPECT_EQ(desk.sent[0].size, kPathResponseSize);
  EXPECT_EQ(desk.sent[0].message.cookie, 77u);
  EXPECT_EQ(desk.sent[0].message.session, desk.session);
  EXPECT_EQ(desk.sent[0].message.expected, desk.epoch);
  EXPECT_GT(desk.sent[0].message.counter, second.counter);
  const auto again = desk.messages(MessageType::Request);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].sequence, first.sequence);
  EXPECT_EQ(again[0].attempt, 2u);
  EXPECT_EQ(again[1].sequence, second.sequence);
  // No answer, no sample; and what is answered is measured from when it was sent.
  EXPECT_EQ(desk.client->round_trips().smoothed(), measured);
  desk.now += measured;
  desk.reply(again[0]);
  EXPECT_EQ(desk.client->round_trips().smoothed(), measured);
}

TEST_F(Challenged, AnswersABurstOnce) {
  const SessionMessage first = start(), second = start(), third = start();
  challenge(second.counter, 1);
  EXPECT_EQ(desk.sent.size(), 4u);
  for (const SessionMessage& message : {first, second, third}) {
    challenge(message.counter, 2);
    EXPECT_TRUE(desk.sent.empty());
  }
  EXPECT_EQ(desk.counters().ignored, 3u);
}

TEST_F(Challenged, OnlyProvesAgainWhenTheProofWasLost) {
  const SessionMessage message = start();
  challenge(message.counter, 1);
  const SessionMessage again = desk.messages(MessageType::Request).at(0);
  desk.now += 5ms;
  challenge(again.counter, 2);
  EXPECT_EQ(desk.only(MessageType::PathResponse).cookie, 2u);
  challenge(again.counter, 2);
  EXPECT_TRUE(desk.sent.empty());
  // What its timer repeats goes again behind the proof.
  desk.run_until_sent();
  const SessionMessage third = desk.only(MessageType::Request);
  challenge(third.counter, 3);
  EXPECT_EQ(desk.sent.size(), 2u);
}

TEST_F(Challenged, ForEverAsksNoMoreOftenThanItsTimers) {
  start();
  std::size_t messages = 0;
  const Time end = desk.now + 30s;  // the lease is longer
  for (desk.run_until_sent(); desk.now < end; desk.run_until_sent()) {
    ASSERT_FALSE(desk.sent.empty());
    for (int i = 0; i < 1'000 && !desk.sent.empty(); ++i) {
      messages += desk.sent.size();
      desk.now += 1ms;
      challenge(desk.sent.back().message.counter);
    }
  }
  EXPECT_LE(messages, 60u);
  EXPECT_GE(messages, 10u);
}

TEST_F(Challenged, ByAFragmentAnswersOnceInATimeout) {
  start();
  challenge(0, 1);
  EXPECT_EQ(desk.sent.size(), 2u);
  challenge(0, 2);
  EXPECT_TRUE(desk.sent.empty());
  desk.now += desk.client->round_trips().rto();
  challenge(0, 3);
  EXPECT_EQ(desk.sent.front().message.cookie, 3u);
}

TEST_F(Challenged, AsksAgainWhatItAskedBefore) {
  const SessionMessage working = start();
  desk.say(MessageType::Working, working);
  desk.run_until_sent();
  const SessionMessage probe = desk.only(MessageType::Probe);
  challenge(probe.counter);
  ASSERT_EQ(desk.sent.size(), 2u);
  EXPECT_EQ(desk.sent[1].type, MessageType::Probe);
}

TEST_F(Challenged, SaysNothingToWhatDoesNotConcernIt) {
  const SessionMessage message = start();
  desk.deliver(PathChallenge{desk.session + 1, message.counter, 1});
  EXPECT_TRUE(desk.sent.empty());
  challenge(message.counter + 1);  // was never sent
  EXPECT_TRUE(desk.sent.empty());
  EXPECT_EQ(desk.counters().ignored, 2u);
  Bytes octets(kServerHeaderMax);
  octets.resize(write(PathChallenge{desk.session, message.counter, 1}, octets.data()));
  octets.resize(octets.size() - 8);
  seal(octets, MessageType::PathChallenge, 0, 0);
  desk.deliver_octets(octets);
  EXPECT_TRUE(desk.sent.empty());
  EXPECT_EQ(desk.counters().malformed, 1u);
}

TEST_F(Challenged, LeavesTheCookieOfAPathThatIsGoneBehind) {
  const SessionMessage message = start();
  desk.client->disconnected(desk.now);
  challenge(message.counter);
  EXPECT_TRUE(desk.sent.empty());
  desk.sent.clear();
  desk.connect();
  EXPECT_EQ(desk.sent.size(), 1u);
  EXPECT_EQ(desk.sent[0].type, MessageType::Request);
}

// --- With a server

/// `known` to the client, as a new socket is, or not, as behind a NAT.
void change_port(Pair& pair, bool known, std::uint16_t port) {
  Pair::Client& client = pair.clients[0];
  client.seen_port = port;
  if (known) {
    client.path.port = port;
    client.core->connected(pair.now, client.path);
  }
  pair.drain();
}

class MovedClient : public ::testing::Test {
 protected:
  MovedClient() {
    ONCE_ASSERT(pair.run_until_done(pair.start()));
    pair.fate = [this](const Packet& packet) { return arrives(packet); };
  }
  /// Nobody receives where the client was.
  Pair::Fate arrives(const Packet& packet) const {
    const bool is_gone = !packet.to_server && packet.from.port != pair.clients[0].seen().port;
    return is_gone ? Pair::Fate{} : Pair::Fate{1ms};
  }
  void move(bool known, std::uint16_t port = 9999) { change_port(pair, known, port); }
  std::uint16_t port() const {
    Path path;
    return pair.server->path_of(pair.clients[0].core->session(), path) ? path.port : std::uint16_t{0};
  }
  /// The first message of this type from now on is lost.
  void lose_first(MessageType type) {
    pair.fate = [this, type, lost = false](const Packet& packet) mutable {
      if (packet.type() != type || std::exchange(lost, true)) return arrives(packet);
      return Pair::Fate{};
    };
  }

  Pair pair;
};

TEST_F(MovedClient, PaysOneRoundTripAndRunsOnce) {
  for (const bool known : {true, false}) {
    move(known, known ? 9001 : 9002);
    const Time began = pair.now;
    const int before = pair.executions();
    ASSERT_TRUE(pair.run_until_done(pair.start()));
    EXPECT_EQ(pair.now - began, 4ms);  // 2 ms, and one round trip
    EXPECT_EQ(pair.executions() - before, 1);
    const Time then = pair.now;
    ASSERT_TRUE(pair.run_until_done(pair.start()));
    EXPECT_EQ(pair.now - then, 2ms);
  }
  EXPECT_EQ(pair.server->counters().moved, 2u);
}

TEST_F(MovedClient, GetsTheAnswerOfACallThatRanMeanwhile) {
  pair.hold_calls();
  const CallKey call = pair.start();
  pair.run_for(1ms);
  move(true);
  const Time began = pair.now;
  pair.reply_held();  // to the address before
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.now - began, 4ms);
  EXPECT_EQ(pair.executions(), 2);
}

TEST_F(MovedClient, GetsEverythingAnsweredWhateverIsLost) {
  std::uint16_t next = 9000;
  for (const MessageType type :
       {MessageType::PathChallenge, MessageType::PathResponse, MessageType::Request, MessageType::Reply}) {
    for (const bool known : {true, false}) {
      move(known, ++next);
      lose_first(type);
      const int before = pair.executions();
      std::vector<CallKey> calls;
      for (int i = 0; i < 5; ++i) calls.push_back(pair.start());
      for (const CallKey call : calls) {
        ASSERT_TRUE(pair.run_until_done(call));
        EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
      }
      EXPECT_EQ(pair.executions() - before, 5);
      EXPECT_EQ(port(), next);
    }
  }
}

TEST_F(MovedClient, AnswersABurstOfChallengesWithOneProof) {
  move(false);
  pair.sent.clear();
  for (int i = 0; i < 8; ++i) pair.start();
  pair.run_for(100ms);
  EXPECT_EQ(pair.count_of(MessageType::PathChallenge), 8u);
  EXPECT_EQ(pair.count_of(MessageType::PathResponse), 1u);
  EXPECT_EQ(pair.count_of(MessageType::Request), 16u);
  EXPECT_EQ(pair.count_of(MessageType::Reply), 8u);
}

TEST_F(MovedClient, ThatKeepsItsSessionIsFoundAtOnce) {
  pair.clients[0].core->keep_session(true);
  pair.run_for(1s);
  move(true);
  pair.run_for(10ms);
  EXPECT_EQ(port(), 9999);
}

TEST_F(MovedClient, LosesAMaybeCallThatIsTheFirstFromThere) {
  move(false);
  pair.start(Pair::request(Semantics::Maybe));
  pair.run_for(10ms);
  EXPECT_EQ(pair.executions(), 1);
  EXPECT_EQ(port(), 9999);
  pair.start(Pair::request(Semantics::Maybe));
  pair.run_for(10ms);
  EXPECT_EQ(pair.executions(), 2);
}

TEST(MovedClients, ProveEachOfTheirSessions) {
  ServerConfig config;
  config.limits.window_max = 8;
  Pair pair{1, config};
  pair.hold_calls();
  const CallKey held = pair.start();
  pair.run_for(10ms);
  pair.servant = [&](const Arrival& arrival) { pair.serve(arrival); };
  for (int i = 0; i < 40; ++i) pair.start();
  pair.run_for(1s);
  ASSERT_EQ(pair.executions(), 41);
  ASSERT_EQ(pair.server->sessions(), 2u);
  pair.hold_calls();
  const CallKey second = pair.start();
  pair.run_for(10ms);
  pair.fate = [&](const Packet& packet) {
    return packet.to_server || packet.from.port == 9999 ? Pair::Fate{1ms} : Pair::Fate{};
  };
  change_port(pair, true, 9999);
  pair.reply_held(0);
  pair.reply_held(1);
  for (const CallKey call : {held, second}) {
    ASSERT_TRUE(pair.run_until_done(call));
    EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  }
  EXPECT_EQ(pair.server->counters().moved, 2u);
  EXPECT_EQ(pair.executions(), 42);
}

TEST(MovedClients, AreAskedByTheServersNextLifeToo) {
  Pair pair{1, durable()};
  ASSERT_TRUE(pair.run_until_done(pair.start()));
  pair.fate = nothing_comes_back();
  const CallKey call = pair.start(Pair::request(Semantics::ExactlyOnce));
  pair.run_for(50ms);
  pair.restart_server();
  pair.fate = everything_arrives();
  pair.sent.clear();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.count_of(MessageType::PathChallenge), 1u);
  EXPECT_EQ(pair.count_of(MessageType::PathResponse), 1u);
  EXPECT_EQ(pair.server->counters().moved, 1u);
}

// --- In fragments

class MovedTransfer : public ::testing::TestWithParam<bool> {
 protected:
  MovedTransfer() {
    pair.use_fragments();
    pair.reply_max = 1 << 20;
    ONCE_ASSERT(pair.run_until_done(pair.start()));
    pair.sent.clear();
    pair.fate = [this](const Packet& packet) {
      const bool is_gone = !packet.to_server && packet.from.port != pair.clients[0].seen().port;
      return is_gone ? Pair::Fate{} : Pair::Fate{1ms};
    };
  }
  void move(std::uint16_t port = 9999) { change_port(pair, GetParam(), port); }

  Pair pair;
};

TEST_P(MovedTransfer, OfARequestGoesOn) {
  for (const Semantics semantics : {Semantics::AtMostOnce, Semantics::Maybe}) {
    const int before = pair.executions();
    pair.start(Pair::request(semantics, std::string(100'000, 'q')));
    pair.run_for(3ms);
    move();
    const std::size_t fragments = pair.count_of(MessageType::FragmentUp);
    pair.run_for(GetParam() ? 150ms : 2s);  // sooner than any probe; or as soon as a timer finds out
    EXPECT_EQ(pair.executions() - before, 1);
    EXPECT_LT(pair.count_of(MessageType::FragmentUp) - fragments, 2 * 100'000u / 1'120);
    move(7000);
    ASSERT_TRUE(pair.run_until_done(pair.start()));
  }
  EXPECT_LE(pair.count_of(MessageType::PathChallenge), pair.count_of(MessageType::FragmentUp));
}

TEST_P(MovedTransfer, OfAReplyGoesOn) {
  pair.hold_calls();
  const CallKey call = pair.start();
  pair.run_for(1ms);
  pair.reply_held(0, std::string(300'000, 'r'));
  pair.run_for(5ms);
  move();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.completion(call)->body.size(), 300'000u);
  EXPECT_EQ(pair.executions(), 2);
}

/// Whoever has a session may say that he is elsewhere: what his fragments lead to goes where he was.
TEST_P(MovedTransfer, SendsNoFragmentWhereNobodyHasShownToBe) {
  pair.start(Pair::request(Semantics::AtMostOnce, std::string(300'000, 'q')));
  pair.run_for(3ms);
  pair.fate = [&](const Packet& packet) {
    return packet.to_server || packet.from.port == 7000 ? Pair::Fate{1ms} : Pair::Fate{};
  };
  pair.sent.clear();
  move();
  pair.run_for(10s);
  std::map<bool, std::size_t> octets;
  for (const Packet& packet : pair.sent) {
    if (packet.from.port != 9999) continue;
    octets[packet.to_server] += packet.message.size();
    EXPECT_TRUE(packet.to_server || packet.type() == MessageType::PathChallenge);
  }
  EXPECT_GT(octets[false], 0u);
  EXPECT_LE(octets[false], octets[true]);
}

INSTANTIATE_TEST_SUITE_P(KnownToTheClientOrNot, MovedTransfer, ::testing::Bool());

}  // namespace
}  // namespace once::core::testing
