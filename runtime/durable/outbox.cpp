// The outbox on SQLite: servers by their place, and calls by their key.
#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include <once/durable/outbox.hpp>
#include <once/durable/sql.hpp>

#include "durable/database.hpp"
#include "durable/guard_file.hpp"

namespace once::durable {
namespace {

constexpr std::int64_t kOutboxVersion = 1;

/// A peer without a place has lost its session. In one that was never entered no call has been sent.
constexpr const char* kOutboxTables = R"(
  CREATE TABLE IF NOT EXISTS once_outbox (
    version INTEGER NOT NULL, store INTEGER NOT NULL, incarnation INTEGER NOT NULL, commits INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS once_peer (
    id INTEGER PRIMARY KEY, place TEXT UNIQUE, instance_high INTEGER NOT NULL, instance_low INTEGER NOT NULL,
    nonce INTEGER NOT NULL, next INTEGER NOT NULL, entered INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS once_call (
    key TEXT PRIMARY KEY, peer INTEGER NOT NULL, sequence INTEGER NOT NULL, given_in INTEGER NOT NULL,
    call BLOB NOT NULL) WITHOUT ROWID;
)";

/// Never 0.
std::int64_t random_number() {
  std::random_device random;
  const std::uint64_t high = random();
  return static_cast<std::int64_t>(high << 32U | random() | 1U);
}

}  // namespace

/// What is on disk is in memory too: it is little, and only this process changes it.
class Outbox::State {
 public:
  explicit State(const std::string& file);
  ~State();

  std::vector<std::string> keys() const;
  std::uint64_t incarnation() const { return incarnation_; }
  Result<Peer> peer(const std::string& place);
  bool enter(std::uint64_t peer);
  void lose_session(std::uint64_t peer);
  Result<Entry> add(const std::string& place, const std::string& key, ByteView call);
  void forget(const std::string& key);
  void tell(Finished receiver) {
    const std::lock_guard lock{mutex_};
    receiver_ = std::move(receiver);
  }

 private:
  struct Server {
    std::string place;  // empty: its session is lost
    ClientInstance instance;
    std::uint64_t nonce = 0;
    Sequence next = 1;
    bool entered = false;
  };
  struct Call {
    std::uint64_t peer = 0;
    Sequence sequence = 0;
    std::uint64_t given_in = 0;
    Bytes octets;
  };
  using Servers = std::map<std::uint64_t, Server>;

  void begin_life();
  void read_all();
  /// Commits what `work` does, and what was forgotten before it. False: nothing of it.
  template <class Work>
  bool commit(Work work);
  Servers::iterator server_at(const std::string& place);
  /// The numbers of this server whose keys have not been forgotten, in order.
  std::set<Sequence> open_numbers(std::uint64_t peer) const;

  const std::string file_;
  GuardFile guard_;
  Database database_;
  SqlTransaction transaction_{database_};
  Sql sql_{transaction_};
  std::uint64_t incarnation_ = 0;

  mutable std::mutex mutex_;
  Servers servers_;
  std::map<std::string, Call> calls_;
  std::vector<std::string> forgotten_;  // and still on disk
  Finished receiver_;
};

Outbox::State::State(const std::string& file) : file_(file), guard_(file), database_(file) {
  try {
    database_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    begin_life();
    read_all();
  } catch (const SqlError& error) {
    throw StoreError{file_ + " cannot be used: " + error.what()};
  }
}

Outbox::State::~State() {
  if (!forgotten_.empty()) commit([] {});
}

void Outbox::State::begin_life() {
  database_.execute("BEGIN IMMEDIATE");
  database_.execute(kOutboxTables);
  if (!sql_.find<std::int64_t>("SELECT version FROM once_outbox")) {
    sql_.run("INSERT INTO once_outbox VALUES (?, ?, 0, 0)", kOutboxVersion, random_number());
  }
  if (const auto version = sql_.value<std::int64_t>("SELECT version FROM once_outbox");
      version != kOutboxVersion) {
    throw StoreError{file_ + " has tables of version " + std::to_string(version) +
                     ", and this program knows " + std::to_string(kOutboxVersion) +
                     ": use the program that wrote it, or a newer one"};
  }
  sql_.run("UPDATE once_outbox SET incarnation = incarnation + 1, commits = commits + 1");
  sql_.run("DELETE FROM once_peer WHERE place IS NULL AND id NOT IN (SELECT peer FROM once_call)");
  incarnation_ = sql_.value<std::uint64_t>("SELECT incarnation FROM once_outbox");
  const GuardFile::Mark mark{sql_.value<std::uint64_t>("SELECT store FROM once_outbox"),
                             sql_.value<std::uint64_t>("SELECT commits FROM once_outbox")};
  if (guard_.mark().store == mark.store && guard_.mark().commits >= mark.commits) {
    throw StoreError{file_ +
                     " is older than it was: numbers that it would give have been used. Restore the newest "
                     "copy; to begin anew, remove " +
                     file_ + " and " + file_ + "-once"};
  }
  database_.execute("COMMIT");
  guard_.set(mark);
}

void Outbox::State::read_all() {
  sql_.rows<std::uint64_t, std::optional<std::string>, std::uint64_t, std::uint64_t, std::uint64_t, Sequence,
            bool>(
      [this](std::uint64_t id, const std::optional<std::string>& place, std::uint64_t high, std::uint64_t low,
             std::uint64_t nonce, Sequence next, bool entered) {
        servers_[id] = {place.value_or(""), {high, low}, nonce, next, entered};
      },
      "SELECT id, place, instance_high, instance_low, nonce, next, entered FROM once_peer");
  sql_.rows<std::string, std::uint64_t, Sequence, std::uint64_t, Bytes>(
      [this](const std::string& key, std::uint64_t peer, Sequence sequence, std::uint64_t given_in,
             Bytes octets) {
        calls_[key] = {peer, sequence, given_in, std::move(octets)};
      },
      "SELECT key, peer, sequence, given_in, call FROM once_call");
}

template <class Work>
bool Outbox::State::commit(Work work) {
  try {
    database_.execute("BEGIN IMMEDIATE");
    for (const std::string& key : forgotten_) sql_.run("DELETE FROM once_call WHERE key = ?", key);
    work();
    sql_.run("UPDATE once_outbox SET commits = commits + 1");
    const auto commits = sql_.value<std::uint64_t>("SELECT commits FROM once_outbox");
    database_.execute("COMMIT");
    guard_.set({guard_.mark().store, commits});
    forgotten_.clear();
    return true;
  } catch (const SqlError&) {
    if (database_.in_transaction()) database_.execute("ROLLBACK");
    return false;
  }
}

Outbox::State::Servers::iterator Outbox::State::server_at(const std::string& place) {
  return std::find_if(servers_.begin(), servers_.end(),
                      [&](const auto& server) { return server.second.place == place; });
}

std::set<Sequence> Outbox::State::open_numbers(std::uint64_t peer) const {
  std::set<Sequence> open;
  for (const auto& [key, call] : calls_) {
    if (call.peer == peer) open.insert(call.sequence);
  }
  return open;
}

std::vector<std::string> Outbox::State::keys() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> keys;
  keys.reserve(calls_.size());
  for (const auto& [key, call] : calls_) keys.push_back(key);
  return keys;
}

Result<Outbox::Peer> Outbox::State::peer(const std::string& place) {
  const std::lock_guard lock{mutex_};
  auto found = server_at(place);
  if (found == servers_.end()) {
    const std::uint64_t id = servers_.empty() ? 1 : servers_.rbegin()->first + 1;
    const auto random = [] { return static_cast<std::uint64_t>(random_number()); };
    const Server made{place, {random(), random()}, random()};
    const bool kept = commit([&] {
      sql_.run("INSERT INTO once_peer VALUES (?, ?, ?, ?, ?, ?, ?)", id, place, made.instance.high,
               made.instance.low, made.nonce, made.next, made.entered);
    });
    if (!kept) return Unexpected{Errc::outbox_failed};
    found = servers_.emplace(id, made).first;
  }
  const auto& [id, server] = *found;
  const std::set<Sequence> open = open_numbers(id);
  const Sequence through = (open.empty() ? server.next : *open.begin()) - 1;
  Peer peer{id, server.instance, server.nonce, through, 0, server.entered};
  for (Sequence number = peer.through + 1; number < server.next; ++number) {
    if (!open.contains(number)) peer.bitmap |= std::uint64_t{1} << (number - peer.through - 1);
  }
  return peer;
}

/// The numbers mean something from now on, whichever life has given them.
bool Outbox::State::enter(std::uint64_t peer) {
  const std::lock_guard lock{mutex_};
  Server& server = servers_.at(peer);
  if (server.entered) return true;
  const bool kept = commit([&] {
    sql_.run("UPDATE once_peer SET entered = 1 WHERE id = ?", peer);
    sql_.run("UPDATE once_call SET given_in = ? WHERE peer = ?", incarnation_, peer);
  });
  if (!kept) return false;
  server.entered = true;
  for (auto& [key, call] : calls_) {
    if (call.peer == peer) call.given_in = incarnation_;
  }
  return true;
}

void Outbox::State::lose_session(std::uint64_t peer) {
  const std::lock_guard lock{mutex_};
  const auto found = servers_.find(peer);
  if (found == servers_.end() || found->second.place.empty()) return;
  if (commit([&] { sql_.run("UPDATE once_peer SET place = NULL WHERE id = ?", peer); })) {
    found->second.place.clear();
  }
}

Result<Outbox::Entry> Outbox::State::add(const std::string& place, const std::string& key, ByteView call) {
  const std::lock_guard lock{mutex_};
  if (const auto known = calls_.find(key); known != calls_.end()) {
    const Call& before = known->second;
    const auto& [there, instance, nonce, next, entered] = servers_.at(before.peer);
    const bool is_same = std::equal(call.begin(), call.end(), before.octets.begin(), before.octets.end());
    if (!is_same || (!there.empty() && there != place)) return Unexpected{Errc::key_collision};
    return Entry{before.peer, before.sequence, before.given_in, entered, there.empty()};
  }
  const auto server = server_at(place);
  if (server == servers_.end()) return Unexpected{Errc::outbox_failed};
  const auto& [id, state] = *server;
  const std::set<Sequence> open = open_numbers(id);
  if (!open.empty() && state.next - *open.begin() >= kOpenMax) return Unexpected{Errc::queue_full};
  const Call made{id, state.next, incarnation_, Bytes(call.begin(), call.end())};
  const bool kept = commit([&] {
    sql_.run("INSERT INTO once_call VALUES (?, ?, ?, ?, ?)", key, made.peer, made.sequence, made.given_in,
             made.octets);
    sql_.run("UPDATE once_peer SET next = ? WHERE id = ?", made.sequence + 1, made.peer);
  });
  if (!kept) return Unexpected{Errc::outbox_failed};
  ++server->second.next;
  calls_.emplace(key, made);
  return Entry{made.peer, made.sequence, made.given_in, false, false};
}

void Outbox::State::forget(const std::string& key) {
  std::string place;
  Call call;
  Finished receiver;
  {
    const std::lock_guard lock{mutex_};
    const auto found = calls_.find(key);
    if (found == calls_.end()) return;
    call = std::move(found->second);
    place = servers_.at(call.peer).place;
    calls_.erase(found);
    forgotten_.push_back(key);
    receiver = receiver_;
  }
  if (receiver && !place.empty()) receiver(place, call.peer, call.sequence);
}

Outbox::Outbox(const std::string& file) : state_(std::make_unique<State>(file)) {}
Outbox::~Outbox() = default;

std::vector<std::string> Outbox::keys() const {
  return state_->keys();
}
std::uint64_t Outbox::incarnation() const {
  return state_->incarnation();
}
Result<Outbox::Peer> Outbox::peer(const std::string& place) {
  return state_->peer(place);
}
bool Outbox::enter(std::uint64_t peer) {
  return state_->enter(peer);
}
void Outbox::lose_session(std::uint64_t peer) {
  state_->lose_session(peer);
}
Result<Outbox::Entry> Outbox::add(const std::string& place, const std::string& key, ByteView call) {
  return state_->add(place, key, call);
}
void Outbox::forget(const std::string& key) {
  state_->forget(key);
}
void Outbox::tell(Finished receiver) {
  state_->tell(std::move(receiver));
}

}  // namespace once::durable
