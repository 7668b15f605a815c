// A ledger's servant, and a server that keeps it in a file.
#pragma once

#include <filesystem>
#include <memory>
#include <sqlite3.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "ledger.once.hpp"

namespace once::test {

class BookServant : public ledger::Book::Servant {
 public:
  std::int64_t add(Call&, Transaction& transaction, const std::string& what, std::int64_t amount) override {
    durable::Sql sql{transaction};
    sql.run("CREATE TABLE IF NOT EXISTS entry (what TEXT, amount INTEGER)");
    sql.run("INSERT INTO entry VALUES (?, ?)", what, amount);
    const std::int64_t number = sql.last_row();
    if (what == "dangling") {
      sql.run("CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY)");
      sql.run("CREATE TABLE IF NOT EXISTS line (account REFERENCES account DEFERRABLE INITIALLY DEFERRED)");
      sql.run("INSERT INTO line VALUES (1)");
    }
    if (amount > 1'000) throw ledger::TooMuch{1'000};  // the row above goes with it
    return number;
  }
  void stumble(Call&, Transaction& transaction, const std::string& what) override {
    durable::Sql{transaction}.run("INSERT INTO entry VALUES (?, 0)", what);
    if (what == "undo") durable::Sql{transaction}.run("INSERT OR ROLLBACK INTO entry (rowid) VALUES (1)");
    throw std::runtime_error{"not declared"};
  }
  std::int64_t count(Call&) override { return 42; }
};

/// A server on a file, with threads of its own for its loop and its store.
class Bank {
 public:
  Bank(const std::string& file, const std::string& endpoint, std::shared_ptr<Servant> servant)
      : store_(std::make_unique<durable::Store>(file, store_thread_.get_executor())),
        server_(std::make_unique<Server>(io_, ServerOptions{.store = store_.get()})) {
    server_->activate("book", std::move(servant));
    server_->listen(endpoint);
    loop_ = std::thread{[this] { io_.run(); }};
  }
  ~Bank() {
    io_.stop();
    loop_.join();
    server_.reset();
    store_.reset();
  }
  std::string endpoint() const { return to_string(server_->endpoints().front()); }
  ServerStatistics statistics() const { return server_->statistics(); }
  Server& server() { return *server_; }

 private:
  asio::thread_pool store_thread_{1};
  asio::io_context io_;
  std::unique_ptr<durable::Store> store_;
  std::unique_ptr<Server> server_;
  std::thread loop_;
};

/// What `query` finds in an SQLite file, behind the server's back: the first column of each row.
inline std::vector<std::string> texts_in(const std::filesystem::path& file, const char* query) {
  std::vector<std::string> all;
  sqlite3* connection = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &connection), SQLITE_OK);
  sqlite3_exec(
      connection, query,
      [](void* into, int, char** columns, char**) {
        static_cast<std::vector<std::string>*>(into)->emplace_back(columns[0]);
        return 0;
      },
      &all, nullptr);
  sqlite3_close(connection);
  return all;
}

}  // namespace once::test
