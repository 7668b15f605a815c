// Outcome itself.
#include <chrono>
#include <memory>

#include <gtest/gtest.h>

#include <once/rpc/outcome.hpp>

#include "interfaces.once.hpp"

namespace once::test {
namespace {

using namespace std::chrono_literals;

const Failure kRefused{OutcomeKind::NotExecuted, Errc::overloaded, "put: the server is overloaded", 20ms};

TEST(Outcomes, HoldAValue) {
  Outcome<std::string> outcome{"text"};
  EXPECT_TRUE(outcome);
  EXPECT_EQ(*outcome, "text");
  EXPECT_EQ(outcome->size(), 4u);
  EXPECT_EQ(outcome.kind(), OutcomeKind::Executed);
  EXPECT_EQ(outcome.completion(), Completion::Yes);
  EXPECT_FALSE(outcome.code());
  EXPECT_EQ(outcome.exception(), nullptr);
  EXPECT_EQ(outcome.text(), "");
  EXPECT_EQ(std::move(outcome).value(), "text");
}

TEST(Outcomes, HoldMoveOnlyValues) {
  Outcome<std::unique_ptr<int>> outcome{std::make_unique<int>(3)};
  const std::unique_ptr<int> value = std::move(outcome).value();
  EXPECT_EQ(*value, 3);
}

TEST(Outcomes, HoldAFailure) {
  const Outcome<int> outcome{kRefused};
  EXPECT_FALSE(outcome);
  EXPECT_EQ(outcome.kind(), OutcomeKind::NotExecuted);
  EXPECT_EQ(outcome.completion(), Completion::No);
  EXPECT_TRUE(outcome.may_call_again());
  EXPECT_EQ(outcome.code(), Condition::RetryLater);
  EXPECT_EQ(outcome.text(), "put: the server is overloaded");
  EXPECT_EQ(outcome.retry_after(), 20ms);
}

TEST(Outcomes, ThrowWhatTheyHold) {
  try {
    (void)Outcome<int>{kRefused}.value();
    FAIL();
  } catch (const SystemError& error) {
    EXPECT_STREQ(error.what(), "put: the server is overloaded");
    EXPECT_EQ(error.kind(), OutcomeKind::NotExecuted);
    EXPECT_EQ(error.code(), Errc::overloaded);
    EXPECT_EQ(error.retry_after(), 20ms);
  }
  const Outcome<void> raised{std::make_shared<shop::Refused>("no", 1)};
  EXPECT_THROW(raised.value(), shop::Refused);
  EXPECT_EQ(raised.text(), "IDL:shop/Refused:1.0");
  EXPECT_FALSE(raised.may_call_again());
}

TEST(Outcomes, WithoutAValueAreTrueWhenTheyRanOrWereSent) {
  EXPECT_TRUE(Outcome<void>{});
  EXPECT_TRUE(Outcome<void>::sent());
  EXPECT_EQ(Outcome<void>::sent().kind(), OutcomeKind::Sent);
  EXPECT_NO_THROW(Outcome<void>::sent().value());
}

TEST(OutcomesDeathTest, AreNotReadWithoutAValue) {
  const Outcome<int> outcome{kRefused};
  EXPECT_DEATH((void)*outcome, "broken invariant");
}

}  // namespace
}  // namespace once::test
