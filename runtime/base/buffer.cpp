// Blocks of memory in powers of four, recycled per thread.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>

#include <once/base/buffer.hpp>

namespace once {
namespace detail {
namespace {

constexpr std::uint32_t kUncached = ~std::uint32_t{0};
constexpr std::array<std::size_t, 5> kCapacities = {256, 1024, 4096, 16384, 65536};
constexpr std::size_t kLinkSize = sizeof(void*);  // a kept block begins with the address of the next one
constexpr std::array<std::uint32_t, 5> kKeptMax = {256, 256, 128, 32, 16};  // about 2.5 MiB a thread at most

/// The free blocks of one thread. A block freed on another thread than it came from joins that thread's
/// cache: no lock, and bounded on every thread.
class BlockCache {
 public:
  ~BlockCache() {
    for (std::size_t i = 0; i < kCapacities.size(); ++i) {
      while (heads_[i] != nullptr) std::free(pop(i));
    }
    closed() = true;
  }
  Block* take(std::size_t size_class) { return heads_[size_class] != nullptr ? pop(size_class) : nullptr; }
  bool keep(Block* block) {
    const std::size_t i = block->size_class;
    if (counts_[i] == kKeptMax[i]) return false;
    std::memcpy(block->data(), &heads_[i], kLinkSize);
    heads_[i] = block;
    ++counts_[i];
    return true;
  }
  /// True once this thread's cache is gone: static and thread-local objects may release memory after it.
  static bool& closed() {
    thread_local bool value = false;
    return value;
  }

 private:
  Block* pop(std::size_t i) {
    Block* const block = heads_[i];
    std::memcpy(&heads_[i], block->data(), kLinkSize);
    --counts_[i];
    return block;
  }

  std::array<Block*, kCapacities.size()> heads_{};
  std::array<std::uint32_t, kCapacities.size()> counts_{};
};

BlockCache& cache() {
  thread_local BlockCache value;
  return value;
}

}  // namespace

std::size_t block_capacity(std::size_t wanted) noexcept {
  for (const std::size_t capacity : kCapacities) {
    if (wanted <= capacity) return capacity;
  }
  return wanted;
}

Block* take_block(std::size_t capacity) {
  std::uint32_t size_class = kUncached;
  for (std::uint32_t i = 0; i < kCapacities.size(); ++i) {
    if (capacity <= kCapacities[i]) {
      size_class = i;
      capacity = kCapacities[i];
      break;
    }
  }
  if (size_class != kUncached && !BlockCache::closed()) {
    if (Block* const block = cache().take(size_class)) {
      block->references.store(1, std::memory_order_relaxed);
      return block;
    }
  }
  void* const memory = std::malloc(sizeof(Block) + capacity);
  if (memory == nullptr) throw std::bad_alloc{};
  return new (memory) Block{{1}, size_class, capacity};
}

void drop_block(Block* block) noexcept {
  // A sole owner needs no read-modify-write: nobody else can take a reference from it meanwhile.
  if (block->references.load(std::memory_order_acquire) != 1 &&
      block->references.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  if (block->size_class != kUncached && !BlockCache::closed() && cache().keep(block)) return;
  std::free(block);
}

}  // namespace detail

Slice Slice::copy_of(ByteView bytes) {
  Buffer buffer{bytes.size()};
  buffer.append(bytes);
  return std::move(buffer).freeze();  // NOLINT(clang-analyzer-unix.Malloc): the Slice has it now
}

void Buffer::grow(std::size_t needed) {
  move_to(detail::take_block(std::max(needed, capacity() * 2)));
}

void Buffer::reserve_exactly(std::size_t capacity_wanted) {
  if (capacity_wanted <= capacity()) return;
  if (block_ == nullptr || block_->size_class != detail::kUncached) {
    move_to(detail::take_block(capacity_wanted));
    return;
  }
  void* const memory = std::realloc(static_cast<void*>(block_), sizeof(detail::Block) + capacity_wanted);
  if (memory == nullptr) throw std::bad_alloc{};
  block_ = new (memory) detail::Block{{1}, detail::kUncached, capacity_wanted};
}

void Buffer::move_to(detail::Block* larger) {
  if (block_ != nullptr) {
    std::memcpy(larger->data(), block_->data(), size_);
    detail::drop_block(block_);
  }
  block_ = larger;
}

}  // namespace once
