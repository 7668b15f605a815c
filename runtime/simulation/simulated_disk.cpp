#include "simulation/simulated_disk.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace once::simulation {
namespace {

/// What a disk writes whole or not at all.
constexpr std::uint64_t kSector = 512;

std::string new_name() {
  static int count = 0;
  return "simulated-disk-" + std::to_string(count++);
}

}  // namespace

struct SimulatedDisk::OpenFile {
  sqlite3_file base;  // first, as SQLite wants
  SimulatedDisk* disk;
  File* file;
};

/// SQLite's functions, on our disk. What is not said here is in SQLite's documentation of sqlite3_io_methods.
struct SimulatedDisk::Methods {
  static OpenFile& of(sqlite3_file* handle) { return *reinterpret_cast<OpenFile*>(handle); }
  static SimulatedDisk& of(sqlite3_vfs* vfs) { return *static_cast<SimulatedDisk*>(vfs->pAppData); }
  static bool is_off(sqlite3_file* handle) { return of(handle).disk->power_has_failed_; }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* handle, int flags, int* flags_out) {
    static const sqlite3_io_methods kMethods = io_methods();
    handle->pMethods = nullptr;
    SimulatedDisk& disk = of(vfs);
    if (disk.power_has_failed_) return SQLITE_IOERR;
    const std::string file = name != nullptr ? name : "(temporary)";
    if ((flags & SQLITE_OPEN_CREATE) == 0 && !disk.files_.contains(file)) return SQLITE_CANTOPEN;
    of(handle).disk = &disk;
    of(handle).file = &disk.files_[file];
    handle->pMethods = &kMethods;
    if (flags_out != nullptr) *flags_out = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int) {
    SimulatedDisk& disk = of(vfs);
    if (const int code = disk.begin_write(); code != SQLITE_OK) return code;
    return disk.files_.erase(name) != 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
  }
  static int access(sqlite3_vfs* vfs, const char* name, int, int* out) {
    *out = of(vfs).files_.contains(name) ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }

  static int randomness(sqlite3_vfs* vfs, int count, char* out) {
    for (int i = 0; i < count; ++i) out[i] = static_cast<char>(of(vfs).random_());
    return count;
  }
  static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
  /// In milliseconds, from noon of a day in the year -4713.
  static int time_ms(sqlite3_vfs* vfs, sqlite3_int64* out) {
    constexpr sqlite3_int64 kYear2000 = 211'813'444'800'000;
    *out = kYear2000 + std::chrono::duration_cast<std::chrono::milliseconds>(of(vfs).clock_()).count();
    return SQLITE_OK;
  }
  static int time_days(sqlite3_vfs* vfs, double* out) {
    sqlite3_int64 ms = 0;
    time_ms(vfs, &ms);
    *out = static_cast<double>(ms) / 86'400'000.0;
    return SQLITE_OK;
  }

  static int close(sqlite3_file*) { return SQLITE_OK; }
  static int read(sqlite3_file* handle, void* into, int count, sqlite3_int64 offset) {
    if (is_off(handle)) return SQLITE_IOERR_READ;
    const std::vector<std::uint8_t>& octets = of(handle).file->current;
    const auto from = std::min(static_cast<std::size_t>(offset), octets.size());
    const auto there = std::min(static_cast<std::size_t>(count), octets.size() - from);
    std::memset(into, 0, static_cast<std::size_t>(count));
    if (there > 0) std::memcpy(into, octets.data() + from, there);
    return there == static_cast<std::size_t>(count) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* handle, const void* from, int count, sqlite3_int64 offset) {
    const auto* const octets = static_cast<const std::uint8_t*>(from);
    return of(handle).disk->write(*of(handle).file,
                                  {static_cast<std::uint64_t>(offset), {octets, octets + count}});
  }
  static int truncate(sqlite3_file* handle, sqlite3_int64 size) {
    return of(handle).disk->write(*of(handle).file, {static_cast<std::uint64_t>(size), {}});
  }
  static int sync(sqlite3_file* handle, int) { return of(handle).disk->sync(*of(handle).file); }
  static int size(sqlite3_file* handle, sqlite3_int64* out) {
    if (is_off(handle)) return SQLITE_IOERR_FSTAT;
    *out = static_cast<sqlite3_int64>(of(handle).file->current.size());
    return SQLITE_OK;
  }
  static int lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int is_reserved(sqlite3_file*, int* out) {
    *out = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return static_cast<int>(kSector); }
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int map_shared(sqlite3_file* handle, int region, int size, int extend, void volatile** out) {
    auto& memory = of(handle).file->shared_memory;
    *out = nullptr;
    if (static_cast<std::size_t>(region) >= memory.size()) {
      if (extend == 0) return SQLITE_OK;
      memory.resize(static_cast<std::size_t>(region) + 1);
    }
    auto& place = memory[static_cast<std::size_t>(region)];
    if (!place) place = std::make_unique<std::vector<std::uint8_t>>(static_cast<std::size_t>(size));
    *out = place->data();
    return SQLITE_OK;
  }
  static int lock_shared(sqlite3_file*, int, int, int) { return SQLITE_OK; }
  static void fence_shared(sqlite3_file*) {}
  static int unmap_shared(sqlite3_file* handle, int remove) {
    if (remove != 0) of(handle).file->shared_memory.clear();
    return SQLITE_OK;
  }

  static sqlite3_io_methods io_methods() {
    sqlite3_io_methods methods{};
    methods.iVersion = 2;
    methods.xClose = close;
    methods.xRead = read;
    methods.xWrite = write;
    methods.xTruncate = truncate;
    methods.xSync = sync;
    methods.xFileSize = size;
    methods.xLock = lock;
    methods.xUnlock = lock;
    methods.xCheckReservedLock = is_reserved;
    methods.xFileControl = control;
    methods.xSectorSize = sector_size;
    methods.xDeviceCharacteristics = characteristics;
    methods.xShmMap = map_shared;
    methods.xShmLock = lock_shared;
    methods.xShmBarrier = fence_shared;
    methods.xShmUnmap = unmap_shared;
    return methods;
  }
};

SimulatedDisk::SimulatedDisk(std::uint64_t seed)
    : name_(new_name()), random_(seed), vfs_(std::make_unique<sqlite3_vfs>(*sqlite3_vfs_find(nullptr))) {
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->szOsFile = sizeof(OpenFile);
  vfs_->pNext = nullptr;
  vfs_->xOpen = Methods::open;
  vfs_->xDelete = Methods::remove;
  vfs_->xAccess = Methods::access;
  vfs_->xFullPathname = Methods::full_path;
  vfs_->xRandomness = Methods::randomness;
  vfs_->xSleep = Methods::sleep;
  vfs_->xCurrentTime = Methods::time_days;
  vfs_->xCurrentTimeInt64 = Methods::time_ms;
  sqlite3_vfs_register(vfs_.get(), 0);
}

SimulatedDisk::~SimulatedDisk() {
  sqlite3_vfs_unregister(vfs_.get());
}

void SimulatedDisk::restart(Loss loss) {
  for (auto& [name, file] : files_) {
    if (loss == Loss::Unsynced) {
      lose(file);
      file.current = file.kept;
    }
    file.shared_memory.clear();
  }
  power_has_failed_ = false;
  power_fails_at_ = 0;
}

SimulatedDisk::Copy SimulatedDisk::copy() const {
  Copy copy;
  for (const auto& [name, file] : files_) copy[name] = file.current;
  return copy;
}

void SimulatedDisk::put_back(const Copy& copy) {
  files_.clear();
  for (const auto& [name, octets] : copy) files_[name].kept = files_[name].current = octets;
}

void SimulatedDisk::cut(const std::string& file, std::uint64_t size) {
  files_.at(file).kept.resize(size);
  files_.at(file).current.resize(size);
}

/// Every write passes here, and finds the power on or off.
int SimulatedDisk::begin_write() {
  if (power_has_failed_) return SQLITE_IOERR;
  power_has_failed_ = ++writes_ == power_fails_at_;
  if (power_has_failed_) on_power_failure_();
  return power_has_failed_ ? SQLITE_IOERR : SQLITE_OK;
}

void SimulatedDisk::apply(std::vector<std::uint8_t>& octets, const Write& write) {
  if (write.octets.empty()) {
    octets.resize(write.offset);
    return;
  }
  if (octets.size() < write.offset + write.octets.size()) octets.resize(write.offset + write.octets.size());
  std::copy(write.octets.begin(), write.octets.end(),
            octets.begin() + static_cast<std::ptrdiff_t>(write.offset));
}

/// What was not synced is kept or lost, all of it or sector by sector.
void SimulatedDisk::lose(File& file) {
  const auto manner = random_() % 4;  // 0: all is lost, 1: all is kept, else: each sector by itself
  for (const Write& write : file.unsynced) {
    if (manner == 0) break;
    if (manner == 1 || write.octets.empty()) {
      if (manner == 1 || toss()) apply(file.kept, write);
      continue;
    }
    const std::uint64_t end = write.offset + write.octets.size();
    for (std::uint64_t begin = write.offset; begin < end;) {
      const std::uint64_t next = std::min(end, (begin / kSector + 1) * kSector);
      const auto at = write.octets.begin() + static_cast<std::ptrdiff_t>(begin - write.offset);
      if (toss()) apply(file.kept, {begin, {at, at + static_cast<std::ptrdiff_t>(next - begin)}});
      begin = next;
    }
  }
  file.unsynced.clear();
}

/// The write during which the power fails is like the others that were not synced.
int SimulatedDisk::write(File& file, Write write) {
  if (power_has_failed_) return SQLITE_IOERR_WRITE;
  const int code = begin_write();
  const bool grows = write.offset + write.octets.size() > file.current.size();
  if (code == SQLITE_OK && is_full_ && grows) return SQLITE_FULL;
  apply(file.current, write);
  file.unsynced.push_back(std::move(write));
  return code;
}

int SimulatedDisk::sync(File& file) {
  if (begin_write() != SQLITE_OK) return SQLITE_IOERR_FSYNC;
  if (sync_fails_in_ > 0 && --sync_fails_in_ == 0) {
    lose(file);  // but who reads it sees it still, and no later sync writes it: so does Linux
    return SQLITE_IOERR_FSYNC;
  }
  for (const Write& write : file.unsynced) apply(file.kept, write);
  file.unsynced.clear();
  return SQLITE_OK;
}

}  // namespace once::simulation
