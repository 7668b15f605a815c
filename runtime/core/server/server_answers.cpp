// The answers of a server.
#include "core/server/server_state.hpp"

namespace once::core {

Answer ServerCore::State::answer_to(const Session& session, const SessionMessage& message,
                                    MessageType type) const {
  Answer answer;
  answer.type = type;
  answer.semantics = message.semantics;
  answer.codec = message.codec;
  answer.attempt = message.attempt;
  answer.window = session.window;
  answer.session = session.id;
  answer.sequence = message.sequence;
  answer.epoch = config.epoch;
  answer.expected = message.expected;
  return answer;
}

Answer ServerCore::State::answer_about(const Session& session, const Record& record, MessageType type) const {
  Answer answer;
  answer.type = type;
  answer.semantics = record.semantics;
  answer.codec = record.codec;
  answer.attempt = record.attempt;
  answer.window = session.window;
  answer.session = session.id;
  answer.sequence = record.id.sequence;
  answer.epoch = config.epoch;
  answer.expected = config.epoch;
  return answer;
}

/// WRONG_EPOCH and NO_SESSION: no session stands behind them, and they are never larger than what they
/// answer.
void ServerCore::State::answer_outside(const Path& to, const SessionMessage& message, MessageType type) {
  static_assert(kAnswerSize <= kCallSize && kAnswerSize <= kRequestSize);
  Answer answer;
  answer.type = type;
  answer.semantics = message.semantics;
  answer.attempt = message.attempt;
  answer.session = message.session;
  answer.sequence = message.sequence;
  answer.epoch = config.epoch;
  answer.expected = message.expected;
  send(to, answer);
}

void ServerCore::State::answer_not_executed(const Session& session, Answer answer, Errc reason,
                                            std::uint32_t retry_after_ms) {
  if (reason == Errc::overloaded) ++counters.overloaded;
  if (answer.semantics == Semantics::Maybe) return;
  answer.reason = reason;
  answer.retry_after_ms = retry_after_ms;
  send(session.path, answer);
}

bool ServerCore::State::reply_fits(const Session& session, std::size_t body_size) const {
  return body_size <= session.message_max && session.path.carries(kAnswerSize + body_size);
}

/// The recorded reply, or REPLY_LOST where the client's way cannot carry it.
void ServerCore::State::answer_reply(const Session& session, const Record& record, Answer answer) {
  if (!reply_fits(session, record.body.size())) {
    answer.type = MessageType::ReplyLost;
    answer.reason = Errc::reply_too_large;
    send(session.path, answer);
    return;
  }
  answer.status = record.status;
  answer.reason = record.reason;
  answer.little_endian = record.little_endian;
  answer.body_length = static_cast<std::uint32_t>(record.body.size());
  answer.body_checksum = record.body_checksum;
  send(session.path, answer, record.body);
}

}  // namespace once::core
