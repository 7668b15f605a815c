// The protocol's timers: retransmission, back-off, WORKING and probes, the idle acknowledgement.
#include <set>

#include <gtest/gtest.h>

#include "client_desk.hpp"
#include "core/rtt_estimator.hpp"
#include "core/timer_heap.hpp"
#include "server_desk.hpp"

namespace once::core::testing {
namespace {

// --- RFC 6298

TEST(RttEstimator, StartsWithTheFirstTimeout) {
  const RttEstimator rtt{RtoLimits{}};
  EXPECT_EQ(rtt.rto(), 1s);
}

TEST(RttEstimator, FollowsRfc6298) {
  RttEstimator rtt{{.min = 1ms}};
  rtt.sample(100ms);  // (2.2): SRTT = R, RTTVAR = R/2
  EXPECT_EQ(rtt.smoothed(), 100ms);
  EXPECT_EQ(rtt.variation(), 50ms);
  EXPECT_EQ(rtt.rto(), 300ms);
  rtt.sample(180ms);  // (2.3): RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R'|, then SRTT = 7/8 SRTT + 1/8 R'
  EXPECT_EQ(rtt.variation(), 57500us);
  EXPECT_EQ(rtt.smoothed(), 110ms);
  EXPECT_EQ(rtt.rto(), 340ms);
}

TEST(RttEstimator, KeepsFloorGranularityAndCeiling) {
  RttEstimator floored{RtoLimits{}};
  floored.sample(1us);
  EXPECT_EQ(floored.rto(), 200ms);
  RttEstimator rtt{{.min = 1us}};
  for (int i = 0; i < 100; ++i) rtt.sample(100us);
  EXPECT_GT(rtt.rto(), 1090us);  // G is a millisecond
  for (int i = 0; i < 10; ++i) rtt.sample(100s);
  EXPECT_EQ(rtt.rto(), 60s);
}

TEST(RttEstimator, DoublesUpToTheCeiling) {
  const RttEstimator rtt{RtoLimits{}};
  EXPECT_EQ(rtt.rto(1), 2s);
  EXPECT_EQ(rtt.rto(3), 8s);
  EXPECT_EQ(rtt.rto(6), 60s);
  EXPECT_EQ(rtt.rto(1000), 60s);
}

TEST(Attempts, RememberTheLatestFour) {
  Attempts attempts;
  EXPECT_FALSE(attempts.sent_at(0));
  EXPECT_FALSE(attempts.sent_at(1));
  for (int i = 1; i <= 6; ++i) EXPECT_EQ(attempts.add(Time{std::chrono::seconds{i}}), i);
  EXPECT_FALSE(attempts.sent_at(2));
  for (int i = 3; i <= 6; ++i) {
    EXPECT_EQ(attempts.sent_at(static_cast<std::uint16_t>(i)), Time{std::chrono::seconds{i}});
  }
  EXPECT_FALSE(attempts.sent_at(7));
}

// --- Retransmission

class Timers : public ::testing::Test {
 protected:
  Timers() {
    desk.connect();
    call = desk.start();
    desk.welcome();  // at once: the timeout is at its floor, 200 ms
    request = desk.only(MessageType::Request);
  }
  ClientDesk desk;
  CallKey call = 0;
  SessionMessage request;
};

TEST_F(Timers, RequestIsRepeatedWithBackOffAndJitter) {
  Time last = desk.now;
  Duration nominal = 200ms;
  for (std::uint16_t attempt = 2; attempt <= 5; ++attempt) {
    desk.run_until_sent();
    EXPECT_EQ(desk.only(MessageType::Request).attempt, attempt);
    EXPECT_EQ(desk.only(MessageType::Request).sequence, 1u);
    const Duration pause = desk.now - last;
    EXPECT_GE(pause, nominal * 8 / 10);
    EXPECT_LE(pause, nominal * 12 / 10);
    last = desk.now;
    nominal *= 2;
  }
  EXPECT_EQ(desk.counters().retransmissions, 4u);
}

TEST_F(Timers, PauseIsNeverMoreThanAnEighthOfTheLease) {
  Time last = desk.now;
  while (desk.client->session() != 0) {
    desk.run_until_sent();
    EXPECT_LE(desk.now - last, 6s);
    last = desk.now;
  }
}

TEST(Jitter, DiffersBetweenClients) {
  const auto first_pause = [](std::uint64_t seed) {
    ClientDesk desk{{}, seed};
    desk.connect();
    desk.start();
    desk.welcome();
    const Time sent = desk.now;
    desk.run_until_sent();
    return desk.now - sent;
  };
  EXPECT_NE(first_pause(1), first_pause(2));
  EXPECT_EQ(first_pause(1), first_pause(1));
}

TEST_F(Timers, EchoedAttemptMakesASampleOfARetransmission) {
  desk.run_until_sent();
  desk.run_until_sent();
  const SessionMessage third = desk.only(MessageType::Request);
  desk.now += 400ms;
  desk.reply(third);  // R = 400 ms: SRTT rises from 0 to 50 ms, RTTVAR to 100 ms
  desk.start();
  const Time sent = desk.now;
  desk.run_until_sent();
  EXPECT_GE(desk.now - sent, 360ms);
  EXPECT_LE(desk.now - sent, 540ms);
}

TEST_F(Timers, ReplyOfALongCallIsNoSample) {
  desk.say(MessageType::Working, request);
  desk.run_for(1s);  // the first attempt is remembered still
  desk.reply(request);
  desk.start();
  const Time sent = desk.now;
  desk.run_until_sent();
  EXPECT_LE(desk.now - sent, 300ms);
}

TEST_F(Timers, StreamAsksInsteadOfRepeating) {
  ClientDesk stream;
  stream.connect(true);
  stream.start();
  stream.welcome();
  stream.run_until_sent();
  stream.only(MessageType::Probe);
}

// --- WORKING and probes

TEST_F(Timers, WorkingStopsRetransmissionAndProbesFollow) {
  desk.say(MessageType::Working, request);
  desk.run_for(30s);
  EXPECT_TRUE(desk.messages(MessageType::Request).empty());
  EXPECT_GE(desk.messages(MessageType::Probe).size(), 13u);  // every two seconds at the latest
  EXPECT_EQ(desk.messages(MessageType::Probe)[0].sequence, 1u);
}

TEST_F(Timers, UnseenMakesTheClientSendTheRequestAgain) {
  desk.say(MessageType::Working, request);
  desk.run_until_sent();
  const SessionMessage probe = desk.only(MessageType::Probe);
  desk.say(MessageType::Unseen, probe);
  EXPECT_EQ(desk.only(MessageType::Request).attempt, probe.attempt + 1);
}

TEST_F(Timers, UnseenOfAnOlderProbeDoesNotCount) {
  desk.say(MessageType::Working, request);
  desk.run_until_sent();
  const SessionMessage old = desk.only(MessageType::Probe);
  desk.run_until_sent();
  desk.say(MessageType::Unseen, old);
  EXPECT_TRUE(desk.sent.empty());
}

TEST(Working, IsSaidAtMostOncePerCallAndInterval) {
  ServerDesk desk;
  desk.open();
  desk.request(1);
  desk.request(2);
  ASSERT_TRUE(desk.start(0));
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::Working));
  desk.now += 19ms;
  desk.request(1);
  EXPECT_TRUE(desk.silent());
  desk.request(2);  // another call
  EXPECT_TRUE(desk.answered(MessageType::Working));
  desk.now += 1ms;
  desk.probe(1);
  EXPECT_TRUE(desk.answered(MessageType::Working));
}

// --- The idle acknowledgement

TEST_F(Timers, IdleAcknowledgementGoesAloneAfterAWhile) {
  desk.reply(request);
  const Time end = desk.now;
  desk.run_until_sent();
  EXPECT_EQ(desk.now - end, 200ms);
  EXPECT_EQ(desk.only(MessageType::Ack).acknowledgement.through, 1u);
  desk.run_for(1h);
  EXPECT_TRUE(desk.sent.empty());
}

TEST_F(Timers, NextRequestCarriesTheAcknowledgementInstead) {
  desk.reply(request);
  desk.now += 100ms;
  desk.start();
  EXPECT_EQ(desk.only(MessageType::Request).acknowledgement.through, 1u);
  desk.reply(desk.only(MessageType::Request));
  desk.run_until_sent();
  EXPECT_EQ(desk.counters().acknowledgements, 1u);
  EXPECT_EQ(desk.only(MessageType::Ack).acknowledgement.through, 2u);
}

TEST_F(Timers, IdempotentCallsNeedNoAcknowledgement) {
  desk.reply(request);
  desk.run_for(1s);
  desk.start(Semantics::AtLeastOnce);
  desk.reply(desk.only(MessageType::Request));
  desk.run_for(1h);
  EXPECT_TRUE(desk.sent.empty());
}

// --- Keeping a session that nobody calls in

class KeptSession : public Timers {
 protected:
  KeptSession() {
    desk.reply(request);
    desk.client->keep_session(true);
    desk.run_until_sent();  // the idle acknowledgement
  }
  SessionMessage next_probe() {
    desk.run_until_sent();
    return desk.only(MessageType::Probe);
  }
};

TEST_F(KeptSession, IsAskedForAfterAThirdOfTheLeaseAndNeverEnds) {
  Time renewed = desk.now - 200ms;
  std::set<Sequence> numbers;
  for (int i = 0; i < 100; ++i) {
    const SessionMessage probe = next_probe();
    EXPECT_EQ(probe.semantics, Semantics::AtLeastOnce);
    EXPECT_TRUE(numbers.insert(probe.sequence).second);
    EXPECT_EQ(desk.now - renewed, Duration{40s} - Duration{40s} * 2 / 3);
    renewed = desk.now;
    desk.say(MessageType::Unseen, probe);
    EXPECT_TRUE(desk.sent.empty());
  }
  const CallKey next = desk.start(Semantics::AtLeastOnce);
  EXPECT_TRUE(numbers.insert(desk.only(MessageType::Request).sequence).second);
  desk.reply(desk.only(MessageType::Request));
  EXPECT_EQ(desk.outcome(next), OutcomeKind::Executed);
}

TEST_F(KeptSession, IsAskedForAgainUntilItsLeaseIsOver) {
  const SessionMessage first = next_probe();
  const Time begin = desk.now;
  EXPECT_TRUE(desk.client->awaits_answer());
  desk.run_for(1h);
  const auto again = desk.messages(MessageType::Probe);
  EXPECT_GT(again.size(), 3u);
  for (const SessionMessage& copy : again) EXPECT_EQ(copy.sequence, first.sequence);
  EXPECT_EQ(desk.sent.size(), again.size());
  EXPECT_LT(again.size(), 20u);
  EXPECT_EQ(desk.client->next_timeout(), kNever);
  EXPECT_GT(desk.now - begin, 40s);
  desk.start();
  EXPECT_EQ(desk.sent.at(0).type, MessageType::Hello);
}

TEST_F(KeptSession, IsShownOnANewPathAtOnce) {
  desk.client->disconnected(desk.now);
  EXPECT_TRUE(desk.client->wants_path());
  desk.sent.clear();
  desk.connect();
  desk.say(MessageType::Unseen, desk.only(MessageType::Probe));
  desk.client->keep_session(false);
  desk.client->disconnected(desk.now);
  EXPECT_FALSE(desk.client->wants_path());
}

TEST_F(KeptSession, IsOverWhenTheServerSaysSo) {
  for (const MessageType verdict : {MessageType::NoSession, MessageType::WrongEpoch}) {
    desk.say(verdict, next_probe());
    EXPECT_EQ(desk.client->session(), 0u);
    EXPECT_EQ(desk.client->next_timeout(), kNever);
    desk.start();
    desk.welcome();
    desk.reply(desk.only(MessageType::Request));
    desk.run_until_sent();  // the idle acknowledgement
  }
}

TEST(KeptSessionOfBoth, LivesAtTheServerToo) {
  Pair pair;
  pair.clients[0].core->keep_session(true);
  pair.start();
  pair.run_for(1h);
  EXPECT_EQ(pair.server->counters().sessions_expired, 0u);
  const CallKey call = pair.start();
  pair.run_for(1s);
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.clients[0].core->counters().sessions, 1u);
  pair.clients[0].core->keep_session(false);
  pair.run_for(1h);
  EXPECT_EQ(pair.server->counters().sessions_expired, 1u);
}

// --- HELLO

TEST(HelloTimer, IsRepeatedUnderOneNonceWhileACallWaits) {
  ClientDesk desk;
  desk.connect();
  const CallKey call = desk.start();
  const std::uint64_t nonce = desk.last_hello().nonce;
  desk.run_until_sent();
  EXPECT_EQ(desk.last_hello().nonce, nonce);
  EXPECT_EQ(desk.last_hello().attempt, 2);
  desk.cancel(call);
  desk.run_for(1h);
  EXPECT_TRUE(desk.sent.empty());
}

TEST(HelloTimer, CookieIsSentBackAtOnceButOnlyOnce) {
  ClientDesk desk;
  desk.connect();
  desk.start();
  const Hello first = desk.last_hello();
  desk.deliver(Cookie{first.nonce, 0xC00C1E, first.attempt});
  EXPECT_EQ(desk.last_hello().cookie, 0xC00C1Eu);
  EXPECT_EQ(desk.last_hello().nonce, first.nonce);
  desk.deliver(Cookie{first.nonce, 0xBADBAD, 2});
  EXPECT_TRUE(desk.sent.empty());  // a server that always asks does not make a storm
  desk.run_until_sent();
  EXPECT_EQ(desk.last_hello().cookie, 0xBADBADu);
}

TEST(HelloTimer, NewPathStartsOverWithoutTheCookie) {
  ClientDesk desk;
  desk.connect();
  desk.start();
  desk.deliver(Cookie{desk.last_hello().nonce, 0xC00C1E, 1});
  desk.client->disconnected(desk.now);
  desk.connect();
  EXPECT_EQ(desk.last_hello().cookie, 0u);
}

// --- The heap behind them

TEST(TimerHeap, GivesTheEarliestInEveryOrderOfChanges) {
  TimerHeap heap;
  std::vector<Time> model(50, kNever);
  std::uint64_t random = 7;
  for (int step = 0; step < 20'000; ++step) {
    random = random * 6364136223846793005 + 1442695040888963407;
    const auto place = static_cast<std::uint32_t>(random >> 40) % 50;
    const auto due = (random >> 20) % 4 == 0 ? kNever : Time{std::chrono::nanoseconds{random >> 44}};
    heap.set(place, due);
    model[place] = due;
    const Time earliest = *std::min_element(model.begin(), model.end());
    ASSERT_EQ(heap.earliest(), earliest);
    if (earliest != kNever) {
      ASSERT_EQ(model[heap.earliest_place()], earliest);
    }
  }
}

}  // namespace
}  // namespace once::core::testing
