// The texts of Errc and Condition, and the assertion's last words.
#include <cstdio>
#include <cstdlib>

#include <once/base/assert.hpp>
#include <once/base/error.hpp>

namespace once {

Completion completion_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::NotSent:
    case OutcomeKind::NotExecuted: return Completion::No;
    case OutcomeKind::Executed:
    case OutcomeKind::ReplyLost: return Completion::Yes;
    case OutcomeKind::Sent:
    case OutcomeKind::Unknown: break;
  }
  return Completion::Maybe;
}

std::string_view to_string(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::NotSent: return "NotSent";
    case OutcomeKind::Sent: return "Sent";
    case OutcomeKind::NotExecuted: return "NotExecuted";
    case OutcomeKind::Executed: return "Executed";
    case OutcomeKind::ReplyLost: return "ReplyLost";
    case OutcomeKind::Unknown: return "Unknown";
  }
  return "?";
}

std::string_view to_string(Completion completion) {
  switch (completion) {
    case Completion::Yes: return "yes";
    case Completion::No: return "no";
    case Completion::Maybe: return "maybe";
  }
  return "?";
}

std::string_view to_string(Semantics semantics) {
  switch (semantics) {
    case Semantics::Maybe: return "maybe";
    case Semantics::AtLeastOnce: return "at least once";
    case Semantics::AtMostOnce: return "at most once";
    case Semantics::ExactlyOnce: return "exactly once";
  }
  return "?";
}

namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::ok: return "no error";
    case Errc::queue_full: return "the channel's queue of waiting calls is full";
    case Errc::nesting: return "callbacks are nested too deep";
    case Errc::closed: return "the client or server has been shut down";
    case Errc::bad_argument: return "an argument does not fit its IDL type";
    case Errc::message_too_large:
      return "the message is larger than the transport or the agreed limit allows";
    case Errc::bad_reference: return "the object reference cannot be used";
    case Errc::unknown_host: return "no such host";
    case Errc::unreachable: return "nobody answers at the address";
    case Errc::address_in_use: return "the address is in use";
    case Errc::blocking_not_possible:
      return "a synchronous call would stop the simulated world: use its async_ form";
    case Errc::key_collision: return "the key names another call";
    case Errc::outbox_failed: return "the outbox cannot write it down";
    case Errc::no_outbox: return "a key needs a client with an outbox, and an exactly-once operation";
    case Errc::no_encoding: return "the stub was generated without this codec";
    case Errc::deadline_exceeded: return "the deadline has passed";
    case Errc::cancelled: return "the call was cancelled";
    case Errc::overloaded: return "the server is overloaded";
    case Errc::no_such_object: return "no such object";
    case Errc::no_such_operation: return "no such operation";
    case Errc::wrong_interface: return "the operation's types differ between client and server";
    case Errc::bad_request: return "the arguments do not decode";
    case Errc::forbidden: return "the server does not allow this call";
    case Errc::unsupported: return "the server does not support a feature that the request demands";
    case Errc::shutting_down: return "the server is shutting down";
    case Errc::no_store: return "an exactly-once operation needs a store";
    case Errc::store_failed: return "the server's store has stopped";
    case Errc::superseded: return "another client of that name, or a later life of it, is here";
    case Errc::servant_failed: return "the servant failed";
    case Errc::reply_too_large: return "the reply is too large";
    case Errc::bad_reply: return "the reply does not decode";
    case Errc::reply_evicted: return "the server no longer keeps the reply";
    case Errc::epoch_changed: return "the server restarted while the call was in flight";
    case Errc::session_lost: return "the session ended while the call was in flight";
    case Errc::refused_after_sending: return "the call was refused, but copies of it may still run";
    case Errc::protocol_error: return "the peer broke the protocol";
    case Errc::connection_lost: return "the connection was lost";
    case Errc::truncated: return "the data ends too early";
    case Errc::trailing_bytes: return "there are octets after the end of the data";
    case Errc::limit_exceeded: return "a bound or limit is exceeded";
    case Errc::invalid_value: return "a value that its type does not have";
    case Errc::invalid_text: return "text that is not valid UTF-8, or contains a NUL";
    case Errc::bad_checksum: return "the checksum does not match";
    case Errc::bad_magic: return "not a message of the once protocol";
    case Errc::bad_version: return "an unknown version of the once protocol";
  }
  return "unknown error";
}

class OnceCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "once"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
  std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<Errc>(value)) {
      case Errc::overloaded:
      case Errc::queue_full: return Condition::RetryLater;
      case Errc::epoch_changed:
      case Errc::session_lost:
      case Errc::connection_lost:
      case Errc::unreachable:
      case Errc::shutting_down: return Condition::Reconnect;
      case Errc::no_such_object:
      case Errc::no_such_operation:
      case Errc::wrong_interface:
      case Errc::no_encoding:
      case Errc::unsupported: return Condition::Unsupported;
      default: return Condition::Failed;
    }
  }
};

class ConditionCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "once.condition"; }
  std::string message(int value) const override {
    switch (static_cast<Condition>(value)) {
      case Condition::Failed: return "failed";
      case Condition::RetryLater: return "retry later";
      case Condition::Reconnect: return "reconnect";
      case Condition::Unsupported: return "unsupported";
    }
    return "unknown condition";
  }
};

}  // namespace

const std::error_category& once_category() noexcept {
  static const OnceCategory category;
  return category;
}

const std::error_category& condition_category() noexcept {
  static const ConditionCategory category;
  return category;
}

void detail::assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "once: broken invariant: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace once
