// One timer for each place of a slab, the earliest first. A binary heap that knows where each place stands in
// it, so that timers move and go in logarithmic time and nothing stale is left behind.
#pragma once

#include <cstdint>
#include <vector>

#include <once/base/assert.hpp>
#include <once/base/time.hpp>

#include "core/slab.hpp"

namespace once::core {

class TimerHeap {
 public:
  /// Sets the timer of `place`; kNever takes it away.
  void set(std::uint32_t place, Time due) {
    if (place >= position_.size()) position_.resize(place + 1, kNone);
    const std::uint32_t at = position_[place];
    if (due == kNever) {
      if (at != kNone) remove(at);
    } else if (at == kNone) {
      entries_.push_back({due, place});
      rise(entries_.size() - 1);
    } else {
      const bool earlier = due < entries_[at].due;
      entries_[at].due = due;
      earlier ? rise(at) : sink(at);
    }
  }
  /// kNever if there is none.
  Time earliest() const { return entries_.empty() ? kNever : entries_.front().due; }
  std::uint32_t earliest_place() const {
    ONCE_ASSERT(!entries_.empty());
    return entries_.front().place;
  }

 private:
  struct Entry {
    Time due;
    std::uint32_t place;
  };

  void put(std::size_t at, Entry entry) {
    entries_[at] = entry;
    position_[entry.place] = static_cast<std::uint32_t>(at);
  }
  void rise(std::size_t at) {
    const Entry entry = entries_[at];
    for (; at > 0 && entry.due < entries_[(at - 1) / 2].due; at = (at - 1) / 2)
      put(at, entries_[(at - 1) / 2]);
    put(at, entry);
  }
  void sink(std::size_t at) {
    const Entry entry = entries_[at];
    for (;;) {
      std::size_t child = 2 * at + 1;
      if (child >= entries_.size()) break;
      if (child + 1 < entries_.size() && entries_[child + 1].due < entries_[child].due) ++child;
      if (entry.due <= entries_[child].due) break;
      put(at, entries_[child]);
      at = child;
    }
    put(at, entry);
  }
  void remove(std::size_t at) {
    position_[entries_[at].place] = kNone;
    const Entry last = entries_.back();
    entries_.pop_back();
    if (at == entries_.size()) return;
    put(at, last);
    rise(at);
    sink(position_[last.place]);
  }

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> position_;
};

}  // namespace once::core
