// An SQLite file of which nothing may be lost or come twice, and the guard beside it: what the store and the outbox
// have in common.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <once/durable/place.hpp>

#include "durable/database.hpp"
#include "durable/guard_file.hpp"

namespace once::durable {

/// Used by one thread at a time. Functions throw SqlError, unless they say otherwise.
class GuardedDatabase {
 public:
  struct Kind {
    std::string name;  // the file's numbers are in the table once_NAME
    std::int64_t version = 1;
    const char* tables = "";       // CREATE TABLE IF NOT EXISTS …
    const char* of_old_copy = "";  // what would happen if one were used
    const char* begin_anew = "";   // what else there is to do for it
  };

  /// Opens the place's file, or makes it. Throws StoreError: it is in use, damaged, of another version, older than it was, or
  /// not the one that FILE-once stands beside.
  GuardedDatabase(const Place& place, const Kind& kind);

  Database& database() { return database_; }
  /// What the file knows of itself, by name; 0 if it is not there yet.
  std::int64_t get(const std::string& name);
  void set(const std::string& name, std::int64_t value);

  /// A transaction is begun, and is counted and on disk when commit() returns. If something throws between the two,
  /// or commit() does, roll_back().
  void begin() { database_.execute("BEGIN IMMEDIATE"); }
  void commit();
  /// True if nothing of the transaction is left. Does not throw.
  bool roll_back();

 private:
  void prepare(const Kind& kind, RandomSource& random);
  void check_version(std::int64_t known);
  void check_age(const Kind& kind, const GuardFile::Mark& mark);

  const std::string file_;
  const std::string table_;
  std::unique_ptr<GuardFile> guard_;  // of a file on this machine
  Database database_;                 // closed before the guard is
};

}  // namespace once::durable
