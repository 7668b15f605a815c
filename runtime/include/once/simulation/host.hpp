// A simulated host: an event loop, a clock, sockets and a disk of its own, and a main function that is started at the
// beginning and again after each crash.
//
// A host converts to once::Environment, so that `once::Server server{host}` and `once::Client client{host}` live there.
// Time is host.sleep(), host.now() and Call::async_sleep(). Asio's own timers and sockets would use the machine's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <once/rpc/environment.hpp>
#include <once/simulation/disk.hpp>
#include <once/simulation/random.hpp>

namespace once::simulation {

class Host;
class World;

/// A host's main function. What it throws fails the seed; when it returns, the host goes on without it.
using Main = std::function<asio::awaitable<void>(Host&)>;

class Host {
 public:
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host();

  /// Under which others reach it: "udp://server:7000".
  const std::string& name() const;
  operator Environment() const;
  /// The event loop of the present life.
  asio::any_io_executor executor() const;

  /// On the host's own clock, which may be fast or slow.
  Time now() const;
  asio::awaitable<void> sleep(Duration time);
  /// Waits for the end of this life: what a server's main does when all is set up. A seed is over when every main has
  /// ended or waits here.
  asio::awaitable<void> until_crash();

  /// Of this life: what the program draws from it, each seed draws anew.
  Random& random();
  Disk disk(std::string file);

  /// 1 at first, one more after each crash.
  unsigned life() const;
  bool is_up() const;
  /// Ends this life when the event that happens now is over, as std::_Exit() would. The host starts again.
  void crash();

  class State;  // the simulation's side of it
  State& state() { return *state_; }

 private:
  friend class World;
  explicit Host(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace once::simulation
