// Calls in simulated worlds: what Once promises holds there, and what it does not promise is seen to go wrong.
#include "counter.hpp"

namespace sim {
namespace {

using once::simulation::harsh;
using once::simulation::none;

class Calls : public testing::TestWithParam<const char*> {};

TEST_P(Calls, AllEndWhenNothingGoesWrong) {
  once::simulation::run({.seeds = 10, .faults = none()}, [](World& world) {
    auto& tally = world.make<Tally>();
    world.host("server", server_of(tally, GetParam()));
    world.host("client", client_of(tally, 50, GetParam()));
    world.finally("all answered", [&] { return tally.answered == 50 && tally.times.size() == 50; });
  });
}

TEST_P(Calls, RunAtMostOnceWhateverGoesWrong) {
  const auto seen =
      once::simulation::run({.seeds = 160 / ONCE_TEST_STRIDE, .faults = harsh()}, [](World& world) {
        auto& tally = world.make<Tally>();
        auto& server = world.host("server", server_of(tally, GetParam()));
        world.host("client", client_of(tally, 30, GetParam()));
        world.crash_at_random(server, {.times = 2});
        world.check("at most once", [&tally] { return tally.none_twice(); });
      });
  EXPECT_GT(seen.crashes, seen.seeds / 2);
}

/// What is declared to be harmless is not: the kit finds it.
TEST_P(Calls, FindsAMistake) {
  const auto failure = failure_of([] {
    once::simulation::run({.seeds = 200, .faults = harsh()}, [](World& world) {
      auto& tally = world.make<Tally>();
      world.host("server", server_of(tally, GetParam()));
      world.host("client", [](Host& host) -> asio::awaitable<void> {
        once::Client client{host};
        const auto counter = client.stub<Counter>(url(GetParam()));
        for (std::uint32_t i = 1; i <= 30; ++i)
          (void)co_await counter.async_add_carelessly(i, asio::use_awaitable);
      });
      world.check("once each", [&] { return tally.none_twice(); });
    });
  });
  EXPECT_EQ(failure.check(), "once each");
}

INSTANTIATE_TEST_SUITE_P(Over, Calls, testing::Values("udp", "tcp"),
                         [](const auto& test) { return std::string{test.param}; });

TEST(SimulatedCalls, AreRefusedWhenTheyWouldBlock) {
  once::simulation::run({.seeds = 1}, [](World& world) {
    auto& tally = world.make<Tally>();
    world.host("server", server_of(tally));
    world.host("client", [](Host& host) -> asio::awaitable<void> {
      once::Client client{host};
      const auto outcome = client.stub<Counter>(url("udp")).try_add(1);
      EXPECT_EQ(outcome.kind(), once::OutcomeKind::NotSent);
      EXPECT_EQ(outcome.code(), once::Errc::blocking_not_possible);
      EXPECT_NE(outcome.text().find("use its async_ form"), std::string::npos) << outcome.text();
      co_return;
    });
  });
}

TEST(SimulatedCalls, CarryLargeMessagesOverNarrowPaths) {
  for (const char* const transport : {"udp", "tcp"}) {
    once::simulation::run({.seeds = 30, .faults = harsh()}, [transport](World& world) {
      auto& tally = world.make<Tally>();
      world.host("server", server_of(tally, transport));
      world.host("client", [&tally, transport](Host& host) -> asio::awaitable<void> {
        once::Client client{host};
        const auto counter = client.stub<Counter>(url(transport), {.deadline = 5min});
        const std::string text(50'000, 'x');
        while (tally.answered == 0) {  // connections may be refused
          const auto outcome = co_await counter.async_echo(text, asio::use_awaitable);
          if (outcome && *outcome == text) ++tally.answered;
        }
      });
      world.finally("answered", [&] { return tally.answered == 1; });
    });
  }
}

TEST(SimulatedCalls, GoToTheHostThatTheyAreMadeOn) {
  once::simulation::run({.seeds = 5, .faults = harsh()}, [](World& world) {
    auto& tally = world.make<Tally>();
    world.host("alone", [&tally](Host& host) -> asio::awaitable<void> {
      once::Server server{host};
      server.activate("counter", std::make_shared<CountingServant>(tally));
      server.listen("tcp://localhost:0");
      once::Client client{host};
      const auto counter = client.stub<Counter>(to_string(server.reference_to("counter")));
      if (co_await counter.async_add(1, asio::use_awaitable)) ++tally.answered;
    });
    world.finally("answered", [&] { return tally.answered == 1; });
  });
}

}  // namespace
}  // namespace sim
