// The server's side of the protocol, as runtime/core/server does it: sessions, the verdict, servants, restarts. Each
// function is one step, or part of one; when it may be taken, moves.cpp says.
#pragma once

#include <cstddef>

#include "step.hpp"
#include "world.hpp"

namespace once::model {

class ServerSide {
 public:
  ServerSide(const World& world, State& state, Step& step) : world_(world), state_(state), step_(step) {}

  /// `refuses`: for want of time or room, where the rules leave that to the server.
  void receive(const Message& message, bool refuses);
  /// False if there is no place for another session, which is a bound of the model and no rule.
  bool can_receive(const Message& message) const;

  // What the driver does with a call.
  void start(std::size_t session, Count number, bool free, bool refuses);
  void refuse_started(std::size_t session, Count number);
  void commit(std::size_t session, Count number);
  void finish(std::size_t session, Count number, bool free);
  void reply_early(std::size_t session, Count number);
  void end_orphan(std::size_t session);
  void commit_stray(std::size_t session, Count number);

  // What befalls the server.
  void evict_reply(std::size_t session, Count number);
  void evict_record(std::size_t session, Count number);
  void widen(std::size_t session);
  void shrink(std::size_t session);
  void end_lease(std::size_t session);
  /// `forgets`: the rows of acknowledged numbers had been removed from the disk.
  void restart(bool forgets);

 private:
  Session& session_at(std::size_t session) { return state_.server.sessions[session]; }
  void receive_hello(const Message& hello);
  bool is_superseded(const Message& hello) const;
  void open(std::size_t session, const Message& hello);
  Session* find(const Message& hello);
  const Session* find(const Message& hello) const { return const_cast<ServerSide*>(this)->find(hello); }
  void end(std::size_t session);
  void load(Session& session, bool forgets);

  // The verdict.
  void acknowledge(Session& session, const Message& message);
  void judge(const Message& message, bool refuses);
  void judge_free(const Message& message, bool refuses);
  void judge_known(const Message& message, bool refuses);
  void judge_queued(const Message& message, bool refuses);
  void judge_unknown(const Message& message, bool refuses);
  void drop_stale(const Message& message);
  bool looks_new(const Session& session, const Message& message) const;

  void accept(const Message& message);
  void refuse(const Message& about);
  void answer(const Message& about, MessageType type, Count call = 0);
  void answer_outside(const Message& about, MessageType type);
  Message about(std::size_t session, Count number, bool free) const;
  void execute(std::size_t call);
  bool may_start() const;

  const World& world_;
  State& state_;
  Step& step_;
};

}  // namespace once::model
