// Exactly-once operations from the stub to the store and back, through restarts of the server.
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "book.hpp"
#include "ledger.once.co.hpp"
#include "ledger.once.hpp"
#include "stores.hpp"

namespace once::test {
namespace {

namespace fs = std::filesystem;

class CoBookServant : public ledger::Book::CoServant {
 public:
  std::int64_t add(Call&, Transaction& transaction, const std::string&, std::int64_t amount) override {
    durable::Sql{transaction}.run("CREATE TABLE IF NOT EXISTS co (amount INTEGER)");
    return amount;
  }
  void stumble(Call&, Transaction&, const std::string&) override {}
  asio::awaitable<std::int64_t> count(Call&) override { co_return 43; }
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
  std::vector<std::string> entries() const {
    return texts_in(folder_ / "bank.db", "SELECT what FROM entry ORDER BY rowid");
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

/// Else it would stop the store again whenever it is sent again.
TEST_P(ExactlyOnce, AServantThatEndsTheTransactionHasFailed) {
  start();
  const auto stub = book();
  EXPECT_EQ(stub.add("one", 1), 1);
  const auto failed = stub.try_stumble("undo");
  EXPECT_EQ(failed.kind(), OutcomeKind::Executed) << failed.text();
  EXPECT_EQ(failed.code(), Errc::servant_failed);
  EXPECT_EQ(stub.add("two", 2), 2);
  EXPECT_EQ(entries(), (std::vector<std::string>{"one", "two"}));
}

/// What the transaction leaves open goes with it.
TEST_P(ExactlyOnce, ADeclaredExceptionNeedsNoWholeTransaction) {
  start();
  const auto stub = book();
  EXPECT_THROW(stub.add("dangling", 2'000), ledger::TooMuch);
  EXPECT_EQ(stub.try_add("dangling", 2).code(), Errc::servant_failed);
  EXPECT_EQ(stub.add("two", 2), 1);
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
  for (const asio::any_io_executor& executor :
       {asio::any_io_executor{io.get_executor()}, asio::any_io_executor{asio::make_strand(io)}}) {
    durable::Store store{file, executor};
    const std::string message =
        message_of<std::logic_error>([&] { Server(io, ServerOptions{.store = &store}); });
    EXPECT_NE(message.find("the store would run on a loop"), std::string::npos) << message;
  }
  for (const char* const part : {"", "-wal", "-shm", "-once"}) fs::remove(file + part);
}

}  // namespace
}  // namespace once::test
