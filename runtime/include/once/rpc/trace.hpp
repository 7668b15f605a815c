// What happens to calls, told as it happens: for people who ask why a call ended as it did (docs/tracing.md), and for
// simulations, which draw it. Nothing depends on being told.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <once/base/error.hpp>
#include <once/base/ids.hpp>
#include <once/base/time.hpp>
#include <once/base/verdict.hpp>

namespace once {

enum class TraceStep : std::uint8_t {
  // The life of a host, which is a client or a server.
  Started,       // of a server: with its epoch; after Crashed: a new life under the same name
  ShuttingDown,  // a server accepts nothing new
  Stopped,
  Crashed,  // told by a simulation; whatever ran is gone
  Note,     // anything else that people should see: `text`
  // A client's calls and its way to the server.
  CallBegan,     // operation, semantics, deadline; it has no RequestId yet
  CallBound,     // to a number of a session: id, epoch. Again, if it is bound again in another session
  CallEnded,     // outcome, reason, text
  Connected,     // peer
  Disconnected,  // peer, text
  // Sessions, at both ends.
  SessionOpened,  // id.session, epoch
  SessionEnded,
  // Messages: message, id, attempt, epochs, octets, reason, peer.
  Sent,
  Received,  // by a server: with its verdict
  Lost,      // the network has lost, copied or damaged a message that was sent: told by a simulation
  Copied,
  Damaged,
  // A server's executions.
  ExecutionBegan,
  ExecutionEnded,  // reason, if the servant failed; text: "value", "user exception" …
  Kept,            // its outcome is in the store
  Refused,         // not by the filter: there is no such object, or it was given up in the queue
  Abandoned,       // it runs, and nobody waits for it: text says why
};

/// Which members say something is a matter of the step; the others are as they are here.
struct TraceEvent {
  Time at{};         // on the host's own clock
  std::string host;  // its name in traces
  TraceStep step = TraceStep::Note;
  std::uint64_t call = 0;  // at its client: counts the calls of this host from 1; 0: not known, or none
  RequestId id;            // sequence 0: of the session, or of no call
  std::optional<Semantics> semantics{};
  std::uint16_t attempt = 0;
  std::uint8_t message = 0;               // its type on the wire; 0: none
  std::uint64_t packet = 0;               // tells a message from others that look alike; 0: not known
  std::size_t octets = 0;                 // of the message, header and body
  Epoch epoch;                            // the host's own, or the one that the answer says is the server's
  Epoch expected;                         // that the message was meant for
  Sequence acknowledged_through = 0;      // by a client's message
  std::uint64_t acknowledged_beyond = 0;  // bit i: number acknowledged_through + 1 + i
  std::optional<Verdict> verdict{};
  std::optional<OutcomeKind> outcome{};
  Errc reason = Errc::ok;
  Duration deadline{0};  // from the beginning of the call
  std::string peer;      // an address, or a host of the same simulation
  std::string operation;
  std::string text;
};

/// Told by clients and servers of everything that they do with calls (ClientOptions::tracer, ServerOptions::tracer).
class Tracer {
 public:
  virtual ~Tracer() = default;
  /// From any thread, several at a time, and under locks of the client or server: it must be quick, and must not call
  /// either. What it throws is ignored.
  virtual void on_event(const TraceEvent& event) = 0;
};

std::string_view to_string(TraceStep step);
/// "REQUEST" for 0x02 (docs/protocol.md, "Messages"); "?" for what has no name.
std::string_view message_name(std::uint8_t type);
/// True for calls that the server numbers apart from the others: maybe and at least once.
constexpr bool is_free_series(Semantics semantics) {
  return semantics == Semantics::Maybe || semantics == Semantics::AtLeastOnce;
}

}  // namespace once
