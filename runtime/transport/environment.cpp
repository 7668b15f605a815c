// The real clock, its timers on Asio, and the system's randomness.
#include <cerrno>
#include <cstring>
#include <sys/random.h>
#include <system_error>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <once/rpc/environment.hpp>

namespace once {
namespace {

class SteadyTimer final : public Timer {
 public:
  SteadyTimer(const asio::any_io_executor& executor, std::weak_ptr<EventHandler> handler)
      : timer_(executor), handler_(std::move(handler)) {}

  void set(Time when) override {
    if (when == kNever) {
      timer_.cancel();
      return;
    }
    timer_.expires_at(when);
    timer_.async_wait([handler = handler_](const std::error_code& error) {
      if (error) return;
      if (const auto alive = handler.lock()) alive->on_event(Event::Expired);
    });
  }

 private:
  asio::steady_timer timer_;
  std::weak_ptr<EventHandler> handler_;
};

class SteadyClock final : public Clock {
 public:
  Time now() const override { return std::chrono::steady_clock::now(); }
  std::unique_ptr<Timer> make_timer(asio::any_io_executor executor,
                                    std::weak_ptr<EventHandler> handler) override {
    return std::make_unique<SteadyTimer>(std::move(executor), std::move(handler));
  }
  void call_at(asio::any_io_executor executor, Time when, std::function<void()> function) override {
    auto timer = std::make_unique<asio::steady_timer>(std::move(executor), when);
    asio::steady_timer& waits = *timer;
    waits.async_wait([timer = std::move(timer), function = std::move(function)](const std::error_code&) {
      function();  // nobody else has the timer: it is not cancelled
    });
  }
};

class SystemRandom final : public RandomSource {
 public:
  void fill(MutableByteView octets) override {
    while (!octets.empty()) {
      const ssize_t count = ::getrandom(octets.data(), octets.size(), 0);
      if (count >= 0) {
        octets = octets.subspan(static_cast<std::size_t>(count));
      } else if (errno != EINTR) {
        throw std::system_error{errno, std::generic_category(), "getrandom"};
      }
    }
  }
};

}  // namespace

std::uint64_t RandomSource::number() {
  std::array<std::uint8_t, 8> octets{};
  fill(octets);
  std::uint64_t value = 0;
  std::memcpy(&value, octets.data(), sizeof value);
  return value;
}

std::shared_ptr<Clock> steady_clock() {
  static const auto clock = std::make_shared<SteadyClock>();
  return clock;
}

std::shared_ptr<RandomSource> system_random() {
  static const auto source = std::make_shared<SystemRandom>();
  return source;
}

Environment::Environment(asio::io_context& io)
    : Environment(io.get_executor(), steady_clock(), system_random(), posix_network()) {}

Environment::Environment(asio::any_io_executor executor_in, std::shared_ptr<Clock> clock_in,
                         std::shared_ptr<RandomSource> random_in, std::shared_ptr<Network> network_in)
    : executor(std::move(executor_in)),
      clock(std::move(clock_in)),
      random(std::move(random_in)),
      network(std::move(network_in)) {}

}  // namespace once
