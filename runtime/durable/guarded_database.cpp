#include "durable/guarded_database.hpp"

#include <once/durable/sql.hpp>

namespace once::durable {
namespace {

/// What to do about an error that keeps a file from being opened.
const char* advice(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "; restore the newest copy, if it is the right file";
    case SQLITE_CANTOPEN: return "; does its folder exist, and may this program write there?";
    case SQLITE_READONLY:
    case SQLITE_PERM: return "; this program must be able to write it, and to make files beside it";
    case SQLITE_FULL: return "; make room on the disk";
    case SQLITE_BUSY: return "; another program holds a lock on it: let it end its transaction";
    default: return "";
  }
}

std::int64_t new_id(RandomSource& random) {
  return static_cast<std::int64_t>(random.number() | 1U);  // never 0
}

std::unique_ptr<GuardFile> guard_of(const Place& place) {
  return place.on_this_machine ? std::make_unique<GuardFile>(place.file) : nullptr;
}

}  // namespace

GuardedDatabase::GuardedDatabase(const Place& place, const Kind& kind) try
    : file_(place.file),
      table_("once_" + kind.name),
      guard_(guard_of(place)),
      database_(place.file, place.vfs) {
  prepare(kind, *place.random);
} catch (const SqlError& error) {
  throw StoreError{place.file + " cannot be used: " + error.what() + advice(error.code())};
}

void GuardedDatabase::prepare(const Kind& kind, RandomSource& random) {
  // What is committed is on disk when COMMIT returns; readers do not stop writers.
  if (const std::string mode = database_.text("PRAGMA journal_mode = WAL"); mode != "wal") {
    throw StoreError{file_ + " cannot be used: SQLite keeps no write-ahead log there (its journal_mode is '" +
                     mode + "'); give a file on a local disk"};
  }
  database_.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  begin();
  database_.renew_log();
  const std::string numbers = "CREATE TABLE IF NOT EXISTS " + table_ +
                              " (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID";
  database_.execute(numbers.c_str());
  if (get("version") == 0) {
    set("version", kind.version);
    set("id", new_id(random));
  }
  check_version(kind.version);
  if (guard_) check_age(kind, guard_->mark());
  database_.execute(kind.tables);
  commit();
}

std::int64_t GuardedDatabase::get(const std::string& name) {
  return database_.integer("SELECT value FROM " + table_ + " WHERE name = '" + name + "'", {}, 0);
}

void GuardedDatabase::set(const std::string& name, std::int64_t value) {
  database_.run("INSERT OR REPLACE INTO " + table_ + " VALUES ('" + name + "', ?)", {value});
}

void GuardedDatabase::check_version(std::int64_t known) {
  const std::int64_t version = get("version");
  if (version == known) return;
  throw StoreError{file_ + " has tables of version " + std::to_string(version) + ", and this program knows " +
                   std::to_string(known) + ": use the program that wrote it, or a newer one"};
}

void GuardedDatabase::check_age(const Kind& kind, const GuardFile::Mark& mark) {
  if (mark.file == 0) return;
  const auto commits = static_cast<std::uint64_t>(get("commits"));
  std::string problem;
  if (mark.file != static_cast<std::uint64_t>(get("id"))) {
    problem = " is not the file that " + file_ +
              "-once stands beside: that one is lost, or another has been put here";
  } else if (mark.commits > commits) {
    problem = " is older than it was: it has had " + std::to_string(mark.commits) +
              " commits, and this copy knows of " + std::to_string(commits);
  } else {
    return;
  }
  throw StoreError{file_ + problem + ". " + kind.of_old_copy +
                   " Restore the newest copy; to go on with this one all the same, remove " + file_ +
                   "-once" + kind.begin_anew};
}

void GuardedDatabase::commit() {
  const std::int64_t commits = get("commits") + 1;
  set("commits", commits);
  const GuardFile::Mark mark{static_cast<std::uint64_t>(get("id")), static_cast<std::uint64_t>(commits)};
  database_.execute("COMMIT");
  if (guard_) guard_->set(mark);
}

bool GuardedDatabase::roll_back() {
  try {
    if (database_.in_transaction()) database_.execute("ROLLBACK");
    return true;
  } catch (const SqlError&) {
    return false;
  }
}

}  // namespace once::durable
