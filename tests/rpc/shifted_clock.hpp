// A clock that tests put forward.
#pragma once

#include <atomic>

#include <once/once.hpp>

namespace raw {

/// The machine's clock, which a test may put forward. Its timers keep the machine's time.
class ShiftedClock final : public once::Clock {
 public:
  once::Time now() const override { return std::chrono::steady_clock::now() + shift_.load(); }
  std::unique_ptr<once::Timer> make_timer(asio::any_io_executor executor,
                                          std::weak_ptr<once::EventHandler> handler) override {
    return once::steady_clock()->make_timer(std::move(executor), std::move(handler));
  }
  void put_forward(once::Duration by) { shift_ = shift_.load() + by; }

 private:
  std::atomic<once::Duration> shift_{once::Duration{0}};
};

}  // namespace raw
