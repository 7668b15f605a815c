// What the driver does with the calls that a server was asked for: takes, starts, refuses, answers them.
#include <once/base/crc32c.hpp>

#include "core/planted_bugs.hpp"
#include "core/rare.hpp"
#include "core/server/server_state.hpp"

namespace once::core {

bool ServerCore::State::start(Time now, CallHandle call, std::uint32_t reply_max) {
  Record* const record = calls.find(call);
  if (record == nullptr || record->state != RecordState::Queued) return false;
  Errc reason = Errc::ok;
  if (record->deadline <= now) {
    reason = Errc::deadline_exceeded;
  } else if (!calls.may_start(record->client) || rarely(Rare::NoRoomForReply) ||
             (record->series() == Series::Windowed && !calls.replies().reserve(*record, reply_max))) {
    reason = Errc::overloaded;
  }
  if (reason != Errc::ok) {
    give_up_queued(*record, reason);
    return false;
  }
  calls.start(*record);
  return true;
}

void ServerCore::State::refuse(CallHandle call, Errc reason, std::uint32_t retry_after_ms) {
  Record* const record = calls.find(call);
  if (record == nullptr) return;
  ONCE_ASSERT(record->state == RecordState::Queued || record->state == RecordState::Running);
  if (reason == Errc::overloaded && retry_after_ms == 0) retry_after_ms = this->retry_after_ms();
  if (record->session == kNone || record->told_abandoned) {  // an orphan that had not begun
    calls.remove(*record);
    return;
  }
  Session& session = sessions.at(record->session);
  const Answer answer = answer_about(session, *record, MessageType::NotExecuted);
  if (record->series() == Series::Free || !record->findable) {
    calls.remove(*record);
  } else if (planted(Bug::RefusalNotRecorded)) {
    session.set_state(record->id.sequence, NumberState::Unseen);
    calls.remove(*record);
  } else {
    calls.refuse(*record, reason, retry_after_ms);
  }
  answer_not_executed(session, answer, reason, retry_after_ms);
}

void ServerCore::State::reply(CallHandle call, ReplyStatus status, Slice body, bool little_endian,
                              Errc reason) {
  Record* const record = calls.find(call);
  if (record == nullptr) return;
  ONCE_ASSERT(record->state == RecordState::Running);
  ++counters.executed;
  if (record->session == kNone || record->told_abandoned || record->semantics == Semantics::Maybe) {
    if (record->semantics == Semantics::ExactlyOnce) calls.forget(record->id);
    calls.remove(*record);  // nobody waits
    return;
  }
  Session& session = sessions.at(record->session);
  Answer answer = answer_about(session, *record, MessageType::Reply);
  if (!reply_fits(session, body.size())) {
    calls.finish_without_reply(*record, Errc::reply_too_large);
    answer.type = MessageType::ReplyLost;
    answer.reason = Errc::reply_too_large;
    send(session.path, answer);
  } else {
    Slice sent = body;  // a reply that cannot be kept is still sent, once
    answer.status = status;
    answer.reason = reason;
    answer.little_endian = little_endian;
    answer.body_length = static_cast<std::uint32_t>(body.size());
    if (record->series() == Series::Free) {
      answer.body_checksum = crc32c(sent);  // nothing is kept, and nothing must make room for it
    } else {
      calls.finish(*record, status, std::move(body), little_endian, reason);
      answer.body_checksum = record->body_checksum;
    }
    send(session.path, answer, std::move(sent));
  }
  if (record->series() == Series::Free || !record->findable) calls.remove(*record);
}

bool ServerCore::State::poll_transmit(Transmit& out) {
  if (outgoing.empty()) return false;
  Outgoing& next = outgoing.front();
  out.to = next.to;
  out.header.assign(next.header.data(), next.header.data() + next.header_size);
  out.body = std::move(next.body);
  outgoing.pop();
  return true;
}

/// Refuses a call that has waited too long.
void ServerCore::State::shed(Record& record) {
  ++counters.shed;
  if (config.tells) {
    Told& about = told.push();
    about = Told{};
    about.what = Told::What::Shed;
    about.id = record.id;
    about.semantics = record.semantics;
    about.reason = Errc::overloaded;
  }
  give_up_queued(record, Errc::overloaded);
}

bool ServerCore::State::poll_arrival(Time now, Arrival& out, Lane lane) {
  WaitingCalls::Turn turn = calls.next(now, lane);
  for (; turn.too_late; turn = calls.next(now, lane)) shed(*turn.record);
  Record* const record = turn.record;
  if (record == nullptr) return false;
  const Session& session = sessions.at(record->session);
  out.call = record->handle();
  out.id = record->id;
  out.semantics = record->semantics;
  out.codec = record->codec;
  out.little_endian = record->little_endian;
  out.operation = record->digest.operation;
  out.fingerprint = record->fingerprint;
  out.object_key = std::move(record->key);
  out.body = std::move(record->body);
  out.deadline = record->deadline;
  out.from = session.path;
  out.client = sessions.client(record->client).instance;
  out.attempt = record->attempt;
  out.digest = record->digest;
  out.mark = session.mark;
  return true;
}

}  // namespace once::core
