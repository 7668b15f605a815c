// The life of calls and sessions at the client: binding, ending, being bound again.
#include <algorithm>

#include "core/client/client_state.hpp"

namespace once::core {

// --- The life of a call

bool ClientCore::State::has_room_for(Series series) {
  if (now >= session.lease_until || calls.first_waiting(series) != nullptr) return false;
  return series == Series::Windowed ? window.has_room() : session.free_bound < window.grant();
}

Result<CallKey> ClientCore::State::start(CallRequest&& request) {
  if (closed) return Unexpected{Errc::closed};
  if (request.object_key.size() > kKeySizeMax) return Unexpected{Errc::bad_argument};
  if (config.lasting &&
      (request.semantics != Semantics::ExactlyOnce || window.is_finished(request.sequence))) {
    return Unexpected{Errc::bad_argument};
  }
  if (lost && !request.repeated) return Unexpected{Errc::session_lost};
  const std::size_t size = request_header_size(request.object_key.size()) + request.body.size();
  if (request.body.size() > config.limits.message_max ||
      (session.id != 0 && request.body.size() > session.message_max) || (has_path && !path.carries(size))) {
    return Unexpected{Errc::message_too_large};
  }
  leave_if_over();
  if (config.lasting) end_cancel_of(request.sequence);  // it is made again
  const bool goes_at_once = session.id != 0 && (config.lasting ? window.admits(request.sequence)
                                                               : has_room_for(series_of(request.semantics)));
  const bool too_many_octets =
      calls.waiting() != 0 && calls.waiting_octets() + size > config.limits.queued_bytes_max;
  if (!goes_at_once && (calls.waiting() >= config.limits.queued_calls_max || too_many_octets)) {
    return Unexpected{Errc::queue_full};
  }
  Call& call = calls.create(std::move(request));
  ++open_calls;
  call.sent = call.request.repeated;
  calls.wait(call);
  calls.update_timer(call);
  const CallKey call_key = call.key();
  if (call.request.repeated && (lost || is_of_earlier_session(call))) {
    complete(call, OutcomeKind::Unknown, Errc::session_lost);  // the session that it was sent in is gone
    return call_key;
  }
  progress();
  return call_key;
}

void ClientCore::State::progress() {
  if (closed) return;
  leave_if_over();
  if (session.id != 0 && !config.lasting && window.exhausted() && window.empty()) {
    leave_session(Errc::session_lost);  // its numbers are used up, and so is the session
  }
  if (session.id == 0) {
    if (calls.waiting() == 0 || lost)
      handshake.end();
    else if (has_path && !handshake.outstanding())
      handshake.begin(late_welcomes == 0 ? now : now + rtt.rto(late_welcomes - 1),
                      config.lasting ? config.lasting->nonce : fresh_nonce());
    return;
  }
  if (now >= session.lease_until && !config.lasting) return;  // nothing new is bound to what may be gone
  if (config.lasting) {  // a call that is made again has an earlier number than some that wait before it
    calls.for_each([this](Call& call) {
      if (call.queued == CallQueue::WaitingWindowed) bind_windowed(call);
    });
  }
  while (Call* const call = calls.first_waiting(Series::Windowed)) {
    if (!bind_windowed(*call)) break;
  }
  while (Call* const call = calls.first_waiting(Series::Free)) {
    if (!bind_free(*call)) break;
  }
}

bool ClientCore::State::too_large(const Call& call) const {
  return call.request.body.size() > session.message_max || (has_path && !path.carries(call.request_size()));
}

bool ClientCore::State::bind_windowed(Call& call) {
  if (too_large(call)) {
    give_up(call, Errc::message_too_large);
    return true;
  }
  if (config.lasting) {
    if (!window.admits(call.request.sequence)) return false;
    calls.bind(call, call.request.sequence);
  } else {
    if (!window.has_room()) return false;
    calls.bind(call, window.take());
  }
  calls.make_ready(call, MessageType::Request);
  return true;
}

bool ClientCore::State::bind_free(Call& call) {
  if (too_large(call)) {
    give_up(call, Errc::message_too_large);
    return true;
  }
  if (session.free_bound >= window.grant()) return false;
  ++session.free_bound;
  calls.bind(call, session.next_free++);
  calls.make_ready(call, MessageType::Request);
  return true;
}

/// The call ends for its caller. Its number stays taken until the completion has been polled.
void ClientCore::State::complete(Call& call, OutcomeKind kind, Errc reason) {
  ONCE_ASSERT(!call.completed);
  call.completed = true;
  call.completion.call = call.key();
  call.completion.token = call.request.token;
  call.completion.kind = kind;
  call.completion.reason = reason;
  call.completion.sent = call.copies;
  --open_calls;
  ++counters.completions;
  if (counts_as_durable(call) && call.sent && call.number != 0) {
    --session.durable_calls;
  }
  if (!call.cancelling) {
    calls.leave_queue(call);
    call.send_at = kNever;
  }
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
  if (call.number != 0) {
    if (call.series() == Series::Windowed) {
      if (!config.lasting) finish(call.number);
    } else {
      --session.free_bound;
    }
    calls.unbind(call);
  }
  calls.leave_queue(call);
  calls.erase(call);
  progress();
}

void ClientCore::State::finish(Sequence sequence) {
  if (window.is_finished(sequence)) return;
  if (config.lasting) end_cancel_of(sequence);
  window.finish(sequence);
  if (acknowledge_at == kNever) acknowledge_at = now + config.limits.idle_acknowledgement;
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
  Call* const call = calls.find_bound(Series::Windowed, sequence);
  if (call != nullptr && call->cancelling) end_cancel(*call);
}

// --- The life of a session

void ClientCore::State::enter(const Welcome& welcome) {
  const std::optional<Time> sent_at = handshake.sent_at(welcome.attempt);
  handshake.end();
  const auto share = std::chrono::milliseconds{welcome.lease_ms} * config.limits.lease_share;
  const Duration lease = std::chrono::duration_cast<Duration>(share);
  if (sent_at) rtt.sample(now - *sent_at);
  if (config.lasting) {
    enter_lasting(welcome);
  } else if (sent_at && *sent_at + lease > now) {
    late_welcomes = 0;
    ++counters.sessions;
    session = Binding{};
    session.id = welcome.session;
    session.epoch = welcome.epoch;
    session.message_max = std::min(welcome.message_max, config.limits.message_max);
    session.durable = welcome.durable;
    session.lease = lease;
    session.lease_until = *sent_at + lease;
    keeping = Keeping{};
    window = SendWindow{first_session ? config.first_sequence : 1, welcome.window};
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
  session = Binding{};
  session.id = welcome.session;
  session.epoch = welcome.epoch;
  session.message_max = std::min(welcome.message_max, config.limits.message_max);
  session.durable = true;
  session.lease = std::chrono::milliseconds{welcome.lease_ms};
  session.lease_until = kNever;
  session.counter = config.incarnation << 40;  // higher than in any earlier life
  window.grant(welcome.window);
  made_in = welcome.made_in;
  calls.for_each([&](Call& call) {
    if (!call.completed && is_of_earlier_session(call)) {
      complete(call, OutcomeKind::Unknown, Errc::session_lost);
    }
  });
}

/// The session is over. What was sent in it and must not run twice is Unknown; the rest is bound again.
void ClientCore::State::leave_session(Errc reason) {
  session = Binding{};
  keeping = Keeping{};
  acknowledge_at = kNever;
  lost = config.lasting.has_value();
  // Everything returns to the waiting queues in the order in which it came.
  calls.for_each([&](Call& call) {
    const bool was_bound = call.number != 0;
    calls.unbind(call);
    if (call.cancelling) {
      end_cancel(call);
    } else if (!call.completed && was_bound && call.sent && call.series() == Series::Windowed) {
      complete(call, OutcomeKind::Unknown, reason);
    } else if (!call.completed) {
      call.send_at = kNever;
      calls.update_timer(call);
      calls.wait(call);
    }
  });
  if (lost) refuse_waiting(reason, 0);
}

/// The server has restarted, and knows the session. Exactly-once calls are sent again under their numbers,
/// and get the stored reply or run for the first time; at-most-once calls that were sent are never sent
/// again.
void ClientCore::State::resume(const Epoch& epoch) {
  session.epoch = epoch;
  keeping = Keeping{};
  calls.for_each([&](Call& call) {
    if (call.number == 0 || !call.sent) return;
    if (call.request.semantics == Semantics::AtMostOnce) {
      if (call.cancelling)
        end_cancel(call);
      else if (!call.completed)
        complete(call, OutcomeKind::Unknown, Errc::epoch_changed);
    } else if (!call.completed || call.cancelling) {
      call.working = false;
      call.backoff = 0;
      calls.make_ready(call, call.cancelling ? MessageType::Cancel : MessageType::Request);
    }
  });
  if (keeps()) begin_keeping();
}

/// The server gives no session: what waits for one ends.
void ClientCore::State::refuse_waiting(Errc reason, std::uint32_t retry_after_ms) {
  handshake.end();
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
  if (keeps()) begin_keeping();  // the server hears of the path
  calls.for_each([&](Call& call) {
    if (call.number == 0 || call.attempts.count() == 0 || (call.completed && !call.cancelling)) return;
    call.backoff = 0;
    calls.make_ready(call, call.cancelling ? MessageType::Cancel : MessageType::Request);
  });
  progress();
}

void ClientCore::State::disconnected() {
  has_path = false;
  calls.for_each([&](Call& call) {
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
  keep_wanted = wanted;
  if (!wanted) keeping = Keeping{};
}

void ClientCore::State::close() {
  if (closed) return;
  closed = true;
  keeping = Keeping{};
  goodbye_due = session.id != 0 && has_path && !config.lasting;
  handshake.end();
  acknowledge_at = kNever;
  calls.for_each([&](Call& call) {
    if (call.cancelling)
      end_cancel(call);
    else if (!call.completed)
      give_up(call, Errc::closed);
  });
}

}  // namespace once::core
