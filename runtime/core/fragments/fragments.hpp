// The fragment layer: stands between a core and its datagrams. What the core sends and one datagram cannot
// carry goes in fragments; what comes in fragments reaches the core as if one datagram had brought it, so that
// every rule of the protocol is the core's own. Without I/O, like the cores: octets and the time go in;
// datagrams, whole messages and the next timer come out. docs/protocol.md, "Fragments", is its specification.
//
// Driver's duty: give every message that came for the core to deliver(), take every message to be sent from
// next_datagram(), and call timeout() at next_timeout(), as for the core. One layer belongs to one core, and
// is guarded by what guards that.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/client_core.hpp"
#include "core/fragments/fragment_limits.hpp"
#include "core/fragments/transfer_receiver.hpp"
#include "core/fragments/transfer_sender.hpp"
#include "core/server_core.hpp"
#include "core/slab.hpp"
#include "core/timer_heap.hpp"

namespace once::core {

class Fragments {
 public:
  /// `owner`: the core on this side. `life`: random, so that transfers of an earlier layer are not taken for
  /// this one's.
  Fragments(Side side, const FragmentLimits& limits, const SessionOwner& owner, std::uint32_t life);

  enum class Take : std::uint8_t {
    Left,   // to be sent as `message` is now
    Taken,  // it goes in fragments, or does so already, and is not to be sent
    NoRoom,
  };
  /// A message of the core's.
  Take take(Time now, Transmit& message) {
    const bool concerns_us =
        message.to.fragments &&
        (sending_ != 0 || message.to.splits(message.header.size() + message.body.size()));
    return concerns_us ? take_some(now, message) : Take::Left;
  }
  /// A message of the layer's own: true. False: it is for the core.
  bool receive(Time now, const Path& from, const Slice& message);

  struct Received {
    Path from;  // where the last of it came from
    Slice message;
    Duration took{0};  // since the core on the other side gave it away, but for the way of one datagram
  };
  /// A message that has arrived whole.
  bool poll_message(Received& out);
  /// The next datagram to be sent.
  bool poll_transmit(Time now, Transmit& out) { return may_transmit() && poll_some(now, out); }
  /// False: poll_transmit() has nothing.
  bool may_transmit() const { return !ready_.empty() || !probe_answers_.empty() || !challenges_.empty(); }

  void timeout(Time now);
  Time next_timeout() const { return timers_.earliest(); }

  /// The system could not send what poll_transmit() gave, since it is too large.
  void refused(Time now, const Transmit& message);

  /// Whatever is under way is dropped: over another link the core says again what is still to be said.
  void link_lost();

  const FragmentLimits& limits() const { return limits_; }
  const FragmentCounters& counters() const { return counters_; }
  std::size_t reassembly_bytes() const { return reassembling_; }
  std::size_t sending_bytes() const { return sending_; }
  /// Sessions that something is known of.
  std::size_t peers() const { return by_session_.size(); }

 private:
  struct Peer {
    Peer(Fragments& layer, SessionId id, const Path& way);

    SessionId session;
    Path path;
    TransferSender sender;
    TransferReceiver receiver;
    bool queued = false;
    bool is_idle = false;
    std::list<std::uint32_t>::iterator idle_at{};  // if it is idle
  };

  Take take_some(Time now, Transmit& message);
  bool poll_some(Time now, Transmit& out);
  Peer* find(SessionId session);
  /// The peer's state, made if there is none; nullptr without such a session, or if it does not concern this
  /// layer.
  Peer* reach(SessionId session);
  void receive_fragment(Time now, const Path& from, const Fragment& fragment);
  void receive_probe(const Path& from, const PathMessage& probe);
  /// True if the session may say something here; `path` is where its peer is then.
  bool admits(SessionId session, const Path& from, Path& path);
  /// The peer is not idle, and must not be forgotten as if it were.
  void stir(Peer& peer);
  /// The peer may have something to send.
  void queue(Peer& peer);
  bool poll(Time now, Peer& peer, Transmit& out);
  /// False: the peer is gone, and is no more.
  bool follow_path(Time now, Peer& peer);
  /// There is nothing to send now.
  void rest(std::uint32_t place);
  void erase(std::uint32_t place);

  const Side side_;
  const FragmentLimits limits_;
  const SessionOwner& owner_;
  FragmentCounters counters_;
  std::uint64_t next_transfer_;
  std::size_t reassembling_ = 0;
  std::size_t sending_ = 0;

  std::vector<std::unique_ptr<Peer>> peers_;  // by place
  std::vector<std::uint32_t> free_places_;
  std::unordered_map<SessionId, std::uint32_t> by_session_;
  std::list<std::uint32_t> idle_;  // places of peers without a transfer, in the order in which they became so
  TimerHeap timers_;
  Ring<std::uint32_t> ready_;  // places of peers that may have something to send
  Ring<Received> messages_;
  struct ProbeAnswer {
    Path to;
    PathMessage answer;
  };
  Ring<ProbeAnswer> probe_answers_;
  struct Challenge {
    Path to;
    PathChallenge message;
  };
  Ring<Challenge> challenges_;
};

/// Gives a message that came for `core` to the layer or to the core, and to the core what it completes.
void deliver(ServerCore& core, Fragments& fragments, Time now, const Path& from, const Slice& message);
void deliver(ClientCore& core, Fragments& fragments, Time now, const Path& from, const Slice& message);
/// The next datagram, or message on a stream, that core and layer have to send. What the core says comes
/// before any fragment.
bool next_datagram(ServerCore& core, Fragments& fragments, Time now, Transmit& out);
bool next_datagram(ClientCore& core, Fragments& fragments, Time now, Transmit& out);

}  // namespace once::core
