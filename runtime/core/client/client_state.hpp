// The state behind ClientCore: what it consists of. Calls and sessions live in client_calls.cpp, messages in
// client_messages.cpp.
#pragma once

#include "core/client/call_table.hpp"
#include "core/client/handshake.hpp"
#include "core/client/send_window.hpp"
#include "core/client_core.hpp"
#include "core/rtt_estimator.hpp"
#include "core/siphash.hpp"
#include "core/wire.hpp"

namespace once::core {

/// What a session is for its client.
struct Binding {
  SessionId id = 0;  // 0: there is none
  Epoch epoch;
  std::uint32_t message_max = 0;
  Duration lease{0};  // the client's share of it
  Time lease_until;
  std::uint64_t counter = 0;        // of messages; rises with each
  Sequence next_free = 1;           // numbers outside the window
  std::uint32_t free_bound = 0;     // idempotent calls that wait for an answer
  bool durable = false;             // it outlives the server
  std::uint32_t durable_calls = 0;  // exactly-once calls that were sent and have not ended
};

/// A PROBE that only keeps the session: of a number of the free series that no call will have, so that the
/// answer can be UNSEEN and nothing else.
struct Keeping {
  Sequence number = 0;  // 0: nothing is to be answered
  Attempts attempts;
  unsigned backoff = 0;
  Time send_at = kNever;
};

class ClientCore::State {
 public:
  State(const ClientConfig& client_config, Time start)
      : config(client_config),
        handshake(config),
        rtt({config.limits.rto_first, config.limits.rto_min, config.limits.rto_max}),
        key{config.seed, config.instance.low ^ config.instance.high},
        now(start),
        jitter_state(siphash(key, {0})) {
    if (const auto& lasting = config.lasting) window = SendWindow{{lasting->through, lasting->bitmap}};
  }

  // As ClientCore's, after `now` has been set.
  Result<CallKey> start(CallRequest&& request);
  void cancel(CallKey call_key);
  void finish(Sequence sequence);
  void connected(const Path& path);
  void disconnected();
  void connect_failed(Errc reason);
  void keep_session(bool wanted);
  bool keeps() const { return keep_wanted && session.id != 0 && now < session.lease_until; }
  void receive(const Slice& message);
  void timeout();
  Time next_timeout() const;
  bool poll_transmit(Transmit& out);
  void not_handed_over(Series series, Sequence number);
  bool poll_completion(CallCompletion& out);
  void close();
  /// Binds what waits, as far as session and window allow; asks for a session where there is none.
  void progress();

  ClientConfig config;
  CallTable calls;
  Handshake handshake;
  RttEstimator rtt;
  SendWindow window;
  Binding session;
  ClientCounters counters;
  SipKey key;
  Time now;
  Path path;
  bool has_path = false;
  bool closed = false;
  bool goodbye_due = false;
  std::size_t open_calls = 0;  // started, and not completed
  Time acknowledge_at = kNever;
  std::uint64_t nonces_drawn = 0;
  std::uint64_t jitter_state;
  bool first_session = true;
  bool lost = false;          // of a lasting session
  std::uint64_t made_in = 0;  // the incarnation that the lasting session was made for
  bool keep_wanted = false;
  Keeping keeping;
  unsigned late_welcomes = 0;  // in a row, each of which came after the lease that it gave

 private:
  std::uint64_t fresh_nonce() { return siphash(key, {++nonces_drawn}); }
  /// Between 0.8 and 1.2: clients that start together do not stay together.
  double jitter() {
    jitter_state = jitter_state * 6364136223846793005 + 1442695040888963407;
    return 0.8 + 0.4 * static_cast<double>(jitter_state >> 11) * 0x1p-53;
  }

  // The life of a call.
  bool has_room_for(Series series);
  bool bind_windowed(Call& call);
  bool bind_free(Call& call);
  bool too_large(const Call& call) const;
  /// In a lasting session: true if what was sent of it went to a session before this one.
  bool is_of_earlier_session(const Call& call) const {
    return call.request.repeated && call.request.given_in < made_in;
  }
  /// A lasting session outlasts its lease whether such calls are in flight or not.
  bool counts_as_durable(const Call& call) const {
    return call.request.semantics == Semantics::ExactlyOnce && !config.lasting;
  }
  /// Its request goes in fragments.
  bool is_split(const Call& call) const { return has_path && path.splits(call.request_size()); }
  void complete(Call& call, OutcomeKind kind, Errc reason);
  void give_up(Call& call, Errc reason) {
    complete(call, call.sent ? OutcomeKind::Unknown : OutcomeKind::NotSent, reason);
  }
  void release(Call& call);
  void end_cancel(Call& call);
  void end_cancel_of(Sequence sequence);

  // The life of a session.
  void enter(const Welcome& welcome);
  void enter_lasting(const Welcome& welcome);
  void leave_session(Errc reason);
  void leave_if_over() {
    if (session.id != 0 && now >= session.lease_until && !outlasts_lease()) leave_session(Errc::session_lost);
  }
  void resume(const Epoch& epoch);
  /// The lease is over, but a server that comes back will know what became of the exactly-once calls.
  bool outlasts_lease() const { return config.lasting || session.durable_calls != 0; }
  void refuse_waiting(Errc reason, std::uint32_t retry_after_ms);

  // Messages.
  bool transmit_call(Call& call, Transmit& out);
  SessionMessage next_message(MessageType type);
  Time keep_at() const;
  void begin_keeping();
  void transmit_keeping(Transmit& out);
  void schedule(Call& call);
  void receive_from_handshake(const Slice& message, const Prefix& prefix);
  void receive_answer(const Slice& message, const Prefix& prefix);
  void judge_answer(Call& call, const Answer& answer, const Slice& message, const Prefix& prefix);
  void judge_keeping(const Answer& answer);
  void learn_from(const Attempts& attempts, const Answer& answer, bool measures_the_way);
};

}  // namespace once::core
