#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <once/rpc/environment.hpp>

namespace once {
namespace {

struct Counter final : EventHandler {
  void on_event(Event event) override {
    if (event == Event::Expired) ++expired;
  }
  int expired = 0;
};

TEST(SteadyTimer, ExpiresOnceOnItsLoop) {
  asio::io_context io;
  const auto counter = std::make_shared<Counter>();
  const auto clock = steady_clock();
  const auto timer = clock->make_timer(io.get_executor(), counter);
  timer->set(clock->now());
  io.run();
  EXPECT_EQ(counter->expired, 1);
}

TEST(SteadyTimer, ForgetsWhatItWasSetToBefore) {
  asio::io_context io;
  const auto counter = std::make_shared<Counter>();
  const auto clock = steady_clock();
  const auto timer = clock->make_timer(io.get_executor(), counter);
  timer->set(clock->now() + std::chrono::hours{1});
  timer->set(clock->now());
  io.run();
  EXPECT_EQ(counter->expired, 1);
  timer->set(clock->now() + std::chrono::hours{1});
  timer->set(kNever);
  io.restart();
  io.run();
  EXPECT_EQ(counter->expired, 1);
}

TEST(SteadyTimer, LeavesAHandlerThatHasGoneAlone) {
  asio::io_context io;
  auto counter = std::make_shared<Counter>();
  const auto clock = steady_clock();
  const auto timer = clock->make_timer(io.get_executor(), counter);
  timer->set(clock->now());
  counter.reset();
  io.run();
}

TEST(SteadyClock, CallsAFunctionOnceOnItsLoop) {
  asio::io_context io;
  const auto clock = steady_clock();
  int calls = 0;
  clock->call_at(io.get_executor(), clock->now(), [&] { ++calls; });
  EXPECT_EQ(calls, 0);
  io.run();
  EXPECT_EQ(calls, 1);
}

TEST(SteadyClock, DestroysAFunctionWithItsLoop) {
  const auto clock = steady_clock();
  auto kept = std::make_shared<int>();
  const std::weak_ptr<int> watched = kept;
  {
    asio::io_context io;
    clock->call_at(io.get_executor(), clock->now() + std::chrono::hours{1}, [kept = std::move(kept)] {});
    io.poll();
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_TRUE(watched.expired());
}

TEST(SystemRandom, DoesNotRepeatItself) {
  const auto random = system_random();
  EXPECT_NE(random->number(), random->number());
}

}  // namespace
}  // namespace once
