#include "kills/tables.hpp"

#include <memory>
#include <sqlite3.h>
#include <stdexcept>

namespace demo {

Tables::Tables(const std::filesystem::path& file) : file_(file) {
  if (sqlite3_open(file.c_str(), &connection_) == SQLITE_OK) return;
  const std::string why = sqlite3_errmsg(connection_);
  sqlite3_close(connection_);
  throw std::runtime_error(file.string() + ": " + why);
}

Tables::~Tables() {
  sqlite3_close(connection_);
}

void Tables::select(const char* query, const std::function<void(const Column& column)>& visit) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(connection_, query, -1, &prepared, nullptr) != SQLITE_OK) fail();
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{prepared, sqlite3_finalize};
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(prepared)) == SQLITE_ROW) {
    visit([prepared](int index) { return sqlite3_column_int64(prepared, index); });
  }
  if (result != SQLITE_DONE) fail();
}

void Tables::fail() const {
  throw std::runtime_error(file_.string() + ": " + sqlite3_errmsg(connection_));
}

}  // namespace demo
