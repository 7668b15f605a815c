// A disk in memory, as an SQLite VFS, that behaves as badly as disks may. What is written is at first only in its cache:
// when the power fails, each sector of each write since the last sync is kept or lost by itself, so that writes are
// lost, torn, and out of order. Writes can find no room, and syncs can fail.
//
// Time, chance and sleep are the world's, too.
//
// Files come and go at once, as if their folder were always synced. One connection writes at a time; others may
// read between its transactions. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <sqlite3.h>
#include <string>
#include <vector>

#include <once/base/time.hpp>

namespace once::simulation {

class SimulatedDisk {
 public:
  explicit SimulatedDisk(std::uint64_t seed);
  ~SimulatedDisk();
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;

  /// What SQL calls "now" is so long after the beginning of the year 2000. Without one, it is that moment.
  void set_clock(std::function<Duration()> clock) { clock_ = std::move(clock); }
  /// Called within the write that the power fails in.
  void on_power_failure(std::function<void()> told) { on_power_failure_ = std::move(told); }

  /// Under which SQLite knows it.
  const std::string& vfs_name() const { return name_; }

  /// How often the disk was written to, which syncs, cuts and deletions count as, too.
  std::uint64_t writes() const { return writes_; }
  /// The power fails during the write of that number: from there on nothing works, until restart().
  void fail_power_at(std::uint64_t write) { power_fails_at_ = write; }
  bool power_has_failed() const { return power_has_failed_; }
  /// The process that has the files open is as good as killed: nothing of what it still does counts.
  void cut_off() { power_has_failed_ = true; }
  enum class Loss : std::uint8_t { None, Unsynced };
  /// The process starts again, or the whole machine, which has lost what was not synced. Call when nobody has a file
  /// open any more.
  void restart(Loss loss = Loss::Unsynced);

  /// The sync of that number from now, 1 being the next, fails once, and what it should have kept may be lost.
  void fail_sync(std::uint64_t number) { sync_fails_in_ = number; }
  bool sync_is_to_fail() const { return sync_fails_in_ > 0; }
  /// While it is true, files cannot grow.
  void set_full(bool full) { is_full_ = full; }

  bool has(const std::string& file) const { return files_.contains(file); }
  /// What lies on it. Both when nobody has a file open.
  using Copy = std::map<std::string, std::vector<std::uint8_t>>;
  Copy copy() const;
  void put_back(const Copy& copy);

  std::uint64_t size(const std::string& file) const { return files_.at(file).current.size(); }
  /// Cuts the end off, behind everybody's back.
  void cut(const std::string& file, std::uint64_t size);

 private:
  struct Write {
    std::uint64_t offset = 0;
    std::vector<std::uint8_t> octets;  // none: the file was cut at `offset`
  };
  struct File {
    std::vector<std::uint8_t> kept;     // what is on the disk for certain
    std::vector<std::uint8_t> current;  // what who reads it sees
    std::vector<Write> unsynced;
    std::vector<std::unique_ptr<std::vector<std::uint8_t>>> shared_memory;
  };
  struct OpenFile;  // SQLite's handle
  struct Methods;   // what SQLite calls

  int begin_write();
  bool toss() { return (random_() & 1U) != 0; }
  static void apply(std::vector<std::uint8_t>& octets, const Write& write);
  void lose(File& file);
  int write(File& file, Write write);
  int sync(File& file);

  const std::string name_;
  std::mt19937_64 random_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  std::function<Duration()> clock_ = [] { return Duration{0}; };
  std::function<void()> on_power_failure_ = [] {};
  std::map<std::string, File> files_;
  std::uint64_t writes_ = 0;
  std::uint64_t power_fails_at_ = 0;
  std::uint64_t sync_fails_in_ = 0;
  bool power_has_failed_ = false;
  bool is_full_ = false;
};

}  // namespace once::simulation
