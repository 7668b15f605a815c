// From requests that passed the duplicate filter to servants, and back: finds the servant, refuses what
// cannot run, runs the rest, records the answers. It belongs to a CallHost and is used under its lock, where
// nothing else is said. Servants are users' objects: none is destroyed under the lock.
#pragma once

#include <algorithm>
#include <array>
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

  /// The next request that shall run here, moved to "running" in the core; nullptr if there is none. Those in lane 0
  /// whose servants have an executor wait in its lane from then on, and it is asked to run one. The lock is given up
  /// meanwhile, while a locator is asked, and to let go of servants. To be run by run(), which comes without the lock.
  /// Of an executor's lane, calls may be left in lane 0: their servants have no executor any more. A lane of the host's
  /// own is like lane 0. `time`: now, and when it returns, if that took long.
  ServerCall* next(std::unique_lock<std::mutex>& lock, const std::shared_ptr<CallHost>& host, Time& time,
                   core::Lane lane = 0);
  /// A lane for the host's own use, until it is given back, empty. Servants without an executor run in it.
  core::Lane take_lane();
  void give_lane_back(core::Lane lane) { come_back(lane); }
  /// An executor has been given what next() had for it. Not before: while the lock is given up there, a lane that
  /// nobody is asked for could become another executor's, and its calls run here.
  void come_back(core::Lane lane);
  /// The executor will not run the next call of its lane.
  void refuse_next(std::unique_lock<std::mutex>& lock, core::Lane lane);
  /// Calls the servant, here, or in a transaction of the store. Under no lock; the caller holds the call's host. `began`:
  /// now. The time when it no longer keeps the thread.
  Time run(ServerCall& call, Time began) const;
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
  /// The calls of one executor. It is asked for as many turns as calls wait, and takes the one whose turn it is then.
  /// Calls that stop waiting leave their turns to those that come: what it is asked for has the queue's bound.
  /// None: the host's.
  struct Executor {
    asio::any_io_executor executor;
    std::size_t asked = 0;  // that have not come back. 0: the place is free, and nothing waits in the lane
    std::size_t turns = 0;  // of these, that have not begun: at least as many as calls wait
    /// Whose calls have lately waited here: addresses, to be recognised by and for nothing else.
    std::array<const Servant*, 8> servants{};
    std::size_t newest = 0;  // of `servants`

    bool knows(const Servant* servant) const {
      return std::find(servants.begin(), servants.end(), servant) != servants.end();
    }
    void learn(const Servant* servant) {
      if (!knows(servant)) servants[newest = (newest + 1) % servants.size()] = servant;
    }
  };

  bool is_hosts(core::Lane lane) const { return lane == 0 || !executors_[lane - 1].executor; }
  core::Lane free_lane();
  /// Where calls for the place wait: with those of its executor, if any do. Else where its servant's did, since a lane
  /// remembers that calls have lately waited too long, and a moment in which none waits must not make it forget. The
  /// executor itself cannot tell: when it is asked for nothing, it may be gone.
  core::Lane lane_of(const adapter::Place& place);
  bool poll(Time now, core::Arrival& arrival, core::Lane lane);
  /// False: its turn is elsewhere. What an object was activated with may have changed while the call waited.
  bool runs_here(core::Lane lane, const adapter::Place& place, const Operation& operation) const;
  void put_off(std::unique_lock<std::mutex>& lock, const std::shared_ptr<CallHost>& host,
               core::Arrival& arrival, adapter::Place& place);
  ServerCall& begin(const std::shared_ptr<CallHost>& host, core::Arrival&& arrival, adapter::Place&& place,
                    const Operation* operation);
  bool find_servant(std::unique_lock<std::mutex>& lock, const CallHost& host, const core::Arrival& arrival,
                    adapter::Place& place, Time& time);
  /// Lets go of a servant that shall not run, without the lock: this may be its last holder.
  static void drop(std::unique_lock<std::mutex>& lock, adapter::Place& place);
  Errc check(const core::Arrival& arrival, const Servant& servant, const Operation*& operation) const;

  core::ServerCore& core_;
  std::shared_ptr<const DispatchRules> rules_;
  std::vector<std::unique_ptr<ServerCall>> calls_;
  std::vector<ServerCall*> free_;
  std::vector<Executor> executors_;   // by lane, from 1
  std::vector<ServerCall*> by_slot_;  // the running calls, by the slot of their handle
  std::size_t running_ = 0;
};

}  // namespace once::detail
