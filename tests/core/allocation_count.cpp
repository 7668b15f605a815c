// The replaced operator new. In a file of its own, so that no compiler sees it next to the library's delete.
#include "allocation_count.hpp"

#include <cstdlib>
#include <new>

namespace {

once::testing::Allocations counted;

}  // namespace

void* operator new(std::size_t size) {
  ++counted.count;
  counted.octets += size;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

once::testing::Allocations once::testing::allocations() {
  return counted;
}
