// How often the octets of a large argument are copied in user space on their way through a call and back: memcpy and
// memmove of 4 KiB and more are counted, in one process with client and server. Prints a line of JSON.
//
//   count_copies SCENARIO OCTETS      OCTETS of the argument, which is echoed
#include <cstddef>
#include <cstdlib>
#include <dlfcn.h>
#include <iostream>

#include "scenarios.hpp"

namespace {

constexpr std::size_t kLeast = 4096;
std::size_t copied = 0;

using Copy = void* (*)(void*, const void*, std::size_t);
Copy library_memmove = nullptr;

}  // namespace

// In front of the C library's; memmove does for both.
extern "C" void* memmove(void* to, const void* from, std::size_t size) {
  if (library_memmove == nullptr) {
    library_memmove = reinterpret_cast<Copy>(::dlsym(RTLD_NEXT, "memmove"));
  }
  if (size >= kLeast) copied += size;
  return library_memmove(to, from, size);
}
extern "C" void* memcpy(void* __restrict to, const void* __restrict from, std::size_t size) {
  return memmove(to, from, size);
}

int main(int argc, char** argv) {
  const auto scenarios = counts::scenarios();
  const auto found = argc == 3 ? scenarios.find(argv[1]) : scenarios.end();
  if (found == scenarios.end()) {
    std::cerr << "usage: count_copies SCENARIO OCTETS\n";
    return 2;
  }
  const auto copied_by = [&](unsigned calls) {
    const std::size_t before = copied;
    found->second({.calls = calls});
    return copied - before;
  };
  constexpr unsigned kCalls = 100;
  // The warm-up copies as well: the difference is what counts.
  const std::size_t few = copied_by(kCalls), many = copied_by(2 * kCalls);
  const double each = static_cast<double>(many - few) / kCalls / static_cast<double>(std::atoi(argv[2]));
  std::cout << "{\"copies\":" << each << "}" << std::endl;
}
