// A simulated world: hosts, a network between them, and time that passes only when everybody waits. It is set up by
// the function that run() is given, and begins when that has returned.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <once/simulation/host.hpp>
#include <once/simulation/random.hpp>

namespace once::simulation {

enum class Direction : std::uint8_t { OneWay, Both };

/// Crashes whose times the seed draws.
struct CrashPlan {
  unsigned times = 1;
  /// From the beginning; 0: while faults happen (Options::storm).
  Duration within{0};
};

class World {
 public:
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  /// `main` runs on the new host.
  Host& host(std::string name, Main main);

  /// An object that lives as long as the world. What mains and checks share belongs here: the variables of the function
  /// that sets the world up are gone when the world begins.
  template <class T, class... A>
  T& make(A&&... arguments) {
    auto made = std::make_shared<T>(std::forward<A>(arguments)...);
    keep(made);
    return *made;
  }

  /// `predicate` is asked after every event; the seed fails when it is false or throws.
  void check(std::string name, std::function<bool()> predicate);
  /// Asked once, at the end: mains have ended, faults are over, and what was under way has arrived.
  void finally(std::string name, std::function<bool()> predicate);

  /// Since the beginning.
  Duration now() const;
  Random& random();
  /// Something that happens at that time from the beginning, outside of all hosts.
  void at(Duration time, std::function<void()> action);
  /// A line among the last events that a failure prints, and in its chart.
  void note(std::string text);

  /// At once, or after the event that happens now. The host starts again after a time that the seed draws.
  void crash(Host& host);
  void crash_at_random(Host& host, CrashPlan plan = {});
  /// Nothing gets from `from` to `to`, or back, from now on for that time.
  void partition(Host& from, Host& to, Duration time, Direction direction = Direction::Both);

  class State;
  explicit World(std::unique_ptr<State> state);
  State& state() { return *state_; }

 private:
  void keep(std::shared_ptr<void> object);

  std::unique_ptr<State> state_;
};

}  // namespace once::simulation
