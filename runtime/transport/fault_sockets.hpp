// Sockets that misbehave as a FaultInjector says.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include <once/rpc/fault_injector.hpp>

#include "transport/fault_plan.hpp"

namespace once {

/// What an injector and its sockets share.
class FaultInjector::State {
 public:
  State(const Environment& environment, Faults faults)
      : environment_(environment), faults_(std::move(faults)) {
    calm_.seed = faults_.seed;
  }

  /// With the network that is wrapped.
  const Environment& environment() const { return environment_; }
  /// The faults in force.
  const Faults& plan() const { return active_.load(std::memory_order_relaxed) ? faults_ : calm_; }
  void stop() { active_.store(false, std::memory_order_relaxed); }

  /// A number for a new socket; its dice are drawn from it.
  std::uint64_t next_socket() { return sockets_.fetch_add(1); }
  transport::FaultDice dice(std::uint64_t socket, std::uint64_t direction) const {
    return {faults_.seed, 2 * socket + direction};
  }
  /// Where the next connection is to be cut.
  Faults::Cut next_cut();

  template <class Change>
  void count(Change change) {
    const std::lock_guard lock{mutex_};
    change(counters_);
  }
  FaultCounters counters() const {
    const std::lock_guard lock{mutex_};
    return counters_;
  }

 private:
  const Environment environment_;
  const Faults faults_;
  Faults calm_;
  std::atomic<bool> active_{true};
  std::atomic<std::uint64_t> sockets_{0};
  mutable std::mutex mutex_;
  std::size_t cuts_taken_ = 0;
  FaultCounters counters_;
};

namespace transport {

using FaultState = std::shared_ptr<FaultInjector::State>;

std::unique_ptr<DatagramSocket> make_faulty(FaultState state, asio::any_io_executor executor,
                                            std::unique_ptr<DatagramSocket> inner);
std::unique_ptr<StreamSocket> make_faulty(FaultState state, std::unique_ptr<StreamSocket> inner);
std::unique_ptr<Listener> make_faulty(FaultState state, std::unique_ptr<Listener> inner);

}  // namespace transport
}  // namespace once
