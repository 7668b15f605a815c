// What can go wrong, in the three kinds that are never mixed: our own bugs (ONCE_ASSERT), what peers and
// networks do (values: Errc in a std::error_code), and what a user declared in IDL (UserException).
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace once {

/// How a call ended, as far as anybody can know. NotSent and NotExecuted: it did not run and never will, so
/// calling again is safe. docs/protocol.md, "Outcomes".
enum class OutcomeKind : std::uint8_t {
  NotSent,      // never handed to a transport, not even in part
  Sent,         // a maybe call went out; nobody will say more
  NotExecuted,  // the server that owns the record says that it did not run and never will
  Executed,     // ran once; value, user exception or servant_failed
  ReplyLost,    // ran once; its reply is no longer kept, or does not fit the client's limit
  Unknown,      // nobody can know
};

/// Whether the call ran: CORBA's completion_status.
enum class Completion : std::uint8_t { Yes, No, Maybe };

/// How often a call may run; declared per operation in the IDL, enforced by the server.
enum class Semantics : std::uint8_t { Maybe = 0, AtLeastOnce = 1, AtMostOnce = 2, ExactlyOnce = 3 };

Completion completion_of(OutcomeKind kind);
std::string_view to_string(OutcomeKind kind);
std::string_view to_string(Completion completion);
std::string_view to_string(Semantics semantics);

/// Every reason that Once itself gives. The number travels in replies and logs and is never used for another
/// reason.
enum class Errc : std::uint16_t {
  ok = 0,

  // The caller's side: nothing was sent.
  queue_full = 1,    // the channel's queue of waiting calls is at its limit
  nesting = 2,       // callbacks nested too deep
  closed = 3,        // the client or server object has been shut down
  bad_argument = 4,  // an argument does not fit its IDL type (a bound, an enumerator, a union without an arm)
  message_too_large = 5,  // the encoded message does not fit the transport or the agreed limit
  bad_reference = 6,      // an object reference that cannot be parsed or has no usable endpoint
  unknown_host = 7,
  unreachable = 8,  // nobody answers at the address
  address_in_use = 9,
  blocking_not_possible = 10,  // a synchronous call where nothing may block (a simulated host)
  no_encoding = 11,            // the stub was generated without the codec that the channel uses
  key_collision = 12,          // the outbox has another call under the key, or it is in flight
  outbox_failed = 13,          // a call with a key could not be written down
  no_outbox = 14,              // a key needs a client with an outbox, and an exactly-once operation

  // Either side: a call that stopped waiting.
  deadline_exceeded = 20,
  cancelled = 21,

  // The server refused; recorded, so it stays refused.
  overloaded = 30,
  no_such_object = 31,
  no_such_operation = 32,
  wrong_interface = 33,  // the operation exists, its types are others
  bad_request = 34,      // the arguments do not decode
  forbidden = 35,
  unsupported = 36,  // a must-understand extension, a codec or a version that the server does not have
  shutting_down = 37,
  no_store = 38,
  store_failed = 39,  // the durable store has stopped
  superseded = 40,    // another client of that name, or a later life, is here

  // It ran.
  servant_failed = 50,   // the servant raised something that the IDL does not declare
  reply_too_large = 51,  // it does not fit the transport or the client's limit
  bad_reply = 52,        // the reply does not decode
  reply_evicted = 53,    // the server no longer keeps the reply's octets

  // Nobody can know.
  epoch_changed = 70,          // the server restarted while the call was in flight
  session_lost = 71,           // the session ended while the call was in flight
  refused_after_sending = 72,  // an at-least-once call was refused; copies may still run
  protocol_error = 73,
  connection_lost = 74,

  // Decoding and encoding.
  truncated = 90,
  trailing_bytes = 91,
  limit_exceeded = 92,  // a bound of the IDL, a depth, a size
  invalid_value = 93,   // no such enumerator, boolean, union arm, padding
  invalid_text = 94,    // not UTF-8, or an embedded NUL
  bad_checksum = 95,
  bad_magic = 96,
  bad_version = 97,
};

/// The category of Errc, named "once".
const std::error_category& once_category() noexcept;
inline std::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), once_category()};
}

/// What a caller may decide by: `if (error.code() == once::Condition::RetryLater)`.
enum class Condition : std::uint8_t {
  Failed = 1,       // do not repeat it unchanged
  RetryLater = 2,   // overloaded: the same call, later
  Reconnect = 3,    // the server or the session is gone
  Unsupported = 4,  // the other side does not have this object, operation, type or feature
};
const std::error_category& condition_category() noexcept;
inline std::error_condition make_error_condition(Condition condition) noexcept {
  return {static_cast<int>(condition), condition_category()};
}

/// What a throwing stub raises for everything that is not declared in the IDL.
class SystemError : public std::system_error {
 public:
  /// `text` is the whole sentence: the operation, where, what happened. what() returns exactly it.
  SystemError(OutcomeKind kind, std::error_code code, std::string text,
              std::chrono::milliseconds retry_after = std::chrono::milliseconds{0})
      : std::system_error(code), text_(std::move(text)), retry_after_(retry_after), kind_(kind) {}

  const char* what() const noexcept override { return text_.c_str(); }
  OutcomeKind kind() const noexcept { return kind_; }
  Completion completion() const { return completion_of(kind_); }
  bool may_call_again() const noexcept {
    return kind_ == OutcomeKind::NotSent || kind_ == OutcomeKind::NotExecuted;
  }
  /// How long the server asks to be left alone; 0 if it said nothing.
  std::chrono::milliseconds retry_after() const noexcept { return retry_after_; }

 private:
  std::string text_;
  std::chrono::milliseconds retry_after_;
  OutcomeKind kind_;
};

/// The base of every exception declared in IDL. what() is its repository id.
class UserException : public std::exception {
 public:
  /// The repository id, "IDL:bank/InsufficientFunds:1.0".
  virtual std::string_view repository_id() const noexcept = 0;
  /// Throws *this as its own type.
  [[noreturn]] virtual void raise() const = 0;
  const char* what() const noexcept override { return repository_id().data(); }

  bool operator==(const UserException&) const { return true; }  // lets derived types default theirs
};

/// Thrown by a servant that notices that nobody waits any more: the call ends as Executed (cancelled).
struct Cancelled {};

}  // namespace once

template <>
struct std::is_error_code_enum<once::Errc> : std::true_type {};
template <>
struct std::is_error_condition_enum<once::Condition> : std::true_type {};
