// A clock that tests put forward.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include <once/once.hpp>

namespace raw {

/// The machine's clock, which a test may put forward, with all timers: what becomes due comes at once. Calls
/// that sleep are not moved.
class ShiftedClock final : public once::Clock {
 public:
  once::Time now() const override {
    const std::lock_guard lock{shared_->mutex};
    return std::chrono::steady_clock::now() + shared_->shift;
  }
  std::unique_ptr<once::Timer> make_timer(asio::any_io_executor executor,
                                          std::weak_ptr<once::EventHandler> handler) override {
    return std::make_unique<ShiftedTimer>(
        shared_, once::steady_clock()->make_timer(std::move(executor), std::move(handler)));
  }
  void call_at(asio::any_io_executor executor, once::Time when, std::function<void()> function) override {
    const std::lock_guard lock{shared_->mutex};
    once::steady_clock()->call_at(std::move(executor), when - shared_->shift, std::move(function));
  }
  void put_forward(once::Duration by) {
    const std::lock_guard lock{shared_->mutex};
    shared_->shift += by;
    for (ShiftedTimer* const timer : shared_->timers) timer->arm();
  }

 private:
  class ShiftedTimer;
  struct Shared {
    std::mutex mutex;
    once::Duration shift{0};
    std::set<ShiftedTimer*> timers;
  };
  class ShiftedTimer final : public once::Timer {
   public:
    ShiftedTimer(std::shared_ptr<Shared> shared, std::unique_ptr<once::Timer> real)
        : shared_(std::move(shared)), real_(std::move(real)) {
      const std::lock_guard lock{shared_->mutex};
      shared_->timers.insert(this);
    }
    ~ShiftedTimer() override {
      const std::lock_guard lock{shared_->mutex};
      shared_->timers.erase(this);
    }
    void set(once::Time when) override {
      const std::lock_guard lock{shared_->mutex};
      when_ = when;
      if (when == once::kNever) {
        real_->set(when);
      } else {
        arm();
      }
    }
    /// A timer that has expired may expire again: whoever is called looks at what is due.
    void arm() {
      if (when_ != once::kNever) real_->set(when_ - shared_->shift);
    }

   private:
    const std::shared_ptr<Shared> shared_;
    const std::unique_ptr<once::Timer> real_;
    once::Time when_ = once::kNever;
  };

  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace raw
