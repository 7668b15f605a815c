// What applications ask of their clients: the mixed load of the storm, and the fresh calls of the proof.
#include <algorithm>
#include <array>
#include <string_view>

#include "client_host.hpp"
#include "world.hpp"

namespace once::simulator {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 4> kObjectKeys = {"a", "account-0815",
                                                         "an object key that is somewhat longer", ""};

/// A rogue that has acknowledged a reply itself waits in vain for it: less long than the world is patient.
constexpr Duration kRogueWaits = 20s;

/// How often calls of the proof may fail before that is a violation.
constexpr std::uint32_t kProofTriesMax = 8;

}  // namespace

void ClientHost::schedule_issue() {
  const Knobs& knobs = world_.knobs();
  const Duration pause = random_.chance(knobs.load.naps)
                             ? random_.log_uniform(knobs.load.gap_mean, knobs.server.lease * 2)
                             : random_.exponential(knobs.load.gap_mean);
  schedule(world_.now() + pause, EventKind::Issue);
}

void ClientHost::on_issue() {
  if (world_.phase() != Phase::Storm) return;
  const LoadKnobs& load = world_.knobs().load;
  const bool bursts = load.burst_max > 1 && !random_.chance(load.quiet);
  const std::uint32_t count = world_.take_calls(bursts ? random_.between(1, load.burst_max) : 1);
  for (std::uint32_t i = 0; i < count && (!outbox_ || outbox_->has_room()); ++i) {
    const Duration cancel_after = random_.chance(load.cancel) ? random_.log_uniform(10us, 5s) : Duration{0};
    start(draw_call(), cancel_after);
  }
  if (count == 0) return;  // all calls of the run are made
  schedule_issue();
  settle();
}

CallPlan ClientHost::draw_call() {
  const LoadKnobs& load = world_.knobs().load;
  CallPlan plan;
  plan.host = number();
  plan.client_life = client_life_;
  plan.rogue = role_.rogue;
  plan.principal = principal();
  const double semantics = random_.unit();
  plan.semantics = semantics < load.maybe                                            ? Semantics::Maybe
                   : semantics < load.maybe + load.at_least_once                     ? Semantics::AtLeastOnce
                   : semantics < load.maybe + load.at_least_once + load.exactly_once ? Semantics::ExactlyOnce
                                                                                     : Semantics::AtMostOnce;
  if (role_.lasting) plan.semantics = Semantics::ExactlyOnce;
  plan.codec = static_cast<std::uint8_t>(random_.between(1, 2));
  plan.little_endian = random_.chance(0.5);
  plan.operation = static_cast<std::uint32_t>(random_.next());
  plan.fingerprint = static_cast<std::uint32_t>(random_.next());
  plan.object_key = Slice::borrowed(as_bytes(kObjectKeys[random_.below(kObjectKeys.size())]));
  plan.size = random_.log_uniform(kRequestBodyMin, load.request_max);
  if (load.oversize_request > 0 && random_.below(load.oversize_request) == 0) plan.size = 70'000;
  if (random_.chance(load.short_deadline)) {
    plan.deadline = now() + random_.log_uniform(200us, 300ms);
  } else if (!random_.chance(load.no_deadline)) {
    plan.deadline = now() + random_.log_uniform(Duration{300ms}, load.deadline_max);
  }
  if (role_.rogue && plan.semantics == Semantics::ExactlyOnce) {
    plan.deadline = std::min(plan.deadline, now() + kRogueWaits);
  }
  plan.must_succeed = world_.knobs().weather != Weather::Storm;
  if (plan.must_succeed) plan.deadline = now() + load.deadline_max;
  return plan;
}

CallId ClientHost::start(const CallPlan& plan, Duration cancel_after) {
  const CallId call = world_.oracle().issue(plan);
  world_.note(Step::Issued, number(), call, static_cast<std::uint64_t>(plan.semantics));
  const Result<core::CallKey> key = start(call, plan, outbox_ ? outbox_->add(call, plan) : Outbox::Call{});
  if (key && cancel_after > 0ns) schedule(world_.now() + cancel_after, EventKind::Cancel, call, *key);
  return call;
}

Result<core::CallKey> ClientHost::start(CallId call, const CallPlan& plan, const Outbox::Call& entry) {
  const bool repeated = entry.sequence != 0 && outbox_->entered() && world_.oracle().is_repeated(call);
  core::CallRequest request;
  request.semantics = plan.semantics;
  request.codec = plan.codec;
  request.little_endian = plan.little_endian;
  request.operation = plan.operation;
  request.fingerprint = plan.fingerprint;
  request.object_key = plan.object_key;
  request.body = make_request_body(call, plan.size);
  request.deadline = plan.deadline;
  request.token = call;
  request.sequence = entry.sequence;
  request.given_in = entry.given_in;
  request.repeated = repeated;
  if (repeated) repeated_.insert(call);
  const Result<core::CallKey> key = core_->start(now(), std::move(request));
  if (!key) {
    const auto reason = static_cast<Errc>(key.error().value());
    world_.note(Step::NotStarted, number(), call, static_cast<std::uint64_t>(reason));
    if (repeated) {  // it may have been sent before
      repeated_.erase(call);
      world_.oracle().gave_up(call);
      schedule(world_.now() + random_.log_uniform(1ms, 5s), EventKind::Repeat, call);
    } else {
      world_.oracle().not_started(call, reason);
      if (outbox_) finish_unsent(call, entry.sequence);
    }
  }
  return key;
}

void ClientHost::on_cancel(CallId call, core::CallKey key) {
  if (!world_.oracle().pending(call)) return;
  world_.note(Step::CancelAsked, number(), call);
  core_->cancel(now(), key);
  settle();
}

void ClientHost::begin_proof() {
  if (proven()) return;
  proof_ = Proof::AtLeastOnce;
  call_for_proof();
}

void ClientHost::call_for_proof() {
  if (outbox_ && !outbox_->has_room()) return schedule(world_.now() + 1s, EventKind::Prove);
  CallPlan plan = draw_call();
  plan.semantics = proof_ == Proof::AtLeastOnce ? Semantics::AtLeastOnce : Semantics::AtMostOnce;
  if (role_.lasting) plan.semantics = Semantics::ExactlyOnce;
  plan.size = kRequestBodyMin;
  plan.deadline = kNever;
  proof_call_ = start(plan, 0ns);
  if (world_.oracle().pending(proof_call_)) return settle();
  throw Violation{"L3 usable again", "a fresh call is not even started", proof_call_};
}

void ClientHost::continue_proof() {
  const OutcomeKind outcome = world_.oracle().outcome(proof_call_);
  // What the client still believed of its session may cost a try; a budget may be taken up by servants that
  // have yet to end and by sessions that have yet to lapse. Nor do clients try in step: a server with room for three
  // calls would serve three at a time.
  const Duration quarter = world_.knobs().server.lease / 4;
  Duration pause = quarter / 2 + random_.uniform(quarter);
  if (outcome == OutcomeKind::Executed || outcome == OutcomeKind::ReplyLost) {
    proof_ = proof_ == Proof::AtLeastOnce ? Proof::AtMostOnce : Proof::Done;
    pause = 20ms;
  } else if (++proof_tries_ == kProofTriesMax) {
    throw Violation{"L3 usable again", "fresh calls do not succeed on a healed network", proof_call_};
  }
  proof_call_ = 0;
  if (proof_ != Proof::Done) schedule(world_.now() + pause, EventKind::Prove);
}

}  // namespace once::simulator
