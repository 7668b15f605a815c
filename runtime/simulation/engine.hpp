// A world's time and its one queue of events. Events at the same time happen in the order in which they were planned.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <once/base/time.hpp>
#include <once/rpc/trace.hpp>
#include <once/simulation/run.hpp>

namespace once::simulation {

class Life;

/// Something to be called once, or destroyed.
class Task {
 public:
  Task() = default;
  template <class F>
  explicit Task(F function) : held_(std::make_unique<Holder<F>>(std::move(function))) {}
  void operator()() { std::exchange(held_, nullptr)->call(); }

 private:
  struct Held {
    Held() = default;
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    virtual ~Held() = default;
    virtual void call() = 0;
  };
  template <class F>
  struct Holder final : Held {
    explicit Holder(F one) : function(std::move(one)) {}
    void call() override { std::move(function)(); }
    F function;
  };
  std::unique_ptr<Held> held_;
};

/// The first thing that went wrong.
struct Problem {
  std::string check;
  std::string text;
};

class Engine {
 public:
  struct Key {
    Duration at{0};
    std::uint64_t number = 0;
    auto operator<=>(const Key&) const = default;
  };

  /// Since the beginning of the world.
  Duration now() const { return now_; }
  /// An event of a life is dropped with it, and waits while its host stands still.
  Key plan(Duration at, Task task, Life* life = nullptr);
  void drop(const Key& event) { events_.erase(event); }
  void drop_all(const Life& life);
  /// The world is over.
  void clear();
  bool empty() const { return events_.empty(); }
  std::optional<Duration> next() const;
  /// The next event happens; false if it was put off.
  bool step();

  /// Goes into the hash of all that happened.
  void mix(std::uint64_t value) { summary.hash = (summary.hash ^ value) * 0x100000001b3U; }
  /// A line for people.
  void note(const std::string& host, std::string text);
  /// The same, and a step in the chart.
  void note(const std::string& host, TraceStep step, std::string text);
  void fail(std::string check, std::string text);
  /// What clients and servers tell, with the world's time. Kept for a chart, if there is to be one.
  void trace(TraceEvent event);
  void keep_trace() { keeps_trace_ = true; }
  const std::vector<TraceEvent>& kept_trace() const { return trace_; }

  struct Note {
    Duration at{0};
    std::string host;
    std::string text;
  };
  const std::deque<Note>& notes() const { return notes_; }
  const std::optional<Problem>& problem() const { return problem_; }

  Summary summary{.hash = 0xcbf29ce484222325U};

 private:
  struct Event {
    Life* life = nullptr;
    Task task;
  };
  std::map<Key, Event> events_;
  Duration now_{0};
  std::uint64_t planned_ = 0;
  std::deque<Note> notes_;  // the last ones
  std::vector<TraceEvent> trace_;
  bool keeps_trace_ = false;
  std::optional<Problem> problem_;
};

}  // namespace once::simulation
