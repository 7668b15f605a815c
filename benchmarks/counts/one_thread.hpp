// A client and a server in one thread, over the machine's loopback, for counting: nothing depends on who of two
// threads is faster. Where the client would block in the kernel until its reply is there, the server's loop runs
// instead; the clock stands still but for what the program adds, so that no timer expires and no servant is slow;
// random numbers are the same each time.
#pragma once

#include <cstdint>
#include <memory>
#include <poll.h>

#include <asio/io_context.hpp>

#include <once/once.hpp>

namespace counts {

/// Who works now, as a trace of system calls shows it; the last two are the begin and the end of what counts.
enum class Mark : std::uint8_t { Client, Server, Neither, Begin, End };

class OneThread {
 public:
  /// There is one at a time.
  explicit OneThread(bool marks);
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

  once::Environment client_environment() { return environment_on(client_loop_); }
  once::Environment server_environment() { return environment_on(server_loop_); }

  /// For asynchronous calls: each loop once, until it has nothing more to do now.
  void turn();
  void pass_time(once::Duration time);

  /// Allocations that the server has made; the client has made the others.
  long server_allocations() const { return server_allocations_; }
  /// Shows in a trace of system calls, if it is to.
  void mark(Mark mark) const;

  /// Instead of blocking: runs the server until one of these descriptors is ready.
  void serve_until_ready(pollfd* entries, unsigned count);

 private:
  class StandingClock;

  once::Environment environment_on(asio::io_context& loop);
  void serve(bool all);

  const bool marks_;
  bool serving_ = false;
  long server_allocations_ = 0;
  const std::shared_ptr<StandingClock> clock_;
  asio::io_context client_loop_{1}, server_loop_{1};
};

}  // namespace counts
