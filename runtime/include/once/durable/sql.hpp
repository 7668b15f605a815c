// How a servant of an exactly-once operation reads and writes: statements of SQLite in the call's transaction.
//
//     once::durable::Sql sql{transaction};
//     const auto cents = sql.value<std::int64_t>("SELECT cents FROM account WHERE key = ?", key);
//     sql.run("UPDATE account SET cents = cents - ? WHERE key = ?", amount, key);
//
// Statements are prepared once for each text. They must not begin or end transactions: the runtime does.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <once/base/bytes.hpp>
#include <once/rpc/store.hpp>

struct sqlite3;

namespace once::durable {

/// A statement that SQLite refuses; what() has its message and the statement. code(): SQLite's extended result.
class SqlError : public std::runtime_error {
 public:
  SqlError(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
  int code() const noexcept { return code_; }

 private:
  int code_;
};

namespace detail {

class Statement;  // a prepared statement, durable/database.hpp

/// One execution of a statement: its parameters in order, then its rows.
class Execution {
 public:
  Execution(Transaction& transaction, std::string_view text);
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution();

  void bind(std::int64_t value);
  void bind(double value);
  void bind(std::string_view text);
  void bind(ByteView octets);
  void bind_null();
  /// The next row; false if there is none.
  bool step();
  int columns() const;
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  Bytes octets(int column) const;

 private:
  Transaction& transaction_;
  Statement& statement_;
  int bound_ = 0;
};

template <class T>
void bind(Execution& execution, const T& value) {
  if constexpr (requires { value.has_value(); }) {
    value.has_value() ? bind(execution, *value) : execution.bind_null();
  } else if constexpr (std::same_as<T, std::nullptr_t>) {
    execution.bind_null();
  } else if constexpr (std::integral<T> || std::is_enum_v<T>) {
    execution.bind(static_cast<std::int64_t>(value));  // unsigned 64-bit values by their bits
  } else if constexpr (std::floating_point<T>) {
    execution.bind(static_cast<double>(value));
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    execution.bind(std::string_view{value});
  } else {
    execution.bind(ByteView{value});
  }
}

template <class T>
T column(const Execution& execution, int index) {
  if constexpr (requires(T value) { value.has_value(); }) {
    if (execution.is_null(index)) return std::nullopt;
    return column<typename T::value_type>(execution, index);
  } else if constexpr (std::integral<T> || std::is_enum_v<T>) {
    return static_cast<T>(execution.integer(index));
  } else if constexpr (std::floating_point<T>) {
    return static_cast<T>(execution.real(index));
  } else if constexpr (std::same_as<T, Bytes>) {
    return execution.octets(index);
  } else {
    return T{execution.text(index)};
  }
}

}  // namespace detail

/// SQL in a call's transaction. A value of its function; throws SqlError, which, where the servant lets it pass,
/// rolls the call back as servant_failed, or, if the disk is full, refuses it as overloaded.
class Sql {
 public:
  /// `transaction` must be of a once::durable::Store: std::invalid_argument else.
  explicit Sql(Transaction& transaction);

  /// Executes a statement to its end; its rows are dropped.
  template <class... A>
  void run(std::string_view statement, const A&... arguments) {
    detail::Execution execution{transaction_, statement};
    (detail::bind(execution, arguments), ...);
    while (execution.step()) {
    }
  }
  /// The first column of the first row. Throws SqlError if there is no row.
  template <class T, class... A>
  T value(std::string_view statement, const A&... arguments) {
    std::optional<T> found = find<T>(statement, arguments...);
    if (!found) no_row(statement);
    return *std::move(found);
  }
  /// The same; nothing if there is no row.
  template <class T, class... A>
  std::optional<T> find(std::string_view statement, const A&... arguments) {
    detail::Execution execution{transaction_, statement};
    (detail::bind(execution, arguments), ...);
    if (!execution.step()) return std::nullopt;
    return detail::column<T>(execution, 0);
  }
  /// Calls `visit` with the columns of each row: rows([](std::string key, std::int64_t cents) {…}, "SELECT …").
  template <class... Columns, class Visit, class... A>
  void rows(Visit visit, std::string_view statement, const A&... arguments) {
    detail::Execution execution{transaction_, statement};
    (detail::bind(execution, arguments), ...);
    while (execution.step()) {
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        visit(detail::column<Columns>(execution, static_cast<int>(I))...);
      }
      (std::index_sequence_for<Columns...>{});
    }
  }
  /// The rowid of the last row inserted.
  std::int64_t last_row() const;
  /// Rows that the last run() has changed.
  std::int64_t changes() const;

 private:
  [[noreturn]] static void no_row(std::string_view statement);

  Transaction& transaction_;
};

/// The connection itself, for what Sql has not. It may be used until the servant's function returns.
sqlite3* sqlite(Transaction& transaction);

}  // namespace once::durable
