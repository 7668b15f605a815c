// Seeds: the same one gives the same run, and one that fails says how to repeat it.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <unistd.h>

#include "counter.hpp"

namespace sim {
namespace {

using once::simulation::Failure;
using once::simulation::harsh;
using once::simulation::none;

void everything(World& world) {
  auto& tally = world.make<Tally>();
  auto& server = world.host("server", server_of(tally, "tcp"));
  world.host("client", client_of(tally, 20, "tcp"));
  auto& other = world.host("other", client_of(tally, 20, "tcp"));
  world.crash_at_random(server, {.times = 2});
  world.crash_at_random(other);
}

TEST(Run, IsTheSameForTheSameSeed) {
  const auto hash = [](std::uint64_t seed) {
    return once::simulation::run({.seeds = 1, .first_seed = seed, .faults = harsh()}, everything).hash;
  };
  EXPECT_EQ(hash(4711), hash(4711));
  EXPECT_NE(hash(4711), hash(4712));
}

TEST(Run, FindsATestThatIsNotTheSameTwice) {
  int runs = 0;
  const Failure failure = failure_of([&] {
    once::simulation::run({.seeds = 16}, [&](World& world) {
      world.host("host", [&runs](Host& host) -> asio::awaitable<void> { co_await host.sleep(++runs * 1ms); });
    });
  });
  EXPECT_EQ(failure.check(), "determinism");
  EXPECT_EQ(failure.seed(), 16u);
}

TEST(Run, SaysWhatFailedWhenAndHowToRepeatIt) {
  const Failure failure = failure_of([] {
    once::simulation::run({.seeds = 50, .faults = none()}, [](World& world) {
      world.host("server", [&world](Host& host) -> asio::awaitable<void> {
        co_await host.sleep(1500ms);
        world.note("now it happens");
        co_await host.sleep(1500ms);
      });
      world.check("never so late", [&world] { return world.now() < 2s; });
    });
  });
  const std::regex wanted{
      "seed 1, at 3\\.00[0-9]* s: the check \"never so late\" is false\n"
      "last events:\n"
      "  0\\.0+ s  server  starts\n"
      "(.*\n)*"
      "  1\\.50[0-9]* s  world  now it happens\n"
      "(.*\n)*"
      "repeat it:  .*simulation_test --gtest_filter=Run.SaysWhatFailedWhenAndHowToRepeatIt "
      "--once_seed=1\ndraw it:    .* --once_seed=1 --once_chart=seed-1.svg"};
  EXPECT_TRUE(std::regex_match(failure.what(), wanted)) << failure.what();
}

TEST(Run, ShowsTheLastCalls) {
  const Failure failure = failure_of([] {
    once::simulation::run({.seeds = 1, .faults = none()}, [](World& world) {
      auto& tally = world.make<Tally>();
      world.host("server", server_of(tally));
      world.host("client", client_of(tally, 3));
      world.check("two are enough", [&tally] { return tally.answered < 2; });
    });
  });
  const std::string text = failure.what();
  for (const char* const line :
       {"s  client  calls add\n", "s  server  runs add\n", "s  client  has the outcome of add: Executed\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

/// What a program is called with, or has in its environment, counts more than what is written in it.
TEST(Run, RepeatsTheSeedThatItIsToldAndDrawsIt) {
  const std::string chart = testing::TempDir() + "once_run_test." + std::to_string(::getpid()) + ".svg";
  ::setenv("ONCE_SEED", "7", 1);
  ::setenv("ONCE_CHART", chart.c_str(), 1);
  const auto seen = once::simulation::run({.seeds = 5}, everything);
  ::unsetenv("ONCE_SEED");
  ::unsetenv("ONCE_CHART");
  EXPECT_EQ(seen.seeds, 1u);
  EXPECT_EQ(seen.hash, once::simulation::run({.seeds = 1, .first_seed = 7}, everything).hash);
  std::ifstream file{chart};
  const std::string drawn{std::istreambuf_iterator<char>{file}, {}};
  for (const char* const word : {"<svg", ">client<", ">server<", "add", "</svg>"}) {
    EXPECT_NE(drawn.find(word), std::string::npos) << word;
  }
  std::remove(chart.c_str());
}

TEST(Run, FailsWhenAMainThrows) {
  const Failure failure = failure_of([] {
    once::simulation::run({.seeds = 1}, [](World& world) {
      world.host("server", [](Host& host) -> asio::awaitable<void> {
        co_await host.sleep(1ms);
        throw std::runtime_error{"out of paper"};
      });
    });
  });
  EXPECT_EQ(failure.check(), "main");
  EXPECT_NE(std::string{failure.what()}.find("server has thrown: out of paper"), std::string::npos);
}

TEST(Run, FailsWhenAMainDoesNotEnd) {
  const Failure failure = failure_of([] {
    once::simulation::run({.seeds = 1}, [](World& world) {
      world.host("restless", [](Host& host) -> asio::awaitable<void> {
        while (true) co_await host.sleep(1s);
      });
      world.host("done", [](Host&) -> asio::awaitable<void> { co_return; });
    });
  });
  EXPECT_EQ(failure.check(), "end");
  EXPECT_NE(std::string{failure.what()}.find(
                "main has not ended, though faults have been over for long: restless\n"),
            std::string::npos)
      << failure.what();
}

TEST(Run, FailsWhenSomebodyRunsInCircles) {
  const Failure failure = failure_of([] {
    once::simulation::run({.seeds = 1, .events_max = 10'000}, [](World& world) {
      world.host("busy", [](Host& host) -> asio::awaitable<void> {
        while (true) co_await asio::post(host.executor(), asio::use_awaitable);
      });
    });
  });
  EXPECT_EQ(failure.check(), "events");
}

TEST(Run, FailsWhenAFinalCheckIsFalse) {
  const Failure failure = failure_of([] {
    once::simulation::run({.seeds = 1}, [](World& world) { world.finally("never", [] { return false; }); });
  });
  EXPECT_EQ(failure.check(), "never");
}

/// Checks are asked in a quiet world, too, where late copies may still do harm.
TEST(Run, GivesWhatIsUnderWayTimeToArrive) {
  const auto seen = once::simulation::run({.seeds = 1, .faults = none()}, [](World& world) {
    world.host("host", [](Host&) -> asio::awaitable<void> { co_return; });
  });
  EXPECT_LT(seen.time, 1s);  // nothing was
  EXPECT_EQ(seen.seeds, 1u);
}

}  // namespace
}  // namespace sim
