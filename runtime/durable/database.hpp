// SQLite: a connection, its prepared statements, and the transaction that servants see.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

#include <once/base/buffer.hpp>
#include <once/rpc/store.hpp>

namespace once::durable {

namespace detail {

/// A prepared statement, executed by one at a time.
class Statement {
 public:
  Statement(sqlite3* connection, std::string_view text);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(handle_); }

  sqlite3_stmt* handle() const { return handle_; }
  bool in_use = false;

 private:
  sqlite3_stmt* handle_ = nullptr;
};

}  // namespace detail

/// One connection. Used by one thread at a time. Its functions throw SqlError.
class Database {
 public:
  /// `vfs`: SQLite's default if empty.
  explicit Database(const std::string& file, const std::string& vfs = {});
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  sqlite3* connection() const { return connection_; }
  /// Statements without parameters and rows.
  void execute(const char* statements);
  /// In a process's first transaction: writes the log again, and waits until it is on disk. If an earlier process's
  /// sync has failed, part of the log may be in the kernel's cache alone, which takes it for written; nothing may be
  /// built on that.
  void renew_log();
  /// Executes one of the store's own statements; its parameters are integers and octets.
  void run(std::string_view statement, std::initializer_list<std::int64_t> integers, ByteView octets = {});
  /// The first column of the first row; `missing` if there is none.
  std::int64_t integer(std::string_view statement, std::initializer_list<std::int64_t> integers,
                       std::int64_t missing);
  /// The first column of the first row; empty if there is none.
  std::string text(std::string_view statement);
  /// Prepared once for each text, as long as there are not too many.
  detail::Statement& statement(std::string_view text);
  /// False: SQLite has rolled the transaction back by itself.
  bool in_transaction() const { return sqlite3_get_autocommit(connection_) == 0; }
  /// In a transaction: a deferred foreign key points nowhere, and COMMIT would fail.
  bool foreign_key_is_open() const;
  /// While servants run: what begins and ends transactions is refused to them, and nothing is committed. A
  /// transaction that SQLite has rolled back by itself is over: what came after it would stand alone.
  void forbid_transactions(bool forbidden) { transactions_forbidden_ = forbidden; }
  bool transaction_is_gone() const { return transactions_forbidden_ && !in_transaction(); }

 private:
  static int authorize(void* database, int action, const char*, const char*, const char*, const char*);
  static int refuse_commit(void* database);

  sqlite3* connection_ = nullptr;
  bool transactions_forbidden_ = false;
  std::map<std::string, std::unique_ptr<detail::Statement>, std::less<>> statements_;
};

/// What a servant writes in.
class SqlTransaction final : public Transaction {
 public:
  explicit SqlTransaction(Database& of) : database(of) {}
  ~SqlTransaction() override = default;
  bool is_broken() const override { return !database.in_transaction() || database.foreign_key_is_open(); }

  Database& database;
  bool is_full = false;  // a statement found no room
};

/// Throws std::invalid_argument for a transaction of another kind of store.
SqlTransaction& sql_transaction(Transaction& transaction);
/// Throws SqlError with the connection's last message.
[[noreturn]] void throw_sql_error(sqlite3* connection, std::string_view statement);

}  // namespace once::durable
