// The containers of the cores: places that keep their address and are used again, lists and a hash index over
// such places, and a queue. All of them take memory while they grow and none in steady state. Places and index give
// it back where their owner asks for that.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <once/base/assert.hpp>

namespace once::core {

/// No place.
inline constexpr std::uint32_t kNone = ~std::uint32_t{0};

/// Numbered places for T. A place that was given back is taken again, as it was left: whoever takes it sets
/// it up. References stay valid as long as the slab.
template <class T>
class Slab {
 public:
  std::uint32_t take() {
    if (free_.empty()) grow();
    const std::uint32_t place = free_.back();
    free_.pop_back();
    ++taken_;
    return place;
  }
  void give_back(std::uint32_t place) {
    ONCE_ASSERT(taken_ > 0);
    free_.push_back(place);  // never grows: room for every place was made when the place came into being
    --taken_;
    ++given_back_;
  }
  /// Gives memory back whose places have long been free; true if it did. To be called after give_back(), when nobody
  /// holds a reference to what was given back: it looks at all places now and then, which costs each give_back() little.
  bool trim() {
    const std::size_t held = places() - gone_.size() * kChunk;
    const bool is_sparse = 4 * taken_ < held && (taken_ == 0 || 2 * given_back_ >= held);
    if (held <= kChunk || !is_sparse) return false;
    given_back_ = 0;
    std::vector<std::uint32_t> free_in(chunks_.size());
    for (const std::uint32_t place : free_) ++free_in[place / kChunk];
    for (std::uint32_t i = 0; i < free_in.size(); ++i) {
      if (free_in[i] != kChunk) continue;
      chunks_[i] = nullptr;
      gone_.push_back(i);
    }
    if (gone_.size() == chunks_.size()) {
      *this = Slab{};
      return true;
    }
    std::vector<std::uint32_t> rest;
    rest.reserve(places() - gone_.size() * kChunk);
    for (const std::uint32_t place : free_) {
      if (chunks_[place / kChunk] != nullptr) rest.push_back(place);
    }
    free_.swap(rest);
    return true;
  }
  T& operator[](std::uint32_t place) { return chunks_[place / kChunk][place % kChunk]; }
  const T& operator[](std::uint32_t place) const { return chunks_[place / kChunk][place % kChunk]; }
  /// How many places are taken.
  std::size_t taken() const { return taken_; }
  /// How many places there are: every place is below it.
  std::size_t places() const { return chunks_.size() * kChunk; }

 private:
  static constexpr std::uint32_t kChunk = 256;

  void grow() {
    std::uint32_t chunk = 0;
    if (gone_.empty()) {
      chunk = static_cast<std::uint32_t>(chunks_.size());
      chunks_.emplace_back();
    } else {
      chunk = gone_.back();
      gone_.pop_back();
    }
    chunks_[chunk] = std::make_unique<T[]>(kChunk);
    const std::uint32_t first = chunk * kChunk;
    const std::size_t held = places() - gone_.size() * kChunk;
    if (free_.capacity() < held) free_.reserve(2 * held);
    for (std::uint32_t i = kChunk; i > 0; --i) free_.push_back(first + i - 1);
  }

  std::vector<std::unique_ptr<T[]>> chunks_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> gone_;  // chunks without memory
  std::size_t taken_ = 0;
  std::size_t given_back_ = 0;  // since memory was given back
};

/// A place's neighbours in a list.
struct Links {
  std::uint32_t previous = kNone;
  std::uint32_t next = kNone;
};

/// A list of places of a slab, linked through a member of theirs.
template <class T, Links T::*member>
class LinkedList {
 public:
  explicit LinkedList(Slab<T>& slab) : slab_(slab) {}

  std::uint32_t first() const { return first_; }
  void push_back(std::uint32_t place) {
    slab_[place].*member = {last_, kNone};
    (last_ != kNone ? (slab_[last_].*member).next : first_) = place;
    last_ = place;
  }
  void erase(std::uint32_t place) {
    const Links links = slab_[place].*member;
    (links.previous != kNone ? (slab_[links.previous].*member).next : first_) = links.next;
    (links.next != kNone ? (slab_[links.next].*member).previous : last_) = links.previous;
  }

 private:
  Slab<T>& slab_;
  std::uint32_t first_ = kNone;
  std::uint32_t last_ = kNone;
};

/// Finds a place by the hash of a key that lies in the place itself. Open addressing, half full at most.
class HashIndex {
 public:
  /// The place with this hash for which `matches(place)` is true, or kNone.
  template <class Matches>
  std::uint32_t find(std::uint64_t hash, Matches&& matches) const {
    if (entries_.empty()) return kNone;
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t i = tag & mask();; i = (i + 1) & mask()) {
      const Entry& entry = entries_[i];
      if (entry.place == kNone) return kNone;
      if (entry.tag == tag && matches(entry.place)) return entry.place;
    }
  }
  void insert(std::uint64_t hash, std::uint32_t place) {
    if (2 * (size_ + 1) > entries_.size()) grow();
    put({tag_of(hash), place});
    ++size_;
  }
  /// `place` must be in the index, under `hash`.
  void erase(std::uint64_t hash, std::uint32_t place) {
    ONCE_ASSERT(size_ > 0);
    std::size_t hole = tag_of(hash) & mask();
    while (entries_[hole].place != place) {
      ONCE_ASSERT(entries_[hole].place != kNone);
      hole = (hole + 1) & mask();
    }
    // Entries behind the hole move up, unless that would bring them before their own position.
    for (std::size_t i = (hole + 1) & mask(); entries_[i].place != kNone; i = (i + 1) & mask()) {
      const std::size_t home = entries_[i].tag & mask();
      if (((i - home) & mask()) >= ((i - hole) & mask())) {
        entries_[hole] = entries_[i];
        hole = i;
      }
    }
    entries_[hole].place = kNone;
    --size_;
  }
  std::size_t size() const { return size_; }
  /// Gives back what is not used.
  void trim() {
    std::size_t enough = 64;
    while (enough < 4 * size_) enough *= 2;
    if (enough < entries_.size()) resize(enough);
  }

 private:
  struct Entry {
    std::uint32_t tag = 0;
    std::uint32_t place = kNone;
  };

  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
  std::size_t mask() const { return entries_.size() - 1; }
  void put(Entry entry) {
    std::size_t i = entry.tag & mask();
    while (entries_[i].place != kNone) i = (i + 1) & mask();
    entries_[i] = entry;
  }
  void grow() { resize(entries_.empty() ? 64 : 2 * entries_.size()); }
  void resize(std::size_t count) {
    std::vector<Entry> old(count);
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.place != kNone) put(entry);
    }
  }

  std::vector<Entry> entries_;
  std::size_t size_ = 0;
};

/// A queue in a ring that doubles when it is full.
template <class T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  T& front() { return items_[first_]; }
  /// A place at the end, as an earlier item left it.
  T& push() {
    if (size_ == items_.size()) grow();
    return items_[(first_ + size_++) & (items_.size() - 1)];
  }
  void push(T item) { push() = std::move(item); }
  void pop() {
    ONCE_ASSERT(size_ > 0);
    first_ = (first_ + 1) & (items_.size() - 1);
    --size_;
  }

 private:
  void grow() {
    std::vector<T> larger(items_.empty() ? 16 : 2 * items_.size());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move(items_[(first_ + i) & (items_.size() - 1)]);
    items_.swap(larger);
    first_ = 0;
  }

  std::vector<T> items_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace once::core
