// The life of calls and sessions at the client: binding, ending, being bound again.
#include <algorithm>

#include "core/client/client_state.hpp"
#include "core/planted_bugs.hpp"
#include "core/rare.hpp"

namespace once::core {
namespace {

/// How often a call is made again after it was refused for overload.
constexpr std::uint8_t kRetriesMax = 2;

/// After the server has refused a session beside others, unless it asked for a longer pause.
constexpr Duration kRefusalPause = std::chrono::seconds{1};

}  // namespace

// --- The life of a call

bool ClientCore::State::has_room(const Binding& session, const CallRequest& request) const {
  if (config.lasting) return session.window.admits(request.sequence);
  if (series_of(request.semantics) == Series::Free) return session.free_bound < session.window.grant();
  return session.window.has_room();
}

/// The first that has room. All sessions together have no more calls of a series under way than the widest window:
/// further ones are for their numbers, and not to ask more of the server.
Binding* ClientCore::State::session_for(const CallRequest& request) const {
  Binding* first = nullptr;
  std::size_t free_bound = 0;
  std::size_t widest = 0;
  for (const auto& session : sessions) {
    free_bound += session->free_bound;
    widest = std::max<std::size_t>(widest, session->window.grant());
    if (first == nullptr && takes_calls(*session) && has_room(*session, request)) first = session.get();
  }
  const bool is_free = series_of(request.semantics) == Series::Free;
  return (is_free ? free_bound : calls.bound_windowed()) < widest ? first : nullptr;
}

Result<CallKey> ClientCore::State::start(CallRequest&& request) {
  if (closed) return Unexpected{Errc::closed};
  if (request.object_key.size() > kKeySizeMax) return Unexpected{Errc::bad_argument};
  if (config.lasting && (request.semantics != Semantics::ExactlyOnce ||
                         sessions.front()->window.is_finished(request.sequence))) {
    return Unexpected{Errc::bad_argument};
  }
  if (lost && !request.repeated) return Unexpected{Errc::session_lost};
  const std::size_t size = request_header_size(request.object_key.size()) + request.body.size();
  const bool may_be_withdrawn = config.lasting && request.repeated;
  const bool is_too_large = request.body.size() > config.limits.message_max ||
                            (in_session() && request.body.size() > sessions.front()->message_max) ||
                            (has_path && !path.carries(size));
  if (is_too_large && !may_be_withdrawn) return Unexpected{Errc::message_too_large};
  leave_what_is_over();
  if (config.lasting) end_cancel_of(request.sequence);  // it is made again
  const bool is_next = config.lasting || calls.first_waiting(series_of(request.semantics)) == nullptr;
  Binding* const session = is_next ? session_for(request) : nullptr;
  const bool too_many_octets =
      calls.waiting() != 0 && calls.waiting_octets() + size > config.limits.queued_bytes_max;
  if (session == nullptr && (calls.waiting() >= config.limits.queued_calls_max || too_many_octets)) {
    return Unexpected{Errc::queue_full};
  }
  Call& call = calls.create(std::move(request));
  ++open_calls;
  retry_budget.called();
  call.sent = call.request.repeated;
  const CallKey call_key = call.key();
  if (call.request.repeated && (lost || is_of_earlier_session(call))) {
    complete(call, OutcomeKind::Unknown, Errc::session_lost);  // the session that it was sent in is gone
    return call_key;
  }
  if (session != nullptr) {
    bind(call, *session);
  } else {
    calls.wait(call);
  }
  // A request that is sent at once has its timer set then.
  const bool goes_at_once = session != nullptr && has_path && !config.lasting;
  if (!goes_at_once) calls.update_timer(call);
  settle_handshake();
  return call_key;
}

void ClientCore::State::progress() {
  if (closed) return;
  leave_what_is_over();
  if (config.lasting) {  // a call that is made again has an earlier number than some that wait before it
    calls.for_each([this](Call& call) {
      if (call.queued != CallQueue::WaitingWindowed) return;
      if (Binding* const session = session_for(call.request)) bind(call, *session);
    });
  } else if (in_session()) {
    for (const Series series : {Series::Windowed, Series::Free}) {
      while (Call* const call = calls.first_waiting(series)) {
        Binding* const session = session_for(call->request);
        if (session == nullptr) break;
        bind(*call, *session);
      }
    }
  }
  settle_handshake();
}

void ClientCore::State::settle_handshake() {
  if (open_calls == 0 || lost) {
    handshake.end();
  } else if (has_path && !handshake.outstanding() && wants_session()) {
    stirred = true;
    handshake.begin(late_welcomes == 0 ? now : now + rtt.rto(late_welcomes - 1),
                    config.lasting ? config.lasting->nonce : fresh_nonce());
  }
}

bool ClientCore::State::too_large(const Call& call, const Binding& session) const {
  return call.request.body.size() > session.message_max || (has_path && !path.carries(call.request_size()));
}

void ClientCore::State::bind(Call& call, Binding& session) {
  if (too_large(call, session) && !is_withdrawn(call, session)) {
    give_up(call, Errc::message_too_large);
    return;
  }
  if (call.series() == Series::Free) {
    ++session.free_bound;
    calls.bind(call, session, session.next_free++);
  } else {
    calls.bind(call, session, config.lasting ? call.request.sequence : session.window.take());
  }
  calls.make_ready(call, opening_of(call));
}

/// The call ends for its caller. Its number stays taken until the completion has been polled.
void ClientCore::State::complete(Call& call, OutcomeKind kind, Errc reason) {
  ONCE_ASSERT(!call.completed);
  call.completed = true;
  call.pausing = false;
  call.completion.call = call.key();
  call.completion.token = call.request.token;
  call.completion.kind = kind;
  call.completion.reason = reason;
  call.completion.sent = call.copies;
  --open_calls;
  ++counters.completions;
  if (counts_as_durable(call) && call.sent && call.number != 0) {
    --call.session->durable_calls;
  }
  if (!call.cancelling) {
    calls.leave_queue(call);
    call.send_at = kNever;
  }
  if (planted(Bug::AckTooEarly) && !call.cancelling) finish_number(call);
  calls.update_timer(call);
  calls.push_completion(call);
}

bool ClientCore::State::poll_completion(CallCompletion& out) {
  Call* const call = calls.pop_completion();
  if (call == nullptr) return false;
  out = std::move(call->completion);
  call->polled = true;
  if (!call->cancelling) release(*call);
  return true;
}

/// Nothing about the call is of interest any more: its number is finished, its place free.
void ClientCore::State::release(Call& call) {
  if (call.number != 0) give_number_back(call);
  calls.leave_queue(call);
  calls.erase(call);
  progress();
}

/// Of a call of the windowed series, unless somebody else says when (L1).
void ClientCore::State::finish_number(const Call& call) {
  if (call.number == 0 || call.series() == Series::Free || config.lasting) return;
  if (planted(Bug::AckTooEarly) && call.session->window.is_finished(call.number)) return;
  finish(*call.session, call.number);
}

void ClientCore::State::give_number_back(Call& call) {
  finish_number(call);
  if (call.series() == Series::Free) --call.session->free_bound;
  calls.unbind(call);
}

/// The refusal sticks to its number; the call takes another after a pause (C17).
bool ClientCore::State::make_again(Call& call, std::uint32_t retry_after_ms) {
  if (config.lasting || retry_after_ms == 0 || call.retries == kRetriesMax) return false;
  const auto pause =
      (jitter() + 0.2) * std::chrono::milliseconds{retry_after_ms};  // no shorter than asked for
  const Time at = now + std::chrono::ceil<Duration>(pause);
  if (at >= call.request.deadline) return false;
  if (!retry_budget.take()) {
    ++counters.retries_denied;
    return false;
  }
  ++counters.retries;
  ++call.retries;
  if (counts_as_durable(call) && call.sent) --call.session->durable_calls;
  if (call.series() == Series::Windowed) {
    call.sent = false;  // what was sent of it never runs
    call.refused = true;
  }
  calls.leave_queue(call);
  give_number_back(call);
  call.pausing = true;
  call.send_at = at;
  calls.update_timer(call);
  return true;
}

void ClientCore::State::finish(Binding& session, Sequence sequence) {
  session.window.finish(sequence);
  if (rarely(Rare::EarlyAcknowledgement)) {
    session.acknowledge_at = now;
    stirred = true;
  }
  if (session.acknowledge_at == kNever) session.acknowledge_at = now + config.limits.idle_acknowledgement;
}

void ClientCore::State::finish(Sequence sequence) {
  Binding& session = *sessions.front();
  if (session.window.is_finished(sequence)) return;
  end_cancel_of(sequence);
  finish(session, sequence);
}

void ClientCore::State::cancel(CallKey call_key) {
  Call* const call = calls.find(call_key);
  if (call == nullptr || call->completed) return;
  call->cancelling = call->sent && call->number != 0;
  give_up(*call, Errc::cancelled);
  if (!call->cancelling) return;
  call->backoff = 0;
  calls.make_ready(*call, MessageType::Cancel);
}

/// The server has answered the CANCEL, or its time is over.
void ClientCore::State::end_cancel(Call& call) {
  call.cancelling = false;
  call.send_at = kNever;
  calls.leave_queue(call);
  calls.update_timer(call);
  if (call.polled) release(call);
}

/// The number is another attempt's from now on, or nobody's.
void ClientCore::State::end_cancel_of(Sequence sequence) {
  Call* const call = calls.find_bound(*sessions.front(), Series::Windowed, sequence);
  if (call != nullptr && call->cancelling) end_cancel(*call);
}

// --- The life of a session

void ClientCore::State::enter(const Welcome& welcome) {
  const std::optional<Time> sent_at = handshake.sent_at(welcome.attempt);
  handshake.end();
  const auto share = std::chrono::milliseconds{welcome.lease_ms} * config.limits.lease_share;
  const Duration lease = std::chrono::duration_cast<Duration>(share);
  if (sent_at && !config.lasting) rtt.sample(now - *sent_at);  // an earlier life's HELLO had the same nonce
  if (config.lasting) {
    enter_lasting(welcome);
  } else if (sent_at && *sent_at + lease > now) {
    late_welcomes = 0;
    ++counters.sessions;
    if (!sessions.empty()) ++counters.further_sessions;
    Binding& session = *sessions.emplace_back(std::make_unique<Binding>());
    session.id = welcome.session;
    session.epoch = welcome.epoch;
    session.message_max = std::min(welcome.message_max, config.limits.message_max);
    session.durable = welcome.durable;
    session.lease = lease;
    session.lease_until = *sent_at + lease;
    session.window = SendWindow{first_session ? config.first_sequence : 1, welcome.window};
    first_session = false;
  } else {
    ++late_welcomes;
  }
  progress();  // asks again, after a pause, if the WELCOME came too late to be of use
}

/// The session knows the calls whose numbers were given in the life that it was made in, or later.
void ClientCore::State::enter_lasting(const Welcome& welcome) {
  if (!welcome.durable) {
    refuse_waiting(Errc::no_store, 0);
    return;
  }
  ++counters.sessions;
  Binding& session = *sessions.front();
  session.id = welcome.session;
  session.epoch = welcome.epoch;
  session.message_max = std::min(welcome.message_max, config.limits.message_max);
  session.durable = true;
  session.lease = std::chrono::milliseconds{welcome.lease_ms};
  session.lease_until = kNever;
  session.counter = config.incarnation << 40;  // higher than in any earlier life
  session.window.grant(welcome.window);
  made_in = welcome.made_in;
  calls.for_each([&](Call& call) {
    if (!call.completed && is_of_earlier_session(call)) {
      complete(call, OutcomeKind::Unknown, Errc::session_lost);
    }
  });
}

/// The session is over. What was sent in it and must not run twice is Unknown; the rest is bound again.
void ClientCore::State::leave_session(Binding& session, Errc reason) {
  lost = config.lasting.has_value();
  std::unique_ptr<Binding> over;  // its calls point to it
  if (lost) {
    const SendWindow finished = session.window;
    session = Binding{};
    session.window = finished;
  } else {
    const auto found = std::find_if(sessions.begin(), sessions.end(),
                                    [&](const auto& candidate) { return candidate.get() == &session; });
    over = std::move(*found);
    sessions.erase(found);
  }
  // Everything returns to the waiting queues in the order in which it came.
  calls.for_each([&](Call& call) {
    if (call.pausing || (call.session != nullptr && call.session != &session)) return;
    const bool was_bound = call.number != 0;
    calls.unbind(call);
    if (call.cancelling) {
      end_cancel(call);
    } else if (!call.completed && was_bound && call.sent && call.series() == Series::Windowed) {
      const bool is_proof = planted(Bug::NoSessionMeansNotRun) && reason == Errc::session_lost;
      complete(call, is_proof ? OutcomeKind::NotExecuted : OutcomeKind::Unknown, reason);
    } else if (!call.completed) {
      call.send_at = kNever;
      calls.update_timer(call);
      calls.wait(call);
    }
  });
  if (lost) refuse_waiting(reason, 0);
}

void ClientCore::State::leave_what_is_over() {
  if (config.lasting) return;
  const auto is_over = [this](const std::unique_ptr<Binding>& session) {
    const bool numbers_are_used = session->window.exhausted() && session->window.empty();
    return numbers_are_used || (now >= session->lease_until && !outlasts_lease(*session));
  };
  while (true) {
    const auto found = std::find_if(sessions.begin(), sessions.end(), is_over);
    if (found == sessions.end()) return;
    leave_session(**found, Errc::session_lost);
  }
}

/// Where old calls hold every window up, another session lets new ones begin (C16).
bool ClientCore::State::wants_session() {
  if (!in_session()) return true;
  return !config.lasting && calls.first_waiting(Series::Windowed) != nullptr && now >= further_at &&
         sessions.size() < config.limits.sessions_max &&
         (rarely(Rare::FurtherSession) ||
          std::all_of(sessions.begin(), sessions.end(),
                      [](const auto& session) { return session->window.is_held_up(); }));
}

Binding* ClientCore::State::find(SessionId id) const {
  for (const auto& session : sessions) {
    if (id != 0 && session->id == id) return session.get();
  }
  return nullptr;
}

/// The server has restarted, and knows the session. Exactly-once calls are sent again under their numbers,
/// and get the stored reply or run for the first time; at-most-once calls that were sent are never sent
/// again.
void ClientCore::State::resume(Binding& session, const Epoch& epoch) {
  session.epoch = epoch;
  session.keeping = Keeping{};
  calls.for_each([&](Call& call) {
    if (call.session != &session || !call.sent) return;
    if (call.request.semantics == Semantics::AtMostOnce && !planted(Bug::AtMostOnceResumed)) {
      if (call.cancelling)
        end_cancel(call);
      else if (!call.completed)
        complete(call, OutcomeKind::Unknown, Errc::epoch_changed);
    } else if (!call.completed || call.cancelling) {
      call.working = false;
      call.backoff = 0;
      calls.make_ready(call, opening_of(call));
    }
  });
  if (keeps(session)) begin_keeping(session);
}

/// The server gives no session: what waits for one ends, or goes on waiting for room in those that there are.
void ClientCore::State::refuse_session(Errc reason, std::uint32_t retry_after_ms) {
  handshake.end();
  if (in_session()) {
    further_at = now + std::max<Duration>(kRefusalPause, std::chrono::milliseconds{retry_after_ms});
  } else {
    refuse_waiting(reason, retry_after_ms);
  }
}

void ClientCore::State::refuse_waiting(Errc reason, std::uint32_t retry_after_ms) {
  for (const Series series : {Series::Windowed, Series::Free}) {
    while (Call* const call = calls.first_waiting(series)) {
      call->completion.retry_after = std::chrono::milliseconds{retry_after_ms};
      give_up(*call, reason);
    }
  }
}

void ClientCore::State::connected(const Path& new_path) {
  path = new_path;
  has_path = true;
  if (handshake.outstanding()) handshake.restart(now);
  for (const auto& session : sessions) {
    if (keeps(*session)) begin_keeping(*session);  // the server hears of the path
    session->proof.cookie = 0;                     // it belongs to the old one
    session->proof.repeated_at = kNever;
  }
  calls.for_each([&](Call& call) {
    if (!awaits_answer(call)) return;
    call.backoff = 0;
    calls.make_ready(call, opening_of(call));
  });
  progress();
}

/// The server has not looked at what came from here so far. Pauses between repetitions go on growing: a server that
/// challenges for ever, since what is between changes the address each time, is asked no more often.
void ClientCore::State::repeat_all(Binding& session) {
  calls.for_each([&](Call& call) {
    if (call.session == &session && awaits_answer(call)) calls.make_ready(call, call.next);
  });
  if (session.keeping.attempts.count() != 0) session.keeping.send_at = now;
}

void ClientCore::State::disconnected() {
  has_path = false;
  calls.for_each([&](Call& call) {
    if (call.pausing) return;
    call.send_at = kNever;
    calls.update_timer(call);
  });
}

void ClientCore::State::connect_failed(Errc reason) {
  calls.for_each([&](Call& call) {
    if (!call.completed && !call.sent) give_up(call, reason);
  });
  progress();
}

void ClientCore::State::keep_session(bool wanted) {
  stirred = stirred || wanted != keep_wanted;
  keep_wanted = wanted;
  if (wanted) return;
  for (const auto& session : sessions) session->keeping = Keeping{};
}

void ClientCore::State::close() {
  if (closed) return;
  closed = true;
  keep_wanted = false;
  goodbye_due = has_path && !config.lasting;
  handshake.end();
  calls.for_each([&](Call& call) {
    if (call.cancelling)
      end_cancel(call);
    else if (!call.completed)
      give_up(call, Errc::closed);
  });
}

}  // namespace once::core
