// A descriptor's waits in Asio's reactor.
//
// The reactor is told of changes (epoll's edges), so that Asio's own waits ask the system each time whether there is
// something already: a system call more for each message. Whoever has just emptied a socket knows that there is
// nothing, and need not ask. Asio has this for its own reads only, so this takes two things that it does not publish:
// its reactor, and the base of its operations.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include <asio/any_io_executor.hpp>
#include <asio/detail/reactor.hpp>

#include <once/rpc/network.hpp>

namespace once::transport {

class ReactorDescriptor {
 public:
  /// `fd` stays its owner's, who keeps it open for as long as this lives. `told_readable` is set whenever a wait has
  /// used up a change, which may mean nothing to who waited. Throws std::system_error.
  ReactorDescriptor(asio::any_io_executor executor, int fd, std::atomic<bool>& told_readable);
  /// Ends its waits.
  ~ReactorDescriptor();
  ReactorDescriptor(const ReactorDescriptor&) = delete;
  ReactorDescriptor& operator=(const ReactorDescriptor&) = delete;

  /// Calls the handler on the executor, once, if it lives then. One wait for each event at a time: another takes its
  /// place. (Who has cancelled one may wait again before a handler that was called just then has noted that it was.)
  /// `for_change`: it was not ready when last looked at, and no wait has told of a change since: the next one is not missed.
  void async_wait(Event event, std::weak_ptr<EventHandler> handler, bool for_change);
  /// Waits that have not ended never will.
  void cancel();

 private:
  class Wait;

  void abandon_waits();

  const asio::any_io_executor executor_;
  const int fd_;
  std::atomic<bool>& told_readable_;
  asio::detail::reactor& reactor_;
  asio::detail::reactor::per_descriptor_data registration_ = nullptr;
  std::array<Wait*, 2> waits_{};  // for reading and for writing; made when first used
};

}  // namespace once::transport
