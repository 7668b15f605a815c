// The client's side: which answers count, and what they mean (docs/protocol.md, rules C1 to C9).
#include "sent_call.hpp"

namespace once::core::testing {
namespace {

class Answers : public SentCall {};

// --- What each answer means

TEST_F(Answers, ReplyIsExecuted) {
  desk.reply(request, "value");
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(as_text(desk.done[call].body), "value");
  EXPECT_EQ(desk.reason(call), Errc::ok);
  EXPECT_EQ(desk.done[call].sent, 1u);
}

TEST_F(Answers, ReplyCarriesStatusCodecAndByteOrder) {
  Answer answer = desk.answer(MessageType::Reply, request);
  answer.status = ReplyStatus::UserException;
  answer.codec = 2;
  answer.little_endian = true;
  desk.deliver(answer);
  EXPECT_EQ(desk.done[call].status, ReplyStatus::UserException);
  EXPECT_EQ(desk.done[call].codec, 2);
  EXPECT_TRUE(desk.done[call].little_endian);
}

TEST_F(Answers, NotExecutedIsBelieved) {
  Answer answer = desk.answer(MessageType::NotExecuted, request);
  answer.reason = Errc::store_failed;
  answer.retry_after_ms = 70;
  desk.deliver(answer);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotExecuted);
  EXPECT_EQ(desk.reason(call), Errc::store_failed);
  EXPECT_EQ(desk.done[call].retry_after, 70ms);
}

TEST_F(Answers, ReplyLostIsReplyLost) {
  Answer answer = desk.answer(MessageType::ReplyLost, request);
  answer.reason = Errc::reply_evicted;
  desk.deliver(answer);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::ReplyLost);
}

TEST_F(Answers, CollisionIsAProtocolError) {
  desk.say(MessageType::Collision, request);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Unknown);
  EXPECT_EQ(desk.reason(call), Errc::protocol_error);
}

TEST_F(Answers, MalformedAnswerIsAProtocolError) {
  Bytes octets(kServerHeaderMax);
  write(desk.answer(MessageType::Reply, request), octets.data());
  octets[51] = 9;  // no such status
  reseal(octets);
  desk.deliver_octets(octets);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Unknown);
  EXPECT_EQ(desk.reason(call), Errc::protocol_error);
}

TEST_F(Answers, DamagedAnswerIsDropped) {
  Bytes octets(kServerHeaderMax);
  write(desk.answer(MessageType::Reply, request), octets.data());
  octets[51] = 9;
  desk.deliver_octets(octets);
  EXPECT_FALSE(desk.outcome(call));
  EXPECT_EQ(desk.counters().malformed, 1u);
}

TEST_F(Answers, ReplyLargerThanTheClientTakesIsReplyLost) {
  ClientConfig config;
  config.limits.message_max = 10;
  ClientDesk small{config};
  small.connect();
  const CallKey small_call = small.start();
  small.welcome();
  small.reply(small.only(MessageType::Request), "more than ten octets");
  EXPECT_EQ(small.outcome(small_call), OutcomeKind::ReplyLost);
  EXPECT_EQ(small.reason(small_call), Errc::reply_too_large);
}

// --- Which answers count

TEST_F(Answers, OfAnotherSessionDoNotCount) {
  Answer answer = desk.answer(MessageType::NotExecuted, request);
  answer.session ^= 0x100;
  desk.deliver(answer);
  EXPECT_FALSE(desk.outcome(call));
  EXPECT_EQ(desk.counters().ignored, 1u);
}

TEST_F(Answers, OfAnotherNumberDoNotCount) {
  Answer answer = desk.answer(MessageType::NotExecuted, request);
  answer.sequence = 2;
  desk.deliver(answer);
  answer.sequence = 1 + 64;
  desk.deliver(answer);
  EXPECT_FALSE(desk.outcome(call));
}

TEST_F(Answers, OfTheOtherSeriesDoNotCount) {
  Answer answer = desk.answer(MessageType::NotExecuted, request);
  answer.semantics = Semantics::AtLeastOnce;
  desk.deliver(answer);
  EXPECT_FALSE(desk.outcome(call));
}

TEST_F(Answers, ExecutedCountsFromAnyEpochOfTheSession) {
  Answer answer = desk.answer(MessageType::Reply, request);
  answer.epoch = {0, 0xDEAD};
  desk.deliver(answer);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Executed);
}

TEST_F(Answers, RefusalOfAnotherEpochDoesNotCount) {
  for (const MessageType type : {MessageType::NotExecuted, MessageType::Working, MessageType::Unseen}) {
    Answer answer = desk.answer(type, request);
    answer.epoch = {0, 0xDEAD};
    desk.deliver(answer);
  }
  EXPECT_FALSE(desk.outcome(call));
  EXPECT_EQ(desk.counters().ignored, 3u);
  desk.run_until_sent();
  desk.only(MessageType::Request);  // the WORKING did not make it probe
}

TEST_F(Answers, WrongEpochCountsOnlyForThePresentEpoch) {
  Answer answer = desk.answer(MessageType::WrongEpoch, request);
  answer.epoch = {0, 0xE2};
  answer.expected = {0, 0xDEAD};
  desk.deliver(answer);
  EXPECT_FALSE(desk.outcome(call));
  answer.expected = desk.epoch;
  desk.deliver(answer);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Unknown);
  EXPECT_EQ(desk.reason(call), Errc::epoch_changed);
}

TEST_F(Answers, SecondAnswerOfACallDoesNotCount) {
  desk.take_completions = false;
  desk.refuse(request, Errc::overloaded);
  desk.reply(request);
  desk.take_completions = true;
  desk.poll();
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotExecuted);
}

TEST_F(Answers, WelcomeCountsOnlyForTheOutstandingNonce) {
  ClientDesk fresh;
  fresh.connect();
  const CallKey fresh_call = fresh.start();
  const Hello hello = fresh.last_hello();
  Welcome stranger;
  stranger.nonce = hello.nonce + 1;
  stranger.session = 0x77;
  stranger.window = 8;
  stranger.lease_ms = 60'000;
  stranger.message_max = 100;
  stranger.attempt = 1;
  fresh.deliver(stranger);
  EXPECT_EQ(fresh.client->session(), 0u);
  fresh.welcome();
  EXPECT_EQ(fresh.client->session(), 0x5105u);
  Welcome copy = stranger;  // of an earlier HELLO, late
  copy.nonce = hello.nonce;
  fresh.deliver(copy);
  EXPECT_EQ(fresh.client->session(), 0x5105u);
  EXPECT_FALSE(fresh.outcome(fresh_call));
}

// --- The session is gone

TEST_F(Answers, NoSessionMakesSentCallsUnknownAndBindsTheOthersAgain) {
  std::vector<CallKey> queued;
  for (int i = 0; i < 9; ++i) queued.push_back(desk.start());  // 7 are sent, 2 wait for the window
  desk.say(MessageType::NoSession, request);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Unknown);
  EXPECT_EQ(desk.reason(call), Errc::session_lost);
  EXPECT_EQ(desk.outcome(queued[6]), OutcomeKind::Unknown);
  EXPECT_FALSE(desk.outcome(queued[7]));
  EXPECT_FALSE(desk.outcome(queued[8]));
  ASSERT_EQ(desk.sent.size(), 1u);
  EXPECT_EQ(desk.sent[0].type, MessageType::Hello);
  desk.welcome(8, 0x9905);
  const std::vector<SessionMessage> again = desk.messages(MessageType::Request);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].session, 0x9905u);
  EXPECT_EQ(again[0].sequence, 1u);
  EXPECT_EQ(again[1].sequence, 2u);
}

TEST_F(Answers, IdempotentCallsGoOnInTheNewSession) {
  const CallKey idempotent = desk.start(Semantics::AtLeastOnce);
  desk.say(MessageType::NoSession, request);
  EXPECT_FALSE(desk.outcome(idempotent));
  desk.welcome(8, 0x9905);
  desk.reply(desk.only(MessageType::Request));
  EXPECT_EQ(desk.outcome(idempotent), OutcomeKind::Executed);
  EXPECT_EQ(desk.done[idempotent].sent, 2u);
}

TEST_F(Answers, MaybeCallLearnsThatTheSessionIsGone) {
  desk.reply(request);
  const CallKey maybe = desk.start(Semantics::Maybe);
  EXPECT_EQ(desk.outcome(maybe), OutcomeKind::Sent);
  desk.say(MessageType::NoSession, desk.only(MessageType::Request));
  EXPECT_EQ(desk.client->session(), 0u);
  desk.start(Semantics::Maybe);
  EXPECT_EQ(desk.sent.at(0).type, MessageType::Hello);
}

TEST_F(Answers, LeaseEndsTheUseOfASession) {
  const CallKey idempotent = desk.start(Semantics::AtLeastOnce);
  desk.path.message_max = 60'000;
  desk.run_for(41s);  // two thirds of a minute without an answer
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Unknown);
  EXPECT_EQ(desk.reason(call), Errc::session_lost);
  EXPECT_FALSE(desk.outcome(idempotent));
  EXPECT_EQ(desk.client->session(), 0u);
}

TEST_F(Answers, LeaseIsCountedFromTheSendingOfTheMessageThatRenewedIt) {
  desk.run_for(10s);
  const SessionMessage copy = desk.messages(MessageType::Request).back();
  const Time about = desk.now;
  desk.say(MessageType::Working, copy);
  desk.run_for(41s);
  EXPECT_TRUE(desk.outcome(call));
  EXPECT_GT(desk.now, about + 40s);
}

TEST_F(Answers, SilentClientTakesANewSessionWhenItsLeaseIsOver) {
  desk.reply(request);
  desk.run_for(1h);
  desk.start();
  ASSERT_EQ(desk.sent.size(), 1u);
  EXPECT_EQ(desk.sent[0].type, MessageType::Hello);
}

TEST_F(Answers, WelcomeThatComesAfterItsLeaseIsOfNoUse) {
  ClientDesk fresh;
  fresh.connect();
  fresh.start();
  const Hello old = fresh.last_hello();
  fresh.now += 45s;
  Welcome late;
  late.nonce = old.nonce;
  late.session = 0x77;
  late.window = 8;
  late.lease_ms = 60'000;
  late.message_max = 100;
  late.attempt = old.attempt;
  fresh.deliver(late);
  EXPECT_EQ(fresh.client->session(), 0u);
  // The next HELLO waits for a timeout: where every WELCOME is late, the line is not filled with them.
  EXPECT_TRUE(fresh.sent.empty());
  fresh.now = fresh.client->next_timeout();
  fresh.client->timeout(fresh.now);
  fresh.poll();
  ASSERT_EQ(fresh.sent.size(), 1u);
  EXPECT_NE(fresh.last_hello().nonce, old.nonce);
}

// --- The server does not want us

TEST(Refusal, OfTheHelloEndsWhatWaits) {
  ClientDesk desk;
  desk.connect();
  const CallKey call = desk.start();
  desk.deliver(Refused{desk.last_hello().nonce, Errc::overloaded, 1, 50});
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotSent);
  EXPECT_EQ(desk.reason(call), Errc::overloaded);
  EXPECT_EQ(desk.done[call].retry_after, 50ms);
}

TEST(Refusal, OfTheVersionEndsWhatWaits) {
  ClientDesk desk;
  desk.connect();
  const CallKey call = desk.start();
  Bytes octets(kVersionsSize);
  write(Versions{desk.last_hello().nonce, 2, 3}, octets.data());
  octets[6] = 3;  // in the server's own version
  reseal(octets);
  desk.deliver_octets(octets);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotSent);
  EXPECT_EQ(desk.reason(call), Errc::bad_version);
}

TEST_F(Answers, RefusedIdempotentCallIsUnknownSinceCopiesMayRun) {
  const CallKey idempotent = desk.start(Semantics::AtLeastOnce);
  desk.refuse(desk.only(MessageType::Request), Errc::no_such_object);
  EXPECT_EQ(desk.outcome(idempotent), OutcomeKind::Unknown);
  EXPECT_EQ(desk.reason(idempotent), Errc::refused_after_sending);
  EXPECT_EQ(desk.done[idempotent].server_reason, Errc::no_such_object);
}

}  // namespace
}  // namespace once::core::testing
