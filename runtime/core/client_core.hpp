// The client's half of the request-reply protocol, without I/O: one session with one server, or some if old calls
// hold the window up, the calls in flight, their retransmission, probes, deadlines and acknowledgements.
// docs/protocol.md is its specification.
//
// Driver's duty: after every call of a member function, poll_transmit() and poll_completion() until both are
// empty (a completion that is taken may make room for the next request), then arm a timer for
// next_timeout(). A ClientCore has no lock: a channel that several threads call
// on brings one, and holds it over no handler and no system call that blocks.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include <once/base/buffer.hpp>
#include <once/base/error.hpp>
#include <once/base/ids.hpp>
#include <once/base/result.hpp>
#include <once/base/time.hpp>

#include "core/path.hpp"
#include "core/rtt_estimator.hpp"
#include "core/server_core.hpp"
#include "core/session_owner.hpp"

namespace once::core {

struct ClientLimits {
  std::uint32_t window_max = 64;  // what HELLO asks for
  std::size_t queued_calls_max = 1'024;
  std::size_t queued_bytes_max = std::size_t{64} << 20;
  std::uint32_t sessions_max = 8;  // of them, as many as one less can be held up by old calls
  std::uint32_t message_max = 16u << 20;
  Duration rto_first = std::chrono::seconds{1};
  Duration rto_min = std::chrono::milliseconds{200};
  Duration rto_max = std::chrono::seconds{60};
  /// The longest pause between two probes of a call that the server is working on.
  Duration probe_max = std::chrono::seconds{2};
  Duration idle_acknowledgement = std::chrono::milliseconds{200};
  /// Calls that the server refuses as overloaded are made again, as long as that adds no more than these percent to the
  /// calls, and the reserve. A reserve of 0: never.
  std::uint32_t retry_percent = 10;
  std::uint32_t retry_reserve = 10;
  /// The share of the server's lease, counted from the sending of the message that renewed it, after which
  /// the client stops using a session: 2/3.
  double lease_share = 2.0 / 3.0;
};

/// A session that outlives this client (docs/protocol.md, "Lasting sessions"). Whoever keeps the numbers of its calls
/// on disk, an outbox, gives them with each call, and says when one is finished.
struct LastingSession {
  std::uint64_t nonce = 0;   // of its HELLO, in all lives of the client; kept before the first
  Sequence through = 0;      // every number up to it is finished
  std::uint64_t bitmap = 0;  // bit i: number through + 1 + i is finished too
};

struct ClientConfig {
  ClientLimits limits;
  ClientInstance instance;        // of a client with a lasting session: kept with its nonce
  std::uint64_t seed = 0;         // of nonces and jitter; from a cryptographic source
  std::string name;               // empty: it has none
  std::uint64_t incarnation = 0;  // of a client with a name: rises with each life
  std::optional<LastingSession> lasting{};
  /// The first number of the first session; a test's way to the end of the numbers.
  Sequence first_sequence = 1;
};

/// Names a call from start() until its completion has been polled.
using CallKey = std::uint64_t;

struct CallRequest {
  Semantics semantics = Semantics::AtMostOnce;
  std::uint8_t codec = 0;  // once::CodecId
  bool little_endian = false;
  std::uint32_t operation = 0;
  std::uint32_t fingerprint = 0;
  Slice object_key;  // may be borrowed until the completion has been polled
  Slice body;
  Time deadline = kNever;
  std::uintptr_t token = 0;  // the driver's; comes back with the completion
  // In a lasting session:
  Sequence sequence = 0;
  std::uint64_t given_in = 0;  // the client's incarnation that gave this number to it
  bool repeated = false;       // it may have been sent before, in this life or an earlier one
};

/// How a call ended; exactly one per started call.
struct CallCompletion {
  CallKey call = 0;
  std::uintptr_t token = 0;
  OutcomeKind kind = OutcomeKind::Unknown;
  Errc reason = Errc::ok;                   // ok for a value or a user exception
  Errc server_reason = Errc::ok;            // what the server said, if reason is refused_after_sending
  ReplyStatus status = ReplyStatus::Value;  // if Executed
  std::uint8_t codec = 0;
  bool little_endian = false;
  Slice body;  // if Executed: the value, or the user exception
  std::chrono::milliseconds retry_after{0};
  std::uint32_t sent = 0;  // how often the request was handed to a transport
};

struct ClientCounters {
  std::uint64_t requests_sent = 0, retransmissions = 0, probes = 0, acknowledgements = 0, hellos = 0;
  std::uint64_t sessions = 0, ignored = 0, malformed = 0, completions = 0;
  std::uint64_t further_sessions = 0;  // of `sessions`, those that were made beside others (C16)
  std::uint64_t retries = 0;           // calls that were made again after `overloaded` (C17)
  std::uint64_t retries_denied = 0;    // for want of budget
};

class ClientCore final : public SessionOwner {
 public:
  ClientCore(const ClientConfig& config, Time now);
  ~ClientCore();
  ClientCore(const ClientCore&) = delete;
  ClientCore& operator=(const ClientCore&) = delete;

  /// Takes a call: it is sent as soon as there are a path, a session and room in the window. Errors
  /// (queue_full, message_too_large, closed) mean NotSent and leave nothing behind; no completion follows.
  Result<CallKey> start(Time now, CallRequest request);
  /// Asks for an early end. The completion tells what is known: NotSent if it never left, else the server is
  /// told, and the call ends at once as Unknown (cancelled) unless the server has said so already; the CANCEL
  /// itself is repeated until it is answered or the deadline passes.
  void cancel(Time now, CallKey call);

  /// In a lasting session: the number will not be used again, and its outcome may be forgotten.
  void finish(Time now, Sequence sequence);
  /// True if a lasting session has ended at the server. Calls that were sent in it are Unknown, further ones end as
  /// NotSent or Unknown (session_lost): the driver must make another, with numbers of its own.
  bool session_is_lost() const;

  /// A path exists: the datagram socket is open, or a (new) connection stands. Calls in flight are sent
  /// again.
  void connected(Time now, const Path& path);
  /// The path is gone; calls in flight wait for the next one, until their deadlines.
  void disconnected(Time now);
  /// The driver could not get a path. Calls that were never sent end as NotSent (reason).
  void connect_failed(Time now, Errc reason);
  /// While wanted, a session that exists is kept although no call renews its lease (T9): the server may want
  /// to call back.
  void keep_session(bool wanted);
  /// True while there is something to send, or a session to keep, and no path: the driver should make one.
  bool wants_path() const;

  /// One whole message of server-to-client type. Returns normally whatever the octets are.
  void receive(Time now, const Path& from, const Slice& message);

  void timeout(Time now);
  Time next_timeout() const;

  /// False: poll_transmit() has nothing, whenever it is asked.
  bool may_transmit() const;
  /// The next message to send. From here on the request in it counts as sent, whatever the socket says.
  bool poll_transmit(Time now, Transmit& out);
  /// What poll_transmit() has just given was not handed over, for want of room, and nothing of it has left. A
  /// maybe call ends as NotSent (queue_full), any other counts as it did before, and is tried again.
  void not_handed_over(SessionId session, Semantics semantics, Sequence number);
  bool poll_completion(CallCompletion& out);
  /// Perhaps there is another one; false: there is none.
  bool has_completions() const;
  /// The token of the call that is bound to this number; 0 if there is none, or if it has ended.
  std::uintptr_t token_of(SessionId session, Semantics semantics, Sequence number) const;

  /// Says goodbye: calls that were never sent end as NotSent (closed), the others as Unknown (closed); a BYE
  /// is sent.
  void close(Time now);

  std::size_t in_flight() const;  // calls that have been started and not completed
  /// True while a message of the server is waited for: some call's answer, or that the session is kept.
  bool awaits_answer() const;
  SessionId session() const;  // the oldest; 0 if there is none now
  /// Of a present session, while there is a path.
  bool path_of(SessionId session, Path& out) const override;
  /// True while a call that is bound to this number has not ended.
  bool wants_request(SessionId session, Semantics semantics, Sequence number) const override;
  /// The same, and while a CANCEL waits for any answer.
  bool wants_reply(SessionId session, Semantics semantics, Sequence number) const override;
  const ClientCounters& counters() const;
  /// Of the way to the server and back.
  const RttEstimator& round_trips() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace once::core
