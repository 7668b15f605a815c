// The messages that go to one peer in fragments: which fragment is sent when. Selective acknowledgements tell
// what has arrived; what three later ones have overtaken is lost, and everything that nothing was heard of for
// a whole timeout. One congestion window is for all of them, and they take turns.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <vector>

#include "core/fragments/congestion.hpp"
#include "core/fragments/fragment_limits.hpp"
#include "core/fragments/outgoing_transfer.hpp"
#include "core/fragments/path_search.hpp"
#include "core/rtt_estimator.hpp"
#include "core/session_owner.hpp"
#include "core/slab.hpp"

namespace once::core {

class TransferSender {
 public:
  /// `next_transfer` and `counters` are shared with the senders to other peers.
  TransferSender(Side side, const FragmentLimits& limits, const SessionOwner& owner, const Path& path,
                 std::uint64_t& next_transfer, FragmentCounters& counters);

  /// The peer is reached another way: what is known of the old one is of no use.
  void change_path(Time now, const Path& path);

  /// True if the message with this name is under way, or arrived so recently that whoever asks for it again
  /// cannot have heard.
  bool is_under_way(Time now, const CallName& name) const;
  /// The header of a message that is under way; empty if it is not.
  ByteView header_of(const CallName& name) const;
  void begin(const CallName& name, std::vector<std::uint8_t> header, Slice body);
  void end(const CallName& name);

  void acknowledged(Time now, const FragmentAck& ack);
  void probe_answered(Time now, const PathProbe& answer) { search_.answered(now, answer.probe); }
  /// The system could not send a datagram of this size.
  void too_large(Time now, std::size_t octets) {
    search_.too_large(now, octets);
    fit_to_path(now);
  }

  /// The next datagram, a fragment or a probe of the path; false if nothing may be sent now.
  bool poll(Time now, std::vector<std::uint8_t>& header, Slice& body);
  /// To be called at wake() or later, before poll().
  void timeout(Time now);
  /// When poll() may have something although nothing was heard; true after poll() was false.
  Time wake() const;

  bool idle() const { return sending_.empty(); }
  /// Octets of the messages under way.
  std::size_t octets() const { return octets_; }

 private:
  struct Sending {
    OutgoingTransfer transfer;
    std::uint64_t served = 0;  // the order of its latest fragment
    unsigned refusals = 0;
    Time paused_until = Time::min();
  };
  using Position = std::list<Sending>::iterator;
  /// What was sent, in that order; whether it still is on the way is known to its transfer.
  struct Flight {
    std::uint64_t transfer = 0;
    std::uint64_t order = 0;
    std::uint32_t index = 0;
  };
  struct Done {
    CallName name;
    Time until;
  };

  Position find(std::uint64_t transfer);
  Position find(const CallName& name);
  std::list<Sending>::const_iterator find(const CallName& name) const;
  bool is_wanted(const CallName& name) const;
  std::uint32_t fragment_size() const;
  /// True if the message may have arrived, and must not arrive twice.
  static bool may_not_be_repeated(const Sending& sending);
  /// Nothing of it counts as sent any more; `pause`: because the receiver does not take it now.
  void restart(Time now, Sending& sending, bool pause);
  void erase(Position sending);
  void fit_to_path(Time now);
  void complete(Time now, Position sending);
  void find_losses();
  Position next_turn(Time now);
  Time next_send(Time now);
  bool poll_probe(Time now, std::vector<std::uint8_t>& header);
  bool poll_fragment(Time now, std::vector<std::uint8_t>& header, Slice& body);
  Time alarm() const;
  Time probe_at() const { return sending_.empty() ? kNever : search_.due(); }

  const Side side_;
  const FragmentLimits& limits_;
  const SessionOwner& owner_;
  std::uint64_t& next_transfer_;
  FragmentCounters& counters_;

  SessionId session_ = 0;
  bool is_local_;
  RttEstimator rtt_;
  PathSearch search_;
  CongestionWindow window_;
  std::list<Sending> sending_;  // in the order in which they came
  std::size_t octets_ = 0;
  std::deque<Done> done_;
  Ring<Flight> flights_;
  std::uint64_t latest_order_ = 0;
  std::uint64_t heard_order_ = 0;  // the highest that an acknowledgement has answered
  unsigned backoff_ = 0;
  Time latest_event_{};  // something was sent, or progress was heard of
  Time pace_at_ = kNever;
};

}  // namespace once::core
