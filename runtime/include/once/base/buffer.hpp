// The memory of messages. A Buffer is written by one owner (an encoder, a socket); freeze() turns it into a
// Slice, which is immutable, shared and cheap to copy: the replay cache, a transport's queue and a
// retransmission hold the same octets. Blocks are recycled through a cache of the releasing thread, so a call
// in steady state allocates nothing.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <once/base/assert.hpp>
#include <once/base/bytes.hpp>
#include <once/base/copy.hpp>

namespace once {

namespace detail {

/// A counted block of memory; the octets follow the struct. Never touched directly by users.
struct Block {
  std::atomic<std::uint32_t> references;
  std::uint32_t size_class;  // index into the thread's cache, kUncached if too large to keep
  std::size_t capacity;

  std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(this + 1); }
};

/// A block with room for at least `capacity` octets and one reference. Throws std::bad_alloc.
Block* take_block(std::size_t capacity);
/// The capacity of the block that take_block(wanted) gives.
std::size_t block_capacity(std::size_t wanted) noexcept;
/// Gives up one reference; the last one returns the block to the calling thread's cache, or to the heap.
void drop_block(Block* block) noexcept;

}  // namespace detail

/// Immutable octets, shared. Copies refer to the same memory, which lives as long as the last of them. A
/// Slice may be copied and released on any thread; one object is not for several threads at a time.
class Slice {
 public:
  Slice() = default;
  Slice(const Slice& other) : block_(other.block_), data_(other.data_), size_(other.size_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Slice(Slice&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)),
        data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  Slice& operator=(const Slice& other) { return *this = Slice{other}; }
  Slice& operator=(Slice&& other) noexcept {
    Slice taken{std::move(other)};  // what was here goes at once, and not with `other`
    std::swap(block_, taken.block_);
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    return *this;
  }
  ~Slice() {
    if (block_ != nullptr) detail::drop_block(block_);
  }

  /// A Slice of its own with a copy of `bytes`.
  static Slice copy_of(ByteView bytes);
  /// A view that owns nothing, for memory that outlives it (static data, a caller's buffer during one call).
  static Slice borrowed(ByteView bytes) {
    Slice slice;
    slice.data_ = bytes.data();
    slice.size_ = bytes.size();
    return slice;
  }

  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  ByteView view() const { return {data_, size_}; }
  operator ByteView() const { return view(); }

  /// A part of the same memory.
  Slice part(std::size_t offset, std::size_t size) const {
    ONCE_ASSERT(offset <= size_ && size <= size_ - offset);
    Slice result = *this;
    result.data_ += offset;
    result.size_ = size;
    return result;
  }
  /// What the memory costs: the capacity of the block that this slice keeps alive, 0 if it owns none.
  std::size_t footprint() const { return block_ != nullptr ? block_->capacity : 0; }
  /// True if no other Slice shares the memory.
  bool unique() const { return block_ != nullptr && block_->references.load(std::memory_order_acquire) == 1; }

 private:
  friend class Buffer;
  Slice(detail::Block* block, const std::uint8_t* data, std::size_t size)
      : block_(block), data_(data), size_(size) {}

  detail::Block* block_ = nullptr;
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Octets being written: grows at its end, has one owner, moves. What encoders write into and sockets read
/// into.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t capacity) { reserve(capacity); }
  Buffer(Buffer&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(size_, other.size_);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    if (block_ != nullptr) detail::drop_block(block_);
  }

  std::uint8_t* data() { return block_ != nullptr ? block_->data() : nullptr; }
  const std::uint8_t* data() const { return block_ != nullptr ? block_->data() : nullptr; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t capacity() const { return block_ != nullptr ? block_->capacity : 0; }
  ByteView view() const { return {data(), size_}; }
  MutableByteView writable() { return {data(), size_}; }

  /// Makes room for `capacity` octets in all; what is written stays.
  void reserve(std::size_t capacity_wanted) {
    if (capacity_wanted > capacity()) grow(capacity_wanted);
  }
  /// The same, and no more than that; large memory grows without being copied where the system can do that.
  void reserve_exactly(std::size_t capacity_wanted);
  /// Makes room as reserve() does, but only in memory that this thread has kept; else nothing happens.
  void reserve_kept(std::size_t capacity_wanted);
  /// Sets the size; octets that come into being this way are not initialised.
  void resize(std::size_t size) {
    reserve(size);
    size_ = size;
  }
  void clear() { size_ = 0; }

  /// Room for `count` more octets at the end, not initialised; valid until the next change.
  std::uint8_t* extend(std::size_t count) {
    const std::size_t needed = size_ + count;
    if (needed > capacity()) grow(needed);
    std::uint8_t* const place = data() + size_;
    size_ = needed;
    return place;
  }
  void append(ByteView bytes) { detail::copy_octets(extend(bytes.size()), bytes.data(), bytes.size()); }

  /// Hands the octets over as a Slice; the Buffer is empty afterwards.
  Slice freeze() && {
    detail::Block* const block = std::exchange(block_, nullptr);
    const std::size_t size = std::exchange(size_, 0);
    return block != nullptr ? Slice{block, block->data(), size} : Slice{};
  }

 private:
  void grow(std::size_t needed);
  void move_to(detail::Block* larger);

  detail::Block* block_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace once
