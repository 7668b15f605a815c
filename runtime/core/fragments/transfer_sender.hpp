// The messages that go to one peer in fragments: which fragment is sent when. Selective acknowledgements tell
// what has arrived; what three later ones have overtaken is lost, and everything that nothing was heard of for
// a whole timeout. One congestion window is for all of them. A few take turns, the others wait.
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
  /// `next_transfer`, `octets_in_all` and `counters` are shared with the senders to other peers.
  TransferSender(Side side, SessionId session, const FragmentLimits& limits, const SessionOwner& owner,
                 const Path& path, std::uint64_t& next_transfer, std::size_t& octets_in_all,
                 FragmentCounters& counters);
  ~TransferSender();
  TransferSender(const TransferSender&) = delete;
  TransferSender& operator=(const TransferSender&) = delete;

  /// The peer is reached another way: what is known of the old one is of no use, and what was on it is lost.
  void change_path(Time now, const Path& path);

  /// The message about the same call that is under way, or arrived so recently that whoever asks for it again
  /// cannot have heard; nullptr if there is none. It may be meant for another epoch.
  const CallName* known(Time now, const CallName& name) const;
  /// Within the quotas of the session; one message always has room.
  bool has_room(std::size_t octets) const;
  void begin(Time now, const CallName& name, std::vector<std::uint8_t> header, Slice body);
  void end(const CallName& name);

  void acknowledged(Time now, const FragmentAck& ack);
  void probe_answered(Time now, const PathMessage& answer);
  /// The system could not send a datagram of this size.
  void too_large(Time now, std::size_t octets);

  /// The next datagram, a fragment or a probe of the path; false if nothing may be sent now.
  bool poll(Time now, std::vector<std::uint8_t>& header, Slice& body);
  /// To be called at wake() or later, before poll().
  void timeout(Time now);
  /// When poll() may have something although nothing was heard; true after poll() was false.
  Time wake() const;

  bool idle() const { return active_.empty() && waiting_.empty(); }

 private:
  struct Sending {
    OutgoingTransfer transfer;
    Time taken_at;         // from the core
    Time expires;          // nobody waits for it any more; kNever: the core says when
    std::uint64_t served;  // the order of its latest fragment
    unsigned refusals;
    Time paused_until;
  };
  using Sendings = std::list<Sending>;
  using Position = Sendings::iterator;
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

  Position find_active(std::uint64_t transfer);
  bool is_wanted(Time now, const Sending& sending) const;
  /// True if the message may have arrived, and must not arrive twice.
  static bool may_not_be_repeated(const Sending& sending);
  std::uint32_t fragment_size() const;
  /// From here on nothing of it is on the way; it waits for its turn to begin anew.
  void restart(Position active);
  /// The same, unless it must not be repeated: then it ends.
  void restart_or_end(Position active);
  /// The receiver does not take it now.
  void pause(Time now, Position active);
  void erase(Sendings& from, Position sending);
  void give_up();
  void fit_to_path();
  void take_news(Time now, Position active, const FragmentAck& ack);
  void complete(Time now, Position active);
  /// The transfer of what is on the way still; the end of the active ones if it is not.
  Position flying(const Flight& flight);
  void lose(Position active, const Flight& flight);
  void lose_all();
  void find_losses();
  void admit(Time now);
  Position next_turn(Time now);
  Time next_send(Time now);
  bool poll_probe(Time now, std::vector<std::uint8_t>& header);
  bool poll_fragment(Time now, std::vector<std::uint8_t>& header, Slice& body);
  Time alarm() const;
  Time probe_at() const { return idle() ? kNever : search_.due(); }

  const Side side_;
  const SessionId session_;
  const FragmentLimits& limits_;
  const SessionOwner& owner_;
  std::uint64_t& next_transfer_;
  std::size_t& octets_in_all_;
  FragmentCounters& counters_;

  bool is_local_;
  RttEstimator rtt_;
  PathSearch search_;
  CongestionWindow window_;
  Sendings active_;   // they take turns; no more than transfers_max
  Sendings waiting_;  // nothing of these is on the way; in the order in which they came, but restarts first
  std::size_t octets_ = 0;
  std::deque<Done> done_;
  Ring<Flight> flights_;
  std::uint64_t latest_order_ = 0;
  std::uint64_t heard_order_ = 0;  // the highest that an acknowledgement has answered
  unsigned backoff_ = 0;
  Time heard_at_{};      // the peer was heard of, or the first of what is under way was begun
  Time latest_event_{};  // something was sent, or progress was heard of
  Time pace_at_ = kNever;
};

}  // namespace once::core
