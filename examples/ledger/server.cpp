#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "ledger.once.hpp"

constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS account (key TEXT PRIMARY KEY, cents INTEGER NOT NULL);
  INSERT OR IGNORE INTO account VALUES ('alice', 100000), ('bob', 100000);
)";

class Account final : public ledger::Account::Servant {
 public:
  ledger::Cents transfer(once::Call& call, once::Transaction& transaction, const std::string& to,
                         ledger::Cents amount) override {
    if (amount <= 0) throw ledger::InvalidAmount{amount};
    once::durable::Sql sql{transaction};
    sql.run("UPDATE account SET cents = cents - ? WHERE key = ?", amount, call.object_key());
    sql.run("UPDATE account SET cents = cents + ? WHERE key = ?", amount, to);
    if (sql.changes() == 0) throw ledger::UnknownAccount{to};  // nothing stays of what was written
    const auto balance =
        sql.value<ledger::Cents>("SELECT cents FROM account WHERE key = ?", call.object_key());
    if (balance < 0) throw ledger::InsufficientFunds{balance + amount};
    return balance;
  }
};

void stopped(const std::string& why) {
  std::cerr << "the store has stopped: " << why << std::endl;
  std::_Exit(1);  // whoever started this starts it again, and it reads what is on disk
}

int main() {
  asio::thread_pool store_thread{1};
  once::durable::Store store{
      "ledger.db", store_thread.get_executor(), {.schema = kTables, .on_stopped = stopped}};
  asio::io_context io;
  once::Server server{io, {.store = &store}};  // recovers what the last life has left
  server.activate("alice", std::make_shared<Account>());
  server.activate("bob", std::make_shared<Account>());
  server.listen("udp://127.0.0.1:7001");
  std::cout << "ready" << std::endl;
  io.run();
}
