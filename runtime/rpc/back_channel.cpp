// Calls from a server to its clients' objects.
#include "rpc/back_channel.hpp"

#include <algorithm>
#include <utility>

#include "rpc/callback_depth.hpp"
#include "rpc/core_limits.hpp"
#include "rpc/paths.hpp"

namespace once::detail {
namespace {

constexpr Duration kWaitMax = std::chrono::milliseconds{100};
/// How long a loop's thread waits at a time for one link while it is blocked in a call.
constexpr Duration kLoopWaitMax = std::chrono::milliseconds{10};

core::ClientConfig make_config(const ServerLoop& loop, const ServerSettings& settings,
                               const core::Path& path) {
  core::ClientConfig config;
  config.limits = client_limits(settings.limits, address_of(path).is_loopback());
  config.instance = settings.instance;
  config.seed = loop.environment().random->number();
  return config;
}

std::uint64_t hash_of(const core::Path& path) {
  std::uint64_t hash = std::uint64_t{path.link} << 16 | path.port;
  for (const std::uint8_t octet : path.address) hash = hash * 0x100000001B3u + octet;
  return hash;
}

}  // namespace

BackChannel::BackChannel(std::shared_ptr<ServerLoop> loop, SessionId session, const core::Path& path,
                         CodecId codec)
    : loop_(std::move(loop)),
      session_(session),
      codec_(codec),
      core_(make_config(*loop_, *loop_->settings_, path), loop_->now()),
      fragments_(core::Side::Client, fragment_limits(loop_->limits()), core_,
                 new_life(*loop_->environment().random)) {
  info_.where = "the client at " + loop_->peer_of(path);
}

CallInfo BackChannel::describe(const OutgoingCall& call) const {
  return {call.operation, Slice::copy_of(as_bytes(call.target->key)), deadline_of(call, loop_->limits())};
}

bool BackChannel::is_overfull() const {
  if (!connected_ || !path_.validated) return false;
  const auto found = loop_->connections_.find(path_.link);
  return found != loop_->connections_.end() && loop_->is_overfull(*found->second);
}

Result<core::CallKey> BackChannel::begin(OutgoingCall&& call, CallRecord& record) {
  // A maybe call is over when the connection has it: the connection's queue is all that holds it.
  if (call.operation->semantics == Semantics::Maybe && is_overfull()) return Unexpected{Errc::queue_full};
  if (!call.options.key.empty()) return Unexpected{Errc::no_outbox};
  const Time time = loop_->now();
  if (loop_->trace() != nullptr) loop_->trace()->call_began(time, record, record.info.deadline);
  return core_.start(time, make_request(std::move(call), record.info, codec_, time, record.token()));
}

RawOutcome BackChannel::refuse(CallRecord& record, Errc reason) const {
  RawOutcome outcome = not_sent(reason, record.info, info_);
  if (loop_->trace() != nullptr) loop_->trace()->call_refused(loop_->now(), record, outcome);
  return outcome;
}

RawOutcome BackChannel::call(OutgoingCall call) {
  CallRecord self;
  self.info = describe(call);
  if (!loop_->environment().network->can_block()) {
    return refuse(self, Errc::blocking_not_possible);
  }
  if (CallbackDepth::depth() >= loop_->limits().nesting_max) return refuse(self, Errc::nesting);
  // A thread of the loop must read for itself; any other is told by the loop.
  const bool reads = loop_->is_current();
  ServerLoop::Lock lock{loop_->mutex_};
  const auto started = begin(std::move(call), self);
  if (!started) return refuse(self, static_cast<Errc>(started.error().value()));
  loop_->pump(lock, *this);
  loop_->settle_timer();
  while (!self.done) {
    const Time wake = next_timeout();
    const Duration left = std::clamp(wake - loop_->now(), Duration{0}, kWaitMax);
    if (left == Duration{0}) {
      timeout(loop_->now());
      loop_->pump(lock, *this);
    } else if (!reads || !loop_->read_for(lock, *this, std::min(left, kLoopWaitMax))) {
      self.wake.wait_for(lock, std::min(left, kLoopWaitMax));
    }
  }
  return std::move(self.outcome);
}

std::uint64_t BackChannel::start(OutgoingCall call, PendingCall& pending) {
  CallInfo info = describe(call);
  ServerLoop::Lock lock{loop_->mutex_};
  CallRecord& record = records_.take(std::move(info), pending);
  const auto started = begin(std::move(call), record);
  if (!started) {
    RawOutcome outcome = refuse(record, static_cast<Errc>(started.error().value()));
    records_.give_back(record);
    lock.unlock();
    pending.complete(std::move(outcome), CompletedIn::Initiation);
    return 0;
  }
  const core::CallKey key = *started;
  loop_->pump(lock, *this);
  loop_->settle_timer();
  return key;
}

void BackChannel::cancel(std::uint64_t call) {
  ServerLoop::Lock lock{loop_->mutex_};
  core_.cancel(loop_->now(), call);
  loop_->pump(lock, *this);
  loop_->settle_timer();
}

// --- The loop's side

std::shared_ptr<Channel> ServerLoop::channel_to(ServerCall& call, const ObjectRef& reference) {
  if (!reference.endpoints.empty()) return settings_->channel_to(reference);
  const Request& request = call.request();
  const SessionId session = request.request_id().session;
  const Lock lock{mutex_};
  if (const auto found = back_channels_.find(session); found != back_channels_.end()) return found->second;
  auto channel = std::make_shared<BackChannel>(shared_from_this(), session, call.from(), request.codec());
  core::Path path;
  if (closed_ || !core_.path_of(session, path)) {
    channel->core_.close(now());  // the client has gone meanwhile
  } else {
    back_channels_.emplace(session, channel);
  }
  return channel;
}

void ServerLoop::heard_from(SessionId session) {
  const auto found = back_channels_.find(session);
  if (found == back_channels_.end()) return;
  core::Path path;
  const auto& channel = found->second;
  if (core_.path_of(session, path) && !(channel->connected_ && channel->path_ == path))
    due_.push_back(channel);
}

void ServerLoop::disconnect(BackChannel& channel) {
  if (!std::exchange(channel.connected_, false)) return;
  const auto [first, last] = back_paths_.equal_range(hash_of(channel.path_));
  back_paths_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == &channel; }));
  channel.core_.disconnected(now());
}

void ServerLoop::lose_path(const core::Path& path) {
  for (const auto& [session, channel] : back_channels_) {
    if (channel->path_.link == path.link) disconnect(*channel);
  }
}

void ServerLoop::take_answer(Time now, const core::Path& from, const Slice& message) {
  if (trace() != nullptr) trace()->received(now, from, message);
  // The message names its call; a core that it is not for ignores it.
  const auto [first, last] = back_paths_.equal_range(hash_of(from));
  for (auto entry = first; entry != last; ++entry) {
    core::deliver(entry->second->core_, entry->second->fragments_, now, from, message);
    due_.push_back(entry->second->shared_from_this());
  }
}

void ServerLoop::pump_due(Lock& lock) {
  while (!due_.empty()) {
    const auto channel = std::move(due_.back());
    due_.pop_back();
    pump(lock, *channel);
  }
}

void ServerLoop::pump(Lock& lock, BackChannel& channel) {
  core::CallCompletion completion;
  while (true) {
    const Time time = now();
    core::Path path;
    if (!closed_ && core_.path_of(channel.session_, path)) {
      const bool stands = !path.validated || connections_.contains(path.link);
      if (stands && !(channel.connected_ && path == channel.path_)) {
        disconnect(channel);
        channel.path_ = path;
        channel.connected_ = true;
        back_paths_.emplace(hash_of(path), &channel);
        channel.core_.connected(time, path);
      }
    }
    while (core::next_datagram(channel.core_, channel.fragments_, time, transmit_)) {
      if (closed_) continue;
      if (trace() != nullptr) trace()->bound(time, transmit_, channel.core_);
      send(transmit_, channel.fragments_);
    }
    if (!channel.core_.poll_completion(completion)) break;
    CallRecord& record = CallRecord::of(completion.token);
    RawOutcome outcome = make_outcome(std::move(completion), record.info, channel.info_);
    if (record.traced != 0) trace()->call_ended(time, record, outcome);
    if (record.pending == nullptr) {
      record.outcome = std::move(outcome);
      record.done = true;
      record.wake.notify_one();
      continue;
    }
    PendingCall& pending = *record.pending;
    channel.records_.give_back(record);
    lock.unlock();
    pending.complete(std::move(outcome), CompletedIn::Initiation);
    lock.lock();
  }
  back_wake_ = std::min(back_wake_, channel.next_timeout());
}

bool ServerLoop::read_for(Lock& lock, BackChannel& channel, Duration time) {
  if (closed_ || !channel.connected_) return false;
  const CallbackDepth deeper;
  const Occupied occupied{*this};
  Workplace& place = workplace();
  if (has_work(place)) {  // left to a turn, before this thread was blocked
    work(lock, now(), place);
    return true;
  }
  if (!channel.path_.validated) {
    if (place.connection != nullptr) return false;  // it is the loop's
    const auto port = ports_[channel.path_.link];
    lock.unlock();
    const bool ready = port->port.socket().wait({.readable = true}, time);
    lock.lock();
    if (ready && !closed_) read_port(lock, *port);
    return true;
  }
  const auto found = connections_.find(channel.path_.link);
  if (found == connections_.end()) return false;
  const auto connection = found->second;
  if (place.connection != (connection->has_thread() ? connection.get() : nullptr)) return false;
  const bool queued = connection->stream.queued_octets() > 0;
  lock.unlock();
  const bool ready = connection->stream.socket().wait({.readable = true, .writable = queued}, time);
  lock.lock();
  if (!ready || closed_ || !connection->open) return true;
  if (queued && !connection->stream.flush()) {
    close_connection(*connection);
  } else {
    read_connection(lock, connection);
  }
  return true;
}

void ServerLoop::end_back_channels(Lock& lock) {
  std::vector<std::shared_ptr<BackChannel>> ended;
  core::Path path;
  for (const auto& [session, channel] : back_channels_) {
    if (!core_.path_of(session, path)) ended.push_back(channel);
  }
  for (const auto& channel : ended) {
    back_channels_.erase(channel->session_);
    channel->core_.connect_failed(now(), Errc::unreachable);
    channel->core_.close(now());
    pump(lock, *channel);
    disconnect(*channel);
  }
}

}  // namespace once::detail
