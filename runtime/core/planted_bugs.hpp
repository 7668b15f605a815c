// Faults that a test can switch on, to show that the checks which guard the protocol can fail. They exist
// only in the test build of the core (compiled with ONCE_PLANTED_BUGS); everywhere else planted() is the
// constant false and the code behind it is gone.
#pragma once

#include <cstdint>

namespace once::core {

enum class Bug : std::uint8_t {
  FilterOff,           // every request is New: the duplicate filter is switched off
  RefusalNotRecorded,  // a refusal is answered and forgotten: a copy may run
  StaleAsNew,          // an acknowledged number is New again
  MarkAssigned,        // an overtaken header takes the mark back
  BitmapAssigned,      // an overtaken header clears bits of the bitmap
  OutcomeNotKept,      // what an exactly-once servant writes is committed without its outcome
  OutcomeNotRestored,  // outcomes that a store has kept are not told to the filter
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
