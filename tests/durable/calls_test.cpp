// Exactly-once operations from the stub to the store and back, through restarts of the server.
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "ledger.once.co.hpp"
#include "ledger.once.hpp"
#include "stores.hpp"

namespace once::test {
namespace {

namespace fs = std::filesystem;

class BookServant : public ledger::Book::Servant {
 public:
  std::int64_t add(Call&, Transaction& transaction, const std::string& what, std::int64_t amount) override {
    durable::Sql sql{transaction};
    sql.run("CREATE TABLE IF NOT EXISTS entry (what TEXT, amount INTEGER)");
    sql.run("INSERT INTO entry VALUES (?, ?)", what, amount);
    const std::int64_t number = sql.last_row();
    if (amount > 1'000) throw ledger::TooMuch{1'000};  // the row above goes with it
    return number;
  }
  void stumble(Call&, Transaction& transaction, const std::string& what) override {
    durable::Sql{transaction}.run("INSERT INTO entry VALUES (?, 0)", what);
    throw std::runtime_error{"not declared"};
  }
  std::int64_t count(Call&) override { return 42; }
};

class CoBookServant : public ledger::Book::CoServant {
 public:
  std::int64_t add(Call&, Transaction& transaction, const std::string&, std::int64_t amount) override {
    durable::Sql{transaction}.run("CREATE TABLE IF NOT EXISTS co (amount INTEGER)");
    return amount;
  }
  void stumble(Call&, Transaction&, const std::string&) override {}
  asio::awaitable<std::int64_t> count(Call&) override { co_return 43; }
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

 private:
  asio::thread_pool store_thread_{1};
  asio::io_context io_;
  std::unique_ptr<durable::Store> store_;
  std::unique_ptr<Server> server_;
  std::thread loop_;
};

class ExactlyOnce : public testing::TestWithParam<const char*> {
 protected:
  ExactlyOnce() : folder_(fs::temp_directory_path() / ("once_calls_test." + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~ExactlyOnce() override {
    bank_.reset();
    fs::remove_all(folder_);
  }

  void start(std::shared_ptr<Servant> servant = std::make_shared<BookServant>()) {
    bank_ = std::make_unique<Bank>((folder_ / "bank.db").string(), endpoint_, std::move(servant));
    endpoint_ = bank_->endpoint();
  }
  void restart() {
    bank_.reset();
    start();
  }
  ledger::Book::Stub book() {
    const std::string transport = GetParam();
    const std::string address = endpoint_.substr(transport.size() + 3);
    return client_.stub<ledger::Book>("once://" + address + "/book?transport=" + transport);
  }
  /// What is in the book, behind the server's back.
  std::vector<std::string> entries() const {
    std::vector<std::string> all;
    sqlite3* connection = nullptr;
    EXPECT_EQ(sqlite3_open((folder_ / "bank.db").c_str(), &connection), SQLITE_OK);
    sqlite3_exec(
        connection, "SELECT what FROM entry ORDER BY rowid",
        [](void* into, int, char** columns, char**) {
          static_cast<std::vector<std::string>*>(into)->emplace_back(columns[0]);
          return 0;
        },
        &all, nullptr);
    sqlite3_close(connection);
    return all;
  }

  fs::path folder_;
  std::string endpoint_ = std::string{GetParam()} + "://127.0.0.1:0";
  std::unique_ptr<Bank> bank_;
  Client client_;
};

INSTANTIATE_TEST_SUITE_P(Transports, ExactlyOnce, testing::Values("udp", "tcp"));

TEST_P(ExactlyOnce, CommitsWhatTheServantWrites) {
  start();
  const auto stub = book();
  EXPECT_EQ(stub.add("one", 1), 1);
  EXPECT_THROW(stub.add("too much", 2'000), ledger::TooMuch);
  const auto failed = stub.try_stumble("half");
  EXPECT_EQ(failed.kind(), OutcomeKind::Executed);
  EXPECT_EQ(failed.code(), Errc::servant_failed);
  EXPECT_EQ(stub.add("two", 2), 2);
  EXPECT_EQ(stub.count(), 42);
  EXPECT_EQ(entries(), (std::vector<std::string>{"one", "two"}));
}

TEST_P(ExactlyOnce, GoesOnAfterARestart) {
  start();
  const auto stub = book();
  EXPECT_EQ(stub.add("one", 1), 1);
  restart();
  EXPECT_EQ(stub.add("two", 2), 2);
  EXPECT_EQ(client_.statistics().sessions, 1u);
}

TEST_P(ExactlyOnce, EveryCallIsInTheBookOnceWheneverTheServerGoes) {
  start();
  constexpr int kCalls = 60;
  std::atomic<int> done = 0;
  std::vector<std::int64_t> numbers;
  std::thread caller{[&] {
    const auto stub = book();
    for (int i = 0; i < kCalls; ++i) {
      numbers.push_back(stub.with({.deadline = std::chrono::minutes{2}}).add(std::to_string(i), i));
      ++done;
    }
  }};
  for (int restarts = 1; restarts <= 4; ++restarts) {
    while (done < restarts * kCalls / 5) std::this_thread::yield();
    restart();
  }
  caller.join();
  std::vector<std::string> wanted;
  for (int i = 0; i < kCalls; ++i) wanted.push_back(std::to_string(i));
  EXPECT_EQ(entries(), wanted);
  for (int i = 0; i < kCalls; ++i) EXPECT_EQ(numbers[static_cast<std::size_t>(i)], i + 1);
}

TEST_P(ExactlyOnce, ServantsOfCoroutinesHaveFunctionsForTransactions) {
  start(std::make_shared<CoBookServant>());
  EXPECT_EQ(book().add("x", 7), 7);
  EXPECT_EQ(book().count(), 43);
}

TEST(ExactlyOnceActivation, NeedsAStore) {
  asio::io_context io;
  Server server{io};
  const std::string message =
      message_of<std::logic_error>([&] { server.activate("book", std::make_shared<BookServant>()); });
  EXPECT_EQ(message,
            "IDL:ledger/Book:1.0 has exactly-once operations: give the server a store "
            "(once::ServerOptions::store)");
}

TEST(ExactlyOnceActivation, IsRefusedWhereTheStoreWouldRunOnALoop) {
  const std::string file = fs::temp_directory_path() / ("once_loop_test." + std::to_string(::getpid()));
  asio::io_context io;
  durable::Store store{file, io.get_executor()};
  const std::string message =
      message_of<std::logic_error>([&] { Server(io, ServerOptions{.store = &store}); });
  EXPECT_NE(message.find("the store would run on a loop"), std::string::npos) << message;
  for (const char* const part : {"", "-wal", "-shm", "-once"}) fs::remove(file + part);
}

}  // namespace
}  // namespace once::test
