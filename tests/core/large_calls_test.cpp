// Calls whose requests or replies go in fragments, between real cores: what the protocol promises holds for
// them as for all others.
#include <array>

#include <gtest/gtest.h>

#include "core/planted_bugs.hpp"
#include "pair.hpp"

namespace once::core::testing {
namespace {

std::function<Pair::Fate(const Packet&)> lossy(std::uint64_t seed, unsigned loss_percent,
                                               unsigned copies_percent = 0) {
  return [=, random = seed](const Packet&) mutable {
    const auto draw = [&](unsigned bound) {
      random = random * 6364136223846793005 + 1442695040888963407;
      return static_cast<unsigned>((random >> 33) % bound);
    };
    Pair::Fate fate;
    if (draw(100) >= loss_percent) fate.push_back(std::chrono::microseconds{500 + draw(2'000)});
    while (draw(100) < copies_percent) fate.push_back(std::chrono::microseconds{500 + draw(2'000'000)});
    return fate;
  };
}

CallRequest large_request(std::size_t size, Semantics semantics = Semantics::AtMostOnce, char octet = 'x') {
  std::string body(size, octet);
  for (std::size_t i = 0; i < size; i += 97) body[i] = static_cast<char>(i / 97);
  return Pair::request(semantics, body);
}

std::size_t count_of(const Pair& pair, MessageType type) {
  return pair.count_of(type);
}

class LargeCalls : public ::testing::Test {
 protected:
  LargeCalls() { pair.use_fragments(); }
  ~LargeCalls() override { plant(Bug::FilterOff, false); }
  Pair pair;
};

TEST_F(LargeCalls, AreExecutedOnceAndAnswered) {
  const CallRequest request = large_request(200'000);
  const CallKey call = pair.start(request);
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_TRUE(std::equal(request.body.view().begin(), request.body.view().end(),
                         pair.completion(call)->body.view().begin()));
  EXPECT_EQ(pair.executions(), 1);
  EXPECT_EQ(count_of(pair, MessageType::Request), 0u);
  EXPECT_EQ(count_of(pair, MessageType::Reply), 0u);
  for (const Packet& packet : pair.sent) EXPECT_LE(packet.message.size(), 1'472u);
  pair.run_for(2s);
  EXPECT_EQ(pair.server->records(), 0u);
  EXPECT_EQ(pair.server_fragments->sending_bytes() + pair.clients[0].fragments->sending_bytes(), 0u);
}

TEST_F(LargeCalls, OfManySizesAndAllSemanticsKeepTheirPromisesOnARoughNetwork) {
  pair.fate = lossy(11, 20, 10);
  std::map<CallKey, Semantics> calls;
  const Semantics kinds[] = {Semantics::Maybe, Semantics::AtLeastOnce, Semantics::AtMostOnce};
  std::size_t size = 100;
  for (int i = 0; i < 60; ++i, size = size * 13 / 10 % 200'000 + 100) {
    const Semantics semantics = kinds[i % 3];
    calls[pair.start(large_request(size, semantics))] = semantics;
  }
  for (const auto& [call, semantics] : calls) {
    ASSERT_TRUE(pair.run_until_done(call));
    EXPECT_EQ(pair.outcome(call), semantics == Semantics::Maybe ? OutcomeKind::Sent : OutcomeKind::Executed);
  }
  EXPECT_GE(pair.executions(), 40);
  std::map<SessionId, int> windowed;
  for (const auto& [id, count] : pair.executed) windowed[id.session] += count;
  pair.run_for(70s);
  EXPECT_EQ(pair.server->sessions(), 0u);
  EXPECT_EQ(pair.server_fragments->sending_bytes() + pair.server_fragments->reassembly_bytes(), 0u);
}

/// In virtual time: small calls end within two round trips of a millisecond, and the large one is still coming. There
/// are more of them than a window has numbers (C16).
TEST_F(LargeCalls, AreOvertakenBySmallOnes) {
  ASSERT_TRUE(pair.run_until_done(pair.start()));
  const CallKey large = pair.start(large_request(16'000'000));
  for (int i = 0; i < 20; ++i) {
    const Time begin = pair.now;
    std::array<CallKey, 5> small{};
    for (CallKey& call : small) call = pair.start();
    for (const CallKey call : small) ASSERT_TRUE(pair.run_until_done(call));
    EXPECT_LE(pair.now - begin, 4ms);
    EXPECT_FALSE(pair.done(large)) << i;
  }
  ASSERT_TRUE(pair.run_until_done(large));
  EXPECT_EQ(pair.outcome(large), OutcomeKind::Executed);
}

TEST_F(LargeCalls, RunAtMostOnceHoweverManyOfTheirFragmentsAreLostAndCopied) {
  for (unsigned loss = 0; loss <= 40; loss += 20) {
    Pair rough;
    rough.use_fragments();
    rough.fate = lossy(loss + 1, loss, 50);
    for (int i = 0; i < 10; ++i) {
      const CallKey call = rough.start(large_request(30'000));
      ASSERT_TRUE(rough.run_until_done(call));
      EXPECT_EQ(rough.outcome(call), OutcomeKind::Executed);
    }
    rough.run_for(10s);
    for (const auto& [id, count] : rough.executed) EXPECT_EQ(count, 1);
  }
}

TEST_F(LargeCalls, AreFilteredAlsoWhenTheLayerHasForgottenThem) {
  for (const bool planted : {false, true}) {
    Pair fresh;
    fresh.use_fragments();
    plant(Bug::FilterOff, planted);
    ASSERT_TRUE(fresh.run_until_done(fresh.start(large_request(30'000))));
    const std::vector<Packet> recorded = fresh.sent;
    // A layer that remembers nothing puts the message together once more; the core knows it.
    fresh.server_fragments = std::make_unique<Fragments>(Side::Server, FragmentLimits{}, *fresh.server, 99);
    for (const Packet& packet : recorded) {
      if (packet.to_server) fresh.deliver(packet);
    }
    EXPECT_EQ(fresh.server_fragments->counters().received, 1u);
    EXPECT_EQ(fresh.executions(), planted ? 2 : 1);
  }
}

// --- What comes beside the fragments of a request

TEST_F(LargeCalls, ProbeThatComesBeforeTheRequestIsCompleteDoesNoHarm) {
  pair.fate = lossy(3, 30);
  const CallKey call = pair.start(large_request(300'000));
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_GT(count_of(pair, MessageType::Probe), 0u);
  EXPECT_GT(count_of(pair, MessageType::Unseen), 0u);
  EXPECT_EQ(pair.executions(), 1);
  EXPECT_EQ(pair.clients[0].fragments->counters().transfers, 1u);
}

TEST_F(LargeCalls, CancellationBeforeTheRequestIsCompleteSticks) {
  pair.start(large_request(100));
  pair.run_for(1s);
  std::vector<Packet> late;
  pair.fate = [&](const Packet& packet) {
    if (packet.type() != MessageType::FragmentUp) return Pair::Fate{1ms};
    late.push_back(packet);
    return late.size() == 20 ? Pair::Fate{} : Pair::Fate{1ms};  // one of them is held back
  };
  const CallKey call = pair.start(large_request(30'000));
  while (late.size() < 25) pair.run_for(1ms);
  pair.cancel(call);
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Unknown);
  pair.run_for(50ms);
  for (const Packet& packet : late) pair.deliver(packet);
  pair.run_for(10s);
  EXPECT_EQ(pair.executions(), 1);  // the first, small call
  EXPECT_EQ(pair.server->records(), 0u);
  EXPECT_EQ(pair.clients[0].fragments->sending_bytes(), 0u);
}

TEST_F(LargeCalls, DeadlineEndsTheTransferOfTheRequest) {
  CallRequest request = large_request(8'000'000);
  request.deadline = pair.now + 20ms;
  const CallKey call = pair.start(request);
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.completion(call)->reason, Errc::deadline_exceeded);
  pair.run_for(1s);
  EXPECT_EQ(pair.clients[0].fragments->sending_bytes(), 0u);
  EXPECT_EQ(pair.executions(), 0);
  // The acknowledgement of the number that was given up lets the server drop what it has.
  pair.run_for(11s);
  EXPECT_EQ(pair.server_fragments->reassembly_bytes(), 0u);
}

TEST_F(LargeCalls, BudgetPaysForTheTimeThatTheRequestTookToArrive) {
  pair.fate = [](const Packet&) { return Pair::Fate{20ms}; };
  pair.hold_arrivals();
  CallRequest request = large_request(100'000);
  request.deadline = pair.now + 10s;
  pair.start(request);
  pair.run_for(5s);
  ASSERT_EQ(pair.held.size(), 1u);
  // Not later than the client's own deadline and the way of one message.
  EXPECT_LE(pair.held[0].deadline, request.deadline + 25ms);
  EXPECT_GT(pair.held[0].deadline, request.deadline - 1s);
}

// --- Sessions

TEST_F(LargeCalls, OutliveTheLeaseWhileTheyArrive) {
  FragmentLimits narrow;
  narrow.flight_max = 2'400;
  pair.use_fragments(1'200, narrow);
  pair.fate = [](const Packet&) { return Pair::Fate{100ms}; };
  const Time begin = pair.now;
  const CallKey call = pair.start(large_request(1'000'000));
  ASSERT_TRUE(pair.run_until_done(call, 0, 20min));
  EXPECT_GT(pair.now - begin, 120s);  // each way longer than a lease
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.executions(), 1);
  EXPECT_EQ(pair.clients[0].core->counters().sessions, 1u);
}

TEST_F(LargeCalls, EndAsUnknownWhenTheServerRestartsMeanwhile) {
  ASSERT_TRUE(pair.run_until_done(pair.start()));
  const CallKey call = pair.start(large_request(1'000'000));
  pair.run_for(10ms);
  pair.restart_server();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Unknown);
  EXPECT_EQ(pair.executions(), 1);
  pair.run_for(1s);
  EXPECT_EQ(pair.clients[0].fragments->sending_bytes(), 0u);
}

TEST(LargeDurableCalls, AreExecutedOnceAlthoughTheServerRestartsInTheirMiddle) {
  ServerConfig config;
  config.durable = true;
  for (const Duration before : {10ms, 30ms, 100ms, 300ms, 1'000ms}) {
    Pair pair{1, config};
    pair.use_fragments();
    pair.fate = lossy(5, 10);
    const CallKey call = pair.start(large_request(300'000, Semantics::ExactlyOnce));
    pair.run_for(before);
    pair.restart_server();
    ASSERT_TRUE(pair.run_until_done(call));
    EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
    for (const auto& [id, count] : pair.store.effects) EXPECT_EQ(count, 1);
    EXPECT_EQ(pair.store.effects.size(), 1u);
  }
}

TEST_F(LargeCalls, GoOnWhenTheClientMovesToAnotherAddress) {
  const CallKey call = pair.start(large_request(300'000));
  pair.run_for(20ms);
  pair.clients[0].path.port = 4711;
  pair.clients[0].core->connected(pair.now, pair.clients[0].path);
  pair.drain();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.executions(), 1);
}

TEST_F(LargeCalls, GoOnWhenTheClientTurnsToAStream) {
  pair.hold_calls();
  const CallKey call = pair.start(large_request(300'000));
  pair.run_for(20ms);
  Path& path = pair.clients[0].path;
  path.validated = true;
  path.fragments = false;
  path.message_max = 0;
  pair.clients[0].core->connected(pair.now, path);
  pair.drain();
  pair.run_for(100ms);
  ASSERT_EQ(pair.held.size(), 1u);
  pair.reply_held(0, std::string(200'000, 'r'));
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(count_of(pair, MessageType::Request), 1u);
  EXPECT_EQ(count_of(pair, MessageType::Reply), 1u);
  EXPECT_EQ(pair.clients[0].fragments->sending_bytes(), 0u);
}

TEST(LargeDurableCalls, GoOnWhenTheServerComesBackAfterTheirTransferWasGivenUp) {
  ServerConfig config;
  config.durable = true;
  Pair pair{1, config};
  pair.use_fragments();
  ASSERT_TRUE(pair.run_until_done(pair.start()));
  const CallKey call = pair.start(large_request(300'000, Semantics::ExactlyOnce));
  pair.run_for(5ms);
  pair.fate = [](const Packet&) { return Pair::Fate{}; };
  pair.run_for(45s);  // the server's lease is longer
  EXPECT_EQ(pair.clients[0].fragments->counters().given_up, 1u);
  EXPECT_EQ(pair.clients[0].fragments->sending_bytes(), 0u);
  pair.restart_server();
  pair.fate = everything_arrives();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
  EXPECT_EQ(pair.store.effects.size(), 1u);
}

// --- Room

TEST_F(LargeCalls, OfMaybeThatFindNoRoomAreNotSent) {
  FragmentLimits limits;
  limits.sending_bytes_max = 1'500'000;
  pair.use_fragments(1'200, limits);
  ASSERT_TRUE(pair.run_until_done(pair.start()));
  const CallKey first = pair.start(large_request(1'000'000, Semantics::Maybe));
  const CallKey second = pair.start(large_request(1'000'000, Semantics::Maybe));
  ASSERT_TRUE(pair.done(first) && pair.done(second));
  EXPECT_EQ(pair.outcome(first), OutcomeKind::Sent);
  EXPECT_EQ(pair.outcome(second), OutcomeKind::NotSent);
  EXPECT_EQ(pair.completion(second)->reason, Errc::queue_full);
  EXPECT_EQ(pair.completion(second)->sent, 0u);
}

TEST_F(LargeCalls, ThatFindNoRoomAreSentLaterOrNever) {
  for (const Semantics semantics : {Semantics::AtLeastOnce, Semantics::AtMostOnce, Semantics::ExactlyOnce}) {
    ServerConfig config;
    config.durable = true;
    Pair full{1, config};
    FragmentLimits limits;
    limits.sending_bytes_max = 1'500'000;
    full.use_fragments(1'200, limits);
    ASSERT_TRUE(full.run_until_done(full.start()));
    full.hold_arrivals();
    full.fate = [](const Packet& packet) {  // what has room stays where it is
      return packet.type() == MessageType::FragmentUp ? Pair::Fate{} : Pair::Fate{1ms};
    };
    full.start(large_request(1'000'000, semantics));
    CallRequest hopeless = large_request(1'000'000, semantics);
    hopeless.deadline = full.now + 5s;
    const CallKey never = full.start(hopeless);
    const CallKey later = full.start(large_request(1'000'000, semantics));
    ASSERT_TRUE(full.run_until_done(never));
    EXPECT_EQ(full.outcome(never), OutcomeKind::NotSent);
    EXPECT_EQ(full.completion(never)->reason, Errc::deadline_exceeded);
    full.servant = [&](const Arrival& arrival) { full.serve(arrival); };
    full.fate = everything_arrives();
    ASSERT_TRUE(full.run_until_done(later));
    EXPECT_EQ(full.outcome(later), OutcomeKind::Executed);
  }
}

// --- Replies

TEST_F(LargeCalls, ReplyThatTheServerCannotKeepIsNotLostWhileItIsOnItsWay) {
  ServerConfig config;
  config.limits.reply_bytes_per_session = 10'000;
  Pair small{1, config};
  small.use_fragments();
  small.fate = lossy(7, 30);
  const CallKey call = small.start(large_request(2'000'000));
  ASSERT_TRUE(small.run_until_done(call));
  EXPECT_EQ(small.outcome(call), OutcomeKind::Executed);
  EXPECT_GT(count_of(small, MessageType::Working), 0u);
  EXPECT_EQ(count_of(small, MessageType::ReplyLost), 0u);
}

TEST_F(LargeCalls, ReplyIsSentNoMoreWhenItsCallHasEnded) {
  pair.hold_calls();
  CallRequest request = Pair::request();
  request.deadline = pair.now + 60ms;
  pair.start(request);
  pair.run_for(50ms);
  pair.reply_held(0, std::string(8'000'000, 'r'));
  pair.run_for(5ms);
  EXPECT_GT(pair.server_fragments->sending_bytes(), 0u);
  pair.run_for(300ms);
  EXPECT_EQ(pair.server_fragments->sending_bytes(), 0u);
  EXPECT_EQ(pair.clients[0].fragments->reassembly_bytes(), 0u);
}

TEST_F(LargeCalls, CancelledOneIsOverWhenItsLargeReplyHasCome) {
  pair.hold_calls();
  const CallKey call = pair.start();
  pair.run_for(50ms);
  pair.cancel(call);
  pair.run_for(50ms);
  pair.reply_held(0, std::string(1'000'000, 'r'));
  pair.run_for(5s);
  // The CANCEL has its answer, and the number is acknowledged.
  EXPECT_EQ(pair.server->records(), 0u);
  EXPECT_LT(count_of(pair, MessageType::Cancel), 10u);
}

TEST_F(LargeCalls, DoNotTeachTheRoundTripOfCalls) {
  pair.fate = [](const Packet&) { return Pair::Fate{20ms}; };
  ASSERT_TRUE(pair.run_until_done(pair.start()));
  ASSERT_TRUE(pair.run_until_done(pair.start(large_request(1'000'000))));
  // A small call that is lost once is repeated as soon as before.
  pair.run_for(1s);
  pair.hold_arrivals();
  pair.fate = [](const Packet&) { return Pair::Fate{}; };
  pair.sent.clear();
  pair.start();
  pair.run_for(300ms);
  EXPECT_GE(count_of(pair, MessageType::Request), 2u);
}

TEST_F(LargeCalls, BeyondTheAgreedSizeAreNotSent) {
  ServerConfig config;
  config.limits.message_max = 100'000;
  Pair agreed{1, config};
  agreed.use_fragments();
  const CallKey call = agreed.start(large_request(100'001));
  ASSERT_TRUE(agreed.run_until_done(call));
  EXPECT_EQ(agreed.outcome(call), OutcomeKind::NotSent);
  EXPECT_EQ(agreed.completion(call)->reason, Errc::message_too_large);
  const CallKey fits = agreed.start(large_request(100'000));
  ASSERT_TRUE(agreed.run_until_done(fits));
  EXPECT_EQ(agreed.outcome(fits), OutcomeKind::Executed);
}

}  // namespace
}  // namespace once::core::testing
