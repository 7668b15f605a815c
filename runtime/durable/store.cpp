// The store on SQLite: what is asked for waits in a queue, and what waits is committed together.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <random>
#include <utility>
#include <variant>
#include <vector>

#include <asio/post.hpp>

#include <once/durable/sql.hpp>
#include <once/durable/store.hpp>

#include "durable/database.hpp"
#include "durable/guard_file.hpp"

namespace once::durable {
namespace {

constexpr std::int64_t kVersion = 1;

/// What is forgotten goes with the next call's commit; so much of it is worth a commit of its own.
constexpr std::size_t kForgottenMax = 256;

/// The session's outcomes go with it; a call's outcome is a row of its own.
constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS once_store (
    name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS once_session (
    id INTEGER PRIMARY KEY, row BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS once_outcome (
    session INTEGER NOT NULL, sequence INTEGER NOT NULL, row BLOB NOT NULL,
    PRIMARY KEY (session, sequence)) WITHOUT ROWID;
)";

std::int64_t to_sql(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}
std::uint64_t from_sql(std::int64_t number) {
  return static_cast<std::uint64_t>(number);
}

struct KeepSession {
  SessionId id;
  Slice row;
  std::function<void(Errc)> done;
};
struct Forget {
  RequestId id;  // sequence 0: the session
};
struct Call {
  RequestId id;
  std::function<Effect(Transaction&)> work;
  std::function<void(Errc)> done;
};
using Task = std::variant<KeepSession, Forget, Call>;

/// A task that is waited for, and how it ended.
struct Ended {
  std::function<void(Errc)> done;
  Errc error = Errc::ok;
};

/// All that is waited for in the batch, with one end.
std::vector<Ended> end_all(std::deque<Task>& batch, Errc error) {
  std::vector<Ended> ended;
  for (Task& task : batch) {
    if (auto* const call = std::get_if<Call>(&task)) ended.push_back({std::move(call->done), error});
    if (auto* const keep = std::get_if<KeepSession>(&task)) ended.push_back({std::move(keep->done), error});
  }
  return ended;
}

/// No later transaction may commit.
struct Stopped {
  std::string why;
};

}  // namespace

class Store::State : public std::enable_shared_from_this<State> {
 public:
  State(const std::string& file, asio::any_io_executor executor, StoreOptions options)
      : file_(file),
        executor_(std::move(executor)),
        options_(std::move(options)),
        guard_(std::make_unique<GuardFile>(file)),
        database_(open(file, options_.vfs)) {
    prepare();
  }

  const asio::any_io_executor& executor() const { return executor_; }
  Recovery recover();
  void add(Task task);
  void close();
  StoreStatistics statistics() const {
    const std::lock_guard lock{mutex_};
    return statistics_;
  }

 private:
  static std::unique_ptr<Database> open(const std::string& file, const std::string& vfs);
  void prepare();
  /// What the store knows of itself, by name; 0 if it is not there yet.
  std::int64_t get(const std::string& name) {
    return database_->integer("SELECT value FROM once_store WHERE name = '" + name + "'", {}, 0);
  }
  void set(const char* name, std::uint64_t value);
  /// Of all servers that have used the store, in seconds.
  std::uint64_t uptime() const {
    const auto here = std::chrono::steady_clock::now() - recovered_at_;
    return static_cast<std::uint64_t>(
        (uptime_before_ + std::chrono::floor<std::chrono::seconds>(here)).count());
  }

  void post();
  void pump();
  std::vector<Ended> commit(std::deque<Task> batch);
  bool roll_back();
  void check_fence();
  Errc execute(KeepSession& task);
  Errc execute(Forget& task);
  Errc execute(Call& task);
  bool has_room() const;
  void stop(const std::string& why);
  bool is_stopped() const {
    const std::lock_guard lock{mutex_};
    return stopped_;
  }
  void count(std::size_t tasks, std::size_t calls) {
    const std::lock_guard lock{mutex_};
    ++statistics_.commits;
    statistics_.calls += calls;
    statistics_.batch_peak = std::max<std::uint64_t>(statistics_.batch_peak, tasks);
  }

  const std::string file_;
  const asio::any_io_executor executor_;
  const StoreOptions options_;

  // Used by one thread at a time: recover()'s, then the pump's.
  std::unique_ptr<GuardFile> guard_;
  std::unique_ptr<Database> database_;  // closed before the guard is
  std::int64_t epoch_ = 0;
  std::chrono::seconds uptime_before_{0};
  std::chrono::steady_clock::time_point recovered_at_;
  bool ready_ = false;  // recovered

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<Task> waiting_;
  bool posted_ = false;  // a pump is posted, or runs
  bool pumping_ = false;
  bool stopped_ = false;
  bool closed_ = false;
  StoreStatistics statistics_;
};

// --- Opening and recovering

std::unique_ptr<Database> Store::State::open(const std::string& file, const std::string& vfs) {
  try {
    auto database = std::make_unique<Database>(file, vfs);
    // What is committed is on disk when COMMIT returns; readers do not stop the store.
    database->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    return database;
  } catch (const SqlError& error) {
    throw StoreError{file + ": " + error.what()};
  }
}

void Store::State::prepare() {
  try {
    database_->execute("BEGIN IMMEDIATE");
    database_->renew_log();
    database_->execute(kTables);
    if (const std::int64_t version = get("version"); version == 0) {
      std::random_device random;
      set("version", from_sql(kVersion));
      set("store", std::uint64_t{random()} << 32U | random() | 1U);
    } else if (version != kVersion) {
      throw StoreError{file_ + " has tables of version " + std::to_string(version) +
                       ", and this program knows " + std::to_string(kVersion) +
                       ": use the program that wrote it, or a newer one"};
    }
    database_->execute(options_.schema.c_str());
    database_->execute("COMMIT");
  } catch (const SqlError& error) {
    throw StoreError{file_ + " cannot be used: " + error.what()};
  }
}

void Store::State::set(const char* name, std::uint64_t value) {
  const std::string text = std::string{"INSERT OR REPLACE INTO once_store VALUES ('"} + name + "', ?)";
  database_->run(text, {to_sql(value)});
}

Store::Recovery Store::State::recover() {
  Recovery recovery;
  try {
    database_->execute("BEGIN IMMEDIATE");
    const std::uint64_t store = from_sql(get("store"));
    const std::uint64_t commits = from_sql(get("commits"));
    if (guard_->mark().store == store && guard_->mark().commits > commits) {
      database_->execute("ROLLBACK");
      throw StoreError{
          file_ + " is older than it was: it has had " + std::to_string(guard_->mark().commits) +
          " commits, and this copy knows of " + std::to_string(commits) +
          ". Calls that were answered would be forgotten, and could run again. Restore the newest copy; "
          "to go on with this one all the same, remove " +
          file_ + "-once"};
    }
    epoch_ = get("epoch") + 1;
    set("epoch", from_sql(epoch_));
    set("commits", commits + 1);
    database_->execute("COMMIT");
    guard_->set({store, commits + 1});
    recovery.epoch = from_sql(epoch_);
    uptime_before_ = recovery.uptime = std::chrono::seconds{get("uptime")};
    recovered_at_ = std::chrono::steady_clock::now();

    SqlTransaction reading{*database_};
    Sql sql{reading};
    sql.rows<std::int64_t, Bytes>(
        [&](std::int64_t id, const Bytes& row) {
          recovery.sessions.push_back({from_sql(id), Slice::copy_of(row)});
        },
        "SELECT id, row FROM once_session");
    sql.rows<std::int64_t, std::int64_t, Bytes>(
        [&](std::int64_t session, std::int64_t sequence, const Bytes& row) {
          recovery.outcomes.push_back({{from_sql(session), from_sql(sequence)}, Slice::copy_of(row)});
        },
        "SELECT session, sequence, row FROM once_outcome");
  } catch (const SqlError& error) {
    throw StoreError{file_ + " cannot be recovered: " + error.what()};
  }
  ready_ = true;
  return recovery;
}

// --- The queue

void Store::State::add(Task task) {
  const bool can_wait = std::holds_alternative<Forget>(task);
  const std::lock_guard lock{mutex_};
  waiting_.push_back(std::move(task));
  if (!posted_ && (!can_wait || waiting_.size() >= kForgottenMax)) post();
}

void Store::State::post() {
  posted_ = true;
  asio::post(executor_, [self = shared_from_this()] { self->pump(); });
}

/// Commits what waits. Posted again rather than repeated: others may run on the executor, too.
void Store::State::pump() {
  std::deque<Task> batch;
  {
    const std::lock_guard lock{mutex_};
    if (closed_) return;
    pumping_ = true;
    const std::size_t size = std::min(waiting_.size(), std::max<std::size_t>(options_.batch_max, 1));
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(size);
    batch.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
  }
  for (Ended& one : commit(std::move(batch))) one.done(one.error);
  const std::lock_guard lock{mutex_};
  pumping_ = posted_ = false;
  if (!waiting_.empty()) post();
  idle_.notify_all();
}

/// One transaction for all of the batch.
std::vector<Ended> Store::State::commit(std::deque<Task> batch) {
  if (is_stopped()) return end_all(batch, Errc::store_failed);
  if (!has_room()) return end_all(batch, Errc::overloaded);
  try {
    database_->execute("BEGIN IMMEDIATE");
    check_fence();
    std::vector<Errc> results;
    std::size_t calls = 0;
    for (Task& task : batch) {
      const Errc result = std::visit([this](auto& one) { return execute(one); }, task);
      if (!std::holds_alternative<Forget>(task)) results.push_back(result);
      if (std::holds_alternative<Call>(task) && result == Errc::ok) ++calls;
    }
    const std::uint64_t commits = from_sql(get("commits")) + 1;
    set("commits", commits);
    set("uptime", uptime());
    database_->execute("COMMIT");
    guard_->set({guard_->mark().store, commits});
    count(batch.size(), calls);
    std::vector<Ended> ended = end_all(batch, Errc::ok);
    for (std::size_t i = 0; i < ended.size(); ++i) ended[i].error = results[i];
    return ended;
  } catch (const SqlError& error) {
    const int code = error.code() & 0xff;
    const bool not_kept = roll_back() && (code == SQLITE_FULL || code == SQLITE_BUSY);
    if (!not_kept) stop(error.what());
    return end_all(batch, not_kept ? Errc::overloaded : Errc::store_failed);
  } catch (const Stopped& stopped) {
    roll_back();
    stop(stopped.why);
    return end_all(batch, Errc::store_failed);
  }
}

/// True if nothing of the transaction is left.
bool Store::State::roll_back() {
  try {
    if (database_->in_transaction()) database_->execute("ROLLBACK");
    return true;
  } catch (const SqlError&) {
    return false;
  }
}

/// Nobody else can write until the transaction ends: what is read here holds when it commits.
void Store::State::check_fence() {
  const std::int64_t epoch = get("epoch");
  if (epoch != epoch_) {
    throw Stopped{"another server has taken " + file_ + " over (its epoch is " + std::to_string(epoch) +
                  ", ours was " + std::to_string(epoch_) + ")"};
  }
}

// --- Tasks, inside of the batch's transaction

Errc Store::State::execute(KeepSession& task) {
  database_->run("INSERT OR REPLACE INTO once_session VALUES (?, ?)", {to_sql(task.id)}, task.row);
  return Errc::ok;
}

Errc Store::State::execute(Forget& task) {
  const std::int64_t session = to_sql(task.id.session);
  if (task.id.sequence == 0) {
    database_->run("DELETE FROM once_outcome WHERE session = ?", {session});
    database_->run("DELETE FROM once_session WHERE id = ?", {session});
  } else {
    database_->run("DELETE FROM once_outcome WHERE session = ? AND sequence = ?",
                   {session, to_sql(task.id.sequence)});
  }
  return Errc::ok;
}

Errc Store::State::execute(Call& task) {
  const std::int64_t session = to_sql(task.id.session);
  if (database_->integer("SELECT 1 FROM once_session WHERE id = ?", {session}, 0) == 0) {
    return Errc::session_lost;
  }
  database_->execute("SAVEPOINT once_call");
  SqlTransaction transaction{*database_};
  database_->forbid_transactions(true);
  const Effect effect = task.work(transaction);
  database_->forbid_transactions(false);
  if (!database_->in_transaction()) {  // SQLite has given up all of the batch, for want of room or worse
    throw SqlError{transaction.is_full ? SQLITE_FULL : SQLITE_IOERR,
                   "a servant's statement ended the transaction"};
  }
  const bool keep = effect.writes == Effect::Writes::Keep && !transaction.is_full;
  if (!keep) database_->execute("ROLLBACK TO once_call");
  if (!transaction.is_full && !effect.outcome.empty()) {
    database_->run("INSERT INTO once_outcome VALUES (?, ?, ?)", {session, to_sql(task.id.sequence)},
                   effect.outcome);
  }
  database_->execute("RELEASE once_call");
  return transaction.is_full ? Errc::overloaded : Errc::ok;
}

bool Store::State::has_room() const {
  std::error_code error;
  const auto path = std::filesystem::absolute(file_, error).parent_path();
  const auto space = std::filesystem::space(path, error);
  return error || space.available >= options_.room_min;
}

// --- The end

void Store::State::stop(const std::string& why) {
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange(stopped_, true)) return;
  }
  if (!why.empty() && options_.on_stopped) options_.on_stopped(why);
}

/// What was asked to be forgotten is forgotten; whatever else waits has not begun.
void Store::State::close() {
  std::deque<Task> rest;
  {
    std::unique_lock lock{mutex_};
    idle_.wait(lock, [this] { return !pumping_; });
    closed_ = true;  // a pump that is still posted does nothing
    rest.swap(waiting_);
  }
  const auto is_forget = [](const Task& task) { return std::holds_alternative<Forget>(task); };
  const auto begun = std::stable_partition(rest.begin(), rest.end(), is_forget);
  std::deque<Task> others(std::make_move_iterator(begun), std::make_move_iterator(rest.end()));
  rest.erase(begun, rest.end());
  if (ready_ && !rest.empty()) commit(std::move(rest));
  stop({});
  // Now, and not when the last pump lets go of this: the file is free for another store.
  database_.reset();
  guard_.reset();
  for (Ended& one : end_all(others, Errc::store_failed)) one.done(one.error);
}

Store::Store(const std::string& file, asio::any_io_executor executor, StoreOptions options)
    : state_(std::make_shared<State>(file, std::move(executor), std::move(options))) {}

Store::~Store() {
  state_->close();
}

Store::Recovery Store::recover() {
  return state_->recover();
}

asio::any_io_executor Store::executor() const {
  return state_->executor();
}

void Store::keep_session(SessionId id, Slice row, std::function<void(Errc)> done) {
  state_->add(KeepSession{id, std::move(row), std::move(done)});
}

void Store::forget_session(SessionId id) {
  state_->add(Forget{{id, 0}});
}

void Store::forget_outcome(RequestId id) {
  state_->add(Forget{id});
}

void Store::run(RequestId id, std::function<Effect(Transaction&)> work, std::function<void(Errc)> done) {
  state_->add(Call{id, std::move(work), std::move(done)});
}

StoreStatistics Store::statistics() const {
  return state_->statistics();
}

}  // namespace once::durable
