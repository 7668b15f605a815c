// Hosts and their lives: virtual time, crashes that leave nothing, mains that start again.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>

#include "counter.hpp"

namespace sim {
namespace {

using once::simulation::harsh;
using once::simulation::mild;
using once::simulation::none;

/// Alive while a coroutine's frame is.
class InAFrame {
 public:
  explicit InAFrame(int& count) : count_(count) { ++count_; }
  ~InAFrame() { --count_; }
  InAFrame(const InAFrame&) = delete;
  InAFrame& operator=(const InAFrame&) = delete;

 private:
  int& count_;
};

TEST(SimulatedWorld, LetsTimePassAtOnce) {
  const auto began = std::chrono::steady_clock::now();
  once::simulation::run({.seeds = 1, .faults = none()}, [](World& world) {
    world.host("sleeper", [&world](Host& host) -> asio::awaitable<void> {
      const once::Time before = host.now();
      co_await host.sleep(5min);
      EXPECT_GE(host.now() - before, 5min);
      EXPECT_LT(host.now() - before, 5min + 1ms);
      EXPECT_GE(world.now(), 5min);
    });
  });
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1min);
}

TEST(SimulatedWorld, HasClocksThatGoWrong) {
  Duration most{0}, least = 1h;
  once::simulation::run({.seeds = 50, .faults = {.clock_error = 0.1}}, [&](World& world) {
    world.host("sleeper", [&](Host& host) -> asio::awaitable<void> {
      co_await host.sleep(100s);
      most = std::max(most, world.now());
      least = std::min(least, world.now());
    });
  });
  EXPECT_GT(most, 102s);
  EXPECT_LT(most, 112s);
  EXPECT_LT(least, 98s);
}

TEST(SimulatedWorld, EndsASleepThatIsCancelled) {
  once::simulation::run({.seeds = 1, .faults = none()}, [](World& world) {
    auto& left = world.make<int>(0);
    world.host("host", [&](Host& host) -> asio::awaitable<void> {
      using namespace asio::experimental::awaitable_operators;
      co_await (host.sleep(1s) || host.sleep(1h));
      co_await (host.until_crash() || host.sleep(1s));
      EXPECT_LT(world.now(), 3s);
      ++left;
    });
    world.finally("left", [&] { return left == 1; });
  });
}

/// Wherever main waits: for a time, for a call, for its end, or in a servant.
TEST(SimulatedWorld, DestroysEveryFrameInACrash) {
  once::simulation::run({.seeds = 20, .faults = mild()}, [](World& world) {
    auto& frames = world.make<int>(0);
    auto& lives = world.make<int>(0);
    auto& tally = world.make<Tally>();
    auto& down = world.make<int>(0);
    world.host("server", server_of(tally));
    const auto victim = [&](const std::string& name, auto wait) -> Host& {
      return world.host(name, [&frames, &lives, wait](Host& host) -> asio::awaitable<void> {
        ++lives;
        const InAFrame here{frames};
        co_await wait(host);
      });
    };
    auto& sleeps = victim("sleeps", [](Host& host) { return host.sleep(20s); });
    auto& waits = victim("waits", [](Host& host) { return host.until_crash(); });
    auto& calls = victim("calls", [](Host& host) -> asio::awaitable<void> {
      once::Client client{host};
      const auto counter = client.stub<Counter>("once://nowhere:1/counter?transport=udp", {.deadline = 20s});
      (void)co_await counter.async_add(1, asio::use_awaitable);
      const auto slow = client.stub<Counter>(url("udp"), {.deadline = 20s});
      while (host.life() == 1) (void)co_await slow.async_add_slowly(1, asio::use_awaitable);
    });
    world.at(10s, [&world, &frames, &sleeps, &waits, &calls] {
      EXPECT_EQ(frames, 3);
      sleeps.crash();
      waits.crash();
      world.crash(calls);
    });
    world.check("frames", [&, seen = false]() mutable {
      if (!sleeps.is_up() && !waits.is_up() && !calls.is_up() && !std::exchange(seen, true)) {
        EXPECT_EQ(frames, 0);
        ++down;
      }
      return true;
    });
    world.finally("lives", [&] { return lives == 6 && frames == 1 && down == 1; });
  });
}

/// A machine's loops do the same: the coroutine owns the client that keeps its call.
TEST(RealLoop, DestroysTheFrameOfACallThatIsInFlight) {
  int frames = 0;
  {
    asio::io_context io;
    const auto call = [](asio::io_context& loop, int& count) -> asio::awaitable<void> {
      const InAFrame here{count};
      once::Client client{loop};
      const auto counter = client.stub<Counter>("once://127.0.0.1:1/counter?transport=udp");
      (void)co_await counter.async_add(1, asio::use_awaitable);
    };
    asio::co_spawn(io, call(io, frames), asio::detached);
    io.poll();
    EXPECT_EQ(frames, 1);
  }
  EXPECT_EQ(frames, 0);
}

TEST(SimulatedWorld, StartsMainAgainAfterEachCrash) {
  once::simulation::run({.seeds = 30, .faults = harsh()}, [](World& world) {
    auto& lives = world.make<unsigned>(0);
    auto& server = world.host("server", [&](Host& host) -> asio::awaitable<void> {
      EXPECT_EQ(host.life(), ++lives);
      co_await host.until_crash();
    });
    world.crash_at_random(server, {.times = 3});
    world.finally("all lives", [&] { return lives >= 2 && lives == server.life(); });
  });
}

TEST(SimulatedWorld, KeepsWhatMainsAndChecksShare) {
  auto alive = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = alive;
  once::simulation::run({.seeds = 1}, [&](World& world) {
    world.make<std::shared_ptr<int>>(std::move(alive));
    world.finally("there", [&] { return !watched.expired(); });
  });
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace sim
