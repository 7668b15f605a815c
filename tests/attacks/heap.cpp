// The linker leads every malloc() of the program here (--wrap), and operator new calls malloc().
#include "heap.hpp"

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

// Sanitizers have an operator new of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ATTACKS_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ATTACKS_SANITIZED
#endif
#endif

extern "C" {
void* __real_malloc(std::size_t size);
void* __real_aligned_alloc(std::size_t alignment, std::size_t size);
void* __real_realloc(void* memory, std::size_t size);
void __real_free(void* memory);
void* __wrap_malloc(std::size_t size);
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size);
void* __wrap_realloc(void* memory, std::size_t size);
void __wrap_free(void* memory);
}

namespace {

std::atomic<std::ptrdiff_t> held_now{0};
std::atomic<std::ptrdiff_t> held_most{0};

void* count(void* memory) {
  if (memory == nullptr) return nullptr;
  const auto size = static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  const std::ptrdiff_t held = held_now.fetch_add(size, std::memory_order_relaxed) + size;
  std::ptrdiff_t most = held_most.load(std::memory_order_relaxed);
  while (held > most && !held_most.compare_exchange_weak(most, held, std::memory_order_relaxed)) continue;
  return memory;
}

}  // namespace

void* __wrap_malloc(std::size_t size) {
  return count(__real_malloc(size));
}
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
  return count(__real_aligned_alloc(alignment, size));
}
void* __wrap_realloc(void* memory, std::size_t size) {
  const auto before = memory != nullptr ? static_cast<std::ptrdiff_t>(malloc_usable_size(memory)) : 0;
  void* const moved = __real_realloc(memory, size);
  if (moved != nullptr) held_now.fetch_sub(before, std::memory_order_relaxed);
  return count(moved);
}
void __wrap_free(void* memory) {
  if (memory == nullptr) return;
  held_now.fetch_sub(static_cast<std::ptrdiff_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
  __real_free(memory);
}

#ifndef ATTACKS_SANITIZED
void* operator new(std::size_t size) {
  if (void* const memory = __wrap_malloc(size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept {
  __wrap_free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  __wrap_free(memory);
}
#endif

namespace attacks {

bool Heap::sees_everything() {
#ifdef ATTACKS_SANITIZED
  return false;
#else
  return true;
#endif
}

Heap::Heap() : at_start_(held_now.load()) {
  held_most.store(at_start_);
}
std::ptrdiff_t Heap::held() const {
  return held_now.load() - at_start_;
}
std::ptrdiff_t Heap::peak() const {
  return held_most.load() - at_start_;
}

}  // namespace attacks
