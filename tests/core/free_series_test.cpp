// The server's verdict on at-least-once and maybe calls, whose numbers lie outside of the window.
#include <gtest/gtest.h>

#include "server_desk.hpp"

namespace once::core::testing {
namespace {

class FreeSeries : public OpenDesk {};

TEST_F(FreeSeries, IdempotentCopyOfARunningCallIsInProgress) {
  desk.idempotent(1000);  // far outside the window: another series
  ASSERT_TRUE(desk.start());
  desk.idempotent(1000);
  EXPECT_TRUE(desk.answered(MessageType::Working));
  desk.reply();
  EXPECT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.server->records(), 0u);
  desk.idempotent(1000);
  EXPECT_EQ(desk.arrivals.size(), 2u);  // runs again
}

TEST_F(FreeSeries, IdempotentRefusalDoesNotStick) {
  desk.idempotent(1);
  desk.refuse(0, Errc::overloaded);
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));
  desk.idempotent(1);
  EXPECT_EQ(desk.arrivals.size(), 2u);
}

TEST_F(FreeSeries, TheTwoSeriesDoNotMeet) {
  desk.run(1);
  desk.idempotent(1);
  EXPECT_EQ(desk.arrivals.size(), 2u);
  desk.ack(1);
  EXPECT_EQ(desk.server->records(), 1u);
  EXPECT_TRUE(desk.start(1));
}

TEST_F(FreeSeries, IdempotentProbeAndCancel) {
  SessionMessage probe = desk.header(MessageType::Probe, 4);
  probe.semantics = Semantics::AtLeastOnce;
  desk.say(probe);
  EXPECT_TRUE(desk.answered(MessageType::Unseen));
  desk.idempotent(4);
  SessionMessage cancel = desk.header(MessageType::Cancel, 4);
  cancel.semantics = Semantics::AtLeastOnce;
  desk.say(cancel);
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_FALSE(desk.start());
  EXPECT_EQ(desk.server->records(), 0u);
}

TEST_F(FreeSeries, MaybeCallsAreNeverAnsweredAndEveryCopyMayRun) {
  SessionMessage maybe = desk.header(MessageType::Request, 1);
  maybe.semantics = Semantics::Maybe;
  desk.say(maybe);
  desk.say(maybe);
  EXPECT_EQ(desk.arrivals.size(), 2u);
  ASSERT_TRUE(desk.start(0));
  desk.reply(0);
  EXPECT_TRUE(desk.silent());
  desk.refuse(1, Errc::no_such_object);
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.server->records(), 0u);
}

}  // namespace
}  // namespace once::core::testing
