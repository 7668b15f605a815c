// The invariants, judged from outside: by what executions have left, and what the application was told.
#include "invariants.hpp"

#include <array>

namespace once::model {
namespace {

constexpr std::array<std::string_view, kInvariants> kTexts = {
    "S1: a call runs twice",
    "S2: NotSent or NotExecuted is reported, and it runs",
    "S2: Executed or ReplyLost is reported, and it did not run once",
    "S3: a reply crosses calls",
    "S4: an effect is kept without its outcome, or an outcome without its session",
    "S7: a mark goes back, or a record leaves before its number is finished",
    "a correct client meets OverWindow",
    "a call that is waited for is Stale",
    "S9: more calls run than the limit says",
    "liveness: a call can end no more",
};

void set(Invariants& broken, Invariant invariant) {
  broken.set(static_cast<std::size_t>(invariant));
}

void judge_call(const Call& call, bool is_free, Invariants& broken) {
  if (!is_free && call.executions > 1) set(broken, Invariant::RunsOnce);
  switch (call.outcome) {
    case Outcome::NotSent:
    case Outcome::NotExecuted:
      if (call.executions > 0) set(broken, Invariant::NotRun);
      break;
    case Outcome::Executed:
    case Outcome::ReplyLost:
      if (call.executions == 0 || (!is_free && call.executions > 1)) set(broken, Invariant::HasRun);
      break;
    default: break;
  }
}

/// Of exactly-once calls: effect and outcome are one.
void judge_rows(const World& world, const State& state, const Session& session, Invariants& broken) {
  for (std::size_t i = 0; i < kCalls; ++i) {
    const Row& row = session.rows[i];
    const Record& record = session.records[i];
    if (row.kept && (!session.is_open() || state.calls[row.call].executions == 0)) {
      set(broken, Invariant::OutcomeWithEffect);
    }
    const bool has_run = record.state == RecordState::Committed || record.state == RecordState::Done ||
                         record.state == RecordState::ReplyGone;
    if (has_run && world.is_exactly_once(record.call) && !row.kept) {
      set(broken, Invariant::OutcomeWithEffect);
    }
  }
}

std::size_t running(const Session& session) {
  std::size_t count = session.orphans;
  for (const auto* records : {&session.records, &session.free_records}) {
    for (const Record& record : *records) {
      count += record.state == RecordState::Running || record.state == RecordState::Committed;
    }
  }
  return count;
}

bool keeps(const Session& before, const Session& after) {
  if (after.mark < before.mark) return false;
  for (Count number = 1; number <= kCalls; ++number) {
    if (after.is_acknowledged(number)) continue;
    if (before.is_acknowledged(number)) return false;
    const auto place = number - 1u;
    if (before.records[place].state != RecordState::None && after.records[place].state == RecordState::None) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string_view text_of(Invariant invariant) {
  return kTexts[static_cast<std::size_t>(invariant)];
}

Invariants broken_in(const World& world, const State& state) {
  Invariants broken;
  for (std::size_t i = 0; i < world.calls(); ++i) {
    judge_call(state.calls[i], world.is_free(i), broken);
  }
  std::size_t runs = 0;
  for (const Session& session : state.server.sessions) {
    if (world.configuration.is_durable) judge_rows(world, state, session, broken);
    runs += running(session);
  }
  if (world.configuration.running_max != 0 && runs > world.configuration.running_max) {
    set(broken, Invariant::RunningLimit);
  }
  return broken;
}

Invariants broken_between(const State& before, const State& after) {
  Invariants broken;
  if (before.server.epoch != after.server.epoch) return broken;
  for (std::size_t i = 0; i < kSessions; ++i) {
    const Session& was = before.server.sessions[i];
    const Session& is = after.server.sessions[i];
    if (was.is_open() && is.is_open() && !keeps(was, is)) set(broken, Invariant::RecordsStay);
  }
  return broken;
}

}  // namespace once::model
