#include "sync_count.hpp"

#include <atomic>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<std::uint64_t> count{0};

}  // namespace

extern "C" int fsync(int descriptor) {
  ++count;
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

extern "C" int fdatasync(int descriptor) {
  ++count;
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

std::uint64_t durable_benchmark::sync_count() {
  return count;
}
