// The budgets of kept replies: room is set aside before a servant starts, only what exceeds it is ever
// evicted, and never a record.
#include <gtest/gtest.h>

#include "server_desk.hpp"

namespace once::core::testing {
namespace {

ServerLimits with_budgets(std::size_t per_session, std::size_t per_server) {
  ServerLimits limits;
  limits.reply_bytes_per_session = per_session;
  limits.reply_bytes_max = per_server;
  return limits;
}

TEST(ReplayCache, SetsRoomAsideBeforeTheServantStarts) {
  ServerDesk desk;
  desk.open();
  desk.request(1);
  ASSERT_TRUE(desk.start(0, 1000));
  EXPECT_EQ(desk.server->reply_bytes(), 1024u);  // what a block for 1000 octets costs
  desk.reply(0, "tiny");
  EXPECT_EQ(desk.server->reply_bytes(), 256u);
  desk.ack(1);
  EXPECT_EQ(desk.server->reply_bytes(), 0u);
}

TEST(ReplayCache, WithoutRoomForTheReplyTheCallIsOverloadedAndStaysRefused) {
  ServerDesk desk{with_budgets(2048, 1 << 20)};
  desk.open();
  for (Sequence number = 1; number <= 3; ++number) desk.request(number);
  EXPECT_TRUE(desk.start(0, 1024));
  EXPECT_TRUE(desk.start(1, 1024));
  EXPECT_FALSE(desk.start(2, 1024));
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::overloaded);
  desk.reply(0, "");
  desk.reply(1, "");
  desk.request(3);
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));
}

TEST(ReplayCache, OperationWhoseReplyNoSessionMayKeepRunsAllTheSame) {
  ServerDesk desk{with_budgets(4096, 1 << 20)};
  desk.open();
  desk.request(1);
  ASSERT_TRUE(desk.start(0, 1'000'000));
  EXPECT_EQ(desk.server->reply_bytes(), 1024u);
  desk.reply(0, std::string(5000, 'x'));
  EXPECT_TRUE(desk.answered(MessageType::Reply));
}

TEST(ReplayCache, IdempotentReplyEvictsNone) {
  ServerDesk desk{with_budgets(6000, 1 << 20)};
  desk.open();
  desk.request(1);
  ASSERT_TRUE(desk.start(0, 256));
  desk.reply(0, std::string(4000, 'x'));
  desk.idempotent(1);
  ASSERT_TRUE(desk.start(1, 256));
  desk.reply(1, std::string(4000, 'y'));
  ASSERT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.last().body, std::string(4000, 'y'));
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.last().body, std::string(4000, 'x'));
}

TEST(ReplayCache, BudgetOfTheServerHoldsOverAllSessions) {
  ServerDesk desk{with_budgets(1 << 20, 2048)};
  for (std::uint64_t nonce = 1; nonce <= 3; ++nonce) {
    desk.open(nonce, nonce);
    desk.request(1);
    EXPECT_EQ(desk.start(nonce - 1, 1024), nonce <= 2);
  }
}

TEST(ReplayCache, LargerReplyIsKeptWhileThereIsRoom) {
  ServerDesk desk;
  desk.open();
  desk.request(1);
  ASSERT_TRUE(desk.start(0, 16));
  desk.reply(0, std::string(3000, 'x'));
  EXPECT_TRUE(desk.answered(MessageType::Reply));
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.last().body.size(), 3000u);
}

TEST(ReplayCache, LargerReplyWithoutRoomIsSentOnceAndThenLost) {
  ServerDesk desk{with_budgets(1024, 1 << 20)};
  desk.open();
  desk.request(1);
  ASSERT_TRUE(desk.start(0, 16));
  desk.reply(0, std::string(3000, 'x'));
  ASSERT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.last().body.size(), 3000u);
  EXPECT_EQ(desk.server->reply_bytes(), 0u);
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::ReplyLost));
  EXPECT_EQ(desk.last().answer.reason, Errc::reply_evicted);
}

TEST(ReplayCache, EvictsTheOldestLargerReplyAndNoRecord) {
  ServerDesk desk{with_budgets(12'000, 1 << 20)};
  desk.open();
  for (Sequence number = 1; number <= 3; ++number) {
    desk.request(number);
    ASSERT_TRUE(desk.start(number - 1, 256));
    desk.reply(number - 1, std::string(4000, 'x'));  // 4 KiB each: two and a bit fit
  }
  EXPECT_EQ(desk.counters().replies_evicted, 1u);
  EXPECT_EQ(desk.server->records(), 3u);
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::ReplyLost));
  EXPECT_EQ(desk.last().answer.reason, Errc::reply_evicted);
  desk.request(2);
  EXPECT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.executions, 3);
}

TEST(ReplayCache, EvictsLargerRepliesOfOtherSessionsForTheServersBudget) {
  ServerDesk desk{with_budgets(1 << 20, 6000)};
  const SessionId first = desk.open(1, 1);
  desk.request(1);
  ASSERT_TRUE(desk.start(0, 256));
  desk.reply(0, std::string(4000, 'x'));
  desk.open(2, 2);
  desk.request(1);
  ASSERT_TRUE(desk.start(1, 4096));
  EXPECT_EQ(desk.counters().replies_evicted, 1u);
  desk.session = first;
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::ReplyLost));
}

TEST(ReplayCache, ReplyWithinWhatWasSetAsideIsNeverEvicted) {
  ServerDesk desk{with_budgets(1 << 20, 2048)};
  desk.open();
  for (Sequence number = 1; number <= 8; ++number) {
    desk.request(number);
    ASSERT_TRUE(desk.start(number - 1, 200));
    desk.reply(number - 1, std::string(200, 'x'));
  }
  desk.request(9);
  EXPECT_FALSE(desk.start(8, 200));
  for (Sequence number = 1; number <= 8; ++number) {
    desk.request(number);
    EXPECT_TRUE(desk.answered(MessageType::Reply));
  }
}

TEST(ReplayCache, SmallReplyInALargeBlockFitsWhatWasSetAside) {
  ServerDesk desk{with_budgets(300, 1 << 20)};
  desk.open();
  desk.request(1);
  ASSERT_TRUE(desk.start(0, 200));
  Buffer body{5000};
  body.append(as_bytes("small"));
  desk.server->reply(desk.now, desk.arrivals[0].call, ReplyStatus::Value, std::move(body).freeze(), false);
  desk.poll();
  EXPECT_EQ(desk.server->reply_bytes(), 256u);
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.last().body, "small");
}

TEST(ReplayCache, ReplyThatTheClientDoesNotTakeIsReplyLost) {
  ServerDesk desk;
  Hello hello = desk.hello();
  hello.message_max = 100;
  desk.deliver(ServerDesk::message(hello));
  desk.session = desk.last().welcome.session;
  desk.run(1, std::string(101, 'x'));
  ASSERT_TRUE(desk.answered(MessageType::ReplyLost));
  EXPECT_EQ(desk.last().answer.reason, Errc::reply_too_large);
}

TEST(ReplayCache, StatusReasonAndByteOrderAreReplayedAsTheyWere) {
  ServerDesk desk;
  desk.open();
  desk.request(1);
  ASSERT_TRUE(desk.start());
  desk.server->reply(desk.now, desk.arrivals[0].call, ReplyStatus::ServantFailed, octets("e"), true,
                     Errc::servant_failed);
  desk.poll();
  for (int copy = 0; copy < 2; ++copy) {
    desk.request(1);
    ASSERT_TRUE(desk.answered(MessageType::Reply));
    EXPECT_EQ(desk.last().answer.status, ReplyStatus::ServantFailed);
    EXPECT_EQ(desk.last().answer.reason, Errc::servant_failed);
    EXPECT_TRUE(desk.last().answer.little_endian);
    EXPECT_EQ(desk.last().body, "e");
  }
}

}  // namespace
}  // namespace once::core::testing
