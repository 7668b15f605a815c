// The server's verdict on a message: docs/protocol.md, V2 to V8 in their order, and V15.
#include <algorithm>

#include "server.hpp"

namespace once::model {

void ServerSide::receive(const Message& message, bool refuses) {
  step_.say([&] { return "the server receives " + to_text(message); });
  if (message.type == MessageType::Hello) return receive_hello(message);
  const bool is_answered = is_about_call(message.type);
  if (message.epoch != state_.server.epoch && !world_.planted(Fault::EpochUnchecked)) {
    step_.by("V2");
    if (is_answered) answer_outside(message, MessageType::WrongEpoch);
    return;
  }
  Session& session = session_at(message.session - 1u);
  if (!session.is_open() && world_.planted(Fault::ResumeWithoutRow) && message.type == MessageType::Request) {
    session = Session{};
    session.state = SessionState::Open;
    session.window = session.held = world_.configuration.window;
  }
  if (!session.is_open()) {
    step_.by("V3");
    if (is_answered) answer_outside(message, MessageType::NoSession);
    return;
  }
  if (world_.planted(Fault::AckAfterWindow) && is_answered && message.number > session.mark + session.held) {
    step_.breaks(Invariant::NeverOverWindow);
    return;
  }
  acknowledge(session, message);
  if (message.type == MessageType::Bye) {
    end(message.session - 1u);
  } else if (is_answered) {
    message.free ? judge_free(message, refuses) : judge(message, refuses);
  }
}

/// V4. Of what is finished now a queued call is dropped, a running one becomes an orphan, any other record goes.
void ServerSide::acknowledge(Session& session, const Message& message) {
  step_.by("V4");
  session.mark = world_.planted(Fault::MarkAssigned) ? message.mark : std::max(session.mark, message.mark);
  if (world_.planted(Fault::BitmapAssigned)) session.bitmap = 0;
  session.bitmap = static_cast<Numbers>((session.bitmap | message.bitmap) & ~up_to(session.mark));
  for (Count number = 1; number <= kCalls; ++number) {
    Record& record = session.record(number, false);
    if (record.state == RecordState::None || !session.is_acknowledged(number)) continue;
    if (record.state == RecordState::Running || record.state == RecordState::Committed) continue;
    step_.by("M2");
    record = Record{};
  }
}

bool ServerSide::looks_new(const Session& session, const Message& message) const {
  if (message.type != MessageType::Request) return false;
  if (world_.planted(Fault::FilterOff)) return true;
  if (world_.planted(Fault::StaleAsNew) && session.is_acknowledged(message.number)) return true;
  const RecordState state = session.records[message.number - 1u].state;
  return world_.planted(Fault::NoInProgress) &&
         (state == RecordState::Queued || state == RecordState::Running);
}

void ServerSide::judge(const Message& message, bool refuses) {
  Session& session = session_at(message.session - 1u);
  const Record& record = session.record(message.number, false);
  if (looks_new(session, message)) return accept(message);
  if (session.is_acknowledged(message.number)) return drop_stale(message);
  if (message.number > session.mark + (world_.planted(Fault::GrantShrinks) ? session.window : session.held)) {
    step_.by("V6");
    step_.breaks(Invariant::NeverOverWindow);
    return;
  }
  record.state != RecordState::None ? judge_known(message, refuses) : judge_unknown(message, refuses);
}

void ServerSide::drop_stale(const Message& message) {
  step_.by("V5");
  step_.say([] { return std::string{"drops it as stale"}; });
  for (const Call& call : state_.calls) {
    const bool is_waited_for = call.phase == Phase::Bound && call.asked && call.number == message.number;
    if (is_waited_for && state_.client.sessions[call.place - 1u].session == message.session) {
      const auto index = static_cast<std::size_t>(&call - state_.calls.data());
      if (!world_.is_free(index)) step_.breaks(Invariant::NeverStale);
    }
  }
}

void ServerSide::judge_known(const Message& message, bool refuses) {
  step_.by("V7");
  Record& record = session_at(message.session - 1u).record(message.number, false);
  if (world_.planted(Fault::RefusedBeforeKnown) && message.type == MessageType::Request &&
      record.state != RecordState::Refused) {
    step_.may_refuse = true;
    if (refuses) return refuse(message);
  }
  switch (record.state) {
    case RecordState::Queued: judge_queued(message, refuses); break;
    case RecordState::Running:
      if (world_.planted(Fault::RunningRefused) && message.type == MessageType::Cancel) {
        session_at(message.session - 1u).stray[message.number - 1u] = static_cast<Count>(record.call + 1);
        return refuse(message);
      }
      [[fallthrough]];
    case RecordState::Committed: answer(message, MessageType::Working); break;
    case RecordState::Done: answer(message, MessageType::Reply, record.call); break;
    case RecordState::ReplyGone: answer(message, MessageType::ReplyLost); break;
    case RecordState::Refused: answer(message, MessageType::NotExecuted); break;
    case RecordState::None: break;
  }
}

/// It may still be refused: by a CANCEL, or if the budget of this copy, or of the first, is used up.
void ServerSide::judge_queued(const Message& message, bool refuses) {
  step_.may_refuse = message.type != MessageType::Cancel;
  if (message.type == MessageType::Cancel || refuses) {
    refuse(message);
  } else {
    answer(message, MessageType::Working);
  }
}

void ServerSide::judge_unknown(const Message& message, bool refuses) {
  step_.by("V8");
  if (message.type == MessageType::Probe) {
    if (!world_.planted(Fault::UnseenNotAnswered)) answer(message, MessageType::Unseen);
    return;
  }
  if (message.type == MessageType::Cancel) {
    if (world_.planted(Fault::CancelForgets)) return answer(message, MessageType::NotExecuted);
    return refuse(message);
  }
  if (world_.planted(Fault::OrphanNarrowsWindow)) {
    const auto& records = session_at(message.session - 1u).records;
    const auto used = std::count_if(records.begin(), records.end(),
                                    [](const Record& record) { return record.state != RecordState::None; });
    if (used >= world_.configuration.window) {
      step_.breaks(Invariant::NeverOverWindow);
      return;
    }
  }
  if (refuses || !may_start()) return refuse(message);
  step_.may_refuse = true;
  accept(message);
}

/// Only what is queued or running is known, and no refusal sticks.
void ServerSide::judge_free(const Message& message, bool refuses) {
  step_.by("V15");
  Record& record = session_at(message.session - 1u).record(message.number, true);
  if (record.state == RecordState::Queued && message.type == MessageType::Cancel) {
    record = Record{};
    return answer(message, MessageType::NotExecuted);
  }
  if (record.state != RecordState::None) return answer(message, MessageType::Working);
  if (message.type == MessageType::Probe) return answer(message, MessageType::Unseen);
  if (message.type == MessageType::Cancel || refuses || !may_start()) {
    return answer(message, MessageType::NotExecuted);
  }
  step_.may_refuse = true;
  accept(message);
}

void ServerSide::accept(const Message& message) {
  step_.say([] { return std::string{"takes it as new"}; });
  Session& session = session_at(message.session - 1u);
  Record& record = session.record(message.number, message.free);
  record.state = RecordState::Queued;
  record.call = message.call;
  record.mark = world_.is_exactly_once(message.call) ? session.mark : Count{0};
}

/// Recorded, then answered.
void ServerSide::refuse(const Message& about) {
  step_.by("V11");
  Record& record = session_at(about.session - 1u).record(about.number, about.free);
  record = Record{};
  if (!about.free && !world_.planted(Fault::RefusalNotRecorded)) record.state = RecordState::Refused;
  answer(about, MessageType::NotExecuted);
}

void ServerSide::answer(const Message& about, MessageType type, Count call) {
  if (type == MessageType::Working && !world_.configuration.working) return;
  Message answer;
  answer.type = type;
  answer.session = about.session;
  answer.epoch = state_.server.epoch;
  answer.number = about.number;
  answer.free = about.free;
  answer.call = call;
  if (world_.configuration.grants) answer.window = session_at(about.session - 1u).window;
  state_.network.add(answer);
  step_.say([&] { return "the server answers " + to_text(answer); });
}

/// No session stands behind it.
void ServerSide::answer_outside(const Message& about, MessageType type) {
  Message answer;
  answer.type = type;
  answer.session = about.session;
  answer.number = about.number;
  answer.free = about.free;
  if (type == MessageType::WrongEpoch) {
    answer.epoch = state_.server.epoch;
    answer.expected = about.epoch;
  }
  state_.network.add(answer);
  step_.say([&] { return "the server answers " + to_text(answer); });
}

}  // namespace once::model
