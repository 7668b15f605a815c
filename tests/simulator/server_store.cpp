#include "server_store.hpp"

#include <string>
#include <unistd.h>

#include <once/durable/sql.hpp>

#include "oracle.hpp"

namespace once::simulator {
namespace {

namespace fs = std::filesystem;

/// A session of the simulation's own, in which effects are read.
constexpr SessionId kReader = 1;

fs::path new_folder() {
  static int count = 0;
  return fs::temp_directory_path() /
         ("once_simulator." + std::to_string(::getpid()) + "." + std::to_string(count++));
}

}  // namespace

ServerStore::ServerStore(std::uint64_t seed) : folder_(new_folder()), disk_(seed) {
  fs::remove_all(folder_);
  fs::create_directories(folder_);
}

ServerStore::~ServerStore() {
  if (store_) crash(false);
  fs::remove_all(folder_);
}

Store::Recovery ServerStore::open() {
  disk_.set_full(false);
  disk_.fail_sync(0);
  has_stopped_ = false;
  durable::StoreOptions options;
  options.room_min = 0;
  options.schema = "CREATE TABLE IF NOT EXISTS effect (execution INTEGER)";
  options.vfs = disk_.vfs_name();
  options.on_stopped = [this](const std::string&) { has_stopped_ = true; };
  if (is_old_) insist_on_the_old_copy(options);
  store_ = std::make_unique<durable::Store>((folder_ / "server.db").string(), io_.get_executor(),
                                            std::move(options));
  Store::Recovery recovery = store_->recover();
  const bool has_reader =
      std::erase_if(recovery.sessions, [](const auto& row) { return row.id == kReader; }) > 0;
  if (!has_reader) {
    store_->keep_session(kReader, Slice::copy_of(as_bytes("reader")), [](Errc) {});
    work();
  }
  return recovery;
}

void ServerStore::put_back(const simulation::SimulatedDisk::Copy& copy) {
  disk_.put_back(copy);
  is_old_ = true;
}

/// The store refuses an older copy, until somebody removes its guard.
void ServerStore::insist_on_the_old_copy(const durable::StoreOptions& options) {
  is_old_ = false;
  try {
    const durable::Store store{(folder_ / "server.db").string(), io_.get_executor(), options};
  } catch (const StoreError&) {
    fs::remove(folder_ / "server.db-once");
    return;
  }
  throw Violation{"S4 exactly once", "an older copy of a store is taken for the newest", 0};
}

void ServerStore::crash(bool power_fails) {
  disk_.cut_off();
  store_.reset();
  disk_.restart(power_fails ? simulation::SimulatedDisk::Loss::Unsynced
                            : simulation::SimulatedDisk::Loss::None);
}

void ServerStore::work() {
  io_.restart();
  io_.poll();
}

void ServerStore::leave_effect(Transaction& transaction, std::uint64_t execution) {
  durable::Sql{transaction}.run("INSERT INTO effect VALUES (?)", execution);
}

std::vector<std::uint64_t> ServerStore::effects() {
  std::vector<std::uint64_t> effects;
  std::optional<Errc> answer;
  store_->run(
      {kReader, 1},
      [&](Transaction& transaction) {
        durable::Sql{transaction}.rows<std::uint64_t>(
            [&](std::uint64_t execution) { effects.push_back(execution); },
            "SELECT execution FROM effect ORDER BY execution");
        return Effect{};
      },
      [&](Errc error) { answer = error; });
  work();
  if (answer != Errc::ok) throw Violation{"S4 exactly once", "the store cannot be read", 0};
  return effects;
}

}  // namespace once::simulator
