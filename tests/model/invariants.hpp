// What must hold in every state, and in every step from one to the next. The names in front are those of the
// simulator's invariants, where it has the same.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>

#include "world.hpp"

namespace once::model {

enum class Invariant : std::uint8_t {
  RunsOnce,        // of a call that is at most once or exactly once, over all sessions, epochs and lives
  NotRun,          // NotSent and NotExecuted: it did not run and never will
  HasRun,          // Executed and ReplyLost: it ran once; at least once, if it may be repeated
  ReplyOfItsCall,  // no reply crosses calls or sessions
  OutcomeWithEffect,  // what an exactly-once call did is committed with its outcome, and both go with the session
  RecordsStay,  // the mark and the bitmap never go back, and no record leaves before its number is finished
  NeverOverWindow,  // a correct client never meets V6
  NeverStale,       // nor V5 for a call that it waits for
  RunningLimit,     // no more calls run, orphans included, than the limit says
  Liveness,         // from every state, all calls can end by fair steps alone
};

inline constexpr std::size_t kInvariants = static_cast<std::size_t>(Invariant::Liveness) + 1;
using Invariants = std::bitset<kInvariants>;

/// "S1: runs twice"
std::string_view text_of(Invariant invariant);

/// Those that `state` breaks.
Invariants broken_in(const World& world, const State& state);
/// Those that the step from one to the other breaks, by what servers hold.
Invariants broken_between(const State& before, const State& after);

}  // namespace once::model
