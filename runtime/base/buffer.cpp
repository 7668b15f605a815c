// Blocks of memory, recycled per thread: small ones in powers of four, larger ones by the size that they happen
// to have. A heap gives the memory of large blocks back to the system, and getting it again costs more, page by
// page, than copying into it.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <new>

#include <once/base/buffer.hpp>
#include <once/base/copy.hpp>

namespace once {
namespace detail {
namespace {

constexpr std::uint32_t kLarge = ~std::uint32_t{0};  // the size class of what has none
constexpr std::array<std::size_t, 5> kCapacities = {256, 1024, 4096, 16384, 65536};
constexpr std::size_t kLinkSize = sizeof(void*);  // a kept block begins with the address of the next one
constexpr std::array<std::uint32_t, 5> kKeptMax = {256, 256, 128, 32, 16};  // about 2.5 MiB a thread at most

constexpr std::size_t kLargeMax = std::size_t{2} << 20U;      // a block that may be kept
constexpr std::size_t kLargeKeptMax = std::size_t{4} << 20U;  // all of a thread
constexpr std::size_t kLargeCountMax = 8;

/// The large blocks that a thread keeps, the one that was freed last at the end.
class LargeBlocks {
 public:
  void end() {
    while (count_ != 0) std::free(remove(count_ - 1));
  }
  /// One of that capacity, or up to so much more, or nullptr.
  Block* take(std::size_t capacity, std::size_t more) {
    for (std::size_t i = count_; i-- != 0;) {
      const std::size_t has = blocks_[i]->capacity;
      if (has >= capacity && has - capacity <= more) return remove(i);
    }
    return nullptr;
  }
  /// What has not been asked for for the longest time gives way.
  bool keep(Block* block) {
    if (block->capacity > kLargeMax) return false;
    while (count_ == kLargeCountMax || octets_ + block->capacity > kLargeKeptMax) std::free(remove(0));
    blocks_[count_++] = block;
    octets_ += block->capacity;
    return true;
  }

 private:
  Block* remove(std::size_t i) {
    Block* const block = blocks_[i];
    std::copy(blocks_.begin() + i + 1, blocks_.begin() + count_, blocks_.begin() + i);
    --count_;
    octets_ -= block->capacity;
    return block;
  }

  std::array<Block*, kLargeCountMax> blocks_{};
  std::size_t count_ = 0;
  std::size_t octets_ = 0;
};

/// The free blocks of one thread. A block freed on another thread than it came from joins that thread's: no lock, and
/// bounded on every thread. Nothing to construct, so that a look at it costs nothing.
struct FreeBlocks {
  enum class Life : std::uint8_t { Untouched, InUse, Over };

  Block* take(std::uint32_t size_class) {
    Block* const block = heads[size_class];
    if (block == nullptr) return nullptr;
    std::memcpy(&heads[size_class], block->data(), kLinkSize);
    --counts[size_class];
    return block;
  }
  bool keep(Block* block) {
    const std::size_t i = block->size_class;
    if (life != Life::InUse && !begin()) return false;
    if (i == kLarge) return large.keep(block);
    if (counts[i] == kKeptMax[i]) return false;
    std::memcpy(block->data(), &heads[i], kLinkSize);
    heads[i] = block;
    ++counts[i];
    return true;
  }
  /// False when the thread ends: static and thread-local objects may release memory after it.
  bool begin();
  void end() {
    life = Life::Over;
    for (std::uint32_t i = 0; i < kCapacities.size(); ++i) {
      while (Block* const block = take(i)) std::free(block);
    }
    large.end();
  }

  std::array<Block*, kCapacities.size()> heads{};
  std::array<std::uint32_t, kCapacities.size()> counts{};
  LargeBlocks large;
  Life life = Life::Untouched;
};

constinit thread_local FreeBlocks free_blocks;

bool FreeBlocks::begin() {
  if (life == Life::Over) return false;
  struct AtEnd {
    AtEnd() { free_blocks.life = Life::InUse; }
    ~AtEnd() { free_blocks.end(); }
  };
  thread_local const AtEnd at_end;
  return true;
}

/// 256, 1024, …: a class for each two bits.
std::uint32_t size_class_of(std::size_t wanted) {
  if (wanted <= kCapacities.front()) return 0;
  if (wanted > kCapacities.back()) return kLarge;
  return (static_cast<std::uint32_t>(std::bit_width(wanted - 1)) - 7) / 2;
}

/// Large blocks have eight sizes between a power of two and the next, so that messages of about the same size
/// find each other's.
std::size_t capacity_of(std::uint32_t size_class, std::size_t wanted) {
  if (size_class != kLarge) return kCapacities[size_class];
  if (wanted > kLargeMax) return wanted;
  const std::size_t step = std::bit_floor(wanted) / 8;
  return (wanted + step - 1) & ~(step - 1);
}

/// A block of that class and capacity that this thread has kept, or nullptr; a large one may have so much `more`.
Block* take_kept(std::uint32_t size_class, std::size_t capacity, std::size_t more = 0) {
  FreeBlocks& kept = free_blocks;
  Block* const block = size_class == kLarge ? kept.large.take(capacity, more) : kept.take(size_class);
  if (block != nullptr) block->references.store(1, std::memory_order_relaxed);
  return block;
}

Block* take(std::uint32_t size_class, std::size_t capacity) {
  if (Block* const block = take_kept(size_class, capacity)) return block;
  void* const memory = std::malloc(sizeof(Block) + capacity);
  if (memory == nullptr) throw std::bad_alloc{};
  return new (memory) Block{{1}, size_class, capacity};
}

}  // namespace

std::size_t block_capacity(std::size_t wanted) noexcept {
  return capacity_of(size_class_of(wanted), wanted);
}

Block* take_block(std::size_t capacity) {
  const std::uint32_t size_class = size_class_of(capacity);
  return take(size_class, capacity_of(size_class, capacity));
}

void drop_block(Block* block) noexcept {
  // A sole owner needs no read-modify-write: nobody else can take a reference from it meanwhile.
  if (block->references.load(std::memory_order_acquire) != 1 &&
      block->references.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  if (!free_blocks.keep(block)) std::free(block);
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
  if (detail::size_class_of(capacity_wanted) != detail::kLarge) {
    move_to(detail::take_block(capacity_wanted));
  } else if (detail::Block* const kept = detail::take_kept(detail::kLarge, capacity_wanted)) {
    move_to(kept);
  } else if (block_ == nullptr || block_->size_class != detail::kLarge) {
    move_to(detail::take(detail::kLarge, capacity_wanted));
  } else {
    void* const memory = std::realloc(static_cast<void*>(block_), sizeof(detail::Block) + capacity_wanted);
    if (memory == nullptr) throw std::bad_alloc{};
    block_ = new (memory) detail::Block{{1}, detail::kLarge, capacity_wanted};
  }
}

void Buffer::reserve_kept(std::size_t capacity_wanted) {
  if (capacity_wanted <= capacity()) return;
  const std::uint32_t size_class = detail::size_class_of(capacity_wanted);
  detail::Block* const kept = detail::take_kept(size_class, capacity_wanted, capacity_wanted / 8);
  if (kept != nullptr) move_to(kept);
}

void Buffer::move_to(detail::Block* larger) {
  if (block_ != nullptr) {
    detail::copy_octets(larger->data(), block_->data(), size_);
    detail::drop_block(block_);
  }
  block_ = larger;
}

}  // namespace once
