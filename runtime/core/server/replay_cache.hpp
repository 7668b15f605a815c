// The replies that a server keeps so that it can send them again, and the budgets of their octets. Room for
// the largest reply is set aside before a servant starts, so a reply within what was promised is never lost;
// a larger one is kept while there is room, and is the only thing that is ever evicted. Records are not
// removed here: one whose reply is gone says so.
//
// Octets are counted as what they cost: the capacity of the block that holds them.
#pragma once

#include <cstdint>

#include <once/base/buffer.hpp>

#include "core/server/record.hpp"
#include "core/server/session_table.hpp"

namespace once::core {

class ReplayCache {
 public:
  ReplayCache(const ServerLimits& limits, Slab<Record>& records, SessionTable& sessions)
      : limits_(limits), records_(records), sessions_(sessions) {}

  /// Sets room aside for a reply of up to `reply_max` octets; false if there is none, even after evicting.
  bool reserve(Record& record, std::uint32_t reply_max);
  /// Keeps `body` in `record`, in place of what was set aside; false if there is no room for a reply larger
  /// than that.
  bool keep(Record& record, Slice body);
  /// Keeps what an earlier server has kept, within the budgets or not. What was beyond its promise is evicted
  /// for want of room here, too.
  void restore(Record& record, const Slice& body, bool beyond_promise);
  /// Gives back what is kept or set aside for `record`.
  void release(Record& record);

  std::size_t octets() const { return octets_; }
  std::uint64_t evicted() const { return evicted_; }

 private:
  bool make_room(Session& session, std::uint64_t octets);
  bool evict_one_of(Session& session);
  void evict(Record& record);
  void charge(Record& record, std::uint64_t octets);
  void link_oversize(Record& record);
  void unlink_oversize(Record& record);

  const ServerLimits& limits_;
  Slab<Record>& records_;
  SessionTable& sessions_;
  std::size_t octets_ = 0;
  std::uint64_t evicted_ = 0;
  std::uint32_t earliest_ = kNone;  // of the oversize replies
  std::uint32_t latest_ = kNone;
};

}  // namespace once::core
