// The store on SQLite: what is asked for waits in a queue, and what waits is committed together.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <asio/post.hpp>

#include <once/durable/sql.hpp>
#include <once/durable/store.hpp>

#include "durable/guarded_database.hpp"

namespace once::durable {
namespace {

/// What is forgotten goes with the next call's commit; so much of it is worth a commit of its own.
constexpr std::size_t kForgottenMax = 256;

/// The session's outcomes go with it; a call's outcome is a row of its own.
const GuardedDatabase::Kind kStore{
    .name = "store",
    .version = 1,
    .tables = R"(
      CREATE TABLE IF NOT EXISTS once_session (
        id INTEGER PRIMARY KEY, row BLOB NOT NULL);
      CREATE TABLE IF NOT EXISTS once_outcome (
        session INTEGER NOT NULL, sequence INTEGER NOT NULL, row BLOB NOT NULL,
        PRIMARY KEY (session, sequence)) WITHOUT ROWID;
    )",
    .of_old_copy = "Calls that were answered would be forgotten, and could run again."};

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
struct ForgetSession {
  SessionId id;
};
struct ForgetOutcome {
  RequestId id;
};
struct Call {
  RequestId id;
  std::function<Effect(Transaction&)> work;
  std::function<void(Errc)> done;
  std::optional<Slice> kept{};  // its outcome, if its transaction was lost, and it has one all the same
};
using Task = std::variant<KeepSession, ForgetSession, ForgetOutcome, Call>;
using Batch = std::vector<Task>;

bool is_waited_for(const Task& task) {
  return std::holds_alternative<KeepSession>(task) || std::holds_alternative<Call>(task);
}

/// A task that is waited for, and how it ended.
struct Ended {
  std::function<void(Errc)> done;
  Errc error = Errc::ok;
};

/// Those of the batch that are waited for, with their ends.
std::vector<Ended> ends_of(Batch& batch, const std::vector<Errc>& results) {
  std::vector<Ended> ended;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (auto* const call = std::get_if<Call>(&batch[i])) ended.push_back({std::move(call->done), results[i]});
    if (auto* const keep = std::get_if<KeepSession>(&batch[i]))
      ended.push_back({std::move(keep->done), results[i]});
  }
  return ended;
}

/// No later transaction may commit.
struct Stopped {
  std::string why;
};
/// A servant's statement has made SQLite roll the whole batch back.
struct BatchIsGone {};

}  // namespace

class Store::State : public std::enable_shared_from_this<State> {
 public:
  State(Place place, StoreOptions options);

  const asio::any_io_executor& executor() const { return place_.executor; }
  Recovery recover();
  void add(Task task);
  void close();
  StoreStatistics statistics() const {
    const std::lock_guard lock{mutex_};
    return statistics_;
  }

 private:
  Database& database() { return file_->database(); }
  /// Of all servers that have used the store, in seconds.
  std::uint64_t uptime() const {
    const auto here = place_.clock->now() - recovered_at_;
    return static_cast<std::uint64_t>(
        (uptime_before_ + std::chrono::floor<std::chrono::seconds>(here)).count());
  }

  void post();
  void pump();
  Batch next_batch();
  /// One transaction for all of the batch; what became of each of its tasks.
  std::vector<Errc> commit(Batch& batch);
  /// True if all of it has been executed, and can be committed.
  bool try_all(Batch& batch, std::vector<Errc>& results);
  void check_fence();
  Errc execute(const KeepSession& task);
  Errc execute(const ForgetSession& task);
  Errc execute(const ForgetOutcome& task);
  Errc execute(Call& task);
  Errc keep_outcome(const RequestId& id, const Slice& outcome);
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

  const Place place_;
  const StoreOptions options_;

  // Used by one thread at a time: recover()'s, then the pump's.
  std::unique_ptr<GuardedDatabase> file_;
  std::int64_t epoch_ = 0;
  std::chrono::seconds uptime_before_{0};
  Time recovered_at_{};
  bool ready_ = false;  // recovered

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<Task> waiting_;
  std::size_t waited_for_ = 0;  // of those
  bool posted_ = false;         // a pump is posted, or runs
  bool pumping_ = false;
  bool stopped_ = false;
  bool closed_ = false;
  StoreStatistics statistics_;
};

// --- Opening and recovering

Store::State::State(Place place, StoreOptions options)
    : place_(std::move(place)),
      options_(std::move(options)),
      file_(std::make_unique<GuardedDatabase>(place_, kStore)) {
  try {
    database().execute(options_.schema.c_str());
  } catch (const SqlError& error) {
    throw StoreError{place_.file + ": its schema cannot be executed: " + error.what()};
  }
}

Store::Recovery Store::State::recover() {
  if (ready_)
    throw StoreError{place_.file +
                     " has been recovered: each server needs a once::durable::Store of its own"};
  Recovery recovery;
  try {
    file_->begin();
    epoch_ = file_->get("epoch") + 1;
    file_->set("epoch", epoch_);
    file_->commit();
    recovery.epoch = from_sql(epoch_);
    uptime_before_ = recovery.uptime = std::chrono::seconds{file_->get("uptime")};
    recovered_at_ = place_.clock->now();

    SqlTransaction reading{database()};
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
    throw StoreError{place_.file + " cannot be recovered: " + error.what()};
  }
  ready_ = true;
  return recovery;
}

// --- The queue

void Store::State::add(Task task) {
  const std::lock_guard lock{mutex_};
  if (is_waited_for(task)) ++waited_for_;
  waiting_.push_back(std::move(task));
  if (!posted_ && (waited_for_ > 0 || waiting_.size() % kForgottenMax == 0)) post();
}

void Store::State::post() {
  posted_ = true;
  asio::post(place_.executor, [self = shared_from_this()] { self->pump(); });
}

/// Commits what waits. Posted again rather than repeated: others may run on the executor, too.
void Store::State::pump() {
  Batch batch;
  {
    const std::lock_guard lock{mutex_};
    if (closed_) return;
    pumping_ = true;
    batch = next_batch();
  }
  const std::vector<Errc> results = commit(batch);
  for (Ended& one : ends_of(batch, results)) one.done(one.error);
  const std::lock_guard lock{mutex_};
  // What could not be forgotten, for want of room, waits for the next commit.
  for (std::size_t i = batch.size(); i-- > 0;) {
    if (!is_waited_for(batch[i]) && results[i] == Errc::overloaded) waiting_.push_front(std::move(batch[i]));
  }
  pumping_ = posted_ = false;
  if (waited_for_ > 0) post();
  idle_.notify_all();
}

/// As many as fit of those that are waited for, and what is to be forgotten meanwhile: that must never stand in the
/// way of the others.
Batch Store::State::next_batch() {
  std::size_t room = std::min(waited_for_, std::max<std::size_t>(options_.batch_max, 1));
  waited_for_ -= room;
  auto end = waiting_.begin();
  while (end != waiting_.end() && (room > 0 || !is_waited_for(*end))) room -= is_waited_for(*end++) ? 1 : 0;
  Batch batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

std::vector<Errc> Store::State::commit(Batch& batch) {
  const auto all = [&](Errc error) { return std::vector<Errc>(batch.size(), error); };
  if (is_stopped()) return all(Errc::store_failed);
  if (!has_room()) return all(Errc::overloaded);
  try {
    std::vector<Errc> results = all(Errc::ok);
    while (!try_all(batch, results)) {
    }
    file_->set("uptime", to_sql(uptime()));
    file_->commit();
    std::size_t calls = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (std::holds_alternative<Call>(batch[i]) && results[i] == Errc::ok) ++calls;
    }
    count(batch.size(), calls);
    return results;
  } catch (const SqlError& error) {
    const int code = error.code() & 0xff;
    const bool not_kept = file_->roll_back() && (code == SQLITE_FULL || code == SQLITE_BUSY);
    if (!not_kept) stop(error.what());
    return all(not_kept ? Errc::overloaded : Errc::store_failed);
  } catch (const Stopped& stopped) {
    file_->roll_back();
    stop(stopped.why);
    return all(Errc::store_failed);
  }
}

/// If a call undoes the batch, the calls before it have left nothing: they are refused, and may be made again. That
/// one is not begun again, and its outcome is kept; the calls behind it have not begun.
bool Store::State::try_all(Batch& batch, std::vector<Errc>& results) {
  file_->begin();
  check_fence();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (results[i] != Errc::ok) continue;
    try {
      results[i] = std::visit([this](auto& task) { return execute(task); }, batch[i]);
    } catch (const BatchIsGone&) {
      for (std::size_t before = 0; before < i; ++before) {
        const auto* const call = std::get_if<Call>(&batch[before]);
        if (call != nullptr && !call->kept) results[before] = Errc::overloaded;
      }
      return false;
    }
  }
  return true;
}

/// Nobody else can write until the transaction ends: what is read here holds when it commits.
void Store::State::check_fence() {
  const std::int64_t epoch = file_->get("epoch");
  if (epoch != epoch_) {
    throw Stopped{"another server has taken " + place_.file + " over (its epoch is " + std::to_string(epoch) +
                  ", ours was " + std::to_string(epoch_) + ")"};
  }
}

// --- Tasks, inside of the batch's transaction

Errc Store::State::execute(const KeepSession& task) {
  database().run("INSERT OR REPLACE INTO once_session VALUES (?, ?)", {to_sql(task.id)}, task.row);
  return Errc::ok;
}

Errc Store::State::execute(const ForgetSession& task) {
  database().run("DELETE FROM once_outcome WHERE session = ?", {to_sql(task.id)});
  database().run("DELETE FROM once_session WHERE id = ?", {to_sql(task.id)});
  return Errc::ok;
}

Errc Store::State::execute(const ForgetOutcome& task) {
  database().run("DELETE FROM once_outcome WHERE session = ? AND sequence = ?",
                 {to_sql(task.id.session), to_sql(task.id.sequence)});
  return Errc::ok;
}

Errc Store::State::execute(Call& task) {
  if (task.kept) return keep_outcome(task.id, *task.kept);
  if (database().integer("SELECT 1 FROM once_session WHERE id = ?", {to_sql(task.id.session)}, 0) == 0) {
    return Errc::session_lost;
  }
  database().execute("SAVEPOINT once_call");
  SqlTransaction transaction{database()};
  database().forbid_transactions(true);
  const Effect effect = task.work(transaction);
  database().forbid_transactions(false);
  if (!database().in_transaction()) {
    if (transaction.is_full) throw SqlError{SQLITE_FULL, "no room for what a servant writes"};
    task.kept = effect.outcome;  // that it has failed: it was asked about the transaction
    throw BatchIsGone{};
  }
  const bool keep = effect.writes == Effect::Writes::Keep && !transaction.is_full;
  if (!keep) database().execute("ROLLBACK TO once_call");
  const Errc result = transaction.is_full ? Errc::overloaded : keep_outcome(task.id, effect.outcome);
  database().execute("RELEASE once_call");
  return result;
}

Errc Store::State::keep_outcome(const RequestId& id, const Slice& outcome) {
  if (!outcome.empty()) {
    database().run("INSERT INTO once_outcome VALUES (?, ?, ?)", {to_sql(id.session), to_sql(id.sequence)},
                   outcome);
  }
  return Errc::ok;
}

bool Store::State::has_room() const {
  if (!place_.on_this_machine) return true;
  std::error_code error;
  const auto path = std::filesystem::absolute(place_.file, error).parent_path();
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
  const auto begun = std::stable_partition(rest.begin(), rest.end(), is_waited_for);
  Batch others(std::make_move_iterator(rest.begin()), std::make_move_iterator(begun));
  Batch forgotten(std::make_move_iterator(begun), std::make_move_iterator(rest.end()));
  if (ready_ && !forgotten.empty()) commit(forgotten);
  stop({});
  file_.reset();  // now, and not when the last pump lets go of this: the file is free for another store
  for (Ended& one : ends_of(others, std::vector<Errc>(others.size(), Errc::store_failed)))
    one.done(one.error);
}

Store::Store(Place place, StoreOptions options)
    : state_(std::make_shared<State>(std::move(place), std::move(options))) {}

Store::Store(const std::string& file, asio::any_io_executor executor, const StoreOptions& options)
    : Store(Place{.file = file, .executor = std::move(executor), .vfs = options.vfs}, options) {}

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
  state_->add(ForgetSession{id});
}

void Store::forget_outcome(RequestId id) {
  state_->add(ForgetOutcome{id});
}

void Store::run(RequestId id, std::function<Effect(Transaction&)> work, std::function<void(Errc)> done) {
  state_->add(Call{id, std::move(work), std::move(done)});
}

StoreStatistics Store::statistics() const {
  return state_->statistics();
}

}  // namespace once::durable
