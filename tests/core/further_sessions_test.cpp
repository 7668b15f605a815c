// Sessions beside others: what holds one window up does not hold up the calls that come later
// (docs/protocol.md, C16).
#include <set>

#include <gtest/gtest.h>

#include "client_desk.hpp"

namespace once::core::testing {
namespace {

constexpr std::uint32_t kWindow = 8;
constexpr SessionId kFirst = 0x5105, kSecond = 0x9905;

/// A client with one call that is not answered, and the rest of its window answered.
class HeldUp : public ::testing::Test {
 protected:
  HeldUp() {
    desk.connect();
    old = desk.start();
    desk.welcome(kWindow, kFirst);
    old_request = desk.only(MessageType::Request);
    for (std::uint32_t i = 1; i < kWindow; ++i) run();
  }
  /// A call that is answered at once.
  void run() {
    const CallKey call = desk.start();
    desk.reply(desk.only(MessageType::Request));
    EXPECT_EQ(desk.outcome(call), OutcomeKind::Executed);
  }
  /// The next call asks for a session, and gets it.
  CallKey start_in_second() {
    const CallKey call = desk.start();
    EXPECT_EQ(desk.sent.size(), 1u);
    EXPECT_EQ(desk.sent[0].type, MessageType::Hello);
    desk.welcome(kWindow, kSecond);
    return call;
  }
  bool asks() const {
    return std::any_of(desk.sent.begin(), desk.sent.end(),
                       [](const ClientDesk::Out& out) { return out.type == MessageType::Hello; });
  }

  ClientDesk desk;
  CallKey old = 0;
  SessionMessage old_request;
};

TEST_F(HeldUp, NextCallGoesInAFurtherSession) {
  start_in_second();
  const SessionMessage request = desk.only(MessageType::Request);
  EXPECT_EQ(request.session, kSecond);
  EXPECT_EQ(request.sequence, 1u);
  EXPECT_EQ(request.acknowledgement.through, 0u);
  desk.reply(request);
  for (int i = 0; i < 1'000; ++i) run();
  EXPECT_EQ(desk.counters().sessions, 2u);
  EXPECT_EQ(desk.outcome(old), std::nullopt);
  desk.reply(old_request, "late");
  EXPECT_EQ(desk.outcome(old), OutcomeKind::Executed);
}

TEST_F(HeldUp, EqualNumbersOfTwoSessionsAreTwoCalls) {
  const CallKey second = start_in_second();
  const SessionMessage request = desk.only(MessageType::Request);
  ASSERT_EQ(request.sequence, old_request.sequence);
  EXPECT_TRUE(desk.client->wants_reply(kFirst, Semantics::AtMostOnce, 1));
  EXPECT_TRUE(desk.client->wants_reply(kSecond, Semantics::AtMostOnce, 1));
  desk.reply(request);
  EXPECT_EQ(desk.outcome(second), OutcomeKind::Executed);
  EXPECT_EQ(desk.outcome(old), std::nullopt);
  EXPECT_FALSE(desk.client->wants_reply(kSecond, Semantics::AtMostOnce, 1));
  EXPECT_TRUE(desk.client->wants_reply(kFirst, Semantics::AtMostOnce, 1));
}

TEST_F(HeldUp, LateAnswerOfAnEqualNumberDoesNotCount) {
  SessionMessage finished = old_request;
  finished.sequence = 2;
  start_in_second();
  desk.reply(desk.only(MessageType::Request));
  const CallKey call = desk.start();
  ASSERT_EQ(desk.only(MessageType::Request).sequence, finished.sequence);
  ASSERT_EQ(desk.only(MessageType::Request).session, kSecond);
  desk.reply(finished);
  EXPECT_EQ(desk.outcome(call), std::nullopt);
}

TEST_F(HeldUp, EqualNumbersOfTheFreeSeriesAreTwoCalls) {
  start_in_second();
  Answer narrow = desk.answer(MessageType::Working, old_request);
  narrow.window = 1;
  desk.deliver(narrow);
  const CallKey first = desk.start(Semantics::AtLeastOnce);
  ASSERT_EQ(desk.only(MessageType::Request).session, kFirst);
  const CallKey second = desk.start(Semantics::AtLeastOnce);
  const SessionMessage request = desk.only(MessageType::Request);
  ASSERT_EQ(request.session, kSecond);
  ASSERT_EQ(request.sequence, 1u);
  desk.reply(request);
  EXPECT_EQ(desk.outcome(second), OutcomeKind::Executed);
  EXPECT_EQ(desk.outcome(first), std::nullopt);
}

TEST_F(HeldUp, EachSessionAcknowledgesItsOwnNumbers) {
  start_in_second();
  desk.reply(desk.only(MessageType::Request));
  desk.run_for(10s);
  std::map<SessionId, Acknowledgement> newest;
  for (const ClientDesk::Out& out : desk.sent) newest[out.message.session] = out.message.acknowledgement;
  EXPECT_EQ(newest[kFirst].through, 0u);
  EXPECT_EQ(newest[kFirst].bitmap, 0b1111'1110u);
  EXPECT_EQ(newest[kSecond].through, 1u);
  EXPECT_EQ(newest[kSecond].bitmap, 0u);
}

TEST_F(HeldUp, FreedWindowIsUsedAgain) {
  start_in_second();
  desk.reply(desk.only(MessageType::Request));
  desk.reply(old_request);
  desk.start();
  EXPECT_EQ(desk.only(MessageType::Request).session, kFirst);
  EXPECT_EQ(desk.only(MessageType::Request).sequence, kWindow + 1);
}

TEST_F(HeldUp, WindowBoundsTheCallsOfAllSessionsTogether) {
  for (int i = 0; i < 100; ++i) desk.start();
  desk.welcome(kWindow, kSecond);
  EXPECT_EQ(desk.messages(MessageType::Request).size(), kWindow - 1);  // and the old one
}

TEST_F(HeldUp, WindowBoundsIdempotentCallsOfAllSessionsTogether) {
  start_in_second();
  std::size_t sent = 0;
  for (int i = 0; i < 100; ++i) {
    desk.start(Semantics::AtLeastOnce);
    sent += desk.messages(MessageType::Request).size();
  }
  EXPECT_EQ(sent, kWindow);
}

/// They were queued when the window was full of calls under way; one by one these end, and the first does not.
TEST(FurtherSession, TakesCallsThatWaitAlready) {
  ClientDesk desk;
  desk.connect();
  desk.start();
  desk.welcome(kWindow, kFirst);
  std::vector<SessionMessage> sent;
  for (std::uint32_t i = 1; i < 2 * kWindow; ++i) {
    desk.start();
    for (const SessionMessage& message : desk.messages(MessageType::Request)) sent.push_back(message);
  }
  ASSERT_EQ(sent.size(), kWindow - 1);
  bool asked = false;
  for (const SessionMessage& message : sent) {
    desk.reply(message);
    asked = asked || !desk.sent.empty();
  }
  ASSERT_TRUE(asked);
  desk.welcome(kWindow, kSecond);
  EXPECT_EQ(desk.messages(MessageType::Request).size(), kWindow - 1);
}

TEST(FurtherSession, IsNotAskedForWhileMostOfTheWindowIsUnderWay) {
  ClientDesk desk;
  desk.connect();
  for (std::uint32_t i = 0; i < kWindow + 1; ++i) desk.start();
  desk.welcome(kWindow, kFirst);
  const std::vector<SessionMessage> sent = desk.messages(MessageType::Request);
  ASSERT_EQ(sent.size(), kWindow);
  for (std::uint32_t i = 1; i < kWindow / 2; ++i) {
    desk.reply(sent[i]);
    EXPECT_TRUE(desk.sent.empty());
  }
  desk.reply(sent[kWindow / 2]);
  ASSERT_EQ(desk.sent.size(), 1u);
  EXPECT_EQ(desk.sent[0].type, MessageType::Hello);
}

TEST(FurtherSession, IsOneOfSoMany) {
  ClientConfig config;
  config.limits.sessions_max = 3;
  ClientDesk desk{config};
  desk.connect();
  const auto asks = [&] { return desk.sent.size() == 1 && desk.sent[0].type == MessageType::Hello; };
  desk.start();
  SessionId session = kFirst;
  for (; asks(); ++session) {
    desk.welcome(kWindow, session);  // its first call is not answered
    for (std::uint32_t i = 1; i < kWindow; ++i) {
      desk.start();
      desk.reply(desk.only(MessageType::Request));
    }
    desk.start();
  }
  EXPECT_EQ(session - kFirst, 3u);
  EXPECT_TRUE(desk.sent.empty());
}

TEST_F(HeldUp, RefusalOfAFurtherSessionLeavesCallsWaiting) {
  const CallKey waiting = desk.start();
  ASSERT_TRUE(asks());
  Refused refused;
  refused.nonce = desk.last_hello().nonce;
  refused.reason = Errc::overloaded;
  refused.attempt = desk.last_hello().attempt;
  refused.retry_after_ms = 3'000;
  desk.deliver(refused);
  EXPECT_EQ(desk.outcome(waiting), std::nullopt);
  EXPECT_FALSE(asks());
  desk.run_for(2'900ms);
  EXPECT_FALSE(asks());
  desk.run_for(60s);  // asks again at some time after the pause
  EXPECT_TRUE(asks());
}

TEST_F(HeldUp, CallsOfOtherSessionsDoNotEndWithOne) {
  const CallKey second = start_in_second();
  const SessionMessage request = desk.only(MessageType::Request);
  Answer gone = desk.answer(MessageType::NoSession, request);
  gone.epoch = {};
  desk.deliver(gone);
  EXPECT_EQ(desk.outcome(second), OutcomeKind::Unknown);
  EXPECT_EQ(desk.outcome(old), std::nullopt);
  desk.reply(old_request);
  EXPECT_EQ(desk.outcome(old), OutcomeKind::Executed);
}

TEST(FurtherSession, LearnsOfTheServersNewLifeByItself) {
  ClientDesk desk;
  desk.connect();
  desk.start();
  desk.welcome(kWindow, kFirst, true);
  const SessionMessage first = desk.only(MessageType::Request);
  for (std::uint32_t i = 1; i < kWindow; ++i) {
    desk.start();
    desk.reply(desk.only(MessageType::Request));
  }
  const CallKey call = desk.start();
  desk.welcome(kWindow, kSecond, true);
  const SessionMessage second = desk.only(MessageType::Request);
  Answer over = desk.answer(MessageType::WrongEpoch, first);
  over.epoch = {1, 0xE2};
  desk.deliver(over);
  EXPECT_EQ(desk.outcome(call), std::nullopt);  // its reply may be on its way
  desk.reply(second);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Executed);
}

TEST_F(HeldUp, IdleSessionIsLeftWhenItsLeaseIsOver) {
  start_in_second();
  desk.reply(desk.only(MessageType::Request));
  for (int second = 0; second < 80; ++second) {  // a call here and there, in the first session
    desk.run_for(1s);
    for (const SessionMessage& probe : desk.messages(MessageType::Request))
      desk.say(MessageType::Working, probe);
    for (const SessionMessage& probe : desk.messages(MessageType::Probe))
      desk.say(MessageType::Working, probe);
  }
  Path path;
  EXPECT_TRUE(desk.client->path_of(kFirst, path));
  EXPECT_FALSE(desk.client->path_of(kSecond, path));
}

TEST_F(HeldUp, EverySessionIsKeptWhereTheServerMayCallBack) {
  start_in_second();
  desk.reply(desk.only(MessageType::Request));
  desk.client->keep_session(true);
  std::set<SessionId> kept;
  for (int second = 0; second < 200; ++second) {
    desk.run_for(1s);
    for (const SessionMessage& probe : desk.messages(MessageType::Request))
      desk.say(MessageType::Working, probe);
    for (const SessionMessage& probe : desk.messages(MessageType::Probe)) {
      const bool is_old = probe.session == kFirst && probe.semantics == Semantics::AtMostOnce;
      desk.say(is_old ? MessageType::Working : MessageType::Unseen, probe);
      if (!is_old) kept.insert(probe.session);
    }
  }
  Path path;
  EXPECT_TRUE(desk.client->path_of(kSecond, path));
  EXPECT_TRUE(kept.contains(kSecond));
}

TEST_F(HeldUp, GoodbyeIsSaidInEverySession) {
  start_in_second();
  desk.sent.clear();
  desk.client->close(desk.now);
  desk.poll();
  std::set<SessionId> ended;
  for (const SessionMessage& bye : desk.messages(MessageType::Bye)) ended.insert(bye.session);
  EXPECT_EQ(ended, (std::set<SessionId>{kFirst, kSecond}));
}

TEST_F(HeldUp, CancelledCallHoldsUpNobody) {
  desk.cancel(old);
  start_in_second();
  desk.reply(desk.only(MessageType::Request));
  for (int i = 0; i < 1'000; ++i) run();
  EXPECT_EQ(desk.counters().sessions, 2u);
}

}  // namespace
}  // namespace once::core::testing
