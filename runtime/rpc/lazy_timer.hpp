// A timer that moves only forwards to earlier times: a later time is looked at when it expires. Setting a
// timer costs a system call, and most of a call's timers are never needed.
#pragma once

#include <memory>

#include <once/rpc/environment.hpp>

namespace once::detail {

class LazyTimer {
 public:
  /// True if set() would do anything.
  bool differs(Time when) const { return when < set_for_ || (when == kNever && set_for_ != kNever); }
  /// Expires at `when` or earlier; whoever is called looks at what is due and sets it again.
  void set(const Environment& environment, const std::weak_ptr<EventHandler>& handler, Time when) {
    if (when >= set_for_) {
      if (when == kNever) stop();
      return;
    }
    if (!timer_) timer_ = environment.clock->make_timer(environment.executor, handler);
    set_for_ = when;
    timer_->set(when);
  }
  /// To be called first when it has expired.
  void expired() { set_for_ = kNever; }
  void stop() {
    if (set_for_ == kNever) return;
    set_for_ = kNever;
    timer_->set(kNever);
  }
  /// Also gives the timer back.
  void close() { timer_.reset(); }

 private:
  std::unique_ptr<Timer> timer_;
  Time set_for_ = kNever;
};

}  // namespace once::detail
