// The life of calls at the client: issued, bound to numbers, over, made again.
#include "client.hpp"

#include <algorithm>

namespace once::model {
namespace {

std::string text_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::NotSent: return "NotSent";
    case Outcome::NotExecuted: return "NotExecuted";
    case Outcome::Executed: return "Executed";
    case Outcome::ReplyLost: return "ReplyLost";
    case Outcome::Unknown: return "Unknown";
    case Outcome::Lost: return "Unknown (session_lost)";
    case Outcome::Crashed:
    case Outcome::None: break;
  }
  return "nothing";
}

}  // namespace

void ClientSide::issue(std::size_t call) {
  Call& issued = call_at(call);
  issued.phase = Phase::Waiting;
  step_.say([&] { return std::string{"the application makes call "} + name_of_call(call); });
  if (is_lasting()) {  // the outbox numbers it, on disk
    step_.by("I3");
    for (const Call& other : state_.calls) issued.number = std::max(issued.number, other.number);
    ++issued.number;
    issued.given_in = client().life;
  }
  progress();
}

void ClientSide::cancel(std::size_t call) {
  step_.by("C12");
  step_.say([&] { return std::string{"the application cancels call "} + name_of_call(call); });
  Call& cancelled = call_at(call);
  if (world_.planted(Fault::CancelMeansNotRun)) {
    complete(call, Outcome::NotExecuted);
    return progress();
  }
  cancelled.cancelling = cancelled.sent && cancelled.place != 0;
  give_up(call);
  progress();
}

void ClientSide::pass_deadline(std::size_t call) {
  step_.by("C12");
  step_.say([&] { return std::string{"the deadline of call "} + name_of_call(call) + " passes"; });
  if (call_at(call).cancelling) {
    end_cancel(call);
  } else if (world_.planted(Fault::DeadlineMeansNotRun)) {
    complete(call, Outcome::NotExecuted);
  } else {
    give_up(call);
  }
  progress();
}

/// The call ends for its application; its number stays open until the application has heard of it, and while a CANCEL
/// is repeated.
void ClientSide::complete(std::size_t call, Outcome outcome) {
  Call& over = call_at(call);
  over.phase = Phase::Ended;
  over.outcome = outcome;
  over.working = over.withdrawn = false;
  step_.say([&] { return std::string{"call "} + name_of_call(call) + " ends as " + text_of(outcome); });
  if (world_.planted(Fault::ToldEarly) && is_lasting() && outcome != Outcome::Unknown && in_session()) {
    client().sessions[0].finished |= bit(over.number);
  }
  over.unpolled = world_.configuration.slow_application;
  if (!over.unpolled && !over.cancelling) release(call);
}

void ClientSide::take_completion(std::size_t call) {
  step_.by("C11");
  step_.say(
      [&] { return std::string{"the application takes the completion of call "} + name_of_call(call); });
  call_at(call).unpolled = false;
  if (!call_at(call).cancelling) release(call);
  progress();
}

/// In a lasting session a number is finished when the outbox says so, and not here (L1).
void ClientSide::release(std::size_t call) {
  Call& over = call_at(call);
  if (over.place != 0 && !world_.is_free(call) && !is_lasting()) {
    step_.by("C11");
    session_of(over).finished |= bit(over.number);
  }
  over.place = 0;
  over.asked = false;
  if (!is_lasting()) over.number = 0;
}

void ClientSide::end_cancel(std::size_t call) {
  call_at(call).cancelling = false;
  if (!call_at(call).unpolled) release(call);
}

void ClientSide::make_again(std::size_t call) {
  Call& again = call_at(call);
  step_.say([&] { return std::string{"the application makes call "} + name_of_call(call) + " again"; });
  if (again.cancelling) end_cancel(call);
  again.phase = Phase::Waiting;
  again.outcome = Outcome::None;
  again.sent = client().entered;
  if (is_of_earlier_session(call)) {
    step_.by("L3");
    complete(call, Outcome::Lost);
  }
  progress();
}

void ClientSide::forget_key(std::size_t call) {
  step_.by("L1");
  step_.say([&] { return std::string{"the application forgets the key of call "} + name_of_call(call); });
  Call& forgotten = call_at(call);
  if (forgotten.cancelling) end_cancel(call);
  forgotten.phase = Phase::Forgotten;
  if (in_session()) client().sessions[0].finished |= bit(forgotten.number);
  progress();
}

Numbers ClientSide::numbers_forgotten() const {
  Numbers numbers = 0;
  for (const Call& call : state_.calls) {
    if (call.phase == Phase::Forgotten && call.number != 0) numbers |= bit(call.number);
  }
  return numbers;
}

void ClientSide::close() {
  step_.say([] { return std::string{"the client closes"}; });
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    if (call_at(call).is_open()) give_up(call);
  }
  for (std::size_t place = 0; place < kPlaces; ++place) {
    if (client().sessions[place].session == 0) continue;
    state_.network.add(header(MessageType::Bye, place));
    step_.say([] { return std::string{"says BYE"}; });
  }
  begin_life();
}

void ClientSide::crash() {
  step_.say([] { return std::string{"the client crashes"}; });
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    Call& hit = call_at(call);
    if (!is_lasting()) {
      if (hit.is_open()) hit.phase = Phase::Ended, hit.outcome = Outcome::Crashed;
    } else if (hit.phase != Phase::Unissued && hit.phase != Phase::Forgotten) {
      Call again;  // its key is not forgotten: the next life makes it again
      again.phase = Phase::Waiting;
      again.number = hit.number;
      again.given_in = hit.given_in;
      again.sent = client().entered;
      again.executions = hit.executions;
      hit = again;
      step_.by("L4");
    }
  }
  begin_life();
}

/// What was in memory is gone; nonces are never drawn twice, since they are random.
void ClientSide::begin_life() {
  if (is_lasting()) step_.by("N1");
  for (Call& call : state_.calls) {
    if (call.phase != Phase::Ended || is_lasting()) continue;
    Call ended;
    ended.phase = Phase::Ended;
    ended.outcome = call.outcome;
    ended.executions = call.executions;
    call = ended;
  }
  Client next;
  next.life = client().life;
  next.next_nonce = client().next_nonce;
  next.outbox = client().outbox;
  next.entered = client().entered;
  if (next.life < world_.configuration.lives) {
    ++next.life;
  } else {
    next.closed = true;
  }
  client() = next;
  progress();
}

void ClientSide::begin_outbox() {
  step_.by("L5");
  step_.say([] { return std::string{"the outbox gets another session to ask for"}; });
  for (Call& call : state_.calls) {
    if (call.phase == Phase::Forgotten) call.number = call.given_in = 0;
  }
  ++client().outbox;
  client().entered = client().lost = false;
  client().made_in = 0;
}

/// On disk, before the first call leaves: what is numbered by now, nobody can have sent before.
void ClientSide::note_entering() {
  step_.by("L4");
  step_.say([] { return std::string{"notes that it has entered the session"}; });
  client().entered = true;
  for (Call& call : state_.calls) {
    if (call.phase != Phase::Unissued && call.phase != Phase::Forgotten) call.given_in = client().life;
  }
}

void ClientSide::become_too_large(std::size_t call) {
  step_.by("L8");
  step_.say([&] { return std::string{"call "} + name_of_call(call) + " is too large for the session now"; });
  call_at(call).withdrawn = true;
}

}  // namespace once::model
