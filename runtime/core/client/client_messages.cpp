// The client's messages: what is sent when, and which answers count (docs/protocol.md, "The client's side").
#include <algorithm>
#include <utility>

#include "core/client/client_state.hpp"
#include "core/planted_bugs.hpp"
#include "core/rare.hpp"

namespace once::core {
namespace {

std::uint32_t budget_ms(Time now, Time deadline) {
  if (deadline == kNever) return kBudgetUnlimited;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(left.count(), 0, kBudgetUnlimited - 1));
}

}  // namespace

// --- Sending

bool ClientCore::State::poll_transmit(Transmit& out) {
  if (!may_transmit()) return false;
  const bool was_stirred = std::exchange(stirred, false);
  if (!next_transmit(out)) return false;
  out.to = path;
  stirred = stirred || was_stirred;  // there may be more
  return true;
}

bool ClientCore::State::next_transmit(Transmit& out) {
  if (closed) return goodbye_due && transmit_goodbye(out);
  if (transmit_proof(out)) return true;
  if (handshake.due() <= now) {
    ++counters.hellos;
    handshake.transmit(now, rtt, jitter(), out.header);
    out.body = Slice{};
    return true;
  }
  while (Call* const call = calls.first_ready()) {
    calls.leave_queue(*call);
    if (transmit_call(*call, out)) return true;
  }
  for (const auto& session : sessions) {
    if (keep_at(*session) <= now) {
      transmit_keeping(*session, out);
      return true;
    }
    if (session->id != 0 && session->acknowledge_at <= now) {
      ++counters.acknowledgements;
      write(next_message(*session, MessageType::Ack), {}, out.header);
      out.body = Slice{};
      return true;
    }
  }
  return false;
}

bool ClientCore::State::transmit_goodbye(Transmit& out) {
  for (const auto& session : sessions) {
    if (session->id == 0) continue;
    write(next_message(*session, MessageType::Bye), {}, out.header);
    out.body = Slice{};
    session->id = 0;
    return true;
  }
  return false;
}

/// Before everything else: what comes behind it is looked at.
bool ClientCore::State::transmit_proof(Transmit& out) {
  for (const auto& session : sessions) {
    if (session->proof.cookie == 0) continue;
    SessionMessage message = next_message(*session, MessageType::PathResponse);
    message.cookie = std::exchange(session->proof.cookie, 0);
    session->proof.counter = message.counter;
    write(message, {}, out.header);
    out.body = Slice{};
    return true;
  }
  return false;
}

/// A message with the session's header; it carries the acknowledgement that was due.
SessionMessage ClientCore::State::next_message(Binding& session, MessageType type) {
  SessionMessage message;
  message.type = type;
  message.session = session.id;
  message.counter = ++session.counter;
  message.acknowledgement = session.window.acknowledgement();
  message.expected = session.epoch;
  session.acknowledge_at = kNever;
  return message;
}

/// False if there is nothing to send after all.
bool ClientCore::State::transmit_call(Call& call, Transmit& out) {
  if (call.request.deadline <= now) {
    call.cancelling ? end_cancel(call) : give_up(call, Errc::deadline_exceeded);
    return false;
  }
  const bool is_request = call.next == MessageType::Request;
  if (is_request && too_large(call, *call.session)) {  // the path has changed since it was bound
    if (!call.sent) give_up(call, Errc::message_too_large);
    return false;  // what was sent before waits for its answer, or for a wider path
  }
  SessionMessage message = next_message(*call.session, call.next);
  message.semantics = call.request.semantics;
  message.codec = call.request.codec;
  message.sequence = call.number;
  message.budget_ms = budget_ms(now, call.request.deadline);
  message.attempt = call.attempts.add(now);
  if (is_request) {
    message.little_endian = call.request.little_endian;
    message.operation = call.request.operation;
    message.fingerprint = call.request.fingerprint;
    message.body_length = static_cast<std::uint32_t>(call.request.body.size());
    message.body_checksum = call.body_checksum;
    out.body = call.request.body;
    ++counters.requests_sent;
    if (call.requests++ != 0) ++counters.retransmissions;
    ++call.copies;
    if (counts_as_durable(call) && !call.sent) ++call.session->durable_calls;
    call.sent = true;  // before the first octet is handed over
  } else {
    if (call.next == MessageType::Probe) ++counters.probes;
    out.body = Slice{};
  }
  write(message, call.request.object_key, out.header);
  if (call.request.semantics == Semantics::Maybe && !planted(Bug::OnewayResent)) {
    complete(call, OutcomeKind::Sent, Errc::ok);
  } else {
    schedule(call);
  }
  return true;
}

void ClientCore::State::not_handed_over(SessionId session, Series series, Sequence number) {
  Call* const call = find_bound(session, series, number);
  if (call == nullptr || call->copies == 0) return;
  --call->copies;
  if (call->requests > 0) --call->requests;
  // What was sent under an earlier number never runs if that was refused; at least once, it may.
  const std::uint32_t left = series == Series::Windowed ? call->requests : call->copies;
  if (call->completed) {  // a maybe call, whose completion has not been polled
    call->completion.kind = OutcomeKind::NotSent;
    call->completion.reason = Errc::queue_full;
    call->completion.sent = call->copies;
  } else if (left == 0 && !call->request.repeated) {
    call->sent = false;
    if (counts_as_durable(*call)) --call->session->durable_calls;
  }
}

/// When the call's message is to be repeated, if no answer comes.
void ClientCore::State::schedule(Call& call) {
  // However slow the back-off, several messages go within a lease: the answer to any of them renews it.
  Duration pause = std::min(rtt.rto(call.backoff++), call.session->lease / 8);
  if (call.working && !call.cancelling) pause = std::min(pause, config.limits.probe_max);
  if (rarely(Rare::EarlyRepetition)) pause /= 8;
  call.send_at = now + std::chrono::duration_cast<Duration>(jitter() * pause);
  calls.update_timer(call);
}

/// When a message is due that does nothing but keep the session: while none is answered as a call's would be
/// repeated, else a third of the lease after the latest message that is known to have arrived.
Time ClientCore::State::keep_at(const Binding& session) const {
  if (!keeps(session) || !has_path) return kNever;
  const Keeping& keeping = session.keeping;
  const Time at = keeping.number != 0 ? keeping.send_at : session.lease_until - session.lease * 2 / 3;
  return at < session.lease_until ? at : kNever;
}

void ClientCore::State::begin_keeping(Binding& session) {
  session.keeping = Keeping{session.next_free++, {}, 0, now};
}

void ClientCore::State::transmit_keeping(Binding& session, Transmit& out) {
  Keeping& keeping = session.keeping;
  if (keeping.number == 0) begin_keeping(session);
  SessionMessage message = next_message(session, MessageType::Probe);
  message.semantics = Semantics::AtLeastOnce;
  message.sequence = keeping.number;
  message.budget_ms = kBudgetUnlimited;
  message.attempt = keeping.attempts.add(now);
  ++counters.probes;
  write(message, {}, out.header);
  out.body = Slice{};
  const Duration pause = std::min(rtt.rto(keeping.backoff++), session.lease / 8);
  keeping.send_at = now + std::chrono::duration_cast<Duration>(jitter() * pause);
}

void ClientCore::State::timeout() {
  while (calls.earliest_timer() <= now) {
    Call& call = calls.earliest();
    if (call.request.deadline <= now) {
      call.cancelling ? end_cancel(call) : give_up(call, Errc::deadline_exceeded);
      continue;
    }
    call.send_at = kNever;
    calls.update_timer(call);
    if (std::exchange(call.pausing, false)) {
      calls.wait(call);
      continue;
    }
    // A stream does not lose requests, nor do fragments, and a server that works on one need not see it again:
    // ask.
    const bool ask = call.sent && (call.working || path.validated || is_split(call));
    const MessageType opening = opening_of(call);
    calls.make_ready(call, ask && opening == MessageType::Request ? MessageType::Probe : opening);
  }
  progress();
}

Time ClientCore::State::next_timeout() const {
  Time next = calls.earliest_timer();
  if (closed) return next;
  if (has_path) next = std::min(next, handshake.due());
  for (const auto& session : sessions) {
    if (session->id == 0) continue;
    if (has_path) next = std::min(next, session->acknowledge_at);
    if (open_calls != 0 && !outlasts_lease(*session)) next = std::min(next, session->lease_until);
    next = std::min(next, keep_at(*session));
  }
  return next;
}

// --- Receiving

void ClientCore::State::receive(const Slice& message) {
  if (closed) return;
  Prefix prefix;
  const Errc error = read_prefix(message, prefix);
  // VERSIONS is the one message that says the same in every version.
  if (error != Errc::ok && !(error == Errc::bad_version && prefix.type == MessageType::Versions)) {
    ++counters.malformed;
    return;
  }
  switch (prefix.type) {
    case MessageType::Cookie:
    case MessageType::Welcome:
    case MessageType::Refused:
    case MessageType::Versions: receive_from_handshake(message, prefix); return;
    case MessageType::Reply:
    case MessageType::NotExecuted:
    case MessageType::ReplyLost:
    case MessageType::Working:
    case MessageType::Unseen:
    case MessageType::Collision:
    case MessageType::WrongEpoch:
    case MessageType::NoSession: receive_answer(message, prefix); return;
    case MessageType::PathChallenge: receive_challenge(message, prefix); return;
    default: ++counters.malformed; return;
  }
}

void ClientCore::State::receive_from_handshake(const Slice& message, const Prefix& prefix) {
  Cookie cookie;
  Welcome welcome;
  Refused refused;
  Versions versions;
  Errc error = Errc::ok;
  std::uint64_t nonce = 0;
  switch (prefix.type) {
    case MessageType::Cookie: error = read(message, prefix, cookie), nonce = cookie.nonce; break;
    case MessageType::Welcome: error = read(message, prefix, welcome), nonce = welcome.nonce; break;
    case MessageType::Refused: error = read(message, prefix, refused), nonce = refused.nonce; break;
    default: error = read(message, prefix, versions), nonce = versions.nonce; break;
  }
  if (error != Errc::ok) {
    ++counters.malformed;
    return;
  }
  if (!handshake.expects(nonce)) {
    ++counters.ignored;
    return;
  }
  switch (prefix.type) {
    case MessageType::Cookie:
      if (const auto sent_at = handshake.sent_at(cookie.attempt); sent_at && !config.lasting) {
        rtt.sample(now - *sent_at);
      }
      handshake.take_cookie(now, cookie.cookie);
      break;
    case MessageType::Welcome:
      // To an earlier life, under the same nonce: what it says of the epoch may be older than that life's last requests.
      if (config.lasting && welcome.incarnation != config.incarnation) {
        ++counters.ignored;
      } else {
        enter(welcome);
      }
      break;
    case MessageType::Refused: refuse_session(refused.reason, refused.retry_after_ms); break;
    default: refuse_session(Errc::bad_version, 0); break;
  }
}

void ClientCore::State::receive_challenge(const Slice& message, const Prefix& prefix) {
  PathChallenge challenge;
  if (read(message, prefix, challenge) != Errc::ok) {
    ++counters.malformed;
    return;
  }
  Binding* const session = find(challenge.session);
  const Duration pause = rtt.rto();
  const bool repeated =
      session != nullptr && session->proof.repeated_at != kNever && now < session->proof.repeated_at + pause;
  // One that a fragment has caused does not say when that was sent.
  if (session == nullptr || challenge.counter > session->counter ||
      (challenge.counter == 0 ? repeated : challenge.counter <= session->proof.counter)) {
    ++counters.ignored;
    return;
  }
  session->proof.cookie = challenge.cookie;
  if (repeated) return;  // only the proof was lost: what is not answered has its timers
  session->proof.repeated_at = now;
  repeat_all(*session);
}

void ClientCore::State::receive_answer(const Slice& message, const Prefix& prefix) {
  Answer answer;
  const Errc error = read(message, prefix, answer);
  if (error != Errc::ok && error != Errc::invalid_value) {
    ++counters.malformed;
    return;
  }
  Binding* const its_session = find(answer.session);
  if (its_session == nullptr) {
    ++counters.ignored;
    return;
  }
  Binding& session = *its_session;
  const Keeping& keeping = session.keeping;
  const bool epoch_is_over = answer.type == MessageType::WrongEpoch && answer.expected == session.epoch;
  const bool session_is_gone = answer.type == MessageType::NoSession || (epoch_is_over && !session.durable);
  Call* const call = calls.find_bound(session, series_of(answer.semantics), answer.sequence);
  // A maybe call is over when it is sent; what its copies are told about the session counts all the same.
  const bool was_maybe = error == Errc::ok && answer.semantics == Semantics::Maybe && answer.sequence != 0 &&
                         answer.sequence < session.next_free;
  const bool keeps_session = error == Errc::ok && keeping.attempts.count() != 0 &&
                             answer.sequence == keeping.number && series_of(answer.semantics) == Series::Free;
  if (keeps_session && !session_is_gone && !epoch_is_over) {
    judge_keeping(session, answer);
    return;
  }
  if ((call == nullptr || call->attempts.count() == 0) &&
      !((was_maybe || keeps_session) && (session_is_gone || epoch_is_over))) {
    ++counters.ignored;
    return;
  }
  if (error != Errc::ok) {
    ++counters.malformed;
    if (call->cancelling)
      end_cancel(*call);
    else if (!call->completed)
      complete(*call, OutcomeKind::Unknown, Errc::protocol_error);
    return;
  }
  if (session_is_gone) {
    leave_session(session, answer.type == MessageType::NoSession ? Errc::session_lost : Errc::epoch_changed);
    progress();
    return;
  }
  if (epoch_is_over) {
    if (answer.epoch.counter > session.epoch.counter) {
      resume(session, answer.epoch);
      progress();
    } else {
      ++counters.ignored;  // a server that was replaced, and lives on: a durable epoch never goes back
    }
    return;
  }
  judge_answer(*call, answer, message, prefix);
}

/// What every answer of the session's present epoch tells: the round trip, that the lease was renewed, and
/// the window.
void ClientCore::State::learn_from(Binding& session, const Attempts& attempts, const Answer& answer,
                                   bool measures_the_way) {
  if (answer.window != 0) session.window.grant(answer.window);
  const std::optional<Time> sent_at = attempts.sent_at(answer.attempt);
  if (!sent_at) return;
  session.lease_until = std::max(session.lease_until, *sent_at + session.lease);
  if (!measures_the_way) return;
  rtt.sample(now - (planted(Bug::KarnOff) ? *attempts.sent_at(attempts.count()) : *sent_at));
}

void ClientCore::State::judge_keeping(Binding& session, const Answer& answer) {
  if (answer.type != MessageType::Unseen || answer.epoch != session.epoch) {
    ++counters.ignored;
    return;
  }
  learn_from(session, session.keeping.attempts, answer, true);
  session.keeping = Keeping{};
  session.proof.repeated_at = kNever;
  progress();  // the window may have been widened
}

void ClientCore::State::judge_answer(Call& call, const Answer& answer, const Slice& message,
                                     const Prefix& prefix) {
  const bool present = answer.epoch == call.session->epoch;
  const bool of_any_epoch = answer.type == MessageType::Reply || answer.type == MessageType::ReplyLost ||
                            (planted(Bug::OldRefusalBelieved) && answer.type == MessageType::NotExecuted) ||
                            (planted(Bug::OldWorkingBelieved) && answer.type == MessageType::Working);
  if (!present && !of_any_epoch) {  // what a dead epoch refused or worked on says nothing about this one
    ++counters.ignored;
    return;
  }
  // The reply of a call that took long measures its servant, not the way; fragments measure their number; and the
  // answer to a call that is made again may be one to an attempt of before.
  const bool measures = !call.request.repeated && !is_split(call) && !path.splits(message.size()) &&
                        (answer.type != MessageType::Reply || !call.working);
  if (present) learn_from(*call.session, call.attempts, answer, measures);
  if (call.completed && !call.cancelling) {
    ++counters.ignored;
    return;
  }
  const bool asks_for_more = answer.type == MessageType::Working || answer.type == MessageType::Unseen;
  if (asks_for_more && rarely(Rare::AnswerDropped)) return;
  if (answer.type == MessageType::Working) {
    if (!call.working && !call.cancelling) {
      call.working = true;
      call.backoff = 0;
      calls.leave_queue(call);
      schedule(call);
    }
    progress();  // the window may have been widened
    return;
  }
  if (answer.type == MessageType::Unseen) {
    // Only the answer to the newest probe: an older one may have been overtaken by a request.
    if (call.cancelling || call.next != MessageType::Probe || answer.attempt != call.attempts.count()) return;
    call.working = false;
    if (!is_split(call)) call.backoff = 0;  // else it is still arriving, most likely
    calls.make_ready(call, MessageType::Request);
    return;
  }
  if (answer.type == MessageType::WrongEpoch) {  // of another epoch than the one we ask for
    ++counters.ignored;
    return;
  }
  call.session->proof.repeated_at = kNever;
  if (call.cancelling) {
    end_cancel(call);
    progress();
    return;
  }
  CallCompletion& completion = call.completion;
  switch (answer.type) {
    case MessageType::Reply:
      if (answer.body_length > config.limits.message_max) {
        complete(call, OutcomeKind::ReplyLost, Errc::reply_too_large);
        break;
      }
      completion.status = answer.status;
      completion.codec = answer.codec;
      completion.little_endian = answer.little_endian;
      completion.body = message.part(prefix.header_length, answer.body_length);
      complete(call, OutcomeKind::Executed, answer.reason);
      break;
    case MessageType::ReplyLost: complete(call, OutcomeKind::ReplyLost, answer.reason); break;
    case MessageType::NotExecuted:
      if (answer.reason == Errc::overloaded && make_again(call, answer.retry_after_ms)) {
        progress();
        break;
      }
      completion.retry_after = std::chrono::milliseconds{answer.retry_after_ms};
      if (call.series() == Series::Windowed) {
        const bool by_us = is_withdrawn(call, *call.session) && answer.reason == Errc::cancelled;
        complete(call, OutcomeKind::NotExecuted, by_us ? Errc::message_too_large : answer.reason);
      } else {
        completion.server_reason = answer.reason;  // nothing makes it stick
        complete(call, OutcomeKind::Unknown, Errc::refused_after_sending);
      }
      break;
    default: complete(call, OutcomeKind::Unknown, Errc::protocol_error); break;
  }
}

}  // namespace once::core
