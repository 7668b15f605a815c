// From requests that passed the duplicate filter to servants, and back: finds the servant, refuses what
// cannot run, runs the rest, records the answers. It belongs to a CallHost and is used under its lock, where
// nothing else is said. Servants are users' objects: none is destroyed under the lock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <once/rpc/environment.hpp>
#include <once/rpc/store.hpp>
#include <once/rpc/wrap.hpp>

#include "adapter/object_adapter.hpp"
#include "core/server_core.hpp"
#include "rpc/host_trace.hpp"
#include "rpc/server_call.hpp"

namespace once::detail {

/// What the dispatchers of one server or client have in common. Wrappers are not changed once calls arrive.
struct DispatchRules {
  adapter::ObjectAdapter adapter;
  std::vector<Wrapper> wrappers;
  Store* store = nullptr;  // for exactly-once operations
  Duration slow_call{0};
  /// A plain servant held its thread for longer than slow_call. Called under no lock.
  std::function<void(const Operation&, Duration)> on_slow_call;
  std::shared_ptr<const HostTrace> trace;  // or null
};

class Dispatcher {
 public:
  Dispatcher(core::ServerCore& core, std::shared_ptr<const DispatchRules> rules)
      : core_(core), rules_(std::move(rules)) {}
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// The next request that shall run, moved to "running" in the core; nullptr if there is none. The lock is
  /// given up while a locator is asked, and to let go of servants. To be run by run(), which comes without
  /// the lock.
  ServerCall* next(std::unique_lock<std::mutex>& lock, const std::shared_ptr<CallHost>& host);
  /// Calls the servant, here, on its executor, or in a transaction of the store. Under no lock.
  void run(ServerCall& call) const;
  /// Records the answer in the core, and gives up the answer's hold on the call. Returns the servant if that
  /// was the last hold, to be dropped under no lock.
  [[nodiscard]] std::shared_ptr<Servant> finish(Time now, ServerCall& call);
  /// Makes a call that nobody holds any more ready for the next request. Returns as finish() does.
  [[nodiscard]] std::shared_ptr<Servant> recycle(ServerCall& call);
  /// Tells calls that were cancelled, and those that nobody waits for if their operation is @orphan(cancel).
  void mark_abandoned();
  /// Calls that have begun and have no answer yet.
  std::size_t running() const { return running_; }

 private:
  bool find_servant(std::unique_lock<std::mutex>& lock, const core::Arrival& arrival, adapter::Place& place);
  /// Lets go of a servant that shall not run, without the lock: this may be its last holder.
  static void drop(std::unique_lock<std::mutex>& lock, adapter::Place& place);
  Errc check(const core::Arrival& arrival, const Servant& servant, const Operation*& operation) const;

  core::ServerCore& core_;
  std::shared_ptr<const DispatchRules> rules_;
  std::vector<std::unique_ptr<ServerCall>> calls_;
  std::vector<ServerCall*> free_;
  std::vector<ServerCall*> by_slot_;  // the running calls, by the slot of their handle
  std::size_t running_ = 0;
};

}  // namespace once::detail
