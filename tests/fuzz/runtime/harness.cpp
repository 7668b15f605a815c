// libFuzzer's side of the fuzzers.
#include "harness.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sanitizer/allocator_interface.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);

namespace once::fuzz {
namespace {

/// An input may take 100 ms where nothing is sanitized; that makes it about ten times slower.
constexpr double kSecondsMax = 1.0;

std::size_t held = 0;
std::size_t held_max = 0;

void count_allocation(const volatile void*, std::size_t size) {
  held += size;
  held_max = std::max(held_max, held);
}
void count_release(const volatile void* memory) {
  held -= std::min(held, __sanitizer_get_allocated_size(const_cast<const void*>(memory)));
}

/// Of this thread: what else the machine does is nobody's fault.
double seconds() {
  std::timespec time{};
  static_cast<void>(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time));
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

void violated(const char* what) {
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

HeapWatch::HeapWatch() : held_at_start_(held) {
  held_max = held;
}
std::size_t HeapWatch::peak() const {
  return held_max - held_at_start_;
}

}  // namespace once::fuzz

int LLVMFuzzerInitialize(int*, char***) {
  if (__sanitizer_install_malloc_and_free_hooks(once::fuzz::count_allocation, once::fuzz::count_release) ==
      0) {
    once::fuzz::violated("allocations can be counted");
  }
  return 0;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const double begin = once::fuzz::seconds();
  once::fuzz::run_input({data, size});
  once::fuzz::demand(once::fuzz::seconds() - begin <= once::fuzz::kSecondsMax,
                     "an input takes 100 ms at most");
  return 0;
}
