// Sessions that outlive their clients: what a later life of a client finds again.
#include <gtest/gtest.h>

#include "tills.hpp"

namespace once::core::testing {
namespace {

TEST(Lasting, ACallThatIsRepeatedInALaterLifeGetsItsFirstReply) {
  Till pair;
  pair.fate = nothing_comes_back();
  pair.start(numbered(2, "payment"));
  pair.run_for(50ms);
  ASSERT_EQ(pair.effects_of(2), 1);
  pair.fate = everything_arrives();
  pair.restart_client(0, life(2, 1));
  const CallKey second = pair.start(again(2, "payment"));
  ASSERT_TRUE(pair.run_until_done(second));
  EXPECT_EQ(pair.outcome(second), OutcomeKind::Executed);
  EXPECT_EQ(as_text(pair.completion(second)->body), "payment");
  EXPECT_EQ(pair.effects_of(2), 1);
  EXPECT_EQ(pair.server->sessions(), 1u);
}

/// A call that was made when the server took larger ones, and is repeated in a later life.
class TooLargeNow : public ::testing::Test {
 protected:
  CallRequest large(CallRequest request) {
    request.body = octets(std::string(2'000, 'x'));
    return request;
  }
  CallKey repeat_at_a_server_that_takes_less() {
    pair.start(large(numbered(2, "")));
    pair.run_for(50ms);
    pair.fate = everything_arrives();
    pair.server_config.limits.message_max = 1'000;
    pair.restart_server();
    pair.restart_client(0, life(2, 1));
    const CallKey call = pair.start(large(again(2, "")));
    EXPECT_TRUE(pair.run_until_done(call));
    return call;
  }
  Till pair;
};

TEST_F(TooLargeNow, ACallThatRanGetsItsReply) {
  pair.fate = nothing_comes_back();
  const CallKey call = repeat_at_a_server_that_takes_less();
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.completion(call)->body.size(), 2'000u);
  EXPECT_EQ(pair.effects_of(2), 1);
}

TEST_F(TooLargeNow, ACallThatDidNotRunNeverWill) {
  pair.fate = [](const Packet&) { return Pair::Fate{}; };
  const CallKey call = repeat_at_a_server_that_takes_less();
  EXPECT_EQ(pair.outcome(call), OutcomeKind::NotExecuted);
  EXPECT_EQ(pair.completion(call)->reason, Errc::message_too_large);
  EXPECT_EQ(pair.effects_of(2), 0);
  EXPECT_EQ(pair.count_of(MessageType::Request), 1u);  // the first life's
}

/// Known already, or not yet, when the call is made again: it is the same.
TEST_F(TooLargeNow, AnotherCallBehindItGoesOn) {
  pair.fate = [](const Packet&) { return Pair::Fate{}; };
  repeat_at_a_server_that_takes_less();
  const CallKey once_more = pair.start(large(again(2, "")));
  ASSERT_TRUE(pair.run_until_done(once_more));
  EXPECT_EQ(pair.outcome(once_more), OutcomeKind::NotExecuted);
  pair.clients[0].core->finish(pair.now, 2);
  const CallKey next = pair.start(numbered(3, "next", 2));
  ASSERT_TRUE(pair.run_until_done(next));
  EXPECT_EQ(pair.outcome(next), OutcomeKind::Executed);
}

TEST(Lasting, ACallThatNeverArrivedRunsInALaterLife) {
  Till pair;
  pair.fate = [](const Packet&) { return Pair::Fate{}; };
  pair.start(numbered(2, "payment"));
  pair.run_for(50ms);
  pair.fate = everything_arrives();
  pair.restart_client(0, life(2, 1));
  const CallKey second = pair.start(again(2, "payment"));
  ASSERT_TRUE(pair.run_until_done(second));
  EXPECT_EQ(pair.outcome(second), OutcomeKind::Executed);
  EXPECT_EQ(pair.effects_of(2), 1);
}

TEST(Lasting, ClientAndServerMayBothStartAgain) {
  Till pair;
  pair.fate = nothing_comes_back();
  pair.start(numbered(2, "ran"));
  pair.run_for(50ms);
  pair.fate = [](const Packet&) { return Pair::Fate{}; };
  pair.start(numbered(3, "did not"));
  pair.run_for(50ms);
  pair.fate = everything_arrives();
  pair.restart_server();
  pair.restart_client(0, life(2, 1));
  pair.restart_server();
  const CallKey ran = pair.start(again(2, "ran"));
  const CallKey did_not = pair.start(again(3, "did not"));
  ASSERT_TRUE(pair.run_until_done(ran));
  ASSERT_TRUE(pair.run_until_done(did_not));
  EXPECT_EQ(as_text(pair.completion(ran)->body), "ran");
  EXPECT_EQ(as_text(pair.completion(did_not)->body), "did not");
  EXPECT_EQ(pair.effects_of(2), 1);
  EXPECT_EQ(pair.effects_of(3), 1);
}

/// It may name an epoch in which the call was refused, before it ran in the next one.
TEST(Lasting, AWelcomeToAnEarlierLifeIsNotEntered) {
  // The first life's call is refused. The answer is late, and so is a copy of the WELCOME.
  Pair pair{1, durable()};
  pair.servant = [&](const Arrival& arrival) {
    pair.server->refuse(pair.now, arrival.call, Errc::overloaded, {});
  };
  pair.fate = [](const Packet& packet) {
    return packet.type() == MessageType::NotExecuted ? Pair::Fate{} : Pair::Fate{1ms};
  };
  pair.restart_client(0, life(1));
  pair.start(numbered(1, "payment"));
  pair.run_for(50ms);
  const Packet welcome = pair.sent_of(MessageType::Welcome).at(0);
  const Packet refusal = pair.sent_of(MessageType::NotExecuted).at(0);
  // It is sent again to the server's next life, and on its way when the client crashes.
  pair.restart_server();
  pair.sent.clear();
  pair.fate = [&](const Packet& packet) {
    const bool is_for_this_life = packet.to_server && packet.request().expected == pair.server_config.epoch;
    return is_for_this_life ? Pair::Fate{} : Pair::Fate{1ms};
  };
  pair.run_for(5s);
  Packet request = pair.sent_of(MessageType::Request).back();
  request.from.validated = true;  // else it would be challenged
  pair.flush();
  pair.fate = [](const Packet&) { return Pair::Fate{}; };
  pair.restart_client(0, life(2));
  const CallKey call = pair.start(again(1, "payment"));
  pair.servant = [&](const Arrival& arrival) { pair.serve(arrival); };
  pair.deliver(request);
  ASSERT_EQ(pair.executions(), 1);
  // What is late arrives.
  pair.deliver(welcome);
  pair.run_for(50ms);
  pair.deliver(refusal);
  EXPECT_FALSE(pair.done(call));
  pair.fate = everything_arrives();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.executions(), 1);
}

TEST(Lasting, OutcomesAreKeptUntilTheirNumbersAreFinished) {
  Till pair;
  const CallKey call = pair.start(numbered(2, "payment"));
  ASSERT_TRUE(pair.run_until_done(call));
  pair.run_for(5s);
  EXPECT_EQ(pair.store.outcomes.size(), 1u);
  const CallKey second = pair.start(again(2, "payment"));
  ASSERT_TRUE(pair.run_until_done(second));
  EXPECT_EQ(as_text(pair.completion(second)->body), "payment");
  EXPECT_EQ(pair.effects_of(2), 1);
  pair.clients[0].core->finish(pair.now, 2);
  pair.run_for(5s);
  EXPECT_EQ(pair.store.outcomes.size(), 0u);
  EXPECT_EQ(pair.server->records(), 0u);
  EXPECT_FALSE(pair.clients[0].core->start(pair.now, again(2, "payment")));
}

TEST(Lasting, FinishedNumbersMayHaveGapsBetweenThem) {
  Till pair;
  for (const Sequence number : {2u, 3u, 4u}) {
    ASSERT_TRUE(pair.run_until_done(pair.start(numbered(number, "x"))));
  }
  pair.clients[0].core->finish(pair.now, 3);
  pair.run_for(5s);
  EXPECT_EQ(pair.store.outcomes.size(), 2u);
  pair.restart_client(0, life(2, 1, 0b10));
  ASSERT_TRUE(pair.run_until_done(pair.start(again(4, "x"))));
  ASSERT_TRUE(pair.run_until_done(pair.start(numbered(5, "y"))));
  EXPECT_EQ(pair.effects_of(4), 1);
  EXPECT_FALSE(pair.clients[0].core->start(pair.now, again(3, "x")));
}

/// The attempts of a number are counted anew when its call is made again: what answers them cannot be told from what
/// answers those of before.
TEST(Lasting, ALateAnswerToACallThatIsMadeAgainIsNoRoundTrip) {
  Till till;
  const auto shortest = [&] { return till.clients[0].core->round_trips().shortest(); };
  till.fate = [](const Packet&) { return Pair::Fate{20ms}; };
  CallRequest impatient = numbered(2, "first");
  impatient.deadline = till.now + 39ms;
  ASSERT_TRUE(till.run_until_done(till.start(std::move(impatient))));
  const Duration before = shortest();
  // The reply to the first comes a millisecond after it is made again.
  ASSERT_TRUE(till.run_until_done(till.start(again(2, "first"))));
  EXPECT_EQ(shortest(), before);
}

TEST(Lasting, ALateAnswerToTheHelloOfAnEarlierLifeIsNoRoundTrip) {
  Pair pair{1, durable()};
  pair.fate = [](const Packet&) { return Pair::Fate{20ms}; };
  pair.restart_client(0, life(1));
  pair.start(numbered(1, "opened"));
  pair.run_for(30ms);  // COOKIE is on its way
  pair.restart_client(0, life(2));
  ASSERT_TRUE(pair.run_until_done(pair.start(again(1, "opened"))));
  EXPECT_GE(pair.clients[0].core->round_trips().shortest(), 40ms);
}

/// Under a number that the window admits, behind calls whose numbers it does not admit yet.
TEST(Lasting, ACallThatIsMadeAgainDoesNotWaitForThoseThatWaitForIt) {
  ServerConfig config = durable();
  config.limits.window_initial = config.limits.window_max = 1;
  Pair pair{1, config};
  pair.restart_client(0, life(1));
  ASSERT_TRUE(pair.run_until_done(pair.start(numbered(1, "opened"))));
  pair.fate = nothing_comes_back();
  CallRequest impatient = again(1, "opened");
  impatient.deadline = pair.now + 50ms;
  const CallKey first = pair.start(std::move(impatient));
  const CallKey second = pair.start(numbered(2, "behind"));
  ASSERT_TRUE(pair.run_until_done(first));
  EXPECT_EQ(pair.outcome(first), OutcomeKind::Unknown);
  pair.fate = everything_arrives();
  const CallKey repeated = pair.start(again(1, "opened"));
  ASSERT_TRUE(pair.run_until_done(repeated));
  EXPECT_EQ(pair.outcome(repeated), OutcomeKind::Executed);
  EXPECT_FALSE(pair.done(second));
  // Nor does it need room in their queue: they would wait for ever.
  while (pair.clients[0].core->start(pair.now, numbered(3, "behind"))) {
  }
  ASSERT_TRUE(pair.run_until_done(pair.start(again(1, "opened"))));
  pair.clients[0].core->finish(pair.now, 1);
  pair.drain();
  ASSERT_TRUE(pair.run_until_done(second));
}

/// Number 2 has been called, and cancelled; nothing that the till sends has arrived since.
class CancelledCall : public ::testing::Test {
 protected:
  CancelledCall() {
    pair.fate = [](const Packet&) { return Pair::Fate{}; };
    const CallKey cancelled = pair.start(numbered(2, "payment"));
    pair.run_for(50ms);
    pair.clients[0].core->cancel(pair.now, cancelled);
    EXPECT_TRUE(pair.run_until_done(cancelled));
    EXPECT_EQ(pair.outcome(cancelled), OutcomeKind::Unknown);
    pair.sent.clear();
  }
  Till pair;
};

/// The CANCEL must not follow the number into its next attempt.
TEST_F(CancelledCall, MayBeMadeAgain) {
  const CallKey made_again = pair.start(again(2, "payment"));
  pair.fate = everything_arrives();
  ASSERT_TRUE(pair.run_until_done(made_again));
  EXPECT_EQ(pair.outcome(made_again), OutcomeKind::Executed);
  EXPECT_EQ(pair.count_of(MessageType::Cancel), 0u);
}

TEST_F(CancelledCall, IsNotCancelledAgainWhenItsNumberIsFinished) {
  pair.clients[0].core->finish(pair.now, 2);
  pair.sent.clear();
  pair.run_for(5s);
  EXPECT_EQ(pair.count_of(MessageType::Cancel), 0u);
}

TEST(Lasting, ItOutlivesManyOrdinaryLeases) {
  Till pair;
  pair.fate = nothing_comes_back();
  pair.start(numbered(2, "payment"));
  pair.run_for(50ms);
  pair.fate = everything_arrives();
  pair.clients[0].core->disconnected(pair.now);
  pair.run_for(24h);
  pair.restart_server();
  pair.run_for(24h * 20);
  pair.restart_client(0, life(2, 1));
  const CallKey second = pair.start(again(2, "payment"));
  ASSERT_TRUE(pair.run_until_done(second));
  EXPECT_EQ(as_text(pair.completion(second)->body), "payment");
}

TEST(Lasting, ItsLeaseGoesOnInTheNextLifeOfTheServer) {
  Till pair;
  pair.clients[0].core->disconnected(pair.now);
  for (int day = 0; day < 31; ++day) {
    EXPECT_EQ(pair.server->sessions(), day < 30 ? 1u : 0u) << day;
    pair.run_for(24h);
    pair.restart_server();
  }
  EXPECT_EQ(pair.store.sessions.size(), 0u);
}

TEST(Lasting, WhatWasSentInASessionThatIsGoneIsUnknown) {
  Till pair;
  pair.fate = nothing_comes_back();
  pair.start(numbered(2, "payment"));
  pair.run_for(50ms);
  pair.clients[0].core->disconnected(pair.now);
  pair.fate = everything_arrives();
  pair.run_for(24h * 31);
  ASSERT_EQ(pair.server->sessions(), 0u);
  pair.restart_client(0, life(2, 1));
  const CallKey second = pair.start(again(2, "payment"));
  ASSERT_TRUE(pair.run_until_done(second));
  EXPECT_EQ(pair.outcome(second), OutcomeKind::Unknown);
  EXPECT_EQ(pair.completion(second)->reason, Errc::session_lost);
  const CallKey later = pair.start(again(2, "payment"));
  ASSERT_TRUE(pair.run_until_done(later));
  EXPECT_EQ(pair.outcome(later), OutcomeKind::Unknown);
  const CallKey other = pair.start(numbered(3, "new", 2));
  ASSERT_TRUE(pair.run_until_done(other));
  EXPECT_EQ(pair.outcome(other), OutcomeKind::Executed);
  EXPECT_EQ(pair.effects_of(2), 1);
}

TEST(Lasting, ItTellsWhenItIsLostWhileItIsUsed) {
  Till pair;
  pair.store.sessions.clear();
  pair.restart_server();
  const CallKey sent = pair.start(numbered(2, "payment"));
  ASSERT_TRUE(pair.run_until_done(sent));
  EXPECT_EQ(pair.outcome(sent), OutcomeKind::Unknown);
  EXPECT_TRUE(pair.clients[0].core->session_is_lost());
  const Result<CallKey> next = pair.clients[0].core->start(pair.now, numbered(3, "new"));
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error(), Errc::session_lost);
  EXPECT_EQ(pair.server->sessions(), 0u) << "the driver must ask for another";
}

TEST(Lasting, AServerWithoutAStoreHasNone) {
  Pair pair;
  pair.restart_client(0, life(1));
  const CallKey call = pair.start(numbered(1, "payment"));
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::NotSent);
  EXPECT_EQ(pair.completion(call)->reason, Errc::no_store);
}

TEST(Lasting, OnlyExactlyOnceCallsWithNumbersBelongInIt) {
  Pair pair{1, durable()};
  pair.restart_client(0, life(1));
  EXPECT_FALSE(pair.clients[0].core->start(pair.now, Pair::request(Semantics::AtMostOnce)));
  EXPECT_FALSE(pair.clients[0].core->start(pair.now, Pair::request(Semantics::ExactlyOnce)));
}

}  // namespace
}  // namespace once::core::testing
