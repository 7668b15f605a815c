// Reads an SQLite file behind the back of the server that uses it, or when that has ended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

struct sqlite3;

namespace demo {

class Tables {
 public:
  /// A row's column, by its place in the query.
  using Column = std::function<std::int64_t(int index)>;

  /// Throws std::runtime_error with SQLite's message, and so does select().
  explicit Tables(const std::filesystem::path& file);
  ~Tables();
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

  /// Calls `visit` with every row.
  void select(const char* query, const std::function<void(const Column& column)>& visit);

 private:
  [[noreturn]] void fail() const;

  const std::filesystem::path file_;
  sqlite3* connection_ = nullptr;
};

}  // namespace demo
