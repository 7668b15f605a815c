// The server's half of the request-reply protocol, without I/O: bytes and the time go in; messages to send,
// requests to run, and the next timer come out. docs/protocol.md is its specification; the verdict itself is
// decided in duplicate_filter, what is kept lies in replay_cache.
//
// Driver's duty: after every call of a member function, poll_transmit() and poll_arrival() and
// poll_abandoned() until they are empty, then arm a timer for next_timeout(). One ServerCore belongs to one
// event loop: no locks.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <once/base/buffer.hpp>
#include <once/base/error.hpp>
#include <once/base/ids.hpp>
#include <once/base/time.hpp>
#include <once/base/verdict.hpp>

#include "core/path.hpp"
#include "core/session_owner.hpp"

namespace once::core {

enum class MessageType : std::uint8_t;  // wire.hpp

/// What bounds a server. Every limit says in docs/limits.md what happens when it is reached.
struct ServerLimits {
  std::uint32_t window_initial = 8;
  std::uint32_t window_max = 64;  // at most 64
  Duration lease = std::chrono::seconds{60};
  /// So long a lasting session is kept without a message, in uptime of the server.
  Duration lasting_lease = std::chrono::hours{30 * 24};
  std::size_t sessions_max = 1'000'000;
  std::size_t running_per_client_max = 64;  // orphans included, over all sessions of one client instance
  std::size_t running_max = 100'000;
  std::size_t queued_max = 1'024;  // requests that arrived and have neither been started nor refused
  std::uint32_t rows_under_way_max = 16'384;               // of sessions, to the store
  std::size_t request_bytes_max = std::size_t{256} << 20;  // of these and those that run; one may always come
  /// A queue that has not been empty for the interval is cut back to what waits no longer than the target; 0: never.
  Duration queue_target = std::chrono::milliseconds{5};
  Duration queue_interval = std::chrono::milliseconds{100};
  /// So many others must have begun since: a client that keeps a window full makes a queue of this length by itself,
  /// and slow servants make any queue a long one; neither is overload.
  std::uint32_t queue_passed_min = 64;
  std::size_t records_max = 1'000'000;  // full records, orphans included
  std::size_t reply_bytes_per_session = std::size_t{1} << 20;
  std::size_t reply_bytes_max = std::size_t{256} << 20;
  std::uint32_t message_max =
      16u << 20;  // octets of a request's or reply's body; agreed in HELLO and WELCOME
  Duration working_interval = std::chrono::milliseconds{20};  // at most one WORKING per call and interval
  std::chrono::milliseconds retry_after{50};  // what OVERLOADED suggests, more the longer the queue
};

struct ServerConfig {
  ServerLimits limits;
  Epoch epoch;
  std::array<std::uint64_t, 2>
      secret{};           // from a cryptographic source: session ids and cookies are derived from it
  std::uint8_t loop = 0;  // the low 8 bits of every session id
  /// There is a durable store: sessions and the outcomes of exactly-once calls outlive this server.
  bool durable = false;
  /// How long servers with this store have been up before.
  std::chrono::seconds uptime{0};
  /// For traces: poll_told() has something to tell.
  bool tells = false;
};

/// Names a request from its arrival until reply() or refuse(). Never 0, never reused while anybody may hold
/// it.
struct CallHandle {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  bool operator==(const CallHandle&) const = default;
};

/// A place where calls wait for their servants. 0 is where the driver itself runs them; the others are the driver's to
/// number, from 1, without gaps.
using Lane = std::uint32_t;

/// Tells a mistake from a duplicate; no defence against an attacker.
struct Digest {
  std::uint32_t operation = 0;
  std::uint32_t key_checksum = 0;
  std::uint32_t body_length = 0;
  std::uint32_t body_checksum = 0;
  bool operator==(const Digest&) const = default;
};

/// A request that passed the duplicate filter. Slices share the memory of the message it came in.
struct Arrival {
  CallHandle call;
  RequestId id;
  Semantics semantics = Semantics::AtMostOnce;
  std::uint8_t codec = 0;      // once::CodecId
  bool little_endian = false;  // of the body, where the codec has a choice
  std::uint32_t operation = 0;
  std::uint32_t fingerprint = 0;
  Slice object_key;
  Slice body;
  Time deadline = kNever;  // when its budget is used up, on the server's clock
  Path from;
  ClientInstance client;
  std::uint16_t attempt = 0;
  // For the OutcomeRow of an exactly-once call.
  Digest digest;
  Sequence mark = 0;
};

/// How a servant ended.
enum class ReplyStatus : std::uint8_t { Value = 0, UserException = 1, ServantFailed = 2 };

/// What a durable store keeps of a session.
struct SessionRow {
  SessionId id = 0;
  ClientInstance instance;
  std::uint64_t nonce = 0;
  std::uint32_t principal = 0;
  std::uint32_t message_max = 0;
  std::uint8_t window = 0;
  // Of a named client:
  std::string client;
  std::uint64_t incarnation = 0;  // the latest that is known
  std::uint64_t made_in = 0;
  bool lasting = false;
  std::uint32_t heard = 0;  // the latest message, in seconds of uptime, give or take a minute
};

/// What a durable store keeps of an exactly-once call that ran, in the transaction of the servant's writes.
struct OutcomeRow {
  RequestId id;
  Sequence mark = 0;  // acknowledged_through when the request was accepted
  Digest digest;
  std::uint8_t codec = 0;
  ReplyStatus status = ReplyStatus::Value;
  bool little_endian = false;
  Errc reason = Errc::ok;
  Slice body;
  bool beyond_promise = false;  // it costs more than was set aside for it, and may be evicted
};

/// A running call that nobody waits for any more. Acknowledged and SessionEnded: its client has given up, or
/// is gone; one of the two, once. Cancelled: its client asked for an end; once, and perhaps after
/// Acknowledged.
struct Abandoned {
  enum class Reason : std::uint8_t { Cancelled, Acknowledged, SessionEnded };
  CallHandle call;
  Reason reason = Reason::Cancelled;
};

/// What the core has decided, one thing at a time, for those who write down what happens.
struct Told {
  /// Shed: a call that had waited for its servant for too long was refused; `id`, `semantics` and `reason` say which.
  enum class What : std::uint8_t { Judged, SessionOpened, SessionEnded, Shed };
  What what = What::Judged;
  RequestId id;
  // Of a message that was judged:
  MessageType type{};
  Semantics semantics = Semantics::AtMostOnce;
  std::uint16_t attempt = 0;
  Verdict verdict = Verdict::Admitted;
  Errc reason = Errc::ok;
  Epoch expected;
  std::uint64_t counter = 0;
  Sequence acknowledged_through = 0;
  std::uint64_t acknowledged_beyond = 0;  // bit i: number acknowledged_through + 1 + i
  std::size_t octets = 0;
  Path from;
};

/// Everything that the server decided or dropped, by name; for metrics and for tests. The counters only rise.
struct ServerCounters {
  // Verdicts, one per request, cancel or probe that named a session (docs/protocol.md, "The server's
  // verdict").
  std::uint64_t fresh = 0;  // New
  std::uint64_t in_progress = 0, replay = 0, stale = 0, over_window = 0, collision = 0;
  std::uint64_t reply_lost = 0, refused_again = 0, refused = 0, unseen = 0;
  std::uint64_t wrong_epoch = 0, no_session = 0;
  // Messages that were dropped before a verdict.
  std::uint64_t malformed = 0, bad_checksum = 0, bad_version = 0, wrong_principal = 0, unexpected = 0;
  // The rest.
  std::uint64_t hellos = 0, cookies = 0, sessions_opened = 0, sessions_ended = 0, sessions_expired = 0;
  std::uint64_t overloaded = 0, executed = 0, orphans = 0, replies_evicted = 0;
  std::uint64_t challenged = 0;  // from an address that is not proven; a verdict like the first ones
  std::uint64_t moved = 0;       // sessions to an address that a PATH_RESPONSE has proven
  std::uint64_t shed = 0;        // of `overloaded`, those that had waited too long
};

class ServerCore final : public SessionOwner {
 public:
  ServerCore(const ServerConfig& config, Time now);
  ~ServerCore();
  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;

  /// One whole message of client-to-server type (wire.hpp, MessageType) as it came, header first. Whatever
  /// the octets are, this returns normally: what is wrong with them is counted and dropped, or answered.
  /// `took`: since when it has been arriving, which a request's budget pays for.
  void receive(Time now, const Path& from, const Slice& message, Duration took = Duration{0});

  /// Requests that are received from now on wait in that lane; in lane 0 at first.
  void receive_into(Lane lane);

  /// To be called at next_timeout() or later, after everything that has already arrived was received: a lease
  /// is judged only after pending input.
  void timeout(Time now);
  /// kNever if nothing is due.
  Time next_timeout() const;

  /// False: poll_transmit() has nothing.
  bool may_transmit() const;
  /// The next message to send; false if there is none. A message whose path is gone may be thrown away.
  bool poll_transmit(Transmit& out);

  /// The next request whose turn it is to be run; false if none waits in the lane. To be asked when a servant can
  /// begin: requests that have waited too long for that are refused here. It stays queued until start() or refuse(): a
  /// cancellation or its budget may still refuse it.
  bool poll_arrival(Time now, Arrival& out, Lane lane = 0);
  /// Its servant runs elsewhere: it waits in that lane. Its key and body go back into the core.
  void put_off(Time now, Arrival& arrival, Lane lane);
  /// What waits in the lane waits in lane 0 from now on, as if it had just come: no servant was awaited there.
  void release(Time now, Lane lane);
  /// The lane, in which nothing waits, is for other servants from now on.
  void begin_afresh(Lane lane);
  /// How many requests wait in the lane.
  std::size_t waiting(Lane lane = 0) const;

  /// Moves the call from queued to running; the servant may start only if this returns true. `reply_max`:
  /// octets of the largest body that this operation can answer with, set aside in the replay cache until the
  /// reply is recorded. False: it has been refused meanwhile (cancelled, budget, no room for the reply, too
  /// many running).
  bool start(Time now, CallHandle call, std::uint32_t reply_max);
  /// Octets that are set aside for the reply of a call that was started.
  std::size_t reply_promised(CallHandle call) const;

  /// The servant did not run and never will: recorded, and answered NotExecuted with `reason`. Allowed while
  /// queued, and while running if the servant has not begun. For Maybe calls nothing is answered. `retry_after`:
  /// for overloaded, 0 is the limits' own.
  void refuse(Time now, CallHandle call, Errc reason,
              std::chrono::milliseconds retry_after = std::chrono::milliseconds{0});

  /// The servant ended. Recorded before it is sent, to where the session is.
  /// `reason` tells a ServantFailed apart (servant_failed, cancelled, reply_too_large …). `body` is encoded
  /// with the request's codec; `little_endian` is the order it was written in.
  void reply(Time now, CallHandle call, ReplyStatus status, Slice body, bool little_endian,
             Errc reason = Errc::ok);

  /// Running calls that nobody waits for.
  bool poll_abandoned(Abandoned& out);

  /// If the configuration says that it tells: its driver must ask until there is nothing more.
  bool poll_told(Told& out);

  // --- With a durable store. Its driver also polls poll_keep() and poll_forget() until they are empty.

  /// What an earlier server kept; sessions first, before anything is received. The lease starts anew; a lasting
  /// session's goes on. False:
  /// an outcome without its session, or one that its client has acknowledged; the store may forget it.
  void restore(Time now, const SessionRow& row);
  bool restore(const OutcomeRow& row);
  /// A session that must be in the store before its client hears of it.
  bool poll_keep(SessionRow& out);
  /// It is in the store, and WELCOME goes out; or it is not, and the client is refused for `error`. To be said once for
  /// each row that poll_keep() gave.
  void kept(Time now, SessionId session, Errc error);
  /// What the store need not keep any longer: an outcome, or (sequence 0) a session with all its outcomes.
  bool poll_forget(RequestId& out);
  /// From now on exactly-once calls that have not begun are refused with `reason`; ok: no longer.
  void refuse_durable(Errc reason);
  /// An exactly-once call's servant has ended, and nobody knows whether the store has kept its outcome: nothing is
  /// answered before the server's next life, which tells (E5). Until then its copies find it running.
  void end_unknown(CallHandle call);

  /// From now on HELLO and new requests are refused (shutting_down); what runs may finish.
  void drain(Time now);
  /// True when nothing runs and nothing is queued.
  bool idle() const;

  const ServerCounters& counters() const;
  std::size_t sessions() const;
  std::size_t records() const;      // full records in the slab, orphans included
  std::size_t reply_bytes() const;  // kept and set aside
  std::size_t queued() const;       // requests, in all lanes and with the driver
  std::size_t request_bytes() const;
  /// Counts records, running and queued calls and reply octets anew, which takes as long as there are records. False: a
  /// running sum is wrong.
  bool sums_hold() const;
  /// Where the session's client is, as far as that is proven; false if there is no such session.
  bool path_of(SessionId session, Path& out) const override;
  /// False for a number that the client has finished, or if there is no such session.
  bool wants_request(SessionId session, Semantics semantics, Sequence number) const override;
  bool wants_reply(SessionId session, Semantics semantics, Sequence number) const override {
    return wants_request(session, semantics, number);
  }
  bool doubts(Time now, SessionId session, const Path& from, PathChallenge& out) const override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace once::core
