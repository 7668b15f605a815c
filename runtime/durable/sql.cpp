// Statements of servants.
#include <once/durable/sql.hpp>

#include "durable/database.hpp"

namespace once::durable {
namespace detail {

Execution::Execution(Transaction& transaction, std::string_view text)
    : transaction_(transaction), statement_(sql_transaction(transaction).database.statement(text)) {
  if (statement_.in_use)
    throw std::logic_error{"a statement is executed while its rows are read: " + std::string{text}};
  statement_.in_use = true;
}

Execution::~Execution() {
  sqlite3_reset(statement_.handle());
  sqlite3_clear_bindings(statement_.handle());
  statement_.in_use = false;
}

void Execution::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.handle(), ++bound_, value);
}
void Execution::bind(double value) {
  sqlite3_bind_double(statement_.handle(), ++bound_, value);
}
void Execution::bind(std::string_view text) {
  sqlite3_bind_text64(statement_.handle(), ++bound_, text.data() != nullptr ? text.data() : "", text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}
void Execution::bind(ByteView octets) {
  static constexpr std::uint8_t kNothing = 0;
  sqlite3_bind_blob64(statement_.handle(), ++bound_, octets.data() != nullptr ? octets.data() : &kNothing,
                      octets.size(), SQLITE_STATIC);
}
void Execution::bind_null() {
  sqlite3_bind_null(statement_.handle(), ++bound_);
}

bool Execution::step() {
  sqlite3_stmt* const handle = statement_.handle();
  SqlTransaction& transaction = sql_transaction(transaction_);
  if (transaction.database.transaction_is_gone()) {
    throw SqlError{SQLITE_ABORT_ROLLBACK,
                   std::string{"an earlier statement has ended the transaction: "} + sqlite3_sql(handle)};
  }
  if (bound_ != sqlite3_bind_parameter_count(handle)) {
    throw SqlError{SQLITE_RANGE, "a statement with " + std::to_string(sqlite3_bind_parameter_count(handle)) +
                                     " parameters is given " + std::to_string(bound_) + ": " +
                                     sqlite3_sql(handle)};
  }
  const int code = sqlite3_step(handle);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  if ((code & 0xff) == SQLITE_FULL) transaction.is_full = true;
  throw_sql_error(transaction.database.connection(), sqlite3_sql(handle));
}

int Execution::columns() const {
  return sqlite3_column_count(statement_.handle());
}
bool Execution::is_null(int column) const {
  return sqlite3_column_type(statement_.handle(), column) == SQLITE_NULL;
}
std::int64_t Execution::integer(int column) const {
  return sqlite3_column_int64(statement_.handle(), column);
}
double Execution::real(int column) const {
  return sqlite3_column_double(statement_.handle(), column);
}
std::string Execution::text(int column) const {
  const auto* const text = sqlite3_column_text(statement_.handle(), column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.handle(), column))};
}
Bytes Execution::octets(int column) const {
  const auto* const octets =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.handle(), column));
  return Bytes(octets, octets + sqlite3_column_bytes(statement_.handle(), column));
}

}  // namespace detail

Sql::Sql(Transaction& transaction) : transaction_(transaction) {
  sql_transaction(transaction);
}

void Sql::no_row(std::string_view statement) {
  throw SqlError{SQLITE_DONE, "no row: " + std::string{statement}};
}

std::int64_t Sql::last_row() const {
  return sqlite3_last_insert_rowid(sqlite(transaction_));
}

std::int64_t Sql::changes() const {
  return sqlite3_changes64(sqlite(transaction_));
}

sqlite3* sqlite(Transaction& transaction) {
  return sql_transaction(transaction).database.connection();
}

}  // namespace once::durable
