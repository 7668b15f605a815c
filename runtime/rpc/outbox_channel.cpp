#include "rpc/outbox_channel.hpp"

#include <utility>

#include <once/base/buffer.hpp>
#include <once/rpc/object_ref.hpp>

namespace once::detail {
namespace {

/// What makes two calls the same: where to, what, and with which arguments.
Bytes octets_of(const OutgoingCall& call, CodecId codec) {
  Bytes octets;
  const auto add = [&](std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(number >> shift));
  };
  add(call.operation->id);
  add(call.operation->fingerprint);
  add(static_cast<std::uint32_t>(codec));
  add(call.little_endian ? 1 : 0);
  add(static_cast<std::uint32_t>(call.target->key.size()));
  octets.insert(octets.end(), call.target->key.begin(), call.target->key.end());
  octets.insert(octets.end(), call.body.view().begin(), call.body.view().end());
  return octets;
}

}  // namespace

OutboxChannel::OutboxChannel(std::shared_ptr<const ChannelSettings> settings, std::vector<Endpoint> endpoints)
    : settings_(std::move(settings)), endpoints_(std::move(endpoints)), place_(place_of(endpoints_)) {}

Result<OutboxChannel::Way> OutboxChannel::present() {
  Outbox& outbox = *settings_->options.outbox;
  const Way way = known();
  if (way.channel && !way.channel->session_is_lost()) return way;
  if (way.channel) outbox.lose_session(way.peer);
  const Result<Outbox::Peer> peer = outbox.peer(place_);
  if (!peer) return Unexpected{peer.error()};
  const auto channel = std::make_shared<ClientChannel>(settings_, endpoints_, &*peer);
  std::vector<Finished> early;
  Way made;
  {
    const std::lock_guard lock{mutex_};
    if (way_.peer != peer->id) {  // else another thread was faster
      way_ = {peer->id, channel};
      if (closed_) channel->close();
    }
    early.swap(early_);
    made = way_;
  }
  for (const Finished& one : early) {
    if (one.peer == made.peer) made.channel->finish(one.sequence);
  }
  return made;
}

Result<std::shared_ptr<ClientChannel>> OutboxChannel::prepare(OutgoingCall& call, const std::string& key) {
  if (call.operation->semantics != Semantics::ExactlyOnce) return Unexpected{Errc::no_outbox};
  const Bytes octets = octets_of(call, settings_->options.codec);
  while (true) {
    const Result<Way> way = present();
    if (!way) {
      call.place.repeated = settings_->options.outbox->has(key);  // an earlier life may have sent it
      return Unexpected{way.error()};
    }
    if (call.error != Errc::ok)
      return way->channel;  // its arguments could not be encoded: the channel says so
    const Result<Outbox::Entry> entry = settings_->options.outbox->add(place_, key, octets);
    if (!entry) return Unexpected{entry.error()};
    call.place = {entry->sequence, entry->given_in, entry->repeated};
    if (entry->lost) return Unexpected{Errc::session_lost};
    if (entry->peer == way->peer) return way->channel;  // else the session was lost just now
  }
}

bool OutboxChannel::begin(const std::string& key) {
  const std::lock_guard lock{mutex_};
  return in_flight_.insert(key).second;
}

void OutboxChannel::settle(const std::string& key, bool repeated, RawOutcome& outcome) {
  // That it was not sent now says nothing about earlier times.
  if (repeated && outcome.kind == OutcomeKind::NotSent) outcome.kind = OutcomeKind::Unknown;
  // The server will refuse this number for as long as it knows it: who calls again needs another one.
  if (outcome.kind == OutcomeKind::NotExecuted) settings_->options.outbox->forget(key);
  const std::lock_guard lock{mutex_};
  in_flight_.erase(key);
}

RawOutcome OutboxChannel::call(OutgoingCall call) {
  const std::string key = std::exchange(call.options.key, {});
  if (!begin(key)) return not_sent(Errc::key_collision, call, endpoints_);
  const auto channel = prepare(call, key);
  const bool repeated = call.place.repeated;
  RawOutcome outcome = channel ? (*channel)->call(std::move(call))
                               : not_sent(static_cast<Errc>(channel.error().value()), call, endpoints_);
  settle(key, repeated, outcome);
  return outcome;
}

/// An asynchronous call, from its start to its completion.
class OutboxChannel::KeyedCall final : public PendingCall {
 public:
  KeyedCall(std::shared_ptr<OutboxChannel> channel, std::string key, bool repeated, PendingCall& waiting)
      : channel_(std::move(channel)), key_(std::move(key)), repeated_(repeated), waiting_(waiting) {}

  void complete(RawOutcome outcome, CompletedIn where) override {
    const std::unique_ptr<KeyedCall> self{this};
    channel_->settle(key_, repeated_, outcome);
    waiting_.complete(std::move(outcome), where);
  }

 private:
  const std::shared_ptr<OutboxChannel> channel_;
  const std::string key_;
  const bool repeated_;
  PendingCall& waiting_;
};

std::uint64_t OutboxChannel::start(OutgoingCall call, PendingCall& pending) {
  const std::string key = std::exchange(call.options.key, {});
  if (!begin(key)) {
    pending.complete(not_sent(Errc::key_collision, call, endpoints_), CompletedIn::Initiation);
    return 0;
  }
  const auto channel = prepare(call, key);
  const bool repeated = call.place.repeated;
  if (!channel) {
    RawOutcome outcome = not_sent(static_cast<Errc>(channel.error().value()), call, endpoints_);
    settle(key, repeated, outcome);
    pending.complete(std::move(outcome), CompletedIn::Initiation);
    return 0;
  }
  auto* const keyed = new KeyedCall{shared_from_this(), key, repeated, pending};  // deletes itself
  return (*channel)->start(std::move(call), *keyed);
}

void OutboxChannel::cancel(std::uint64_t call) {
  if (const auto channel = known().channel) channel->cancel(call);
}

void OutboxChannel::finish(std::uint64_t peer, Sequence sequence) {
  Way way;
  {
    const std::lock_guard lock{mutex_};
    way = way_;
    if (way.peer != peer) early_.push_back({peer, sequence});
  }
  if (way.peer == peer) way.channel->finish(sequence);
}

void OutboxChannel::close() {
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }
  if (const auto channel = known().channel) channel->close();
}

void OutboxChannel::add_to(ClientStatistics& statistics) const {
  if (const auto channel = known().channel) channel->add_to(statistics);
}

}  // namespace once::detail
