// A server with a durable store: what outlives it, and what the store is asked for. docs/protocol.md,
// "Exactly once".
#include "core/planted_bugs.hpp"
#include "core/server/server_state.hpp"

namespace once::core {

void ServerCore::State::restore(Time now, const SessionRow& row) {
  ONCE_ASSERT(config.durable && sessions.find(row.id) == nullptr);
  if (!row.client.empty() && is_over(row)) {
    calls.forget({row.id, 0});
    return;
  }
  Duration lease = config.limits.lease;
  if (row.lasting) {
    const std::chrono::seconds age = config.uptime - std::chrono::seconds{row.heard};
    lease = config.limits.lasting_lease - std::clamp<Duration>(age, Duration{0}, config.limits.lasting_lease);
  }
  Session& session = sessions.create(row.id, row.instance, row.nonce, now + lease, row.lasting);
  session.path.principal = row.principal;
  session.has_path = false;  // where its client is shows its next message
  session.made_in = row.made_in;
  session.heard = row.heard;
  session.stored = true;
  if (!row.client.empty()) {
    end_all(named.add(row.id, {row.principal, row.client}, row.incarnation, row.lasting));
  }
  session.message_max = row.message_max;
  session.window = session.window_floor = session.window_held = session.window_max = row.window;
}

/// A crash may have come between a later session of the client and the end of this one (N3).
bool ServerCore::State::is_over(const SessionRow& row) {
  const NamedClients::Owner owner{row.principal, row.client};
  if (!row.lasting) return !named.admits(owner, row.incarnation);
  const Session* const other = sessions.find(named.lasting_of(owner));
  return other != nullptr && other->made_in > row.made_in;
}

/// The mark is what the calls that ran say of it: all that they leave behind it lies in one window. A mark
/// that is too low does no harm, since every message of this epoch brings the client's own.
bool ServerCore::State::restore(const OutcomeRow& row) {
  Session* const session = sessions.find(row.id.session);
  if (session == nullptr || row.id.sequence == 0 || planted(Bug::OutcomeNotRestored)) return false;
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
    Session* const session = sessions.find(to_keep.front());
    to_keep.pop();
    if (session == nullptr) continue;
    session->row_is_behind = false;
    ++rows_under_way;
    out = SessionRow{};
    out.id = session->id;
    out.instance = sessions.client(session->client).instance;
    out.nonce = session->nonce;
    out.principal = session->path.principal;
    out.message_max = session->message_max;
    out.window = session->window_held;
    if (const std::string* const name = named.name_of(session->id)) {
      out.client = *name;
      out.incarnation = named.incarnation_of(session->id);
    }
    out.made_in = session->made_in;
    out.lasting = session->lasting;
    out.heard = session->heard;
    return true;
  }
  return false;
}

void ServerCore::State::kept(Time now, SessionId id, Errc error) {
  if (rows_under_way > 0) --rows_under_way;
  Session* const session = sessions.find(id);
  if (session == nullptr) return;
  if (error == Errc::ok) session->stored = true;
  session->row_under_way = false;
  if (session->row_is_behind) return keep(*session);
  if (session->kept) return;
  if (error != Errc::ok) {
    refuse_hello(session->path, session->nonce, session->hello_attempt, error);
    if (!session->stored) end_session(*session);
    return;
  }
  session->kept = true;
  renew(now, *session);
  welcome(session->path, *session, session->hello_attempt);
}

}  // namespace once::core
