// What a Server or Client takes from its surroundings: an executor, a clock with timers, randomness, and a
// network. An io_context converts to the real ones; a simulated host is another. Nothing in the runtime reads
// a clock or a random device but through this.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <asio/any_io_executor.hpp>

#include <once/base/bytes.hpp>
#include <once/base/time.hpp>
#include <once/rpc/network.hpp>

namespace asio {
class io_context;
}

namespace once {

class Tracer;  // once/rpc/trace.hpp

/// A one-shot timer that can be set again. Destroying it ends it.
class Timer {
 public:
  virtual ~Timer() = default;
  /// At `when`, or a little later, the handler gets Event::Expired, once. Replaces what was set before;
  /// kNever sets nothing.
  virtual void set(Time when) = 0;
};

/// Monotonic time and timers. Safe from any thread; one Timer is not.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  /// A timer whose handler is called on `executor` while it lives.
  virtual std::unique_ptr<Timer> make_timer(asio::any_io_executor executor,
                                            std::weak_ptr<EventHandler> handler) = 0;
  /// Calls `function` on `executor` at `when`, or a little later, once. Nobody but the wait owns it: if the
  /// event loop is destroyed first, so is the function, without having been called.
  virtual void call_at(asio::any_io_executor executor, Time when, std::function<void()> function) = 0;
};

/// Session ids, nonces and instances come from here: a cryptographic source outside of simulations. Safe from
/// any thread.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void fill(MutableByteView octets) = 0;
  std::uint64_t number();
};

std::shared_ptr<Clock> steady_clock();
std::shared_ptr<RandomSource> system_random();

struct Environment {
  /// The machine's clock, randomness and sockets, waited for on `io`.
  Environment(asio::io_context& io);
  Environment(asio::any_io_executor executor, std::shared_ptr<Clock> clock,
              std::shared_ptr<RandomSource> random, std::shared_ptr<Network> network);

  /// The event loop. Its handlers run one at a time, or on several threads of one io_context.
  asio::any_io_executor executor;
  std::shared_ptr<Clock> clock;
  std::shared_ptr<RandomSource> random;
  std::shared_ptr<Network> network;
  /// Told by the clients and servers here whose options name no other; null: nobody is.
  std::shared_ptr<Tracer> tracer{};
};

}  // namespace once
