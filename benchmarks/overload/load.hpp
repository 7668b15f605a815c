// A server whose servants take a fixed time, and what loads it: clients that call when they have an answer (closed
// loop), and clients that call when their time has come, answered or not (open loop).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>

#include <once/once.hpp>

#include "bench.once.hpp"
#include "measure.hpp"

namespace overload {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
using Object = peerbench::AtMostOnce;

/// The processor time of a thread, or of the calling one.
class CpuClock {
 public:
  CpuClock();  // the calling thread's
  Seconds now() const;

 private:
  clockid_t clock_{};
};

/// One server on a thread of its own; its servant keeps a thread busy for so long, on the loop or on an executor. `target`:
/// Limits::queue_target.
class LoadedServer {
 public:
  LoadedServer(const std::string& transport, std::chrono::microseconds work, std::chrono::microseconds target,
               bool on_executor);
  ~LoadedServer();

  once::Ref<Object> object() const { return once::Ref<Object>{server_->reference_to("object")}; }
  once::ServerStatistics statistics() const { return server_->statistics(); }
  /// Of all its threads.
  Seconds processor_time() const;

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
  asio::thread_pool pool_{1};
  std::optional<once::Server> server_;
  std::optional<CpuClock> loop_clock_, pool_clock_;
  std::thread thread_;
};

/// What came of the calls of one measurement.
struct Tally {
  std::uint64_t made = 0, executed = 0, refused = 0, others = 0;
  peerbench::LatencyHistogram latencies;  // of the executed, from when they were due
  peerbench::LatencyHistogram refusals;
  std::vector<std::uint64_t> by_client;  // executed
  double seconds = 0;
  Seconds processor{0};  // of the server
  double goodput() const { return static_cast<double>(executed) / seconds; }
};

/// Clients on one loop, which the measuring thread runs.
class Clients {
 public:
  Clients(const LoadedServer& server, std::size_t count, const once::Limits& limits = {});

  /// The first `callers` of the clients make one call at a time each, `paused` after each answer.
  Tally closed(std::size_t callers, Clock::duration time);
  /// `rate` calls a second in all, by all clients but the first `callers`, which behave as above.
  Tally open(double rate, Clock::duration time, std::size_t callers = 0);
  once::ClientStatistics statistics() const;

 private:
  struct Client {
    std::unique_ptr<once::Client> client;
    std::optional<Object::Stub> stub;
  };

  void call(std::size_t client, Clock::time_point due, bool again);
  Tally measure(double rate, Clock::duration time, std::size_t callers);

  const LoadedServer& server_;
  asio::io_context io_;
  std::vector<Client> clients_;
  Tally tally_;
  Clock::time_point end_;
  std::uint64_t open_calls_ = 0;
};

}  // namespace overload
