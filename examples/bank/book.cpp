#include "book.hpp"

#include <memory>
#include <sqlite3.h>
#include <stdexcept>

namespace demo {
namespace {

struct Close {
  void operator()(sqlite3* connection) const { sqlite3_close(connection); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

[[noreturn]] void fail(const std::string& database, sqlite3* connection) {
  throw std::runtime_error(database + ": " + sqlite3_errmsg(connection));
}

}  // namespace

Book read_book(const std::string& database) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open(database.c_str(), &opened);
  const std::unique_ptr<sqlite3, Close> connection{opened};
  if (code != SQLITE_OK) fail(database, opened);

  /// Calls `visit` with every row.
  const auto select = [&](const char* text, auto&& visit) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(opened, text, -1, &prepared, nullptr) != SQLITE_OK) fail(database, opened);
    const std::unique_ptr<sqlite3_stmt, Close> statement{prepared};
    int result = SQLITE_ROW;
    while ((result = sqlite3_step(prepared)) == SQLITE_ROW) visit(prepared);
    if (result != SQLITE_DONE) fail(database, opened);
  };
  const auto number = [](sqlite3_stmt* row, int column) {
    return static_cast<std::uint64_t>(sqlite3_column_int64(row, column));
  };
  Book book;
  select("SELECT cents FROM account", [&](sqlite3_stmt* row) { book.balance += number(row, 0); });
  select("SELECT number, balance, session, sequence, life FROM payment", [&](sqlite3_stmt* row) {
    book.payments.push_back({static_cast<std::uint32_t>(number(row, 0)),
                             number(row, 1),
                             {number(row, 2), number(row, 3)},
                             static_cast<std::uint32_t>(number(row, 4))});
  });
  return book;
}

}  // namespace demo
