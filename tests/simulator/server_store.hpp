// The durable store of a simulated server: once::durable::Store, on a disk in memory that loses what was not synced.
// It works when it is told to, in no time, and in the thread of the simulation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <asio/io_context.hpp>

#include <once/durable/store.hpp>

#include "simulation/simulated_disk.hpp"

namespace once::simulator {

class ServerStore {
 public:
  explicit ServerStore(std::uint64_t seed);
  ~ServerStore();
  ServerStore(const ServerStore&) = delete;
  ServerStore& operator=(const ServerStore&) = delete;

  /// A life of the server begins.
  Store::Recovery open();
  /// … and ends: nothing of what the store has not committed counts any more, nor what it still says. Without power
  /// the disk loses what was not synced.
  void crash(bool power_fails);
  bool is_open() const { return store_ != nullptr; }
  /// An older copy of the disk is put back, and with it of the store, which must find that out: see open().
  void put_back(const simulation::SimulatedDisk::Copy& copy);

  durable::Store& store() { return *store_; }
  simulation::SimulatedDisk& disk() { return disk_; }
  /// Commits what it has been asked for. The power may fail meanwhile.
  void work();
  /// It has failed to sync, and commits nothing any more.
  bool has_stopped() const { return has_stopped_; }

  /// What a servant leaves behind: the number of its execution, in its call's transaction.
  static void leave_effect(Transaction& transaction, std::uint64_t execution);
  /// All that have been left and kept. The power must not fail meanwhile.
  std::vector<std::uint64_t> effects();

 private:
  void insist_on_the_old_copy(const durable::StoreOptions& options);

  const std::filesystem::path folder_;  // for the guard file, which is a real one
  asio::io_context io_;
  simulation::SimulatedDisk disk_;
  bool has_stopped_ = false;
  bool is_old_ = false;  // it has been put back, and nobody has said yet that it is to be used all the same
  std::unique_ptr<durable::Store> store_;
};

}  // namespace once::simulator
