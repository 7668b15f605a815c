// Calls that wait for their servants: turns, room, and what has waited too long (docs/protocol.md, "Overload").
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "server_desk.hpp"

namespace once::core::testing {
namespace {

/// A server whose servants take what waits when the test says so.
class WaitingQueue : public ::testing::Test {
 protected:
  WaitingQueue() { make({}); }
  void make(ServerLimits limits) {
    limits.window_initial = 64;
    desk.emplace(limits);
    desk->takes_arrivals = false;
    for (std::uint64_t client = 1; client <= 3; ++client) sessions.push_back(desk->open(client, client));
  }
  /// One more request of a client, 0 to 2; the answer, if there is one at once, is desk->last().
  void ask(std::size_t client, Sequence number) {
    desk->session = sessions[client];
    desk->request(number);
  }
  void ask(std::size_t client, Sequence from, Sequence to) {
    for (Sequence number = from; number <= to; ++number) ask(client, number);
  }
  /// A servant takes a call, and so long for it. Which call it was.
  Sequence serve(Duration time) {
    const Sequence number = desk->next();
    const auto refusals = desk->sent;
    if (number != 0 && desk->start(desk->arrivals.size() - 1)) desk->reply(desk->arrivals.size() - 1);
    desk->sent = refusals;
    desk->now += time;
    return number;
  }
  /// Keeps the queue from getting empty for so long: two calls for each that is served, of clients 0 and 1.
  void stand(Duration time) {
    const Time end = desk->now + time;
    for (; desk->now < end; serve(1ms)) {
      free_calls(0);
      free_calls(1);
    }
  }
  /// Outside the window: as many as wanted.
  void free_calls(std::size_t client) {
    desk->session = sessions[client];
    desk->idempotent(++free_number);
  }
  SessionId client_of(std::size_t arrival) const { return desk->arrivals[arrival].id.session; }

  std::optional<ServerDesk> desk;
  std::vector<SessionId> sessions;
  Sequence free_number = 0;
};

TEST_F(WaitingQueue, GivesTurnsToClientsHoweverManyCallsEachHas) {
  ask(0, 1, 20);
  ask(1, 1, 2);
  ask(2, 1);
  for (int i = 0; i < 6; ++i) desk->next();
  EXPECT_EQ(client_of(0), sessions[0]);
  EXPECT_EQ(client_of(1), sessions[1]);
  EXPECT_EQ(client_of(2), sessions[2]);
  EXPECT_EQ(client_of(3), sessions[0]);
  EXPECT_EQ(client_of(4), sessions[1]);
  EXPECT_EQ(client_of(5), sessions[0]);
}

TEST_F(WaitingQueue, TakesTheSessionsOfAClientTogether) {
  sessions[1] = desk->open(17, 1);  // of client 0
  ask(0, 1, 3);
  ask(1, 1, 3);
  ask(2, 1);
  desk->next();
  desk->next();
  EXPECT_EQ(client_of(1), sessions[2]);
}

TEST_F(WaitingQueue, KeepsAClientsCallsInTheirOrder) {
  ask(0, 1, 5);
  for (Sequence number = 1; number <= 5; ++number) EXPECT_EQ(desk->next(), number);
  EXPECT_EQ(desk->next(), 0u);
}

TEST_F(WaitingQueue, LeavesOthersRoomBesideAClientThatFillsIt) {
  ServerLimits limits;
  limits.queued_max = 8;
  make(limits);
  sessions.erase(sessions.begin(), sessions.begin() + 3);
  ask(0, 1, 10);  // half of it
  EXPECT_EQ(desk->server->queued(), 4u);
  ask(1, 1, 10);  // half of what is left
  EXPECT_EQ(desk->server->queued(), 6u);
  ask(2, 1, 10);
  EXPECT_EQ(desk->server->queued(), 7u);
  ASSERT_TRUE(desk->answered(MessageType::NotExecuted));
  EXPECT_EQ(desk->last().answer.reason, Errc::overloaded);
  // The refusal sticks although there is room again.
  desk->next();
  ask(2, 10);
  EXPECT_TRUE(desk->answered(MessageType::NotExecuted));
  EXPECT_EQ(desk->counters().refused_again, 1u);
}

TEST_F(WaitingQueue, IsBoundedInOctets) {
  ServerLimits limits;
  limits.request_bytes_max = 10'000;
  make(limits);
  sessions.erase(sessions.begin(), sessions.begin() + 3);
  const std::string body(4'000, 'x');
  const auto ask_large = [&](std::size_t client, Sequence number) {
    desk->session = sessions[client];
    desk->say(desk->header(MessageType::Request, number), "key", body);
    return desk->silent();
  };
  EXPECT_TRUE(ask_large(0, 1));
  EXPECT_FALSE(ask_large(0, 2));  // it would take more than it leaves
  EXPECT_TRUE(ask_large(1, 1));
  EXPECT_FALSE(ask_large(2, 1));
  EXPECT_LE(desk->server->request_bytes(), 10'000u);
  // Room comes back with those that end, or are cancelled.
  desk->next();
  ASSERT_TRUE(desk->start());
  EXPECT_FALSE(ask_large(2, 2));
  desk->reply();
  desk->session = sessions[1];
  desk->cancel(1);
  EXPECT_EQ(desk->server->request_bytes(), 0u);
  EXPECT_TRUE(ask_large(2, 3));
}

TEST_F(WaitingQueue, CountsTheOctetsOfWhatWaitsForTheStore) {
  ServerLimits limits;
  limits.request_bytes_max = 10'000;
  make(limits);
  desk->server->refuse_durable(Errc::ok);  // a store is there
  const std::string body(4'000, 'x');
  const auto ask_exactly_once = [&](std::size_t client, Sequence number) {
    desk->session = sessions[client];
    SessionMessage request = desk->header(MessageType::Request, number);
    request.semantics = Semantics::ExactlyOnce;
    desk->say(request, "key", body);
    return desk->silent();
  };
  for (std::size_t client = 0; client < 2; ++client) {
    ASSERT_TRUE(ask_exactly_once(client, 1));
    desk->next();
    ASSERT_TRUE(desk->start(client));
  }
  EXPECT_GT(desk->server->request_bytes(), 8'000u);
  EXPECT_FALSE(ask_exactly_once(2, 1));
  // Its outcome is kept; or nobody knows, and it stays running.
  desk->reply(0);
  desk->server->end_unknown(desk->arrivals[1].call);
  EXPECT_EQ(desk->server->request_bytes(), 0u);
  EXPECT_TRUE(desk->server->sums_hold());
  EXPECT_TRUE(desk->server->idle());  // nobody has to wait for what only the next life can tell
  EXPECT_TRUE(ask_exactly_once(2, 2));
}

TEST_F(WaitingQueue, TakesOneMessageHoweverLarge) {
  ServerLimits limits;
  limits.request_bytes_max = 10;
  make(limits);
  ask(0, 1);
  EXPECT_TRUE(desk->silent());
  ask(1, 1);
  EXPECT_TRUE(desk->answered(MessageType::NotExecuted));
}

TEST_F(WaitingQueue, DoesNotHoldALargeBlockForASmallRequest) {
  ask(0, 1);
  desk->session = sessions[0];
  const Slice small = ServerDesk::message(desk->header(MessageType::Request, 2), "key", "body");
  Buffer block{60'000};
  block.append(small.view());
  const Slice in_large_block = std::move(block).freeze();
  ASSERT_GT(in_large_block.footprint(), 50'000u);
  desk->deliver(in_large_block);
  desk->next();
  desk->next();
  EXPECT_LT(desk->arrivals[1].body.footprint(), 2'000u);
  EXPECT_EQ(as_text(desk->arrivals[1].body.view()), "body");
}

TEST_F(WaitingQueue, CutsBackWhatStandsAndHasWaitedTooLong) {
  stand(110ms);
  ask(2, 1, 64);
  desk->now += 6ms;
  // Not enough others have begun since: nothing is refused.
  EXPECT_EQ(desk->counters().shed, 0u);
  // Another client's calls make the queue a long one.
  stand(1s);
  EXPECT_GT(desk->counters().shed, 50u);
  EXPECT_EQ(desk->counters().shed, desk->counters().overloaded);
}

TEST_F(WaitingQueue, RefusalOfWhatHasWaitedTooLongSticks) {
  desk->session = sessions[2];
  ask(2, 1, 40);
  stand(300ms);
  ASSERT_GT(desk->counters().shed, 0u);
  const std::uint64_t executed = desk->counters().executed;
  int refused = 0;
  for (Sequence number = 1; number <= 40; ++number) {
    ask(2, number);
    if (!desk->answered(MessageType::NotExecuted)) continue;
    ++refused;
    EXPECT_EQ(desk->last().answer.reason, Errc::overloaded);
  }
  EXPECT_GT(refused, 0);
  while (desk->next() != 0) desk->start(desk->arrivals.size() - 1);
  for (const Arrival& arrival : desk->arrivals) EXPECT_LE(arrival.id.sequence, free_number);
  EXPECT_EQ(desk->counters().executed, executed);
}

TEST_F(WaitingQueue, CountsNoTimeThatWasSpentInWaitingForTheClient) {
  constexpr Lane kElsewhere = 1;
  ask(2, 1, 4);
  for (int i = 0; i < 4; ++i) {
    desk->next();
    desk->server->put_off(desk->now, desk->arrivals.back(), kElsewhere);
  }
  stand(1s);
  const std::uint64_t shed = desk->counters().shed;
  ASSERT_GT(shed, 0u);
  while (desk->server->waiting() > 64) serve(0ms);
  desk->server->release(desk->now, kElsewhere);
  EXPECT_EQ(desk->server->waiting(kElsewhere), 0u);
  std::set<Sequence> begun;
  while (desk->next() != 0) {
    if (desk->arrivals.back().id.session == sessions[2]) begun.insert(desk->arrivals.back().id.sequence);
    desk->start(desk->arrivals.size() - 1);
  }
  EXPECT_EQ(begun, (std::set<Sequence>{1, 2, 3, 4}));
}

TEST_F(WaitingQueue, SuggestsALongerPauseTheLongerItIs) {
  ServerLimits limits;
  limits.queued_max = 256;
  make(limits);
  sessions.erase(sessions.begin(), sessions.begin() + 3);
  while (desk->counters().overloaded < 1) free_calls(0);
  EXPECT_EQ(desk->server->queued(), 128u);
  EXPECT_EQ(desk->last().answer.retry_after_ms, 3 * 50u);
  while (desk->counters().overloaded < 2) free_calls(1);
  EXPECT_EQ(desk->server->queued(), 192u);
  EXPECT_EQ(desk->last().answer.retry_after_ms, 4 * 50u);
}

TEST_F(WaitingQueue, GivesTheNewestItsTurnWhileItIsCutBack) {
  stand(300ms);
  ASSERT_GT(desk->counters().shed, 0u);
  ask(2, 1, 3);
  std::vector<Sequence> order;
  while (order.size() < 3) {
    desk->next();
    const Arrival& arrival = desk->arrivals.back();
    if (arrival.id.session == sessions[2]) order.push_back(arrival.id.sequence);
  }
  EXPECT_EQ(order, (std::vector<Sequence>{3, 2, 1}));
  // When it has been empty, the order is the usual one again.
  while (desk->next() != 0) continue;
  desk->now += 100ms;
  ask(2, 4, 6);
  EXPECT_EQ(desk->next(), 4u);
}

TEST_F(WaitingQueue, SparesAClientsOnlyCallForTheWholeInterval) {
  // So many clients, each of which asks again when it has its answer, and servants of a millisecond.
  const auto crowd = [this](std::size_t clients) {
    while (sessions.size() < clients)
      sessions.push_back(desk->open(sessions.size() + 1, sessions.size() + 1));
    for (std::size_t client = 0; client < clients; ++client) free_calls(client);
    for (int i = 0; i < 1'000; ++i) {
      const std::uint64_t before = desk->counters().executed;
      serve(1ms);
      if (desk->counters().executed == before) continue;
      const SessionId done = client_of(desk->arrivals.size() - 1);
      free_calls(
          static_cast<std::size_t>(std::find(sessions.begin(), sessions.end(), done) - sessions.begin()));
    }
    while (desk->next() != 0) continue;
    return desk->counters().shed;
  };
  EXPECT_EQ(crowd(90), 0u);
  EXPECT_GT(crowd(300), 100u);
}

TEST_F(WaitingQueue, OfAFewCallersIsNotCutBackForEverAfterABurst) {
  // Four threads of a client, each of which calls again when it has its answer, or 60 ms after a refusal.
  stand(300ms);
  EXPECT_GT(desk->counters().shed, 0u);
  std::uint64_t at_first = 0;
  int calling = 4;
  std::vector<Time> pausing;
  for (int i = 0; i < 500; ++i) {
    if (i == 100) at_first = desk->counters().shed;
    for (; calling > 0; --calling) free_calls(0);
    const std::uint64_t shed = desk->counters().shed;
    calling += serve(10ms) != 0 ? 1 : 0;
    for (std::uint64_t refused = desk->counters().shed; refused > shed; --refused)
      pausing.push_back(desk->now + 60ms);
    calling += static_cast<int>(std::erase_if(pausing, [this](Time until) { return until <= desk->now; }));
  }
  EXPECT_EQ(desk->counters().shed, at_first);
}

TEST_F(WaitingQueue, OfSlowServantsIsNotCutBack) {
  // A window full of calls that take 100 ms each: the last one waits for 6.4 s.
  ask(0, 1, 64);
  for (Sequence number = 1; number <= 64; ++number) EXPECT_EQ(serve(100ms), number);
  EXPECT_EQ(desk->counters().shed, 0u);
}

TEST_F(WaitingQueue, IsNotCutBackWhereThatIsTurnedOff) {
  ServerLimits limits;
  limits.queue_target = Duration{0};
  make(limits);
  stand(1s);
  EXPECT_EQ(desk->counters().shed, 0u);
}

TEST_F(WaitingQueue, ThatGetsEmptyIsNotCutBack) {
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 80; ++i) free_calls(0);
    for (int i = 0; i < 80; ++i) serve(1ms);
    EXPECT_EQ(desk->server->queued(), 0u);
  }
  EXPECT_EQ(desk->counters().shed, 0u);
}

TEST_F(WaitingQueue, DoesNotStartWhatIsOutOfTimeWhenItsTurnComes) {
  SessionMessage message = desk->header(MessageType::Request, 1);
  message.session = sessions[0];
  message.budget_ms = 10;
  desk->say(message);
  desk->now += 11ms;
  ASSERT_EQ(desk->next(), 1u);
  EXPECT_FALSE(desk->start());
  ASSERT_TRUE(desk->answered(MessageType::NotExecuted));
  EXPECT_EQ(desk->last().answer.reason, Errc::deadline_exceeded);
}

TEST_F(WaitingQueue, AnswersCopiesOfWhatWaitsAndForgetsWhatIsCancelled) {
  ask(0, 1, 3);
  ask(0, 2);
  EXPECT_TRUE(desk->answered(MessageType::Working));
  desk->cancel(2);
  EXPECT_TRUE(desk->answered(MessageType::NotExecuted));
  EXPECT_EQ(desk->next(), 1u);
  EXPECT_EQ(desk->next(), 3u);
  EXPECT_EQ(desk->next(), 0u);
}

TEST_F(WaitingQueue, EndsWithItsSessions) {
  ask(0, 1, 3);
  ask(1, 1);
  desk->session = sessions[0];
  desk->say(desk->header(MessageType::Bye));
  EXPECT_EQ(desk->server->queued(), 1u);
  EXPECT_EQ(desk->next(), 1u);
  EXPECT_EQ(client_of(0), sessions[1]);
  EXPECT_EQ(desk->next(), 0u);
}

TEST_F(WaitingQueue, LanesAreQueuesOfTheirOwn) {
  ask(0, 1, 2);
  ask(1, 1);
  for (int i = 0; i < 3; ++i) {
    desk->next();
    desk->server->put_off(desk->now, desk->arrivals.back(), 2);
  }
  EXPECT_EQ(desk->server->waiting(), 0u);
  EXPECT_EQ(desk->next(1), 0u);
  ask(0, 1);
  EXPECT_TRUE(desk->answered(MessageType::Working));  // it is queued all the while
  EXPECT_EQ(desk->next(2), 1u);
  EXPECT_EQ(as_text(desk->arrivals.back().body.view()), "body");
  EXPECT_EQ(desk->next(2), 1u);
  EXPECT_EQ(client_of(4), sessions[1]);
  desk->session = sessions[0];
  desk->cancel(2);
  EXPECT_EQ(desk->next(2), 0u);
  EXPECT_EQ(desk->server->queued(), 2u);  // the two that the driver has
}

TEST_F(WaitingQueue, LanesTakeWhatIsReceivedIntoThem) {
  desk->server->receive_into(2);
  ask(0, 1);
  desk->server->receive_into(0);
  ask(0, 2);
  EXPECT_EQ(desk->server->waiting(2), 1u);
  EXPECT_EQ(desk->next(), 2u);
  EXPECT_EQ(desk->next(), 0u);
  EXPECT_EQ(desk->next(2), 1u);
}

TEST_F(WaitingQueue, WhatIsOverMeanwhileIsNotPutOff) {
  ask(0, 1);
  desk->next();
  desk->cancel(1);
  desk->server->put_off(desk->now, desk->arrivals.back(), 1);
  EXPECT_EQ(desk->next(1), 0u);
  EXPECT_EQ(desk->server->queued(), 0u);
}

}  // namespace
}  // namespace once::core::testing
