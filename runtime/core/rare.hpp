// Rare branches that a test can let happen more often: where room is short, a timer early, a message gone. In a run that
// is armed each of them is active with a chance of a quarter, and then happens with a chance of a quarter, from a seed.
// They exist only in the test build of the core (ONCE_PLANTED_BUGS); everywhere else rarely() is the constant false.
//
// Unlike a planted bug nothing that happens here breaks a promise.
#pragma once

#include <cstdint>

namespace once::core {

enum class Rare : std::uint8_t {
  // The server.
  QueueFull,       // a new request finds no place in the queue
  RecordsFull,     // a refusal finds no place for its reason
  NoRoomForReply,  // a servant may not start, since its reply could not be kept
  ReplyTooMuch,    // a reply beyond what was set aside is not kept
  SmallGrant,      // the window is granted half as wide
  WorkingDropped,
  CookieAgain,     // a right cookie does not do
  SessionRefused,  // a HELLO is refused for overload
  // The client.
  EarlyAcknowledgement,  // the idle acknowledgement goes at once
  EarlyRepetition,       // a timer is eight times too short
  FurtherSession,        // a session is asked for beside those that there are
  AnswerDropped,         // a WORKING or UNSEEN is not read
  // Fragments.
  NoRoomToSend,
  FragmentRefused,  // there is no room for its message
  ProbeUnanswered,
  Count
};

#ifdef ONCE_PLANTED_BUGS
/// True if it happens now.
bool rarely(Rare branch);
void arm_rare_branches(std::uint64_t seed);
void disarm_rare_branches();
#else
constexpr bool rarely(Rare) {
  return false;
}
#endif

}  // namespace once::core
