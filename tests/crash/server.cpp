// The harness's server: a bank in an SQLite file, a gate at every step of a call, and a log of executions that the
// store knows nothing of. Beside it the registers.
#include <chrono>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/thread_pool.hpp>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "kills/gate.hpp"
#include "kills/lines.hpp"
#include "kills/watched_store.hpp"
#include "options.hpp"
#include "plan.hpp"
#include "planted.hpp"
#include "register_servant.hpp"
#include "transfers.once.hpp"

namespace crash {
namespace {

std::string schema() {
  std::string tables = R"(
    CREATE TABLE IF NOT EXISTS account (number INTEGER PRIMARY KEY, cents INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS transfer (
      id INTEGER PRIMARY KEY, number INTEGER NOT NULL, balance INTEGER NOT NULL,
      session INTEGER NOT NULL, sequence INTEGER NOT NULL, life INTEGER NOT NULL);)";
  for (std::uint32_t account = 0; account < kAccounts; ++account) {
    tables += "INSERT OR IGNORE INTO account VALUES (" + std::to_string(account) + ", " +
              std::to_string(kFirstBalance) + ");";
  }
  return tables;
}

class BankServant final : public Bank::Servant {
 public:
  BankServant(const std::string& log, std::uint32_t life) : log_(log), life_(life) {}

  crash::Receipt transfer(once::Call& call, once::Transaction& transaction, std::uint32_t number) override {
    const once::RequestId id = call.request_id();
    log_.write(std::to_string(life_) + ' ' + std::to_string(id.session) + ' ' + std::to_string(id.sequence) +
               ' ' + std::to_string(number));
    const Transfer wanted = transfer_of(number);
    once::durable::Sql sql{transaction};
    sql.run("UPDATE account SET cents = cents - ? WHERE number = ?", wanted.cents, wanted.from);
    sql.run("UPDATE account SET cents = cents + ? WHERE number = ?", wanted.cents, wanted.to);
    const auto left = sql.value<std::int64_t>("SELECT cents FROM account WHERE number = ?", wanted.from);
    sql.run("INSERT INTO transfer (number, balance, session, sequence, life) VALUES (?, ?, ?, ?, ?)", number,
            left, id.session, id.sequence, life_);
    if (left < 0) throw crash::Insufficient{left + wanted.cents};
    if (wanted.stumbles) throw std::runtime_error{"stumbled"};
    return {sql.last_row(), left};
  }

 private:
  demo::Log log_;
  const std::uint32_t life_;
};

}  // namespace

int run_server(const Options& options) {
  demo::Gate gate;
  const demo::WatchedStore::Watch watch = [&gate](const demo::Step& step) { gate.pass(to_string(step)); };
  asio::thread_pool store_thread{1};
  once::durable::Store store{options.database, store_thread.get_executor(), {.schema = schema()}};
  const std::unique_ptr<once::Store> planted = plant(options.planted, store, watch);
  demo::WatchedStore watched{planted ? *planted : store, watch};
  asio::io_context io;
  // The harness lets servants wait: that is no news.
  once::Server server{io, {.limits = {.slow_call = std::chrono::hours{1}}, .store = &watched}};
  server.activate("bank", std::make_shared<BankServant>(options.log, options.life));
  server.activate("registers",
                  std::make_shared<RegisterServant>(options.journals, reads_stale(options.planted)));
  server.listen(options.address);
  demo::write_line(STDOUT_FILENO, to_string(server.endpoints().front()));

  asio::signal_set stop{io, SIGTERM};
  stop.async_wait(
      [&](std::error_code, int) { server.async_shutdown(std::chrono::seconds{2}, asio::detached); });
  io.run();
  store_thread.join();  // it has passed the gate for the last time
  return 0;
}

}  // namespace crash
