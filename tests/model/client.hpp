// The client's side of the protocol, as runtime/core/client does it: calls, sessions, what is sent, and which answers
// count. Each function is one step, or part of one; when it may be taken, moves.cpp says.
#pragma once

#include <cstddef>

#include "step.hpp"
#include "world.hpp"

namespace once::model {

class ClientSide {
 public:
  ClientSide(const World& world, State& state, Step& step) : world_(world), state_(state), step_(step) {}

  // What the application does.
  void issue(std::size_t call);
  void cancel(std::size_t call);
  void take_completion(std::size_t call);
  /// With an outbox: its key is used again, or never will be.
  void make_again(std::size_t call);
  void forget_key(std::size_t call);
  void close();

  // What befalls the client.
  void pass_deadline(std::size_t call);
  void crash();
  /// Its lease of the session is over.
  void stop_using(std::size_t place);
  /// With an outbox whose session is gone.
  void begin_outbox();
  void note_entering();
  /// Its session now takes less than it is long.
  void become_too_large(std::size_t call);

  // What it sends.
  Message hello() const;
  void send_hello();
  /// What is to be said of the call when its turn comes.
  Message message_about(std::size_t call, MessageType type) const;
  void send_about(std::size_t call, MessageType type);
  void send_partly(std::size_t call);
  Message acknowledgement(std::size_t place) const;
  void send_acknowledgement(std::size_t place);
  /// REQUEST, or what stands for it.
  MessageType opening_of(const Call& call) const {
    return call.cancelling || call.withdrawn ? MessageType::Cancel : MessageType::Request;
  }

  /// False if it changes nothing.
  void receive(const Message& message);

  /// An exactly-once call is in flight there.
  bool outlasts_lease(std::size_t place) const;

 private:
  bool is_lasting() const { return world_.configuration.is_lasting; }
  bool in_session() const { return client().sessions[0].session != 0; }
  Call& call_at(std::size_t call) { return state_.calls[call]; }
  const Client& client() const { return state_.client; }
  Client& client() { return state_.client; }
  Binding& session_of(const Call& call) { return client().sessions[call.place - 1u]; }
  Message header(MessageType type, std::size_t place) const;

  // The life of a call.
  void complete(std::size_t call, Outcome outcome);
  void give_up(std::size_t call) { complete(call, call_at(call).sent ? Outcome::Unknown : Outcome::NotSent); }
  void release(std::size_t call);
  void end_cancel(std::size_t call);

  // The life of a session.
  /// Binds what waits, as far as sessions and windows allow; asks for a session where there is none.
  void progress();
  void bind_waiting(bool free);
  void bind_numbered();
  std::size_t place_for(bool free) const;  // kPlaces: it must wait
  void ask_for_session();
  bool wants_session() const;
  void enter(const Message& welcome);
  void enter_lasting(const Message& welcome);
  bool is_of_earlier_session(std::size_t call) const;
  void leave(std::size_t place);
  void leave_lasting();
  void resume(std::size_t place, Count epoch);
  void begin_life();
  Numbers numbers_forgotten() const;

  // Answers.
  void refuse_waiting();
  void receive_answer(const Message& message);
  void judge(std::size_t call, const Message& message);
  std::size_t bound_call(std::size_t place, const Message& message) const;  // kCalls: none
  void end_by(std::size_t call, const Message& message);
  void retry(std::size_t call);

  const World& world_;
  State& state_;
  Step& step_;
};

}  // namespace once::model
