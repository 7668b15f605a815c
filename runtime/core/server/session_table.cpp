// Sessions, their three indexes, and the clients behind them.
#include "core/server/session_table.hpp"

#include <algorithm>

#include "core/rare.hpp"

namespace once::core {

void Session::follow_use(Sequence number) {
  constexpr std::uint8_t kLookEvery = 64;
  const auto use = static_cast<std::uint8_t>(number - mark);
  window_peak = std::max(window_peak, use);
  if (4 * use > 3 * window && window < window_max) {
    window = static_cast<std::uint8_t>(std::min(2 * window, int{window_max}));
    window_held = std::max(window_held, window);
    window_peak = window_age = 0;
  } else if (window > 1 && window == window_held && rarely(Rare::SmallGrant)) {
    window /= 2;
  } else if (++window_age == kLookEvery) {
    if (4 * window_peak < window) window = std::max<std::uint8_t>(window / 2, window_floor);
    window_peak = window_age = 0;
  }
}

Session* SessionTable::find(SessionId id) {
  const std::uint32_t place = by_id_.find(hash(id), [&](std::uint32_t at) { return sessions_[at].id == id; });
  return place != kNone ? &sessions_[place] : nullptr;
}

Session* SessionTable::find(const ClientInstance& instance, std::uint64_t nonce) {
  const std::uint32_t place = by_hello_.find(secrets_.hash(instance, nonce), [&](std::uint32_t at) {
    return sessions_[at].nonce == nonce && clients_[sessions_[at].client].instance == instance;
  });
  return place != kNone ? &sessions_[place] : nullptr;
}

Session& SessionTable::create(SessionId id, const ClientInstance& instance, std::uint64_t nonce,
                              Time lease_until, bool lasting) {
  const std::uint32_t place = sessions_.take();
  Session& session = sessions_[place];
  session = Session{};
  session.id = id;
  session.nonce = nonce;
  session.place = place;
  session.client = client_of(instance);
  session.lease_until = lease_until;
  session.lasting = lasting;
  ++clients_[session.client].sessions;
  by_id_.insert(hash(id), place);
  by_hello_.insert(secrets_.hash(instance, nonce), place);
  link(session);
  return session;
}

void SessionTable::erase(Session& session) {
  ONCE_ASSERT(session.records == kNone && session.reply_bytes == 0);
  const std::uint32_t client = session.client;
  by_id_.erase(hash(session.id), session.place);
  by_hello_.erase(secrets_.hash(clients_[client].instance, session.nonce), session.place);
  unlink(session);
  session.id = 0;
  sessions_.give_back(session.place);
  --clients_[client].sessions;
  drop_client_if_unused(client);
  if (sessions_.trim()) {
    by_id_.trim();
    by_hello_.trim();
  }
}

void SessionTable::renew(Session& session, Time until) {
  const bool is_newest = session.place == order_of(session).newest && until >= session.lease_until;
  session.lease_until = until;
  if (is_newest) return;
  unlink(session);
  link(session);
}

const Session* SessionTable::oldest() const {
  const Session* first = nullptr;
  for (const std::uint32_t place : {ordinary_.oldest, lasting_.oldest}) {
    if (place == kNone) continue;
    const Session& session = sessions_[place];
    if (first == nullptr || session.lease_until < first->lease_until) first = &session;
  }
  return first;
}

void SessionTable::end_running(std::uint32_t client) {
  ONCE_ASSERT(clients_[client].running > 0);
  --clients_[client].running;
  drop_client_if_unused(client);
}

std::uint32_t SessionTable::client_of(const ClientInstance& instance) {
  const std::uint64_t key = secrets_.hash(instance);
  std::uint32_t place =
      by_instance_.find(key, [&](std::uint32_t at) { return clients_[at].instance == instance; });
  if (place == kNone) {
    place = clients_.take();
    clients_[place] = Client{instance};
    by_instance_.insert(key, place);
  }
  return place;
}

void SessionTable::drop_client_if_unused(std::uint32_t place) {
  const Client& client = clients_[place];
  if (client.sessions != 0 || client.running != 0) return;
  by_instance_.erase(secrets_.hash(client.instance), place);
  clients_.give_back(place);
  if (clients_.trim()) by_instance_.trim();
}

void SessionTable::link(Session& session) {
  Order& order = order_of(session);
  std::uint32_t before = order.newest;
  while (before != kNone && sessions_[before].lease_until > session.lease_until) {
    before = sessions_[before].older;
  }
  session.older = before;
  session.newer = before != kNone ? sessions_[before].newer : order.oldest;
  (session.older != kNone ? sessions_[session.older].newer : order.oldest) = session.place;
  (session.newer != kNone ? sessions_[session.newer].older : order.newest) = session.place;
}

void SessionTable::unlink(Session& session) {
  Order& order = order_of(session);
  (session.older != kNone ? sessions_[session.older].newer : order.oldest) = session.newer;
  (session.newer != kNone ? sessions_[session.newer].older : order.newest) = session.older;
}

}  // namespace once::core
