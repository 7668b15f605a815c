// A simulated client with a lasting session: it makes its calls again until it knows how they ended.
#include "client_host.hpp"
#include "world.hpp"

namespace once::simulator {

using namespace std::chrono_literals;

/// After a crash: what the client was told last, if anything, is gone, and it asks again.
void ClientHost::repeat_all() {
  std::vector<CallId> calls;
  for (const auto& [call, entry] : outbox_->open()) calls.push_back(call);
  for (const CallId call : calls) repeat(call);
}

void ClientHost::on_repeat(CallId call) {
  if (closed_ || world_.oracle().pending(call) || outbox_->find(call) == nullptr) return;
  repeat(call);
  settle();
}

void ClientHost::repeat(CallId call) {
  if (world_.phase() > Phase::Proof) return;
  const Outbox::Call& entry = *outbox_->find(call);
  CallPlan plan = entry.plan;
  plan.client_life = client_life_;
  plan.deadline = random_.chance(0.5) ? kNever : now() + random_.log_uniform(300ms, 60s);
  world_.oracle().again(call, plan.client_life, plan.deadline);
  ++world_.tally().store.repeated;
  world_.note(Step::Repeated, number(), call, entry.sequence);
  static_cast<void>(start(call, plan, entry));
}

/// As an outbox's channel does it: that a call was not sent now says nothing about earlier times.
OutcomeKind ClientHost::settled(CallId call, OutcomeKind kind) const {
  const bool repeated = outbox_ && repeated_.contains(call);
  return repeated && kind == OutcomeKind::NotSent ? OutcomeKind::Unknown : kind;
}

void ClientHost::after_completion(CallId call, const core::CallCompletion& completion) {
  const Outbox::Call* const entry = outbox_->find(call);
  if (entry == nullptr) return;
  repeated_.erase(call);
  const bool final = completion.kind != OutcomeKind::Unknown || completion.reason == Errc::session_lost ||
                     completion.reason == Errc::protocol_error;
  if (final) {
    const Sequence sequence = entry->sequence;
    outbox_->forget(call);
    core_->finish(now(), sequence);
  } else {
    schedule(world_.now() + random_.log_uniform(1ms, 5s), EventKind::Repeat, call);
  }
}

void ClientHost::finish_unsent(CallId call, Sequence sequence) {
  outbox_->forget(call);
  core_->finish(now(), sequence);
}

/// In the life that has lost it.
void ClientHost::renew_session() {
  if (!core_->session_is_lost() || core_->in_flight() > 0 || closed_) return;
  outbox_->renew();
  make_core();
  if (connected_) core_->connected(now(), path_);
}

}  // namespace once::simulator
