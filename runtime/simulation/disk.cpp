#include <once/durable/sql.hpp>
#include <once/simulation/disk.hpp>

#include "simulation/world_state.hpp"

namespace once::simulation {
namespace {

struct CloseConnection {
  void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// The files are somebody else's: they are read as they are, and closed as if nobody had been there.
std::unique_ptr<sqlite3, CloseConnection> open_to_read(const std::string& file, const std::string& vfs) {
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, vfs.c_str());
  std::unique_ptr<sqlite3, CloseConnection> connection{opened};
  if (code != SQLITE_OK) return nullptr;
  sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return connection;
}

Host::State::Value column_of(sqlite3_stmt* row) {
  switch (sqlite3_column_type(row, 0)) {
    case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(row, 0)};
    case SQLITE_FLOAT: return sqlite3_column_double(row, 0);
    case SQLITE_NULL: return {};
    default: {
      const auto* const octets = static_cast<const char*>(sqlite3_column_blob(row, 0));
      return std::string(octets, octets + sqlite3_column_bytes(row, 0));
    }
  }
}

Host::State::Value first_column(sqlite3* connection, const std::string& text) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v2(connection, text.c_str(), -1, &prepared, nullptr);
  const std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement{prepared};
  if (code == SQLITE_OK) {
    if (sqlite3_step(prepared) == SQLITE_ROW) return column_of(prepared);
    return {};
  }
  const std::string problem = sqlite3_errmsg(connection);
  if (code == SQLITE_ERROR && !problem.starts_with("no such table")) {
    throw durable::SqlError{code, problem + ": " + text};
  }
  return {};
}

}  // namespace

Disk::operator durable::Place() const {
  Life& life = host_->state().life();
  const Environment environment = life.environment();
  return {file_, life.disk_executor(), host_->state().disk().vfs_name(),
          false, environment.clock,    environment.random};
}

Disk::Value Disk::first(std::string_view statement) const {
  return host_->state().read(file_, std::string{statement});
}

SimulatedDisk& Host::State::disk() {
  if (!disk_) {
    disk_ = std::make_unique<SimulatedDisk>(random_.next());
    disk_->set_clock([engine = world_.shared_engine()] { return engine->now(); });
    disk_->on_power_failure([life = std::weak_ptr{life_}] {
      if (const auto silenced = life.lock()) silenced->fall_silent();
    });
  }
  return *disk_;
}

Host::State::Value Host::State::read(const std::string& file, const std::string& statement) {
  if (!disk_ || !disk_->has(file)) return {};
  Read& last = reads_[{file, statement}];
  if (last.writes != disk_->writes()) {
    last.writes = disk_->writes();
    last.value = {};
    if (const auto connection = open_to_read(file, disk_->vfs_name())) {
      last.value = first_column(connection.get(), statement);
    }
  }
  return last.value;
}

}  // namespace once::simulation
