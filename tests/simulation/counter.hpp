// A service in a simulated world: a counter, its server and its callers.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <once/once.hpp>
#include <once/simulation.hpp>

#include "counter.once.co.hpp"
#include "counter.once.hpp"

namespace sim {

using namespace std::chrono_literals;
using once::Duration;
using once::simulation::Host;
using once::simulation::Options;
using once::simulation::World;

/// How often each number was added, whichever life did it.
struct Tally {
  std::map<std::uint32_t, int> times;
  int answered = 0;
  bool none_twice() const {
    for (const auto& [number, count] : times) {
      if (count > 1) return false;
    }
    return true;
  }
};

class CountingServant final : public Counter::CoServant {
 public:
  explicit CountingServant(Tally& tally) : tally_(tally) {}

  asio::awaitable<std::uint32_t> add(once::Call&, std::uint32_t number) override { co_return count(number); }
  asio::awaitable<std::uint32_t> add_carelessly(once::Call&, std::uint32_t number) override {
    co_return count(number);
  }
  asio::awaitable<std::uint32_t> add_slowly(once::Call& call, std::uint32_t number) override {
    co_await call.async_sleep(50ms, asio::use_awaitable);
    co_return count(number);
  }
  asio::awaitable<std::string> echo(once::Call&, const std::string& text) override { co_return text; }

 private:
  std::uint32_t count(std::uint32_t number) {
    ++tally_.times[number];
    return ++counted_;
  }

  Tally& tally_;
  std::uint32_t counted_ = 0;
};

inline once::simulation::Main server_of(Tally& tally, std::string transport = "udp") {
  return [&tally, transport](Host& host) -> asio::awaitable<void> {
    once::Server server{host};
    server.activate("counter", std::make_shared<CountingServant>(tally));
    server.listen(transport + "://server:7000");
    co_await host.until_crash();
  };
}

inline std::string url(const std::string& transport) {
  return "once://server:7000/counter?transport=" + transport;
}

/// Adds 1, 2 … `calls`, one after the other.
inline once::simulation::Main client_of(Tally& tally, std::uint32_t calls, std::string transport = "udp") {
  return [&tally, calls, transport](Host& host) -> asio::awaitable<void> {
    once::Client client{host};
    const auto counter = client.stub<Counter>(url(transport));
    for (std::uint32_t i = 1; i <= calls; ++i) {
      if (co_await counter.async_add(i, asio::use_awaitable)) ++tally.answered;
    }
  };
}

/// Fails unless the run fails; then, what it says.
inline once::simulation::Failure failure_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const once::simulation::Failure& failure) {
    return failure;
  }
  ADD_FAILURE() << "no seed has failed";
  return {0, "none", ""};
}

}  // namespace sim
