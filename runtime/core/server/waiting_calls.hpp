// Calls that wait for their servants at one place, a *lane*: whose turn it is, and who has waited too long
// (docs/protocol.md, "Overload"). Clients take turns, however many calls each has waiting. A queue that does not
// get empty is cut back as CoDel does (RFC 8289), by how long its calls have waited, and not by its length.
#pragma once

#include <cstdint>

#include "core/server/record.hpp"
#include "core/slab.hpp"

namespace once::core {

class WaitingCalls {
 public:
  WaitingCalls(const ServerLimits& limits, Slab<Record>& records) : limits_(limits), records_(records) {}

  bool empty() const { return waiting_ == 0; }
  std::size_t size() const { return waiting_; }
  /// `record` waits here from now on; it has been waiting for a servant since record.arrived.
  void push(Time now, Record& record);
  /// Takes it out, if it waits here.
  void erase(Record& record);

  /// What is to become of a call that is taken out.
  struct Turn {
    Record* record = nullptr;  // none: nothing waits
    bool too_late = false;     // it has waited too long, and is to be refused
  };
  Turn next(Time now);
  /// Other servants take what waits here from now on; what these could not keep up with says nothing. Nothing waits yet.
  void begin_afresh();

 private:
  /// The waiting calls of one client, oldest first, linked through `earlier` and `later`.
  struct Flow {
    std::uint32_t client = kNone;
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
    std::uint32_t count = 0;
    Links turn;
  };

  static std::uint64_t hash(std::uint32_t client) { return client * 0x9E3779B97F4A7C15 >> 32; }
  std::uint32_t flow_of(std::uint32_t client);
  void end(std::uint32_t flow);
  bool is_cut_back() const;
  bool is_too_late(Time now, const Flow& flow) const;
  void turn_window(Time now);

  const ServerLimits& limits_;
  Slab<Record>& records_;
  Slab<Flow> flows_;
  HashIndex by_client_;
  LinkedList<Flow, &Flow::turn> turns_{flows_};
  std::uint32_t last_ = kNone;  // the last flow, without calls: that client is likely to be the next, too
  Time busy_since_{};           // not empty since
  std::uint32_t begun_ = 0;     // calls that were given their turn
  std::uint32_t waiting_ = 0;
  Time window_{};  // refusals are counted by intervals: when the present one began,
  std::uint32_t refused_ = 0, refused_before_ = 0;  // how many in it, and in the one before
};

}  // namespace once::core
