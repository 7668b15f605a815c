// What a server decides about a message of a session (docs/protocol.md, "The server's verdict").
#pragma once

#include <cstdint>
#include <string_view>

namespace once {

enum class Verdict : std::uint8_t {
  Admitted,      // V2 to V4 passed: all that is judged of an ACK or BYE
  WrongEpoch,    // V2
  NoSession,     // V3
  Challenged,    // V16: from an address that has not shown that it receives
  Stale,         // V5
  OverWindow,    // V6
  Collision,     // V7: the number is known with another digest or other semantics
  InProgress,    // V7: queued or running
  Replay,        // V7: done, the reply is kept
  ReplyLost,     // V7: done, the reply's octets are gone
  RefusedAgain,  // V7: refused before
  Unseen,        // V8: a probe of a number that is not known
  Refused,       // V7: queued, and now refused; or V8: not known, and refused
  New,           // V8
};

std::string_view to_string(Verdict verdict);
/// The rule that decides so: "V5".
std::string_view rule_of(Verdict verdict);

}  // namespace once
