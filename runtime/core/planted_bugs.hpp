// Faults that a test can switch on, to show that the checks which guard the protocol can fail. They exist
// only in the test build of the core (compiled with ONCE_PLANTED_BUGS); everywhere else planted() is the
// constant false and the code behind it is gone.
#pragma once

#include <cstdint>

namespace once::core {

enum class Bug : std::uint8_t {
  // The duplicate filter and the books of the server.
  FilterOff,            // every request is New: the duplicate filter is switched off
  NoInProgress,         // only what is done is known: a copy of a call that is queued or running is New
  KnownAfterRefused,    // what must be refused is looked at before what is known
  AckAfterWindow,       // a request beyond the window is dropped together with its acknowledgement
  MarkAssigned,         // an overtaken header takes the mark back
  BitmapAssigned,       // an overtaken header clears bits of the bitmap
  StaleAsNew,           // an acknowledged number is New again
  DigestIgnored,        // another request under a known number is taken for its copy
  EpochByCounter,       // epochs are equal if their counters are
  WindowShrunk,         // a smaller grant takes back numbers that were granted
  RefusalNotRecorded,   // a refusal is answered and forgotten: a copy may run
  CancelForgets,        // … if it is a cancellation's
  BudgetIgnored,        // a request without time left is started
  EvictOnFull,          // a reply that must go takes the number's state along: a copy runs
  ReplyDropped,         // … is dropped, and the record goes on saying that there is one
  RepliesBeyondBudget,  // replies are kept whatever their budgets say
  QueueUnbounded,       // requests wait however many and large they are
  OrphanNotCounted,     // a servant that nobody waits for does not count as running
  SessionIdAgain,       // a session gets the id of one that has ended
  PathUnproven,         // a session moves to an address that has not shown that it receives
  LeaseBeforeSockets,   // after a pause leases are judged before what has arrived is read
  // Exactly once.
  ReplyBeforeRecord,   // a reply is sent before its outcome is in the store
  OutcomeNotKept,      // what an exactly-once servant writes is committed without its outcome
  OutcomeNotRestored,  // outcomes that a store has kept are not told to the filter
  WelcomeBeforeRow,    // a client hears of its session before the store has it
  NoFence,             // a server that was replaced commits what it still has to run
  // The client.
  KarnOff,               // a round trip is measured from the newest attempt, whichever is answered
  AckTooEarly,           // a number is finished before its completion is handed over
  OnewayResent,          // a maybe request is repeated
  WelcomeWithoutNonce,   // any WELCOME is taken
  NoSessionMeansNotRun,  // NO_SESSION is taken for a proof that nothing ran
  OldRefusalBelieved,    // a refusal of a dead epoch counts
  OldWorkingBelieved,    // so does its WORKING
  AtMostOnceResumed,     // at-most-once calls are sent again to a server that has restarted
};

#ifdef ONCE_PLANTED_BUGS
/// True if a test has switched `bug` on.
bool planted(Bug bug);
void plant(Bug bug, bool on);
#else
constexpr bool planted(Bug) {
  return false;
}
#endif

}  // namespace once::core
