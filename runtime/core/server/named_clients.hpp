// Clients that have a name, and with it several lives: each start of such a program is a higher incarnation.
// docs/protocol.md, "Named clients".
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <once/base/ids.hpp>

namespace once::core {

class NamedClients {
 public:
  /// Names are of a principal: nobody ends another one's sessions.
  using Owner = std::pair<std::uint32_t, std::string>;

  /// False: a later life of this client has been here.
  bool admits(const Owner& owner, std::uint64_t incarnation) const;

  /// True if a client of that name and incarnation has a lasting session: another one is not its own.
  bool is_taken(const Owner& owner, std::uint64_t incarnation) const;
  /// 0 if it has none.
  SessionId lasting_of(const Owner& owner) const;

  /// The session belongs to this life of the client. Returns the sessions that are over with it: those of
  /// earlier lives, but for a lasting one; a lasting one, if this is another.
  std::vector<SessionId> add(SessionId session, const Owner& owner, std::uint64_t incarnation, bool lasting);
  /// A later life has entered a session that has been added. Returns true if it is later indeed; the sessions
  /// that are over with it go to `over`.
  bool enter(SessionId session, std::uint64_t incarnation, std::vector<SessionId>& over);
  /// The session has ended. Nothing happens if it is of no named client.
  void remove(SessionId session);

  /// Of a session that has been added, else nullptr.
  const std::string* name_of(SessionId session) const;
  /// The latest life.
  std::uint64_t incarnation_of(SessionId session) const;

 private:
  struct Client {
    std::uint64_t incarnation = 0;
    std::set<SessionId> sessions;  // of the latest life
    SessionId lasting = 0;
  };
  using Clients = std::map<Owner, Client>;

  static void begin_life(Client& client, std::uint64_t incarnation, std::vector<SessionId>& over);

  Clients clients_;
  std::unordered_map<SessionId, Clients::iterator> by_session_;
};

}  // namespace once::core
