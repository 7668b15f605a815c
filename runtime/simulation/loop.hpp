// A simulated host's event loop, as Asio's executors know it: what is given to it is called by the world's queue, in its
// order, and never before execute() returns.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <asio/execution.hpp>
#include <asio/execution_context.hpp>

#include "simulation/engine.hpp"

namespace once::simulation {

class Loop final : public asio::execution_context {
 public:
  /// `delay`: until a task may be called that is given now; at least a nanosecond, so that time passes.
  Loop(std::shared_ptr<Engine> engine, Life& life, std::function<Duration()> delay);

  void post(Task task);
  /// From now on tasks are destroyed, and not called.
  void close() { life_ = nullptr; }
  /// Ends what services keep for the loop: calls in flight, and Asio's own timers, if somebody has used them.
  void end_services() { shutdown(); }

 private:
  const std::shared_ptr<Engine> engine_;
  Life* life_;  // null: closed
  const std::function<Duration()> delay_;
  Duration last_{0};
};

/// Keeps the loop alive, as an object; its life may be over.
class LoopExecutor {
 public:
  explicit LoopExecutor(std::shared_ptr<Loop> loop) : loop_(std::move(loop)) {}

  asio::execution_context& query(asio::execution::context_t) const noexcept { return *loop_; }
  static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
    return asio::execution::blocking.never;
  }
  template <class F>
  void execute(F&& function) const {
    loop_->post(Task{std::decay_t<F>(std::forward<F>(function))});
  }
  bool operator==(const LoopExecutor&) const noexcept = default;

 private:
  std::shared_ptr<Loop> loop_;
};

}  // namespace once::simulation
