// The state behind ClientCore: what it consists of. Calls and sessions live in client_calls.cpp, messages in
// client_messages.cpp.
#pragma once

#include <memory>
#include <vector>

#include "core/client/binding.hpp"
#include "core/client/call_table.hpp"
#include "core/client/handshake.hpp"
#include "core/client/retry_budget.hpp"
#include "core/client_core.hpp"
#include "core/rtt_estimator.hpp"
#include "core/siphash.hpp"
#include "core/wire.hpp"

namespace once::core {

class ClientCore::State {
 public:
  State(const ClientConfig& client_config, Time start)
      : config(client_config),
        handshake(config),
        rtt({config.limits.rto_first, config.limits.rto_min, config.limits.rto_max}),
        key{config.seed, config.instance.low ^ config.instance.high},
        now(start),
        jitter_state(siphash(key, {0})) {
    if (const auto& lasting = config.lasting) {
      sessions.push_back(std::make_unique<Binding>());
      sessions.front()->window = SendWindow{{lasting->through, lasting->bitmap}};
    }
  }

  // As ClientCore's, after `now` has been set.
  Result<CallKey> start(CallRequest&& request);
  void cancel(CallKey call_key);
  void finish(Sequence sequence);
  void connected(const Path& path);
  void disconnected();
  void connect_failed(Errc reason);
  void keep_session(bool wanted);
  bool keeps(const Binding& session) const {
    return keep_wanted && session.id != 0 && now < session.lease_until;
  }
  void receive(const Slice& message);
  void timeout();
  Time next_timeout() const;
  /// Something has happened by which messages besides calls' may be due.
  void stir(Time time) {
    now = time;
    stirred = true;
  }
  bool may_transmit() const { return has_path && (stirred || calls.has_ready()); }
  bool poll_transmit(Transmit& out);
  void not_handed_over(SessionId session, Series series, Sequence number);
  bool poll_completion(CallCompletion& out);
  void close();
  /// Binds what waits, as far as session and window allow; asks for a session where there is none.
  void progress();
  /// Its second half: asks for a session where one is wanted.
  void settle_handshake();

  ClientConfig config;
  CallTable calls;
  Handshake handshake;
  RttEstimator rtt;
  /// In the order in which they were made; calls are bound in the first that has room. Of a lasting session there
  /// is the one, from the beginning.
  std::vector<std::unique_ptr<Binding>> sessions;
  ClientCounters counters;
  SipKey key;
  Time now;
  Path path;
  bool has_path = false;
  bool stirred = false;  // since it was last looked for all that may be due
  bool closed = false;
  bool goodbye_due = false;
  std::size_t open_calls = 0;  // started, and not completed
  std::uint64_t nonces_drawn = 0;
  std::uint64_t jitter_state;
  bool first_session = true;
  bool lost = false;          // of a lasting session
  std::uint64_t made_in = 0;  // the incarnation that the lasting session was made for
  bool keep_wanted = false;
  unsigned late_welcomes = 0;  // in a row, each of which came after the lease that it gave
  Time further_at{};           // not before, a session beside others is asked for
  RetryBudget retry_budget{config.limits.retry_percent, config.limits.retry_reserve};

  /// nullptr if there is none of that id now.
  Binding* find(SessionId id) const;
  Call* find_bound(SessionId id, Series series, Sequence number) {
    const Binding* const session = find(id);
    return session != nullptr ? calls.find_bound(*session, series, number) : nullptr;
  }
  bool in_session() const { return !sessions.empty() && sessions.front()->id != 0; }

 private:
  std::uint64_t fresh_nonce() { return siphash(key, {++nonces_drawn}); }
  /// Between 0.8 and 1.2: clients that start together do not stay together.
  double jitter() {
    jitter_state = jitter_state * 6364136223846793005 + 1442695040888963407;
    return 0.8 + 0.4 * static_cast<double>(jitter_state >> 11) * 0x1p-53;
  }

  // The life of a call.
  /// New calls are bound in this session, if it has room.
  bool takes_calls(const Binding& session) const {
    return session.id != 0 && (now < session.lease_until || config.lasting);
  }
  bool has_room(const Binding& session, const CallRequest& request) const;
  /// nullptr if the call must wait.
  Binding* session_for(const CallRequest& request) const;
  void bind(Call& call, Binding& session);
  bool too_large(const Call& call, const Binding& session) const;
  /// In a lasting session: true if what was sent of it went to a session before this one.
  bool is_of_earlier_session(const Call& call) const {
    return call.request.repeated && call.request.given_in < made_in;
  }
  /// A lasting session outlasts its lease whether such calls are in flight or not.
  bool counts_as_durable(const Call& call) const {
    return call.request.semantics == Semantics::ExactlyOnce && !config.lasting;
  }
  /// It is made again, and too large for the session as it is now: it cannot be sent, and perhaps it was. A CANCEL
  /// finds out (L8).
  bool is_withdrawn(const Call& call, const Binding& session) const {
    return config.lasting && call.request.repeated && call.request.body.size() > session.message_max;
  }
  /// What is said of a bound call about which nothing has been heard in this epoch, or on this path.
  MessageType opening_of(const Call& call) const {
    return call.cancelling || is_withdrawn(call, *call.session) ? MessageType::Cancel : MessageType::Request;
  }
  /// Its request goes in fragments.
  bool is_split(const Call& call) const { return has_path && path.splits(call.request_size()); }
  void complete(Call& call, OutcomeKind kind, Errc reason);
  void give_up(Call& call, Errc reason) {
    const OutcomeKind not_sent = call.refused ? OutcomeKind::NotExecuted : OutcomeKind::NotSent;
    complete(call, call.sent ? OutcomeKind::Unknown : not_sent, reason);
  }
  void finish_number(const Call& call);
  void finish(Binding& session, Sequence sequence);
  /// False if it may not be: its time, its tries or the budget are used up, or an outbox gives the numbers.
  bool make_again(Call& call, std::uint32_t retry_after_ms);
  void give_number_back(Call& call);
  void release(Call& call);
  void end_cancel(Call& call);
  void end_cancel_of(Sequence sequence);

  // The life of a session.
  void enter(const Welcome& welcome);
  void enter_lasting(const Welcome& welcome);
  /// The session is gone when it returns, unless it is a lasting one.
  void leave_session(Binding& session, Errc reason);
  /// Leaves sessions whose lease is over, or whose numbers are.
  void leave_what_is_over();
  bool wants_session();
  void resume(Binding& session, const Epoch& epoch);
  /// Something was sent about it, and is not answered.
  static bool awaits_answer(const Call& call) {
    return call.number != 0 && call.attempts.count() != 0 && (!call.completed || call.cancelling);
  }
  void repeat_all(Binding& session);
  /// The lease is over, but a server that comes back will know what became of the exactly-once calls.
  bool outlasts_lease(const Binding& session) const { return config.lasting || session.durable_calls != 0; }
  void refuse_session(Errc reason, std::uint32_t retry_after_ms);
  void refuse_waiting(Errc reason, std::uint32_t retry_after_ms);

  // Messages.
  bool next_transmit(Transmit& out);
  bool transmit_goodbye(Transmit& out);
  bool transmit_call(Call& call, Transmit& out);
  SessionMessage next_message(Binding& session, MessageType type);
  Time keep_at(const Binding& session) const;
  void begin_keeping(Binding& session);
  void transmit_keeping(Binding& session, Transmit& out);
  bool transmit_proof(Transmit& out);
  void schedule(Call& call);
  void receive_from_handshake(const Slice& message, const Prefix& prefix);
  void receive_answer(const Slice& message, const Prefix& prefix);
  void receive_challenge(const Slice& message, const Prefix& prefix);
  void judge_answer(Call& call, const Answer& answer, const Slice& message, const Prefix& prefix);
  void judge_keeping(Binding& session, const Answer& answer);
  void learn_from(Binding& session, const Attempts& attempts, const Answer& answer, bool measures_the_way);
};

}  // namespace once::core
