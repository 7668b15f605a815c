// A server with a durable store: what outlives it, and what the store is asked for. docs/protocol.md,
// "Exactly once".
#include "core/server/server_state.hpp"

namespace once::core {

void ServerCore::State::restore(Time now, const SessionRow& row) {
  ONCE_ASSERT(config.durable && sessions.find(row.id) == nullptr);
  Session& session = sessions.create(row.id, row.instance, row.nonce, now + config.limits.lease);
  session.path.principal = row.principal;  // where its client is shows its next message
  session.message_max = row.message_max;
  session.window = session.window_floor = session.window_held = session.window_max = row.window;
}

/// The mark is what the calls that ran say of it: all that they leave behind it lies in one window. A mark
/// that is too low does no harm, since every message of this epoch brings the client's own.
bool ServerCore::State::restore(const OutcomeRow& row) {
  Session* const session = sessions.find(row.id.session);
  if (session == nullptr || row.id.sequence == 0) return false;
  if (row.mark > session->mark) filter.acknowledge(*session, {row.mark, 0});
  if (session->is_acknowledged(row.id.sequence) || row.id.sequence - session->mark > session->window_held ||
      session->state_of(row.id.sequence) != NumberState::Unseen) {
    return false;
  }
  calls.restore(*session, row);
  return true;
}

bool ServerCore::State::poll_keep(SessionRow& out) {
  while (!to_keep.empty()) {
    const Session* const session = sessions.find(to_keep.front());
    to_keep.pop();
    if (session == nullptr) continue;
    out = {session->id,          sessions.client(session->client).instance,
           session->nonce,       session->path.principal,
           session->message_max, session->window_held};
    return true;
  }
  return false;
}

void ServerCore::State::kept(Time now, SessionId id, Errc error) {
  Session* const session = sessions.find(id);
  if (session == nullptr || session->kept) return;
  if (error != Errc::ok) {
    refuse_hello(session->path, session->nonce, session->hello_attempt, error);
    end_session(*session);
    return;
  }
  session->kept = true;
  sessions.renew(*session, now + config.limits.lease);
  welcome(session->path, *session, session->hello_attempt);
}

}  // namespace once::core
