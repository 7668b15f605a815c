#include "durable/database.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <once/durable/sql.hpp>

namespace once::durable {
namespace {

/// Another program that writes to the file is waited for so long.
constexpr int kBusyMs = 10'000;
/// So many statements stay prepared. A program has fewer, unless it writes values into their texts.
constexpr std::size_t kStatementsMax = 256;

/// False for blanks and comments, which SQLite makes nothing of.
bool has_statement(sqlite3* connection, std::string_view text) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(connection, text.data(), static_cast<int>(text.size()), 0, &handle, nullptr);
  const bool empty = code == SQLITE_OK && handle == nullptr;
  sqlite3_finalize(handle);
  return !empty;
}

}  // namespace

void throw_sql_error(sqlite3* connection, std::string_view statement) {
  std::string text = sqlite3_errmsg(connection);
  text += ": ";
  text += statement;
  throw SqlError{sqlite3_extended_errcode(connection), text};
}

detail::Statement::Statement(sqlite3* connection, std::string_view text) {
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(connection, text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle_, &rest);
  if (code != SQLITE_OK) throw_sql_error(connection, text);
  if (handle_ == nullptr) throw SqlError{SQLITE_MISUSE, "no statement: " + std::string{text}};
  if (has_statement(connection, text.substr(static_cast<std::size_t>(rest - text.data())))) {
    sqlite3_finalize(handle_);
    throw SqlError{SQLITE_MISUSE, "more than one statement; run each for itself: " + std::string{text}};
  }
}

Database::Database(const std::string& file, const std::string& vfs) {
  const int code = sqlite3_open_v2(file.c_str(), &connection_,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                   vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) {
    const std::string text = connection_ != nullptr ? sqlite3_errmsg(connection_) : sqlite3_errstr(code);
    sqlite3_close(connection_);
    throw SqlError{code, text};
  }
  sqlite3_extended_result_codes(connection_, 1);
  sqlite3_busy_timeout(connection_, kBusyMs);
  sqlite3_set_authorizer(connection_, authorize, this);
  sqlite3_commit_hook(connection_, refuse_commit, this);
}

Database::~Database() {
  statements_.clear();
  sqlite3_close(connection_);
}

void Database::execute(const char* statements) {
  if (sqlite3_exec(connection_, statements, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_sql_error(connection_, statements);
  }
}

void Database::renew_log() {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(connection_, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
  if (log == nullptr || log->pMethods == nullptr) return;
  const auto check = [](int code) {
    if (code != SQLITE_OK)
      throw SqlError{code, std::string{sqlite3_errstr(code)} + ": writing the log again"};
  };
  sqlite3_int64 size = 0;
  check(log->pMethods->xFileSize(log, &size));
  std::vector<char> chunk(std::size_t{1} << 16U);
  for (sqlite3_int64 place = 0; place < size;) {
    const auto count = static_cast<int>(std::min<sqlite3_int64>(size - place, std::ssize(chunk)));
    check(log->pMethods->xRead(log, chunk.data(), count, place));
    check(log->pMethods->xWrite(log, chunk.data(), count, place));
    place += count;
  }
  if (size > 0) check(log->pMethods->xSync(log, SQLITE_SYNC_FULL));
}

detail::Statement& Database::statement(std::string_view text) {
  const auto found = statements_.find(text);
  if (found != statements_.end()) return *found->second;
  if (statements_.size() >= kStatementsMax) {
    std::erase_if(statements_, [](const auto& one) { return !one.second->in_use; });
  }
  auto made = std::make_unique<detail::Statement>(connection_, text);
  return *statements_.emplace(std::string{text}, std::move(made)).first->second;
}

void Database::run(std::string_view text, std::initializer_list<std::int64_t> integers, ByteView octets) {
  sqlite3_stmt* const handle = statement(text).handle();
  int place = 0;
  for (const std::int64_t value : integers) sqlite3_bind_int64(handle, ++place, value);
  if (octets.data() != nullptr) {
    sqlite3_bind_blob64(handle, ++place, octets.data(), octets.size(), SQLITE_STATIC);
  }
  const int code = sqlite3_step(handle);
  if (code != SQLITE_DONE && code != SQLITE_ROW) {
    sqlite3_reset(handle);
    throw_sql_error(connection_, text);
  }
  sqlite3_reset(handle);
}

std::int64_t Database::integer(std::string_view text, std::initializer_list<std::int64_t> integers,
                               std::int64_t missing) {
  sqlite3_stmt* const handle = statement(text).handle();
  int place = 0;
  for (const std::int64_t value : integers) sqlite3_bind_int64(handle, ++place, value);
  const int code = sqlite3_step(handle);
  const std::int64_t result = code == SQLITE_ROW ? sqlite3_column_int64(handle, 0) : missing;
  sqlite3_reset(handle);
  if (code != SQLITE_DONE && code != SQLITE_ROW) throw_sql_error(connection_, text);
  return result;
}

std::string Database::text(std::string_view text) {
  sqlite3_stmt* const handle = statement(text).handle();
  std::string result;
  const int code = sqlite3_step(handle);
  if (code == SQLITE_ROW) {
    const auto* const found = sqlite3_column_text(handle, 0);
    if (found != nullptr) result = reinterpret_cast<const char*>(found);
  }
  sqlite3_reset(handle);
  if (code != SQLITE_DONE && code != SQLITE_ROW) throw_sql_error(connection_, text);
  return result;
}

bool Database::foreign_key_is_open() const {
  int open = 0;
  int peak = 0;
  sqlite3_db_status(connection_, SQLITE_DBSTATUS_DEFERRED_FKS, &open, &peak, 0);
  return open != 0;
}

/// Asked by SQLite before each commit; other than 0 makes it a rollback.
int Database::refuse_commit(void* database) {
  return static_cast<Database*>(database)->transactions_forbidden_ ? 1 : 0;
}

/// Asked by SQLite when a statement is prepared.
int Database::authorize(void* database, int action, const char*, const char*, const char*, const char*) {
  const bool of_transactions = action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT;
  return of_transactions && static_cast<Database*>(database)->transactions_forbidden_ ? SQLITE_DENY
                                                                                      : SQLITE_OK;
}

SqlTransaction& sql_transaction(Transaction& transaction) {
  auto* const sql = dynamic_cast<SqlTransaction*>(&transaction);
  if (sql == nullptr) throw std::invalid_argument{"not a transaction of a once::durable::Store"};
  return *sql;
}

}  // namespace once::durable
