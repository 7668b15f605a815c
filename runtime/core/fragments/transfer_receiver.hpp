// The messages that come from one peer in fragments: reassemblies, within quotas of octets and time, and the
// acknowledgements that answer them.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/fragments/fragment_limits.hpp"
#include "core/fragments/reassembly.hpp"
#include "core/session_owner.hpp"

namespace once::core {

class TransferReceiver {
 public:
  /// `octets_in_all` and `counters` are shared with the receivers from other peers.
  TransferReceiver(Side side, const FragmentLimits& limits, const SessionOwner& owner,
                   std::size_t& octets_in_all, FragmentCounters& counters)
      : side_(side), limits_(limits), owner_(owner), octets_in_all_(octets_in_all), counters_(counters) {}
  ~TransferReceiver();
  TransferReceiver(const TransferReceiver&) = delete;
  TransferReceiver& operator=(const TransferReceiver&) = delete;

  /// True if the fragment was the last that was missing; `out` is the message then.
  bool take(Time now, const Fragment& fragment, Slice& out);
  /// The next acknowledgement to be sent.
  bool poll(FragmentAck& out);

  /// Drops what has stalled.
  void timeout(Time now);
  /// When that may be so.
  Time wake() const;
  bool idle() const { return under_way_.empty() && statuses_.empty(); }

 private:
  /// A transfer that is over here, and may not be known to be over at its sender.
  struct Ended {
    std::uint64_t transfer = 0;
    TransferStatus status = TransferStatus::Complete;
  };
  using Position = std::vector<Reassembly>::iterator;

  Position find(std::uint64_t transfer);
  /// The one behind it.
  Position drop(Position reassembly);
  void drop_before(std::uint64_t oldest);
  bool has_room(const Fragment& first) const;
  bool is_wanted(const Fragment& fragment) const;
  /// What becomes of the fragment's transfer is to be said.
  void say(const Fragment& fragment, TransferStatus status);
  void end(const Fragment& fragment, TransferStatus status);

  const Side side_;
  const FragmentLimits& limits_;
  const SessionOwner& owner_;
  std::size_t& octets_in_all_;
  FragmentCounters& counters_;

  std::vector<Reassembly> under_way_;
  std::size_t octets_ = 0;
  std::deque<Ended> ended_;
  std::deque<FragmentAck> statuses_;  // of transfers that are not under way
};

}  // namespace once::core
