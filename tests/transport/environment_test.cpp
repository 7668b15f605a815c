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

TEST(SystemRandom, DoesNotRepeatItself) {
  const auto random = system_random();
  EXPECT_NE(random->number(), random->number());
}

}  // namespace
}  // namespace once
