#include "contestants.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <sqlite3.h>
#include <stdexcept>
#include <thread>

#include <asio/dispatch.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "sync_count.hpp"
#include "transfers.once.hpp"

namespace durable_benchmark {
namespace {

constexpr std::uint32_t kAccounts = 1'000;

constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS account (number INTEGER PRIMARY KEY, cents INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS transfer (
    id INTEGER PRIMARY KEY, payer INTEGER NOT NULL, payee INTEGER NOT NULL, cents INTEGER NOT NULL);
  INSERT OR IGNORE INTO account
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) SELECT i, 1000000 FROM n;
)";
constexpr const char* kTake = "UPDATE account SET cents = cents - ? WHERE number = ? RETURNING cents";
constexpr const char* kGive = "UPDATE account SET cents = cents + ? WHERE number = ?";
constexpr const char* kNote = "INSERT INTO transfer (payer, payee, cents) VALUES (?, ?, ?)";

/// Different accounts, spread over all pages.
std::uint32_t payer_of(std::uint64_t transfer) {
  return static_cast<std::uint32_t>(transfer * 7 % kAccounts);
}
std::uint32_t payee_of(std::uint64_t transfer) {
  return static_cast<std::uint32_t>((transfer * 11 + 5) % kAccounts);
}

std::int64_t transfer(once::Transaction& transaction, std::uint32_t from, std::uint32_t to,
                      std::int64_t cents) {
  once::durable::Sql sql{transaction};
  const auto left = sql.value<std::int64_t>(kTake, cents, from);
  sql.run(kGive, cents, to);
  sql.run(kNote, from, to, cents);
  return left;
}

/// Counts from the first transfer to the last.
class Watch {
 public:
  explicit Watch(Time time) : end_(begin_ + std::chrono::duration_cast<Clock::duration>(time)) {}
  bool is_over() const { return Clock::now() >= end_; }
  Measured stop(std::uint64_t transfers) const {
    return {transfers, sync_count() - syncs_, Time{Clock::now() - begin_}.count()};
  }

 private:
  using Clock = std::chrono::steady_clock;
  const std::uint64_t syncs_ = sync_count();
  const Clock::time_point begin_ = Clock::now();
  const Clock::time_point end_;
};

/// Keeps some transfers on their way until the time is over. `start(n, ended)` starts the n-th; `ended` may be
/// called on any thread.
Measured keep_going(Time time, int at_a_time,
                    const std::function<void(std::uint64_t, std::function<void()>)>& start) {
  std::mutex mutex;
  std::condition_variable all_ended;
  int going = at_a_time;
  std::atomic<std::uint64_t> next{0};
  const Watch watch{time};
  const std::function<void()> go_on = [&] {
    if (!watch.is_over()) return start(next++, go_on);
    const std::lock_guard lock{mutex};
    if (--going == 0) all_ended.notify_one();
  };
  for (int i = 0; i < at_a_time; ++i) start(next++, go_on);
  std::unique_lock lock{mutex};
  all_ended.wait(lock, [&] { return going == 0; });
  return watch.stop(next);
}

class BankServant final : public Bank::Servant {
 public:
  std::int64_t transfer(once::Call&, once::Transaction& transaction, std::uint32_t from, std::uint32_t to,
                        std::int64_t cents) override {
    return durable_benchmark::transfer(transaction, from, to, cents);
  }
};

void check(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

}  // namespace

Measured measure_sqlite(const std::filesystem::path& file, Time time, int to_a_transaction) {
  sqlite3* connection = nullptr;
  const auto ok = [&](int code) {
    check(code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW, sqlite3_errmsg(connection));
  };
  const auto execute = [&](const char* text) {
    ok(sqlite3_exec(connection, text, nullptr, nullptr, nullptr));
  };
  ok(sqlite3_open(file.c_str(), &connection));
  execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  execute(kTables);
  std::array<sqlite3_stmt*, 5> statements{};
  const std::array texts{"BEGIN IMMEDIATE", kTake, kGive, kNote, "COMMIT"};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ok(sqlite3_prepare_v2(connection, texts.at(i), -1, &statements.at(i), nullptr));
  }
  const auto run = [&](std::size_t index, std::initializer_list<std::int64_t> values) {
    int place = 0;
    for (const std::int64_t value : values) ok(sqlite3_bind_int64(statements.at(index), ++place, value));
    while (sqlite3_step(statements.at(index)) == SQLITE_ROW) {
    }
    ok(sqlite3_reset(statements.at(index)));
  };

  std::uint64_t transfers = 0;
  const Watch watch{time};
  while (!watch.is_over()) {
    run(0, {});
    for (int i = 0; i < to_a_transaction; ++i, ++transfers) {
      run(1, {1, payer_of(transfers)});
      run(2, {1, payee_of(transfers)});
      run(3, {payer_of(transfers), payee_of(transfers), 1});
    }
    run(4, {});
  }
  const Measured measured = watch.stop(transfers);
  for (sqlite3_stmt* const statement : statements) sqlite3_finalize(statement);
  sqlite3_close(connection);
  return measured;
}

Measured measure_store(const std::filesystem::path& file, Time time, int at_a_time) {
  asio::thread_pool thread{1};
  once::durable::Store store{file, thread.get_executor(), {.schema = kTables}};
  store.recover();
  constexpr once::SessionId kSession = 1;
  const once::Bytes octets(16);
  const once::Slice outcome = once::Slice::copy_of(octets);
  store.keep_session(kSession, outcome, [](once::Errc) {});
  return keep_going(time, at_a_time, [&](std::uint64_t number, std::function<void()> ended) {
    const once::RequestId id{kSession, number + 1};
    store.run(
        id,
        [number, outcome](once::Transaction& transaction) {
          transfer(transaction, payer_of(number), payee_of(number), 1);
          return once::Effect{once::Effect::Writes::Keep, outcome};
        },
        [&store, id, ended = std::move(ended)](once::Errc error) {
          check(error == once::Errc::ok, "the store failed");
          store.forget_outcome(id);  // as a server does when its client has the reply
          ended();
        });
  });
}

Measured measure_calls(const std::filesystem::path& file, Time time, int at_a_time,
                       const std::string& transport) {
  asio::thread_pool store_thread{1};
  once::durable::Store store{file, store_thread.get_executor(), {.schema = kTables}};
  asio::io_context server_loop;
  once::Server server{server_loop, {.store = &store}};
  server.activate("bank", std::make_shared<BankServant>());
  server.listen(transport + "://127.0.0.1:0");
  std::thread server_thread{[&] { server_loop.run(); }};

  asio::io_context client_loop;
  const auto work = asio::make_work_guard(client_loop);
  once::Client client{client_loop};
  auto bank = client.stub<Bank>(to_string(server.reference_to("bank")));
  std::thread client_thread{[&] { client_loop.run(); }};
  const Measured measured =
      keep_going(time, at_a_time, [&](std::uint64_t number, std::function<void()> ended) {
        asio::dispatch(client_loop, [&bank, number, ended = std::move(ended)] {  // the stub is this loop's
          bank.async_transfer(payer_of(number), payee_of(number), 1,
                              [ended](const once::Outcome<std::int64_t>& outcome) {
                                check(outcome.has_value(), std::string{outcome.text()});
                                ended();
                              });
        });
      });
  client_loop.stop();
  client_thread.join();
  server_loop.stop();
  server_thread.join();
  return measured;
}

}  // namespace durable_benchmark
