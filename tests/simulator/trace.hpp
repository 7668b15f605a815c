// What happened, as a hash that two runs of one seed must share, and, on request, as a history for people.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <once/base/time.hpp>

namespace once::simulator {

enum class Step : std::uint8_t {
  Issued,
  NotStarted,  // start() refused: detail is the Errc
  Repeated,    // detail: its number
  CancelAsked,
  Completed,  // detail: OutcomeKind << 16 | Errc
  Sent,       // a message left a host; detail: its size
  Lost,       // … and got no further
  Copied,     // … and was duplicated
  Damaged,    // … and was corrupted
  Delivered,
  Arrived,    // the duplicate filter let a request through
  Refused,    // the driver refused it; detail: Errc
  NotBegun,   // start() said no
  Executing,  // detail: the execution's number
  Replied,    // detail: the execution's number
  Stored,     // detail: the writes that the disk has seen
  PutBack,    // … is an older copy; detail: how many outcomes were kept then
  Abandoned,  // detail: the reason
  Connected,
  Disconnected,
  Crashed,
  Revived,
  Paused,
  Moved,        // detail: the new port
  Partitioned,  // detail: the direction
  Draining,
  Replayed,    // the adversary put a packet in; detail: its trick
  Misbehaved,  // a rogue client sent something; detail: what
  PhaseBegan,
};

class Trace {
 public:
  enum class Keep : std::uint8_t { Nothing, Everything };

  explicit Trace(Keep keep) : keep_(keep == Keep::Everything) {}

  void note(Time at, Step step, std::uint16_t host, std::uint64_t call, std::uint64_t detail) {
    add(static_cast<std::uint64_t>(at.time_since_epoch().count()));
    add(static_cast<std::uint64_t>(step) | std::uint64_t{host} << 8 | call << 24);
    add(detail);
    if (keep_) records_.push_back({at, step, host, call, detail, {}});
  }
  /// Words that only people read, for the step noted last; `make` runs only if anybody will read them.
  template <class Make>
  void explain(Make&& make) {
    if (keep_) records_.back().text = make();
  }

  std::uint64_t hash() const { return hash_; }
  /// The last `count` steps of `call` and what shook the hosts meanwhile; of everything if `call` is 0.
  void print(std::ostream& out, std::uint64_t call, std::size_t count) const;

 private:
  struct Record {
    Time at;
    Step step;
    std::uint16_t host;
    std::uint64_t call;
    std::uint64_t detail;
    std::string text;
  };

  void add(std::uint64_t word) {  // FNV-1a by words, with a rotation so that high bits count too
    hash_ = (hash_ ^ word) * 0x100000001b3u;
    hash_ ^= hash_ >> 29;
  }

  bool keep_;
  std::uint64_t hash_ = 0xcbf29ce484222325u;
  std::vector<Record> records_;
};

}  // namespace once::simulator
