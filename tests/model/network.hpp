// The network: the set of all messages that were ever sent. Each may be delivered at any later time, any number of
// times, in any order, across sessions, epochs and lives; one that never is, is lost.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <once/base/assert.hpp>

#include "message.hpp"

namespace once::model {

class Network {
 public:
  static constexpr std::size_t kMax = 120;

  void add(const Message& message) {
    const std::uint32_t packed = pack(message);
    std::uint32_t* const place = std::lower_bound(first(), last(), packed);
    if (place != last() && *place == packed) return;
    ONCE_ASSERT(size_ < kMax);
    std::copy_backward(place, last(), last() + 1);
    *place = packed;
    ++size_;
  }
  void add_packed(std::uint32_t packed) { messages_[size_++] = packed; }  // larger than all there
  bool holds(const Message& message) const { return std::binary_search(begin(), end(), pack(message)); }
  void clear() { size_ = 0; }
  template <class Predicate>
  void remove_if(Predicate&& predicate) {
    const auto drop = [&](std::uint32_t packed) { return predicate(unpack(packed)); };
    size_ = static_cast<std::size_t>(std::remove_if(first(), last(), drop) - first());
  }

  std::size_t size() const { return size_; }
  const std::uint32_t* begin() const { return messages_.data(); }
  const std::uint32_t* end() const { return messages_.data() + size_; }

  Network() = default;
  Network(const Network& other) { *this = other; }
  /// Copies what there is: most of the room is empty.
  Network& operator=(const Network& other) {
    size_ = other.size_;
    std::copy(other.begin(), other.end(), messages_.data());
    return *this;
  }

 private:
  std::uint32_t* first() { return messages_.data(); }
  std::uint32_t* last() { return messages_.data() + size_; }

  std::size_t size_ = 0;
  std::array<std::uint32_t, kMax> messages_;  // in ascending order
};

}  // namespace once::model
