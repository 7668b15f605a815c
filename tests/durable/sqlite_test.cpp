// once::durable::Store: the suite of all stores, and what is SQLite's own.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sqlite3.h>
#include <unistd.h>

#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include <once/durable.hpp>

#include "stores.hpp"

namespace once::test {
namespace {

namespace fs = std::filesystem;

/// A folder of its own, with the store's file in it.
class SqliteStorage final : public Storage {
 public:
  SqliteStorage() {
    static int count = 0;
    folder_ = fs::temp_directory_path() /
              ("once_durable_test." + std::to_string(::getpid()) + "." + std::to_string(count++));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~SqliteStorage() override { fs::remove_all(folder_); }

  std::string file() const { return (folder_ / "bank.db").string(); }
  /// As if the one before were on another machine: its lock does not count.
  std::unique_ptr<Store> open() override { return open({}); }
  std::unique_ptr<durable::Store> open(durable::StoreOptions options) {
    if (fs::exists(file() + "-once")) fs::copy_file(file() + "-once", file() + "-copy");
    if (fs::exists(file() + "-once")) fs::rename(file() + "-copy", file() + "-once");
    return std::make_unique<durable::Store>(file(), thread_.get_executor(), std::move(options));
  }
  std::unique_ptr<Store> open_without_room() override {
    durable::StoreOptions options;
    options.room_min = ~std::uint64_t{0};
    return open(std::move(options));
  }
  void write(Transaction& transaction, int value) override {
    durable::Sql sql{transaction};
    sql.run("CREATE TABLE IF NOT EXISTS number (value INTEGER)");
    sql.run("INSERT INTO number VALUES (?)", value);
  }
  std::vector<int> written(Store&) override {
    std::vector<int> values;
    sqlite3* connection = nullptr;
    EXPECT_EQ(sqlite3_open(file().c_str(), &connection), SQLITE_OK);
    sqlite3_exec(
        connection, "SELECT value FROM number ORDER BY rowid",
        [](void* into, int, char** columns, char**) {
          static_cast<std::vector<int>*>(into)->push_back(std::stoi(columns[0]));
          return 0;
        },
        &values, nullptr);
    sqlite3_close(connection);
    return values;
  }

  asio::thread_pool thread_{1};

 private:
  fs::path folder_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, Stores,
                         testing::Values(StorageKind{"sqlite",
                                                     [] { return std::make_unique<SqliteStorage>(); }}));

class Sqlite : public testing::Test {
 protected:
  /// Runs `work` as session 7's next call.
  Errc call(Store& store, const std::function<void(durable::Sql&)>& work) {
    Answer answer;
    store.run(
        {7, ++calls_},
        [&work](Transaction& transaction) {
          durable::Sql sql{transaction};
          work(sql);
          return Effect{Effect::Writes::Keep, row("kept")};
        },
        answer.receiver());
    return answer.get();
  }
  std::unique_ptr<durable::Store> ready(durable::StoreOptions options = {}) {
    auto store = storage_.open(std::move(options));
    store->recover();
    Answer answer;
    store->keep_session(7, row("session"), answer.receiver());
    EXPECT_EQ(answer.get(), Errc::ok);
    return store;
  }

  SqliteStorage storage_;
  Sequence calls_ = 0;
};

TEST_F(Sqlite, ASecondServerIsTurnedAway) {
  const auto store = ready();
  const std::string message = message_of<StoreError>([&] {
    durable::Store{storage_.file(), storage_.thread_.get_executor()};
  });
  EXPECT_NE(message.find("bank.db is in use by another process (" + std::to_string(::getpid()) + ")"),
            std::string::npos)
      << message;
}

TEST_F(Sqlite, AnOlderCopyIsFoundOut) {
  ready();
  const std::string copy = storage_.file() + ".backup";
  fs::copy_file(storage_.file(), copy);
  {
    const auto store = ready();
    ASSERT_EQ(call(*store, [](durable::Sql& sql) { sql.run("CREATE TABLE t (a)"); }), Errc::ok);
  }
  fs::remove(storage_.file() + "-wal");
  fs::rename(copy, storage_.file());
  const std::string message = message_of<StoreError>([&] { storage_.open()->recover(); });
  EXPECT_NE(message.find("is older than it was"), std::string::npos) << message;
  fs::remove(storage_.file() + "-once");
  EXPECT_NO_THROW(storage_.open()->recover());
}

TEST_F(Sqlite, ALostFileIsNotReplacedByANewOne) {
  ready();
  for (const bool is_empty : {false, true}) {
    for (const char* const part : {"", "-wal", "-shm"}) fs::remove(storage_.file() + part);
    if (is_empty) std::ofstream{storage_.file()};
    const std::string message = message_of<StoreError>([&] { storage_.open(); });
    EXPECT_NE(message.find("is not the file that"), std::string::npos) << message;
    EXPECT_NE(message.find("remove " + storage_.file() + "-once"), std::string::npos) << message;
  }
  fs::remove(storage_.file() + "-once");
  EXPECT_NO_THROW(ready());
}

TEST_F(Sqlite, OneStoreServesOneServer) {
  const auto store = ready();
  const std::string message = message_of<StoreError>([&] { store->recover(); });
  EXPECT_NE(message.find("a once::durable::Store of its own"), std::string::npos) << message;
}

TEST_F(Sqlite, AFileWithoutALogIsRefused) {
  const std::string message = message_of<StoreError>([&] {
    durable::Store{":memory:", storage_.thread_.get_executor()};
  });
  fs::remove(":memory:-once");
  EXPECT_NE(message.find("no write-ahead log"), std::string::npos) << message;
}

TEST_F(Sqlite, AnotherVersionIsRefused) {
  ready();
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open(storage_.file().c_str(), &connection), SQLITE_OK);
  sqlite3_exec(connection, "UPDATE once_store SET value = 99 WHERE name = 'version'", nullptr, nullptr,
               nullptr);
  sqlite3_close(connection);
  const std::string message = message_of<StoreError>([&] { storage_.open(); });
  EXPECT_NE(message.find("version 99"), std::string::npos) << message;
}

TEST_F(Sqlite, ADamagedFileIsRefused) {
  ready();
  {
    std::fstream file{storage_.file(), std::ios::in | std::ios::out | std::ios::binary};
    file << "this is no database any more";
  }
  const std::string message = message_of<StoreError>([&] { storage_.open(); });
  EXPECT_NE(message.find("bank.db"), std::string::npos) << message;
  EXPECT_NE(message.find("not a database"), std::string::npos) << message;
  EXPECT_NE(message.find("restore the newest copy"), std::string::npos) << message;
}

TEST_F(Sqlite, MakesTheServantsTablesWhenItIsOpened) {
  for (int opened = 0; opened < 2; ++opened) {
    durable::StoreOptions options;
    options.schema = "CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (1);";
    const auto store = ready(std::move(options));
    ASSERT_EQ(
        call(*store,
             [&](durable::Sql& sql) { EXPECT_EQ(sql.value<int>("SELECT count(*) FROM t"), opened + 1); }),
        Errc::ok);
  }
  durable::StoreOptions options;
  options.schema = "CREATE TABEL t (a)";
  const std::string message = message_of<StoreError>([&] { storage_.open(std::move(options)); });
  EXPECT_NE(message.find("TABEL"), std::string::npos) << message;
}

TEST_F(Sqlite, CallsShareCommits) {
  const auto store = ready();
  const auto before = store->statistics();
  std::mutex gate;
  gate.lock();  // until all are waiting
  std::vector<Answer> answers(64);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    store->run(
        {7, i + 1},
        [&](Transaction&) {
          const std::lock_guard pass{gate};
          return Effect{Effect::Writes::Keep, row("kept")};
        },
        answers[i].receiver());
  }
  gate.unlock();
  for (Answer& answer : answers) EXPECT_EQ(answer.get(), Errc::ok);
  const auto after = store->statistics();
  EXPECT_EQ(after.calls - before.calls, 64u);
  EXPECT_LE(after.commits - before.commits, 2u);
}

TEST_F(Sqlite, BindsAndReadsValues) {
  const auto store = ready();
  EXPECT_EQ(call(*store,
                 [](durable::Sql& sql) {
                   sql.run("CREATE TABLE t (a INTEGER, b REAL, c TEXT, d BLOB, e)");
                   sql.run("INSERT INTO t VALUES (?, ?, ?, ?, ?)", std::uint64_t{1} << 63U, 2.5,
                           std::string{"text"}, Bytes{1, 2}, std::optional<int>{});
                   EXPECT_EQ(sql.last_row(), 1);
                   EXPECT_EQ(sql.changes(), 1);
                   EXPECT_EQ(sql.value<std::uint64_t>("SELECT a FROM t"), std::uint64_t{1} << 63U);
                   EXPECT_EQ(sql.value<double>("SELECT b FROM t WHERE c = ?", "text"), 2.5);
                   EXPECT_EQ(sql.value<Bytes>("SELECT d FROM t"), (Bytes{1, 2}));
                   EXPECT_EQ(sql.value<std::optional<int>>("SELECT e FROM t"), std::nullopt);
                   EXPECT_EQ(sql.find<int>("SELECT a FROM t WHERE c = 'none'"), std::nullopt);
                   int rows = 0;
                   sql.rows<std::string, double>(
                       [&](const std::string& text, double real) {
                         EXPECT_EQ(text, "text");
                         EXPECT_EQ(real, 2.5);
                         ++rows;
                       },
                       "SELECT c, b FROM t");
                   EXPECT_EQ(rows, 1);
                   EXPECT_THROW(sql.value<int>("SELECT a FROM t WHERE c = 'none'"), durable::SqlError);
                   EXPECT_THROW(sql.run("INSERT INTO t VALUES (?)", 1, 2), durable::SqlError);
                   EXPECT_THROW(sql.run("no statement"), durable::SqlError);
                 }),
            Errc::ok);
}

TEST_F(Sqlite, ServantsCannotEndTheTransaction) {
  const auto store = ready();
  EXPECT_EQ(call(*store,
                 [](durable::Sql& sql) {
                   sql.run("CREATE TABLE t (a)");
                   for (const char* statement :
                        {"COMMIT", "ROLLBACK", "BEGIN", "SAVEPOINT s", "ROLLBACK TO once_call"}) {
                     EXPECT_THROW(sql.run(statement), durable::SqlError) << statement;
                   }
                 }),
            Errc::ok);
  EXPECT_EQ(call(*store, [](durable::Sql& sql) { EXPECT_EQ(sql.value<int>("SELECT count(*) FROM t"), 0); }),
            Errc::ok);
}

TEST_F(Sqlite, StatementsAreGivenOneByOne) {
  const auto store = ready();
  EXPECT_EQ(call(*store,
                 [](durable::Sql& sql) {
                   sql.run("CREATE TABLE t (a); ");
                   EXPECT_THROW(sql.run("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"),
                                durable::SqlError);
                   EXPECT_EQ(sql.value<int>("SELECT count(*) FROM t"), 0);
                 }),
            Errc::ok);
}

/// SQLite then undoes all that shares the commit.
TEST_F(Sqlite, AStatementThatEndsTheTransactionLeavesNothingAndFails) {
  const auto store = ready();
  ASSERT_EQ(call(*store, [](durable::Sql& sql) { sql.run("CREATE TABLE t (a UNIQUE)"); }), Errc::ok);
  std::vector<Answer> answers(3);
  std::mutex gate;
  gate.lock();  // until all are waiting
  const auto run = [&](int number, const std::function<Effect(durable::Sql&, const Transaction&)>& work) {
    store->run(
        {7, static_cast<Sequence>(100 + number)},
        [work](Transaction& transaction) {
          durable::Sql sql{transaction};
          return work(sql, transaction);
        },
        answers[static_cast<std::size_t>(number)].receiver());
  };
  asio::post(storage_.thread_, [&gate] { const std::lock_guard pass{gate}; });
  run(0, [](durable::Sql& sql, const Transaction&) {
    sql.run("INSERT INTO t VALUES (0)");
    return Effect{Effect::Writes::Keep, row("before")};
  });
  run(1, [](durable::Sql& sql, const Transaction& transaction) {
    sql.run("INSERT INTO t VALUES (1)");
    EXPECT_FALSE(transaction.is_broken());
    EXPECT_THROW(sql.run("INSERT OR ROLLBACK INTO t VALUES (1)"), durable::SqlError);
    EXPECT_TRUE(transaction.is_broken());
    EXPECT_THROW(sql.run("INSERT INTO t VALUES (2)"), durable::SqlError) << "it would stand alone";
    EXPECT_NE(sqlite3_exec(durable::sqlite(const_cast<Transaction&>(transaction)), "INSERT INTO t VALUES (2)",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
    return Effect{Effect::Writes::RollBack, row("failed")};
  });
  run(2, [](durable::Sql& sql, const Transaction&) {
    sql.run("INSERT INTO t VALUES (3)");
    return Effect{Effect::Writes::Keep, row("behind")};
  });
  gate.unlock();
  EXPECT_EQ(answers[0].get(), Errc::overloaded) << "nothing of it is left, and it may be made again";
  EXPECT_EQ(answers[1].get(), Errc::ok);
  EXPECT_EQ(answers[2].get(), Errc::ok);
  EXPECT_EQ(call(*store, [](durable::Sql& sql) { EXPECT_EQ(sql.value<int>("SELECT sum(a) FROM t"), 3); }),
            Errc::ok);
  const auto outcomes = storage_.open()->recover().outcomes;
  std::string kept;
  for (const Store::OutcomeRow& outcome : outcomes) {
    if (outcome.id.sequence > 99) kept += std::string{as_text(outcome.row.view())} + " ";
  }
  EXPECT_EQ(kept, "failed behind ");
}

TEST_F(Sqlite, AForeignKeyThatPointsNowhereBreaksItsOwnCallOnly) {
  const auto store = ready();
  ASSERT_EQ(call(*store,
                 [](durable::Sql& sql) {
                   sql.run("CREATE TABLE account (id INTEGER PRIMARY KEY)");
                   sql.run("CREATE TABLE entry (account REFERENCES account DEFERRABLE INITIALLY DEFERRED)");
                 }),
            Errc::ok);
  Answer answer;
  store->run(
      {7, ++calls_},
      [](Transaction& transaction) {
        durable::Sql{transaction}.run("INSERT INTO entry VALUES (5)");
        EXPECT_TRUE(transaction.is_broken());
        return Effect{Effect::Writes::RollBack, row("failed")};
      },
      answer.receiver());
  EXPECT_EQ(answer.get(), Errc::ok);
  EXPECT_EQ(call(*store,
                 [](durable::Sql& sql) {
                   sql.run("INSERT INTO entry VALUES (6)");
                   sql.run("INSERT INTO account VALUES (6)");
                   EXPECT_EQ(sql.value<int>("SELECT count(*) FROM entry"), 1);
                 }),
            Errc::ok);
}

TEST_F(Sqlite, AFullDiskRefusesBeforeTheCallRuns) {
  durable::StoreOptions options;
  options.room_min = ~std::uint64_t{0};
  auto store = storage_.open(std::move(options));
  store->recover();
  bool ran = false;
  EXPECT_EQ(call(*store, [&](durable::Sql&) { ran = true; }), Errc::overloaded);
  EXPECT_FALSE(ran);
}

TEST_F(Sqlite, WhatCannotBeForgottenForWantOfRoomIsInNobodysWay) {
  durable::StoreOptions options;
  options.room_min = ~std::uint64_t{0};
  options.batch_max = 4;
  auto store = storage_.open(std::move(options));
  store->recover();
  for (Sequence number = 1; number <= 1'000; ++number) store->forget_outcome({7, number});
  EXPECT_EQ(call(*store, [](durable::Sql&) {}), Errc::overloaded);
}

TEST_F(Sqlite, ADiskThatFillsUpRollsTheCallBack) {
  const auto store = ready();
  ASSERT_EQ(call(*store, [](durable::Sql& sql) { sql.run("CREATE TABLE t (a)"); }), Errc::ok);
  EXPECT_EQ(call(*store,
                 [](durable::Sql& sql) {
                   sql.run("PRAGMA max_page_count = 20");
                   try {
                     for (;;) sql.run("INSERT INTO t VALUES (zeroblob(10000))");
                   } catch (const durable::SqlError&) {
                   }
                 }),
            Errc::overloaded);
  EXPECT_EQ(call(*store,
                 [](durable::Sql& sql) {
                   sql.run("PRAGMA max_page_count = 1000000");
                   EXPECT_EQ(sql.value<int>("SELECT count(*) FROM t"), 0);
                 }),
            Errc::ok);
}

}  // namespace
}  // namespace once::test
