// The client's side: how calls end without an answer, the window, acknowledgements, cancellation and goodbye
// (docs/protocol.md, "The client's side").
#include "core/client/send_window.hpp"
#include "sent_call.hpp"

namespace once::core::testing {
namespace {

class ClientCalls : public SentCall {};

// --- How calls end without an answer

TEST(Deadline, OfACallThatNeverLeftIsNotSent) {
  ClientDesk desk;
  CallRequest request = Pair::request();
  request.deadline = desk.now + 1s;
  const CallKey call = desk.start(std::move(request));
  EXPECT_TRUE(desk.client->wants_path());
  desk.run_for(1s);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotSent);
  EXPECT_EQ(desk.reason(call), Errc::deadline_exceeded);
  EXPECT_FALSE(desk.client->wants_path());
}

TEST_F(ClientCalls, DeadlineOfACallThatWasSentIsUnknownAndIsAcknowledged) {
  CallRequest second = Pair::request();
  second.deadline = desk.now + 1s;
  const CallKey given_up = desk.start(std::move(second));
  EXPECT_EQ(desk.only(MessageType::Request).budget_ms, 1000u);
  desk.run_for(1s);
  EXPECT_EQ(desk.outcome(given_up), OutcomeKind::Unknown);
  desk.reply(request);
  desk.start();
  EXPECT_EQ(desk.only(MessageType::Request).acknowledgement.through, 2u);
}

TEST_F(ClientCalls, BudgetShrinksWithEveryCopy) {
  CallRequest second = Pair::request();
  second.deadline = desk.now + 5s;
  desk.start(std::move(second));
  desk.run_for(3s);
  std::uint32_t before = 5000;
  for (const SessionMessage& copy : desk.messages(MessageType::Request)) {
    if (copy.sequence != 2) continue;
    EXPECT_LT(copy.budget_ms, before);
    before = copy.budget_ms;
  }
  EXPECT_LT(before, 5000u);
}

TEST(Connect, FailureEndsCallsThatNeverLeft) {
  ClientDesk desk;
  const CallKey call = desk.start();
  EXPECT_TRUE(desk.client->wants_path());
  desk.client->connect_failed(desk.now, Errc::unreachable);
  desk.poll();
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotSent);
  EXPECT_EQ(desk.reason(call), Errc::unreachable);
}

TEST_F(ClientCalls, FailureToReconnectLeavesSentCallsWaiting) {
  desk.client->disconnected(desk.now);
  EXPECT_TRUE(desk.client->wants_path());
  const CallKey unsent = desk.start();
  desk.client->connect_failed(desk.now, Errc::unreachable);
  desk.poll();
  EXPECT_EQ(desk.outcome(unsent), OutcomeKind::NotSent);
  EXPECT_FALSE(desk.outcome(call));
  desk.connect();
  EXPECT_EQ(desk.only(MessageType::Request).sequence, 1u);
  EXPECT_EQ(desk.only(MessageType::Request).attempt, 2);
}

TEST_F(ClientCalls, NewPathTakesAllCallsInFlightAgainInOrder) {
  desk.start();
  desk.start();
  desk.client->disconnected(desk.now);
  desk.sent.clear();
  desk.connect(true);
  const std::vector<SessionMessage> again = desk.messages(MessageType::Request);
  ASSERT_EQ(again.size(), 3u);
  for (Sequence number = 1; number <= 3; ++number) EXPECT_EQ(again[number - 1].sequence, number);
}

TEST_F(ClientCalls, NothingIsSentWithoutAPath) {
  desk.client->disconnected(desk.now);
  desk.run_for(20s);
  EXPECT_TRUE(desk.sent.empty());
}

TEST(TooLarge, IsFoundBeforeAnythingIsSent) {
  ClientDesk desk;
  desk.connect();
  EXPECT_EQ(desk.start(Pair::request(Semantics::AtMostOnce, std::string(60'000, 'x'))), 0u);
  EXPECT_EQ(desk.error, Errc::message_too_large);
  EXPECT_EQ(desk.client->in_flight(), 0u);
}

TEST(TooLarge, IsFoundWhenThePathIsKnown) {
  ClientDesk desk;
  const CallKey call = desk.start(Pair::request(Semantics::AtMostOnce, std::string(60'000, 'x')));
  desk.connect();
  desk.welcome();
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotSent);
  EXPECT_EQ(desk.reason(call), Errc::message_too_large);
}

TEST(TooLarge, KeyBeyondTheHeaderIsABadArgument) {
  ClientDesk desk;
  CallRequest request = Pair::request();
  request.object_key = octets(std::string(5000, 'k'));
  EXPECT_EQ(desk.start(std::move(request)), 0u);
  EXPECT_EQ(desk.error, Errc::bad_argument);
}

TEST(Queue, IsBoundedInCalls) {
  ClientConfig config;
  config.limits.queued_calls_max = 2;
  ClientDesk desk{config};
  desk.connect();
  EXPECT_NE(desk.start(), 0u);
  EXPECT_NE(desk.start(), 0u);
  EXPECT_EQ(desk.start(), 0u);
  EXPECT_EQ(desk.error, Errc::queue_full);
  desk.welcome(1);
  EXPECT_NE(desk.start(), 0u);  // one was bound
}

TEST(Queue, IsBoundedInOctets) {
  ClientConfig config;
  config.limits.queued_bytes_max = 500;
  ClientDesk desk{config};
  EXPECT_NE(desk.start(Pair::request(Semantics::AtMostOnce, std::string(300, 'x'))), 0u);
  EXPECT_EQ(desk.start(), 0u);
  EXPECT_EQ(desk.error, Errc::queue_full);
}

// --- The window and the acknowledgement

TEST(Window, IsNeverExceededAndServedInOrder) {
  ClientDesk desk;
  desk.connect();
  std::vector<CallKey> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(desk.start());
  desk.welcome(3);
  std::vector<SessionMessage> sent = desk.messages(MessageType::Request);
  ASSERT_EQ(sent.size(), 3u);
  Answer answer = desk.answer(MessageType::NotExecuted, sent[1]);
  answer.window = 3;
  desk.deliver(answer);  // the second: the range does not move
  EXPECT_TRUE(desk.sent.empty());
  answer = desk.answer(MessageType::NotExecuted, sent[0]);
  answer.window = 3;
  desk.deliver(answer);
  sent = desk.messages(MessageType::Request);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].sequence, 4u);
  EXPECT_EQ(sent[0].acknowledgement.through, 2u);
}

TEST(Window, FollowsTheGrant) {
  ClientDesk desk;
  desk.connect();
  for (int i = 0; i < 20; ++i) desk.start();
  desk.welcome(1);
  Answer answer = desk.answer(MessageType::Working, desk.only(MessageType::Request));
  answer.window = 10;
  desk.deliver(answer);
  EXPECT_EQ(desk.messages(MessageType::Request).size(), 9u);  // at once, although WORKING ends no call
}

TEST(Window, IdempotentCallsDoNotWaitForIt) {
  ClientDesk desk;
  desk.connect();
  desk.start();
  desk.start();
  const CallKey idempotent = desk.start(Semantics::AtLeastOnce);
  desk.welcome(1);
  const std::vector<SessionMessage> sent = desk.messages(MessageType::Request);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[1].semantics, Semantics::AtLeastOnce);
  EXPECT_EQ(sent[1].sequence, 1u);
  desk.reply(sent[1]);
  EXPECT_EQ(desk.outcome(idempotent), OutcomeKind::Executed);
}

TEST_F(ClientCalls, AcknowledgementFollowsTheHandOver) {
  desk.take_completions = false;
  desk.reply(request);
  desk.start();
  EXPECT_EQ(desk.only(MessageType::Request).acknowledgement.through, 0u);
  desk.take_completions = true;
  desk.poll();
  desk.start();
  EXPECT_EQ(desk.only(MessageType::Request).acknowledgement.through, 1u);
}

TEST_F(ClientCalls, AcknowledgementNamesFinishedNumbersBeyondAGap) {
  desk.start();
  const SessionMessage second = desk.only(MessageType::Request);
  desk.start();
  const SessionMessage third = desk.only(MessageType::Request);
  desk.reply(second);
  desk.reply(third);
  desk.start();
  const Acknowledgement ack = desk.only(MessageType::Request).acknowledgement;
  EXPECT_EQ(ack.through, 0u);
  EXPECT_EQ(ack.bitmap, 0b110u);
}

TEST_F(ClientCalls, CountersOfMessagesRise) {
  desk.start();
  EXPECT_GT(desk.only(MessageType::Request).counter, request.counter);
}

TEST(Numbers, SessionIsRenewedBeforeTheyEnd) {
  ClientConfig config;
  config.first_sequence = SendWindow::kLast;
  ClientDesk desk{config};
  desk.connect();
  const CallKey last = desk.start();
  const CallKey next = desk.start();
  desk.welcome();
  const SessionMessage request = desk.only(MessageType::Request);
  EXPECT_EQ(request.sequence, config.first_sequence);
  EXPECT_EQ(request.acknowledgement.through, config.first_sequence - 1);
  desk.reply(request);
  EXPECT_EQ(desk.outcome(last), OutcomeKind::Executed);
  ASSERT_EQ(desk.sent.size(), 1u);
  EXPECT_EQ(desk.sent[0].type, MessageType::Hello);
  desk.welcome(8, 0x9905);
  EXPECT_EQ(desk.only(MessageType::Request).sequence, 1u);
  desk.reply(desk.only(MessageType::Request));
  EXPECT_EQ(desk.outcome(next), OutcomeKind::Executed);
}

// --- Cancellation

TEST(Cancel, OfAWaitingCallIsNotSent) {
  ClientDesk desk;
  desk.connect();
  const CallKey call = desk.start();
  desk.cancel(call);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotSent);
  EXPECT_EQ(desk.reason(call), Errc::cancelled);
}

TEST_F(ClientCalls, CancelOfASentCallIsUnknownAndIsRepeatedUntilAnswered) {
  desk.cancel(call);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Unknown);
  EXPECT_EQ(desk.only(MessageType::Cancel).sequence, 1u);
  desk.run_until_sent();
  const SessionMessage again = desk.only(MessageType::Cancel);
  EXPECT_EQ(again.acknowledgement.through, 0u);  // the number is not finished
  desk.say(MessageType::Working, again);
  desk.run_until_sent();
  desk.refuse(desk.only(MessageType::Cancel), Errc::cancelled);
  desk.run_for(20s);
  EXPECT_EQ(desk.messages(MessageType::Cancel).size(), 0u);
  EXPECT_EQ(desk.messages(MessageType::Ack).size(), 1u);
}

TEST_F(ClientCalls, CancelledNumberHoldsItsPlaceInTheWindowUntilTheServerAnswers) {
  for (int i = 0; i < 7; ++i) desk.start();
  desk.cancel(call);
  desk.start();
  EXPECT_TRUE(desk.messages(MessageType::Request).empty());
  desk.refuse(request, Errc::cancelled);
  EXPECT_EQ(desk.messages(MessageType::Request).size(), 1u);
}

TEST_F(ClientCalls, CancelEndsAtTheDeadline) {
  CallRequest second = Pair::request();
  second.deadline = desk.now + 3s;
  const CallKey cancelled = desk.start(std::move(second));
  desk.cancel(cancelled);
  desk.run_for(3s);
  desk.run_for(20s);
  EXPECT_TRUE(desk.messages(MessageType::Cancel).empty());
}

TEST_F(ClientCalls, CancelAfterTheEndDoesNothing) {
  desk.reply(request);
  desk.cancel(call);
  EXPECT_TRUE(desk.sent.empty());
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Executed);
}

// --- Maybe

TEST_F(ClientCalls, MaybeIsSentOnceAndNeverAgain) {
  const CallKey maybe = desk.start(Semantics::Maybe);
  EXPECT_EQ(desk.outcome(maybe), OutcomeKind::Sent);
  desk.reply(request);
  desk.client->disconnected(desk.now);
  desk.sent.clear();
  desk.connect();
  desk.run_for(30s);
  EXPECT_TRUE(desk.messages(MessageType::Request).empty());
}

// --- Goodbye

TEST_F(ClientCalls, CloseEndsEveryCallAndSaysGoodbye) {
  std::vector<CallKey> more;
  for (int i = 0; i < 8; ++i) more.push_back(desk.start());
  desk.sent.clear();
  desk.client->close(desk.now);
  desk.poll();
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Unknown);
  EXPECT_EQ(desk.reason(call), Errc::closed);
  EXPECT_EQ(desk.outcome(more.back()), OutcomeKind::NotSent);
  desk.only(MessageType::Bye);
  EXPECT_EQ(desk.start(), 0u);
  EXPECT_EQ(desk.error, Errc::closed);
  EXPECT_EQ(desk.client->next_timeout(), kNever);
  EXPECT_EQ(desk.client->in_flight(), 0u);
}

}  // namespace
}  // namespace once::core::testing
