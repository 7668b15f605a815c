// A row's server for exactly-once payments: the account lives in an SQLite file, which outlives the process.
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <unistd.h>

#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/thread_pool.hpp>
#include <nlohmann/json.hpp>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "bank.once.hpp"
#include "kills/gate.hpp"
#include "kills/lines.hpp"
#include "kills/watched_store.hpp"
#include "roles.hpp"

namespace demo {
namespace {

/// `payment` is the account's book. `life` is for the demonstration alone: which of the server's lives wrote the row.
constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS account (key TEXT PRIMARY KEY, cents INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS payment (number INTEGER NOT NULL, cents INTEGER NOT NULL, balance INTEGER NOT NULL,
                                      session INTEGER NOT NULL, sequence INTEGER NOT NULL, life INTEGER NOT NULL);
  INSERT OR IGNORE INTO account VALUES ('account', 0);
)";

class DurableAccount final : public bank::DurableAccount::Servant {
 public:
  /// Appends to the file `log`, of which the store knows nothing: a line for every time that a payment runs.
  DurableAccount(const std::string& log, std::uint32_t life) : log_(log), life_(life) {}

  bank::Cents deposit(once::Call& call, once::Transaction& transaction, std::uint32_t payment,
                      bank::Cents amount) override {
    constexpr bank::Cents kLimit = 1'000'000'000'000;
    log_.write(std::to_string(payment));
    once::durable::Sql sql{transaction};
    const auto before = sql.value<bank::Cents>("SELECT cents FROM account WHERE key = ?", call.object_key());
    if (amount > kLimit - before) throw bank::LimitExceeded{kLimit};  // what was written would go with it
    sql.run("UPDATE account SET cents = cents + ? WHERE key = ?", amount, call.object_key());
    sql.run("INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?)", payment, amount, before + amount,
            call.request_id().session, call.request_id().sequence, life_);
    return before + amount;
  }  // here the runtime adds the call's outcome, commits, and only then answers

 private:
  Log log_;
  const std::uint32_t life_;
};

}  // namespace

int run_durable_server(const Options& options) {
  Gate gate;
  asio::thread_pool store_thread{1};
  once::durable::Store store{options.database, store_thread.get_executor(), {.schema = kTables}};
  WatchedStore watched{store, [&gate](const Step& step) { gate.pass(to_string(step)); }};
  asio::io_context io;
  once::Server server{io, {.store = &watched}};
  server.activate("account", std::make_shared<DurableAccount>(options.log, options.life));
  server.listen(options.address);
  write_line(STDOUT_FILENO, to_string(server.endpoints().front()));

  asio::signal_set stop{io, SIGTERM, SIGINT};
  stop.async_wait(
      [&](std::error_code, int) { server.async_shutdown(std::chrono::seconds{2}, asio::detached); });
  io.run();
  store_thread.join();  // it has passed the gate for the last time

  const once::ServerStatistics seen = server.statistics();
  write_line(STDOUT_FILENO,
             nlohmann::json{{"requests", seen.fresh + seen.duplicates()}, {"replayed", seen.replay}}.dump());
  return 0;
}

}  // namespace demo
