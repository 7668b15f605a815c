// The outbox on SQLite: servers by their place, and calls by their key.
#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include <once/durable/outbox.hpp>
#include <once/durable/sql.hpp>

#include "durable/guarded_database.hpp"

namespace once::durable {
namespace {

/// A peer without a place has lost its session. In one that was never entered no call has been sent.
const GuardedDatabase::Kind kOutbox{.name = "outbox",
                                    .version = 1,
                                    .tables = R"(
      CREATE TABLE IF NOT EXISTS once_peer (
        id INTEGER PRIMARY KEY, place TEXT UNIQUE, instance_high INTEGER NOT NULL, instance_low INTEGER NOT NULL,
        nonce INTEGER NOT NULL, next INTEGER NOT NULL, entered INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS once_call (
        key TEXT PRIMARY KEY, peer INTEGER NOT NULL, sequence INTEGER NOT NULL, given_in INTEGER NOT NULL,
        call BLOB NOT NULL) WITHOUT ROWID;
    )",
                                    .of_old_copy = "Numbers that it would give to calls have been used.",
                                    .begin_anew = ", and give the client another name"};

}  // namespace

/// What is on disk is in memory too: it is little, and only this process changes it.
class Outbox::State {
 public:
  explicit State(const Place& place);
  ~State();

  std::vector<std::string> keys() const;
  std::uint64_t begin_life(Finished receiver);
  void end_life() {
    const std::lock_guard lock{mutex_};
    receiver_ = {};
  }
  Result<Peer> peer(const std::string& place);
  bool enter(std::uint64_t peer);
  void lose_session(std::uint64_t peer);
  Result<Entry> add(const std::string& place, const std::string& key, ByteView call);
  bool has(const std::string& key) const {
    const std::lock_guard lock{mutex_};
    return calls_.contains(key);
  }
  void forget(const std::string& key);

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
  /// A number that may not be used any more.
  struct Number {
    std::string place;
    std::uint64_t peer = 0;
    Sequence sequence = 0;
  };
  using Servers = std::map<std::uint64_t, Server>;

  void read_all();
  /// Commits what `work` does, and what was forgotten before it. False: nothing of it.
  template <class Work>
  bool commit(Work work);
  /// Whom to tell of what has been forgotten on disk, and what; under no lock then.
  std::pair<Finished, std::vector<Number>> news();
  Result<Entry> add_locked(const std::string& place, const std::string& key, ByteView call);
  Servers::iterator server_at(const std::string& place);
  /// The numbers of this server whose keys have not been forgotten, in order.
  std::set<Sequence> open_numbers(std::uint64_t peer) const;

  const std::shared_ptr<RandomSource> random_;
  GuardedDatabase file_;
  SqlTransaction transaction_{file_.database()};
  Sql sql_{transaction_};
  bool stopped_ = false;  // what is on disk is not known any more
  std::uint64_t incarnation_ = 0;

  /// Nobody gets a number before the receiver knows what makes room for it. Before mutex_, if both.
  std::mutex telling_;
  mutable std::mutex mutex_;
  Servers servers_;
  std::map<std::string, Call> calls_;
  std::map<std::string, Number> forgotten_;  // and still on disk
  std::vector<Number> finished_;             // and not on disk any more, which the receiver is to be told
  Finished receiver_;
};

Outbox::State::State(const Place& place) : random_(place.random), file_(place, kOutbox) {
  try {
    read_all();
  } catch (const SqlError& error) {
    throw StoreError{place.file + " cannot be read: " + error.what()};
  }
}

Outbox::State::~State() {
  if (!forgotten_.empty()) commit([] {});
}

std::uint64_t Outbox::State::begin_life(Finished receiver) {
  const std::lock_guard lock{mutex_};
  if (receiver_)
    throw std::logic_error{"once::durable::Outbox: it has a client already, and is for one at a time"};
  std::int64_t next = 0;
  const bool kept = commit([&] {
    next = file_.get("incarnation") + 1;
    file_.set("incarnation", next);
    sql_.run("DELETE FROM once_peer WHERE place IS NULL AND id NOT IN (SELECT peer FROM once_call)");
  });
  if (!kept)
    throw StoreError{
        "once::durable::Outbox: its file cannot be written; is the disk full, or does another program hold a "
        "lock?"};
  std::erase_if(servers_, [this](const auto& server) {
    return server.second.place.empty() && open_numbers(server.first).empty();
  });
  finished_.clear();  // the client reads where each server stands
  receiver_ = std::move(receiver);
  return incarnation_ = static_cast<std::uint64_t>(next);
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

/// Where the disk is full, or another program holds a lock, nothing has been kept. After any other error nobody knows, and nothing may be built on it.
template <class Work>
bool Outbox::State::commit(Work work) {
  if (stopped_) return false;
  try {
    file_.begin();
    for (const auto& [key, number] : forgotten_) sql_.run("DELETE FROM once_call WHERE key = ?", key);
    work();
    file_.commit();
  } catch (const SqlError& error) {
    const int code = error.code() & 0xff;
    const bool not_kept = file_.roll_back() && (code == SQLITE_FULL || code == SQLITE_BUSY);
    stopped_ = !not_kept;
    return false;
  }
  for (auto& [key, number] : forgotten_) finished_.push_back(std::move(number));
  forgotten_.clear();
  return true;
}

std::pair<Outbox::Finished, std::vector<Outbox::State::Number>> Outbox::State::news() {
  const std::lock_guard lock{mutex_};
  return {receiver_, std::exchange(finished_, {})};
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
  // The peer's numbers go to the server, which may forget what is finished.
  if (!forgotten_.empty() && !commit([] {})) return Unexpected{Errc::outbox_failed};
  auto found = server_at(place);
  if (found == servers_.end()) {
    const std::uint64_t id = servers_.empty() ? 1 : servers_.rbegin()->first + 1;
    const Server made{place, {random_->number(), random_->number()}, random_->number()};
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
  const std::lock_guard in_order{telling_};
  const Result<Entry> entry = [&] {
    const std::lock_guard lock{mutex_};
    return add_locked(place, key, call);
  }();
  const auto [receiver, finished] = news();
  for (const Number& number : finished) {
    if (receiver) receiver(number.place, number.peer, number.sequence);
  }
  return entry;
}

Result<Outbox::Entry> Outbox::State::add_locked(const std::string& place, const std::string& key,
                                                ByteView call) {
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

/// On disk with the next commit, and only then may the server hear of it: a key that is still there after a crash
/// must have its outcome there, too.
void Outbox::State::forget(const std::string& key) {
  const std::lock_guard lock{mutex_};
  const auto found = calls_.find(key);
  if (found == calls_.end()) return;
  const Call& call = found->second;
  forgotten_[key] = {servers_.at(call.peer).place, call.peer, call.sequence};
  calls_.erase(found);
}

Outbox::Outbox(const std::string& file, const std::string& vfs) : Outbox(Place{.file = file, .vfs = vfs}) {}

Outbox::Outbox(const Place& place) : state_(std::make_unique<State>(place)) {}
Outbox::~Outbox() = default;

std::vector<std::string> Outbox::keys() const {
  return state_->keys();
}
std::uint64_t Outbox::begin_life(Finished receiver) {
  return state_->begin_life(std::move(receiver));
}
void Outbox::end_life() {
  state_->end_life();
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
bool Outbox::has(const std::string& key) const {
  return state_->has(key);
}
void Outbox::forget(const std::string& key) {
  state_->forget(key);
}
}  // namespace once::durable
