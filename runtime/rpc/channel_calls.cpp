// The threads that call: who leads, who follows, and how a call begins.
#include <algorithm>
#include <utility>

#include <once/rpc/object_ref.hpp>

#include "rpc/callback_depth.hpp"
#include "rpc/client_channel.hpp"
#include "rpc/loop_end.hpp"
#include "rpc/outbox_channel.hpp"

namespace once::detail {
namespace {

// The first wait for a reply is a receive that blocks: one system call instead of two. It cannot be timed
// exactly, so it is short and only used when no timer is due before.
constexpr Duration kPatience = std::chrono::milliseconds{5};
// A wait looks up now and then: another thread may have set an earlier timer.
constexpr Duration kLookUpEvery = std::chrono::milliseconds{100};

/// Marks the numbers of calls that the outbox's channel has taken: of a CallKey's place, which never goes so far.
constexpr core::CallKey kWithKey = core::CallKey{1} << 31U;

}  // namespace

CallInfo ClientChannel::describe(const OutgoingCall& call, Slice key) const {
  return {call.operation, std::move(key), deadline_of(call, limits())};
}

Result<core::CallKey> ClientChannel::begin(Time time, OutgoingCall&& call, CallRecord& record) {
  if (trace() != nullptr) trace()->call_began(time, record, record.info.deadline);
  begin_afresh(time);
  // A maybe call is over when the link has it: the link's queue is all that holds it.
  const bool waits_in_link = call.operation->semantics == Semantics::Maybe;
  if (waits_in_link && link_ && link_->queued_octets() > limits().send_queue_max) {
    return Unexpected{Errc::queue_full};
  }
  return core_->start(time, make_request(std::move(call), record.info, codec(), time, record.token()));
}

RawOutcome ClientChannel::refuse(CallRecord& record, Errc reason) const {
  RawOutcome outcome = not_sent(reason, record.info, info_);
  if (trace() != nullptr) trace()->call_refused(now(), record, outcome);
  return outcome;
}

std::shared_ptr<OutboxChannel> ClientChannel::outbox_channel() const {
  return settings_->outbox_channel ? settings_->outbox_channel(endpoints_) : nullptr;
}

Errc ClientChannel::why_no_outbox() const {
  return settings_->outbox_channel ? Errc::closed : Errc::no_outbox;
}

RawOutcome ClientChannel::call(OutgoingCall call) {
  if (!call.options.key.empty()) {
    const auto channel = outbox_channel();
    return channel ? channel->call(std::move(call)) : detail::not_sent(why_no_outbox(), call, endpoints_);
  }
  CallRecord self;
  self.info = describe(call, Slice::borrowed(as_bytes(call.target->key)));
  if (!environment().network->can_block()) return refuse(self, Errc::blocking_not_possible);
  if (CallbackDepth::depth() >= limits().nesting_max) return refuse(self, Errc::nesting);
  if (!looked_up_.load(std::memory_order_relaxed)) look_up();
  const bool is_maybe = call.operation->semantics == Semantics::Maybe;
  Lock lock{mutex_};
  const Time began = now();
  const std::uint64_t transfers = fragments_->counters().transfers;
  // A maybe call is over at once; but perhaps nobody else sends the rest of its fragments while they are wanted.
  const auto must_stay = [&] {
    return is_maybe && fragments_->counters().transfers != transfers && has_fragments() &&
           now() - began < self.info.deadline;
  };
  const auto started = begin(began, std::move(call), self);
  if (!started) return refuse(self, static_cast<Errc>(started.error().value()));
  pump(lock, true, began);
  bool waited = false;
  while (true) {
    ServerCall* callback = next_callback(lock);
    if (callback == nullptr) {
      if (self.done && !must_stay()) break;
      if (leader_ == nullptr) {
        callback = lead(lock, self, waited ? now() : began);
      } else {
        follow(lock, self);
      }
      waited = true;
    }
    if (callback != nullptr) {
      // Foreign code, which may call: somebody else must be able to lead meanwhile.
      pass_lead_on();
      settle();
      const CallbackDepth deeper;
      run_callback(lock, *callback, true);
    }
  }
  pass_lead_on();
  settle();
  return std::move(self.outcome);
}

std::uint64_t ClientChannel::start(OutgoingCall call, PendingCall& pending) {
  if (!call.options.key.empty()) {
    if (const auto channel = outbox_channel()) return channel->start(std::move(call), pending) | kWithKey;
    pending.complete(detail::not_sent(why_no_outbox(), call, endpoints_), CompletedIn::Initiation);
    return 0;
  }
  CallInfo info = describe(call, Slice::copy_of(as_bytes(call.target->key)));
  if (!looked_up_.load(std::memory_order_relaxed)) look_up();
  Lock lock{mutex_};
  if (!std::exchange(ends_with_loop_, true)) LoopEnd::of(executor()).add(weak_from_this());
  CallRecord& record = records_.take(std::move(info), pending);
  const auto started = begin(now(), std::move(call), record);
  if (!started) {
    RawOutcome outcome = refuse(record, static_cast<Errc>(started.error().value()));
    records_.give_back(record);
    lock.unlock();
    pending.complete(std::move(outcome), CompletedIn::Initiation);
    return 0;
  }
  if (pump_after(lock)) settle();
  return *started;
}

void ClientChannel::cancel(std::uint64_t call) {
  if ((call & kWithKey) != 0) {
    if (const auto channel = outbox_channel()) channel->cancel(call & ~kWithKey);
    return;
  }
  Lock lock{mutex_};
  core_->cancel(now(), call);
  pump(lock, true);
  settle();
}

ServerCall* ClientChannel::lead(Lock& lock, CallRecord& self, Time now) {
  bool patient = true;
  while (true) {
    const Time wake = next_wake();
    const bool is_due = wake <= now;
    leader_ = &self;
    patient = read(lock, self, std::clamp(wake - now, Duration{0}, kLookUpEvery), patient, now);
    leader_ = nullptr;
    if (is_due) on_time(now);  // judged after what had come by then
    // What ends a call may be foreign code, and may call on this channel: that call must be able to lead.
    pump(lock, true, now);
    ServerCall* const callback = next_callback(lock);
    if (self.done || callback != nullptr || leader_ != nullptr) return callback;
  }
}

bool ClientChannel::read(Lock& lock, CallRecord& self, Duration time, bool patient, Time& now) {
  const std::shared_ptr<ClientLink> link = link_;
  if (!link) {
    self.wake.wait_for(lock, time);  // until it is time to connect again
    now = this->now();
    return patient;
  }
  if (link->connecting()) {
    lock.unlock();
    link->socket().wait({.writable = true}, time);
    lock.lock();
    now = this->now();
    if (link == link_ && link->connecting()) check_connected(now);
    return patient;
  }
  const bool queued = link->has_queued();
  transport::StreamState state = transport::StreamState::WouldBlock;
  lock.unlock();
  if (patient && !queued && time >= kPatience) {
    state = link->receive(inbox_, kPatience);
  } else if (link->socket().wait({.readable = true, .writable = queued}, time)) {
    state = link->receive(inbox_, Duration{0});
  }
  lock.lock();
  now = this->now();
  if (link == link_) {
    if (queued && !link->flush()) state = transport::StreamState::Closed;
    take(now, state);
  } else {
    inbox_.clear();  // the link was lost meanwhile; what came over it comes again
  }
  return state == transport::StreamState::Open;
}

void ClientChannel::follow(Lock& lock, CallRecord& self) {
  followers_.push_back(&self);
  const Time time = now();
  const Time wake = next_wake();
  if (wake > time) self.wake.wait_for(lock, std::min(wake - time, kLookUpEvery));
  followers_.erase(std::find(followers_.begin(), followers_.end(), &self));
  if (leader_ != nullptr && next_wake() <= now()) {
    on_time(now());
    pump(lock, true);
  }
}

void ClientChannel::pass_lead_on() {
  if (leader_ != nullptr) return;
  for (CallRecord* const follower : followers_) {
    if (!follower->done) {
      follower->wake.notify_one();
      return;
    }
  }
}

}  // namespace once::detail
