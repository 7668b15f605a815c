// What a state of the model consists of: the client and its calls, the server and its sessions, and the messages that
// have ever been sent. Terms are docs/protocol.md's. A state is plain octets without padding, so that two are equal if
// their octets are; everything is zero where it has no meaning.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "message.hpp"
#include "network.hpp"

namespace once::model {

using Count = std::uint8_t;
/// Of numbers: bit n - 1 is number n.
using Numbers = std::uint8_t;

inline constexpr std::size_t kCalls = 3;  // a session never has more numbers than there are calls and retries
inline constexpr std::size_t kSessions = 3;  // ids that servers give, in all
inline constexpr std::size_t kPlaces = 2;    // sessions that a client uses at once

constexpr Numbers bit(Count number) {
  return static_cast<Numbers>(1u << (number - 1u));
}
constexpr bool contains(Numbers numbers, Count number) {
  return number != 0 && (numbers & bit(number)) != 0;
}
/// 1 to `last`.
constexpr Numbers up_to(Count last) {
  return static_cast<Numbers>((1u << last) - 1u);
}

enum class Phase : std::uint8_t {
  Unissued,
  Waiting,    // for a number; in a lasting session, for room
  Bound,      // its messages may be sent
  Ended,      // the application has an outcome
  Forgotten,  // in a lasting session: its key is, too
};

enum class Outcome : std::uint8_t {
  None,
  NotSent,
  NotExecuted,
  Executed,
  ReplyLost,
  Unknown,
  Lost,     // Unknown (session_lost) in a lasting session: it is not made again
  Crashed,  // nobody is left to be told
};

struct Call {
  Phase phase{};
  Outcome outcome{};
  Count place = 0;   // 1 + that of the session it is bound in; 0: none
  Count number = 0;  // in a lasting session it stays, else only while the call is bound
  Count given_in = 0;
  bool sent = false;        // a request was handed to a transport, perhaps in an earlier life
  bool asked = false;       // something about the present number was, in this life
  bool working = false;     // it is probed, not repeated
  bool cancelling = false;  // over for the application; CANCEL is repeated
  bool unpolled = false;    // over, but not yet handed to the application
  bool withdrawn = false;   // too large for its session: CANCEL goes in its request's place (L8)
  Count executions = 0;     // what really happened; no rule looks at it. 2: twice or more

  bool is_open() const { return phase == Phase::Waiting || phase == Phase::Bound; }
};

/// What a session is for its client.
struct Binding {
  Count session = 0;  // 1 + its place in Server::sessions; 0: none
  Count epoch = 0;
  Count next = 0;  // windowed number
  Count next_free = 0;
  Count grant = 0;
  Numbers finished = 0;

  Count mark() const { return static_cast<Count>(std::countr_one(finished)); }
  Numbers bitmap() const { return static_cast<Numbers>(finished & ~up_to(mark())); }
  bool has_room() const { return next - mark() <= grant; }
  bool admits(Count number) const { return number > mark() && number - mark() <= grant; }
  bool is_held_up() const { return !has_room() && 2 * std::popcount(bitmap()) >= next - 1 - mark(); }
};

struct Client {
  Count life = 0;   // of a client with a name: its incarnation
  Count nonce = 0;  // outstanding; 0: none
  Count next_nonce = 0;
  Count retries = 0;
  bool closed = false;
  // With a lasting session; all but `lost` and `made_in` are on disk:
  Count outbox = 0;  // which session it is, and its nonce
  bool entered = false;
  bool lost = false;
  Count made_in = 0;
  std::array<Binding, kPlaces> sessions{};
};

enum class RecordState : std::uint8_t {
  None,
  Queued,
  Running,
  Committed,  // its outcome is on disk, which the core has not heard yet
  Done,
  ReplyGone,
  Refused,
};

struct Record {
  RecordState state{};
  Count call = 0;
  Count mark = 0;  // as it was when the request was accepted (E9)
};

/// On disk: the outcome of an exactly-once call.
struct Row {
  bool kept = false;
  Count call = 0;
  Count mark = 0;
};

enum class SessionState : std::uint8_t { Free, Open, Ended };

/// What a session is for its server. Of one that has ended nothing is left but servants that still run.
struct Session {
  SessionState state{};
  Count nonce = 0;
  Count made_in = 0;
  Count incarnation = 0;  // the highest of its client that was seen
  Count mark = 0;
  Numbers bitmap = 0;
  Count window = 0;  // the present grant
  Count held = 0;    // the widest that was ever granted
  Count orphans = 0;
  std::array<Record, kCalls> records{};       // by number - 1
  std::array<Record, kCalls> free_records{};  // at-least-once calls
  std::array<Row, kCalls> rows{};
  std::array<Count, kCalls>
      stray{};  // 1 + call of a servant that a faulty fence lets commit for an earlier life

  bool is_open() const { return state == SessionState::Open; }
  bool is_acknowledged(Count number) const { return number <= mark || contains(bitmap, number); }
  Record& record(Count number, bool free) { return (free ? free_records : records)[number - 1u]; }
};

struct Server {
  Count epoch = 0;
  std::array<Session, kSessions> sessions{};
};

struct Participants {
  std::array<Call, kCalls> calls{};
  Client client;
  Server server;
};

struct State : Participants {
  Network network;
};

}  // namespace once::model
