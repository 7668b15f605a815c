// What the client sends, and which answers count (docs/protocol.md, "The client's side").
#include "client.hpp"

namespace once::model {

Message ClientSide::hello() const {
  Message message;
  message.type = MessageType::Hello;
  message.nonce = client().nonce;
  message.life = client().life;
  return message;
}

void ClientSide::send_hello() {
  step_.by("T7");
  state_.network.add(hello());
  step_.say([&] { return "the client sends " + to_text(hello()); });
}

/// Every message of a session carries the acknowledgement as it is now.
Message ClientSide::header(MessageType type, std::size_t place) const {
  const Binding& session = client().sessions[place];
  const Binding& finished = client().sessions[world_.planted(Fault::OneAckForAllSessions) ? 0 : place];
  Message message;
  message.type = type;
  message.session = session.session;
  message.epoch = session.epoch;
  message.mark = finished.mark();
  message.bitmap = finished.bitmap();
  return message;
}

Message ClientSide::message_about(std::size_t call, MessageType type) const {
  const Call& about = state_.calls[call];
  Message message = header(type, about.place - 1u);
  message.number = about.number;
  message.free = world_.is_free(call);
  if (type == MessageType::Request) message.call = static_cast<std::uint8_t>(call);
  if (type == MessageType::Probe && world_.planted(Fault::ProbeWithoutAck)) message.mark = message.bitmap = 0;
  return message;
}

void ClientSide::send_about(std::size_t call, MessageType type) {
  Call& about = call_at(call);
  if (type == MessageType::Request) {
    step_.by("O1");
    if (is_lasting() && !client().entered && !world_.planted(Fault::EnteredLate)) note_entering();
    about.sent = true;
  }
  if (type == MessageType::Cancel) {
    about.withdrawn ? step_.by("L8") : step_.by("C12");
  } else if (type == MessageType::Probe) {
    step_.by("T3");
  } else {
    about.working ? step_.by("C14") : step_.by("T1");
  }
  about.asked = true;
  const Message message = message_about(call, type);
  state_.network.add(message);
  step_.say([&] { return "the client sends " + to_text(message); });
}

/// The stream breaks in the middle, and the call counts as not sent.
void ClientSide::send_partly(std::size_t call) {
  const Message message = message_about(call, MessageType::Request);
  state_.network.add(message);
  step_.say(
      [&] { return "the client sends " + to_text(message) + ", is told that it failed, and believes it"; });
}

Message ClientSide::acknowledgement(std::size_t place) const {
  return header(MessageType::Ack, place);
}

void ClientSide::send_acknowledgement(std::size_t place) {
  step_.by("T4");
  const Message message = acknowledgement(place);
  state_.network.add(message);
  step_.say([&] { return "the client sends " + to_text(message); });
}

void ClientSide::receive(const Message& message) {
  step_.say([&] { return "the client receives " + to_text(message); });
  if (message.type != MessageType::Welcome && message.type != MessageType::Superseded) {
    return receive_answer(message);
  }
  step_.by("H2");
  const bool is_expected =
      world_.planted(Fault::WelcomeWithoutNonce) ? client().nonce != 0 : client().nonce == message.nonce;
  if (!is_expected || client().closed) return;
  const bool is_of_this_life = message.life == client().life || world_.planted(Fault::WelcomeOfEarlierLife);
  if (message.type == MessageType::Superseded) return refuse_waiting();
  if (is_of_this_life || !is_lasting()) enter(message);
}

/// The server gives no session: what waits for one ends.
void ClientSide::refuse_waiting() {
  step_.by("N2");
  client().nonce = 0;
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    if (call_at(call).phase == Phase::Waiting) give_up(call);
  }
  progress();
}

std::size_t ClientSide::bound_call(std::size_t place, const Message& message) const {
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    const Call& bound = state_.calls[call];
    const bool is_there = bound.place == place + 1 || world_.planted(Fault::AnswerOfAnySession);
    if (bound.place != 0 && is_there && bound.asked && bound.number == message.number &&
        world_.is_free(call) == message.free) {
      return call;
    }
  }
  return kCalls;
}

void ClientSide::receive_answer(const Message& message) {
  std::size_t place = 0;
  while (place < kPlaces && client().sessions[place].session != message.session) ++place;
  if (place == kPlaces) return;
  const Binding& session = client().sessions[place];
  const std::size_t call = bound_call(place, message);
  if (call == kCalls) return;
  step_.by("C1");
  if (message.type == MessageType::NoSession) {
    step_.by("C7");
    if (world_.planted(Fault::NoSessionMeansNotRun) && call_at(call).is_open()) {
      complete(call, Outcome::NotExecuted);
    }
    return leave(place);
  }
  if (message.type == MessageType::WrongEpoch) {
    if (message.expected != session.epoch && !world_.planted(Fault::EpochGoesBack)) return;
    step_.by("C6");
    if (!world_.configuration.is_durable) {
      if (world_.planted(Fault::WrongEpochMeansNotRun) && call_at(call).is_open()) {
        complete(call, Outcome::NotExecuted);
      }
      return leave(place);
    }
    if (message.epoch > session.epoch || world_.planted(Fault::EpochGoesBack)) resume(place, message.epoch);
    return;
  }
  judge(call, message);
}

void ClientSide::judge(std::size_t call, const Message& message) {
  Call& asked = call_at(call);
  Binding& session = session_of(asked);
  const bool is_present = message.epoch == session.epoch;
  if (is_present && message.window != 0) session.grant = message.window;
  const bool of_any_epoch = message.type == MessageType::Reply || message.type == MessageType::ReplyLost;
  const bool is_believed =
      (message.type == MessageType::NotExecuted && world_.planted(Fault::OldRefusalBelieved)) ||
      (message.type == MessageType::Working && world_.planted(Fault::OldWorkingBelieved));
  if (!is_present && !of_any_epoch && !is_believed) return;
  if (!asked.is_open() && !asked.cancelling) return progress();  // the window may have been widened
  if (message.type == MessageType::Working) {
    step_.by("C4");
    if (!asked.cancelling) asked.working = true;
  } else if (message.type == MessageType::Unseen) {
    step_.by("C5");
    if (!asked.cancelling) asked.working = false;
  } else if (asked.cancelling) {
    step_.by("C12");
    end_cancel(call);
  } else {
    end_by(call, message);
  }
  progress();
}

void ClientSide::end_by(std::size_t call, const Message& message) {
  if (message.type == MessageType::NotExecuted) {
    step_.by("C3");
    if (client().retries < world_.configuration.retries) return retry(call);
    const bool sticks = !world_.is_free(call) || world_.planted(Fault::FreeRefusalBelieved);
    return complete(call, sticks ? Outcome::NotExecuted : Outcome::Unknown);
  }
  step_.by("C2");
  if (message.type == MessageType::ReplyLost) return complete(call, Outcome::ReplyLost);
  if (message.call != call) step_.breaks(Invariant::ReplyOfItsCall);
  if (world_.planted(Fault::AckBeforeHandOver)) {  // and then the reply is lost on its way to the application
    session_of(call_at(call)).finished |= bit(message.number);
    return;
  }
  complete(call, Outcome::Executed);
}

/// Its first number is finished, and the refusal sticks to that; at least once, copies of what was sent may still run.
void ClientSide::retry(std::size_t call) {
  step_.by("C17");
  ++client().retries;
  release(call);
  Call& refused = call_at(call);
  refused.phase = Phase::Waiting;
  refused.working = false;
  refused.sent = world_.is_free(call) && !world_.planted(Fault::FreeRetryNotSent);
}

}  // namespace once::model
