// operator new and delete with a header that remembers the size. For programs with one thread.
#include "allocations.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

std::size_t held = 0;
std::size_t held_max = 0;
std::size_t allocated = 0;

constexpr std::size_t kHeader = alignof(std::max_align_t);
static_assert(kHeader >= sizeof(std::size_t));

}  // namespace

void* operator new(std::size_t size) {
  void* const memory = std::malloc(kHeader + size);
  if (memory == nullptr) throw std::bad_alloc{};
  *static_cast<std::size_t*>(memory) = size;
  held += size;
  held_max = std::max(held_max, held);
  ++allocated;
  return static_cast<char*>(memory) + kHeader;
}

void operator delete(void* pointer) noexcept {
  if (pointer == nullptr) return;
  void* const memory = static_cast<char*>(pointer) - kHeader;
  held -= *static_cast<std::size_t*>(memory);
  std::free(memory);
}
void operator delete(void* pointer, std::size_t) noexcept {
  operator delete(pointer);
}

namespace codec_test {

Allocations::Allocations() : held_at_start_(held), count_at_start_(allocated) {
  held_max = held;
}
std::size_t Allocations::peak() const {
  return held_max - held_at_start_;
}
std::size_t Allocations::count() const {
  return allocated - count_at_start_;
}

}  // namespace codec_test
