// The layer: sessions, timers, and whose turn it is.
#include "core/fragments/fragments.hpp"

#include <algorithm>

#include "core/octets.hpp"
#include "core/rare.hpp"

namespace once::core {
namespace {

/// What is known of a path is kept for so many peers without a transfer.
constexpr std::size_t kIdlePeersMax = 1'024;

bool carries_fragments(const Path& path) {
  return path.fragments && path.message_max >= kFragmentDatagramMin;
}

}  // namespace

Fragments::Peer::Peer(Fragments& layer, SessionId id, const Path& way)
    : session(id),
      path(way),
      sender(layer.side_, id, layer.limits_, layer.owner_, way, layer.next_transfer_, layer.sending_,
             layer.counters_),
      receiver(layer.side_, layer.limits_, layer.owner_, layer.reassembling_, layer.counters_) {}

Fragments::Fragments(Side side, const FragmentLimits& limits, const SessionOwner& owner, std::uint32_t life)
    : side_(side), limits_(limits), owner_(owner), next_transfer_(std::uint64_t{life} << 32 | 1) {}

// --- Peers

Fragments::Peer* Fragments::find(SessionId session) {
  const auto found = by_session_.find(session);
  return found != by_session_.end() ? peers_[found->second].get() : nullptr;
}

Fragments::Peer* Fragments::reach(SessionId session) {
  if (Peer* const known = find(session)) return known;
  Path path;
  if (!owner_.path_of(session, path) || !carries_fragments(path)) return nullptr;
  if (free_places_.empty()) {
    free_places_.push_back(static_cast<std::uint32_t>(peers_.size()));
    peers_.emplace_back();
  }
  const std::uint32_t place = free_places_.back();
  free_places_.pop_back();
  by_session_.emplace(session, place);
  peers_[place] = std::make_unique<Peer>(*this, session, path);
  return peers_[place].get();
}

void Fragments::erase(std::uint32_t place) {
  Peer& peer = *peers_[place];
  stir(peer);
  by_session_.erase(peer.session);
  peers_[place].reset();
  timers_.set(place, kNever);
  free_places_.push_back(place);
}

void Fragments::stir(Peer& peer) {
  if (std::exchange(peer.is_idle, false)) idle_.erase(peer.idle_at);
}

void Fragments::queue(Peer& peer) {
  stir(peer);
  if (std::exchange(peer.queued, true)) return;
  ready_.push(by_session_.at(peer.session));
}

bool Fragments::follow_path(Time now, Peer& peer) {
  Path path;
  if (!owner_.path_of(peer.session, path) || !carries_fragments(path)) return false;
  if (path != peer.path) {
    peer.path = path;
    peer.sender.change_path(now, path);
  }
  return true;
}

void Fragments::rest(std::uint32_t place) {
  Peer& peer = *peers_[place];
  timers_.set(place, std::min(peer.sender.wake(), peer.receiver.wake()));
  peer.is_idle = peer.sender.idle() && peer.receiver.idle();
  if (!peer.is_idle) return;
  peer.idle_at = idle_.insert(idle_.end(), place);
  if (idle_.size() > kIdlePeersMax) erase(idle_.front());
}

// --- From the core

Fragments::Take Fragments::take_some(Time now, Transmit& message) {
  const std::size_t size = message.header.size() + message.body.size();
  const bool large = message.to.splits(size);
  const CallName name = name_of(message.header);
  const bool is_request = name.type == MessageType::Request;
  if (!is_request && name.type != MessageType::Reply && name.type != MessageType::ReplyLost)
    return Take::Left;
  Peer* peer = find(name.session);
  const CallName* const known = peer != nullptr ? peer->sender.known(now, name) : nullptr;
  if (known != nullptr && same_message(*known, name)) {
    if (is_request) return large ? Take::Taken : Take::Left;
    turn_into_working(message.header);  // the reply is on its way
    message.body = Slice{};
    return Take::Left;
  }
  if (known != nullptr) peer->sender.end(name);
  if (!large) return Take::Left;
  if (peer == nullptr) peer = reach(name.session);
  if (peer == nullptr) return Take::Taken;  // its session is gone
  const std::size_t left = limits_.sending_bytes_max - std::min(limits_.sending_bytes_max, sending_);
  if ((sending_ != 0 && size > left) || rarely(Rare::NoRoomToSend) || !peer->sender.has_room(size)) {
    ++counters_.not_taken;
    return Take::NoRoom;
  }
  peer->sender.begin(now, name, message.header, std::move(message.body));
  queue(*peer);
  return Take::Taken;
}

// --- From the network

bool Fragments::receive(Time now, const Path& from, const Slice& message) {
  const auto type = peek_type(message);
  const auto kind = type ? fragment_kind(*type) : std::nullopt;
  if (type == MessageType::PathResponse && message.size() == kPathResponseSize) {
    // For the core; afterwards acknowledgements may have a way.
    if (Peer* const peer = find(load<SessionId>(message.data() + kPrefixSize))) queue(*peer);
  }
  if (!kind || is_client_to_server(*type) != (side_ == Side::Server)) return false;
  Prefix prefix;
  Errc error = read_prefix(message, prefix);
  Fragment fragment;
  FragmentAck ack;
  PathMessage path_message;
  if (error == Errc::ok) {
    switch (*kind) {
      case FragmentKind::Fragment: error = read(message, prefix, fragment); break;
      case FragmentKind::Ack: error = read(message, prefix, ack); break;
      case FragmentKind::Probe:
      case FragmentKind::Answer: error = read(message, prefix, path_message); break;
    }
  }
  if (error != Errc::ok) {
    ++counters_.malformed;
    return true;
  }
  if (*kind == FragmentKind::Fragment) {
    receive_fragment(now, from, fragment);
  } else if (*kind == FragmentKind::Probe) {
    receive_probe(from, path_message);
  } else {
    const SessionId session = *kind == FragmentKind::Ack ? ack.session : path_message.session;
    Peer* const peer = find(session);
    Path path;
    // What is said about fragments counts from where they go, and from nowhere else.
    if (peer == nullptr || !owner_.path_of(session, path) || path != from) {
      ++counters_.not_admitted;
      return true;
    }
    if (*kind == FragmentKind::Ack) {
      peer->sender.acknowledged(now, ack);
    } else {
      peer->sender.probe_answered(now, path_message);
    }
    queue(*peer);
  }
  return true;
}

bool Fragments::admits(SessionId session, const Path& from, Path& path) {
  return owner_.path_of(session, path) && path.principal == from.principal;
}

/// A fragment moves its session nowhere, but asks whether it has moved: its acknowledgement waits for that. The
/// message counts as if it came from where the session is.
void Fragments::receive_fragment(Time now, const Path& from, const Fragment& fragment) {
  PathChallenge challenge;
  const bool doubted = owner_.doubts(now, fragment.session, from, challenge);
  if (doubted) challenges_.push({from, challenge});
  Path path;
  if (!admits(fragment.session, from, path) ||
      fragment.whole_length > std::size_t{limits_.message_max} + kHeaderMax) {
    ++counters_.not_admitted;
    return;
  }
  Peer* const peer = reach(fragment.session);
  if (peer == nullptr) return;
  Slice whole;
  if (peer->receiver.take(now, fragment, whole)) {
    messages_.push({doubted ? path : from, std::move(whole), std::chrono::milliseconds{fragment.age_ms}});
  }
  if (doubted && !peer->queued) {
    stir(*peer);
    rest(by_session_.at(fragment.session));
  } else {
    queue(*peer);
  }
}

void Fragments::receive_probe(const Path& from, const PathMessage& probe) {
  Path path;
  if (rarely(Rare::ProbeUnanswered)) return;
  if (admits(probe.session, from, path)) {
    probe_answers_.push({path, probe});
  } else {
    ++counters_.not_admitted;
  }
}

bool Fragments::poll_message(Received& out) {
  if (messages_.empty()) return false;
  out = std::move(messages_.front());
  messages_.pop();
  return true;
}

// --- To the network

bool Fragments::poll_some(Time now, Transmit& out) {
  if (!probe_answers_.empty()) {
    out.to = probe_answers_.front().to;
    out.body = Slice{};
    write_answer(probe_answers_.front().answer, side_, out.header);
    probe_answers_.pop();
    return true;
  }
  if (!challenges_.empty()) {
    out.to = challenges_.front().to;
    out.body = Slice{};
    out.header.resize(kPathChallengeSize);
    write(challenges_.front().message, out.header.data());
    challenges_.pop();
    return true;
  }
  while (!ready_.empty()) {
    const std::uint32_t place = ready_.front();
    ready_.pop();
    Peer* const peer = peers_[place].get();
    if (peer == nullptr) continue;
    peer->queued = false;
    if (!follow_path(now, *peer)) {
      erase(place);
    } else if (poll(now, *peer, out)) {
      queue(*peer);
      return true;
    } else {
      rest(place);
    }
  }
  return false;
}

bool Fragments::poll(Time now, Peer& peer, Transmit& out) {
  out.to = peer.path;
  FragmentAck ack;
  if (peer.receiver.poll(ack)) {
    out.body = Slice{};
    write(ack, side_, out.header);
    return true;
  }
  return peer.sender.poll(now, out.header, out.body);
}

void Fragments::refused(Time now, const Transmit& message) {
  const auto type = peek_type(message.header);
  const auto kind = type ? fragment_kind(*type) : std::nullopt;
  if (!kind) return;
  Peer* const peer = find(load<SessionId>(message.header.data() + kPrefixSize));
  if (peer == nullptr) return;
  peer->sender.too_large(now, message.header.size() + message.body.size());
  queue(*peer);
}

void Fragments::link_lost() {
  for (std::uint32_t place = 0; place < peers_.size(); ++place) {
    if (peers_[place] != nullptr) erase(place);
  }
  while (!ready_.empty()) ready_.pop();
  while (!probe_answers_.empty()) probe_answers_.pop();
  while (!challenges_.empty()) challenges_.pop();
}

// --- Time

void Fragments::timeout(Time now) {
  while (timers_.earliest() <= now) {
    const std::uint32_t place = timers_.earliest_place();
    Peer& peer = *peers_[place];
    peer.sender.timeout(now);
    peer.receiver.timeout(now);
    timers_.set(place, kNever);
    queue(peer);
  }
}

// --- Beside a core

void deliver(ServerCore& core, Fragments& fragments, Time now, const Path& from, const Slice& message) {
  if (!fragments.receive(now, from, message)) {
    core.receive(now, from, message);
    return;
  }
  Fragments::Received whole;
  while (fragments.poll_message(whole)) core.receive(now, whole.from, whole.message, whole.took);
}

void deliver(ClientCore& core, Fragments& fragments, Time now, const Path& from, const Slice& message) {
  if (!fragments.receive(now, from, message)) {
    core.receive(now, from, message);
    return;
  }
  Fragments::Received whole;
  while (fragments.poll_message(whole)) core.receive(now, whole.from, whole.message);
}

bool next_datagram(ServerCore& core, Fragments& fragments, Time now, Transmit& out) {
  while (core.poll_transmit(out)) {
    if (fragments.take(now, out) == Fragments::Take::Left) return true;  // else on its way, or as if lost
  }
  return fragments.poll_transmit(now, out);
}

bool next_datagram(ClientCore& core, Fragments& fragments, Time now, Transmit& out) {
  while (core.poll_transmit(now, out)) {
    switch (fragments.take(now, out)) {
      case Fragments::Take::Left: return true;
      case Fragments::Take::Taken: break;
      case Fragments::Take::NoRoom: {
        const CallName name = name_of(out.header);
        core.not_handed_over(name.session, name.semantics, name.number);
        break;
      }
    }
  }
  return fragments.poll_transmit(now, out);
}

}  // namespace once::core
