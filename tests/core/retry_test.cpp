// Calls that are made again after the server has refused them as overloaded (docs/protocol.md, rule C17).
#include "sent_call.hpp"

namespace once::core::testing {
namespace {

class Retry : public SentCall {
 protected:
  void overloaded(const SessionMessage& message, std::uint32_t retry_after_ms = 50) {
    Answer answer = desk.answer(MessageType::NotExecuted, message);
    answer.reason = Errc::overloaded;
    answer.retry_after_ms = retry_after_ms;
    desk.deliver(answer);
  }
  /// Refuses it, and what comes of it: the request of the next try, if there is one.
  std::optional<SessionMessage> next_try(const SessionMessage& message, Duration within = 1s) {
    overloaded(message);
    for (const Time end = desk.now + within; desk.now < end;) {
      desk.run_for(1ms);
      if (const auto requests = desk.messages(MessageType::Request); !requests.empty())
        return requests.front();
    }
    return std::nullopt;
  }
};

TEST_F(Retry, TakesANewNumberAfterThePauseThatWasAskedFor) {
  overloaded(request);
  EXPECT_EQ(desk.outcome(call), std::nullopt);
  desk.run_for(49ms);
  EXPECT_TRUE(desk.messages(MessageType::Request).empty());
  desk.run_for(22ms);
  ASSERT_EQ(desk.messages(MessageType::Request).size(), 1u);
  const SessionMessage again = desk.messages(MessageType::Request).front();
  EXPECT_EQ(again.sequence, request.sequence + 1);
  EXPECT_EQ(again.acknowledgement.through, request.sequence);
  EXPECT_EQ(desk.counters().retries, 1u);
  EXPECT_EQ(desk.counters().retransmissions, 0u);
  desk.reply(again, "value");
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Executed);
}

TEST_F(Retry, EndsAfterTheThirdRefusal) {
  const auto second = next_try(request);
  ASSERT_TRUE(second);
  const auto third = next_try(*second);
  ASSERT_TRUE(third);
  overloaded(*third, 70);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotExecuted);
  EXPECT_EQ(desk.reason(call), Errc::overloaded);
  EXPECT_EQ(desk.done[call].retry_after, 70ms);
  EXPECT_EQ(desk.done[call].sent, 3u);
}

TEST_F(Retry, IsNoneWhereTheServerAsksForNone) {
  overloaded(request, 0);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotExecuted);
}

TEST_F(Retry, IsNoneForOtherRefusals) {
  Answer answer = desk.answer(MessageType::NotExecuted, request);
  answer.reason = Errc::shutting_down;
  answer.retry_after_ms = 50;
  desk.deliver(answer);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotExecuted);
}

TEST_F(Retry, IsNoneBeyondTheDeadline) {
  CallRequest urgent = Pair::request();
  urgent.deadline = desk.now + 40ms;
  const CallKey short_call = desk.start(std::move(urgent));
  overloaded(desk.only(MessageType::Request));
  EXPECT_EQ(desk.outcome(short_call), OutcomeKind::NotExecuted);
  EXPECT_EQ(desk.counters().retries, 0u);
}

TEST_F(Retry, IsATenthOfTheCallsAndAReserveAtTheMost) {
  overloaded(request);
  std::uint64_t calls = 1;
  for (; calls < 2'000; ++calls) {
    desk.start();
    if (desk.sent.empty()) desk.run_for(100ms);
    while (!desk.messages(MessageType::Request).empty())
      overloaded(desk.messages(MessageType::Request).front());
  }
  EXPECT_LE(desk.counters().retries, calls / 10 + 10);
  EXPECT_GT(desk.counters().retries, calls / 20);
  EXPECT_GT(desk.counters().retries_denied, calls / 2);
}

TEST_F(Retry, OfACallThatEndsMeanwhileIsNotMade) {
  overloaded(request);
  desk.cancel(call);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotExecuted);
  EXPECT_EQ(desk.reason(call), Errc::cancelled);
  desk.run_for(1s);
  EXPECT_TRUE(desk.messages(MessageType::Request).empty());
  EXPECT_TRUE(desk.messages(MessageType::Cancel).empty());
}

TEST_F(Retry, IsUnknownWhenItHasBeenSent) {
  const auto second = next_try(request);
  ASSERT_TRUE(second);
  desk.say(MessageType::NoSession, *second);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Unknown);
}

TEST_F(Retry, WaitsThroughTheEndOfItsSessionAndPath) {
  overloaded(request);
  const CallKey other = desk.start();
  desk.say(MessageType::NoSession, desk.only(MessageType::Request));
  EXPECT_EQ(desk.outcome(other), OutcomeKind::Unknown);
  desk.client->disconnected(desk.now);
  desk.run_for(100ms);
  EXPECT_EQ(desk.outcome(call), std::nullopt);
  desk.connect();
  desk.welcome(8, 0x5106);
  ASSERT_EQ(desk.messages(MessageType::Request).size(), 1u);
  desk.reply(desk.messages(MessageType::Request).front());
  EXPECT_EQ(desk.outcome(call), OutcomeKind::Executed);
}

TEST_F(Retry, ThatIsNotHandedOverHasNotRun) {
  const auto second = next_try(request);
  ASSERT_TRUE(second);
  desk.client->not_handed_over(second->session, Semantics::AtMostOnce, second->sequence);
  desk.cancel(call);
  EXPECT_EQ(desk.outcome(call), OutcomeKind::NotExecuted);
}

TEST_F(Retry, OfAnAtLeastOnceCallThatIsRefusedAgainIsUnknown) {
  const CallKey idempotent = desk.start(Semantics::AtLeastOnce);
  auto message = desk.only(MessageType::Request);
  for (int i = 0; i < 2; ++i) {
    const auto again = next_try(message);
    ASSERT_TRUE(again);
    message = *again;
  }
  overloaded(message);
  EXPECT_EQ(desk.outcome(idempotent), OutcomeKind::Unknown);
  EXPECT_EQ(desk.reason(idempotent), Errc::refused_after_sending);
}

}  // namespace
}  // namespace once::core::testing
