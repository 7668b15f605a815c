// One life of a simulated host, from a start to a crash: what is gone after it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <once/rpc/environment.hpp>
#include <once/simulation/random.hpp>

#include "simulation/engine.hpp"
#include "simulation/loop.hpp"

namespace once::simulation {

class DatagramEnd;
class Fabric;
class ListenerEnd;
class StreamEnd;

/// A host's clock: fast or slow, and started long ago.
class HostClock {
 public:
  explicit HostClock(double rate) : rate_(rate) {}
  Time at(Duration world) const;
  /// The first moment of the world at which the clock shows that time or a later one.
  Duration when(Time time) const;

 private:
  double rate_;
};

class Life : public std::enable_shared_from_this<Life> {
 public:
  struct Origin {
    std::shared_ptr<Engine> engine;
    std::shared_ptr<Fabric> fabric;
    std::string host;
    Address address;  // without a port
    HostClock clock;
    std::function<Duration()> disk_delay;
    unsigned number = 1;
    std::uint64_t seed = 0;
    std::uint16_t first_port = 0;  // of those that are given to clients
  };
  explicit Life(Origin origin);
  ~Life();

  Engine& engine() const { return *origin_.engine; }
  const std::shared_ptr<Engine>& shared_engine() const { return origin_.engine; }
  Fabric& fabric() const { return *origin_.fabric; }
  const std::string& host() const { return origin_.host; }
  const Address& address() const { return origin_.address; }
  unsigned number() const { return origin_.number; }
  Random& random() { return *random_; }

  bool is_over() const { return over_; }
  /// The power has failed: nothing of what is still done counts.
  void fall_silent() { over_ = true; }
  Duration stands_still_until() const { return stands_still_until_; }
  void stand_still(Duration until) { stands_still_until_ = std::max(stands_still_until_, until); }
  Time now() const { return origin_.clock.at(engine().now()); }
  const HostClock& clock() const { return origin_.clock; }

  asio::any_io_executor executor() const { return LoopExecutor{loop_}; }
  asio::any_io_executor disk_executor() const { return LoopExecutor{disk_loop_}; }
  Environment environment();

  /// Everything ends: loops, sockets, coroutines. `power`: without a word to anybody.
  void end(bool power);

  /// What waits for the end of this life.
  void park(std::shared_ptr<void> waiter);
  void unpark(const void* waiter);
  bool is_parked() const { return !parked_.empty(); }

  // Who listens where.
  std::map<std::uint16_t, DatagramEnd*> datagram_ports;
  std::map<std::uint16_t, ListenerEnd*> listeners;
  std::map<std::uint64_t, StreamEnd*> streams;  // in the order in which they were made
  std::uint64_t streams_made = 0;
  /// A port that nobody has; 0: all are taken.
  std::uint16_t free_port();
  std::uint16_t next_port() const { return next_port_; }

 private:
  const Origin origin_;
  const std::shared_ptr<Random> random_;
  const std::shared_ptr<Loop> loop_;
  const std::shared_ptr<Loop> disk_loop_;  // where transactions run: beside the event loop
  std::shared_ptr<Clock> clock_source_;
  std::shared_ptr<Tracer> tracer_;
  std::map<const void*, std::shared_ptr<void>> parked_;
  std::uint16_t next_port_;
  Duration stands_still_until_{0};
  bool over_ = false;
};

}  // namespace once::simulation
