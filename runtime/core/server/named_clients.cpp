#include "core/server/named_clients.hpp"

namespace once::core {

bool NamedClients::admits(const Owner& owner, std::uint64_t incarnation) const {
  const auto found = clients_.find(owner);
  return found == clients_.end() || incarnation >= found->second.incarnation;
}

bool NamedClients::is_taken(const Owner& owner, std::uint64_t incarnation) const {
  const auto found = clients_.find(owner);
  return found != clients_.end() && found->second.lasting != 0 && incarnation == found->second.incarnation;
}

SessionId NamedClients::lasting_of(const Owner& owner) const {
  const auto found = clients_.find(owner);
  return found != clients_.end() ? found->second.lasting : 0;
}

void NamedClients::begin_life(Client& client, std::uint64_t incarnation, std::vector<SessionId>& over) {
  if (incarnation <= client.incarnation) return;
  client.incarnation = incarnation;
  over.insert(over.end(), client.sessions.begin(), client.sessions.end());
}

std::vector<SessionId> NamedClients::add(SessionId session, const Owner& owner, std::uint64_t incarnation,
                                         bool lasting) {
  const auto place = clients_.try_emplace(owner).first;
  Client& client = place->second;
  std::vector<SessionId> over;
  begin_life(client, incarnation, over);
  if (lasting) {
    if (client.lasting != 0) over.push_back(client.lasting);
    client.lasting = session;
  } else {
    client.sessions.insert(session);
  }
  by_session_[session] = place;
  return over;
}

bool NamedClients::enter(SessionId session, std::uint64_t incarnation, std::vector<SessionId>& over) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end() || incarnation <= found->second->second.incarnation) return false;
  begin_life(found->second->second, incarnation, over);
  return true;
}

void NamedClients::remove(SessionId session) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return;
  Client& client = found->second->second;
  client.sessions.erase(session);
  if (client.lasting == session) client.lasting = 0;
  if (client.sessions.empty() && client.lasting == 0) clients_.erase(found->second);
  by_session_.erase(found);
}

const std::string* NamedClients::name_of(SessionId session) const {
  const auto found = by_session_.find(session);
  return found != by_session_.end() ? &found->second->first.second : nullptr;
}

std::uint64_t NamedClients::incarnation_of(SessionId session) const {
  const auto found = by_session_.find(session);
  return found != by_session_.end() ? found->second->second.incarnation : 0;
}

}  // namespace once::core
