// Which operations were quick when they last ran on a loop: answers that are ready may wait for those, to be sent
// together. A guess, and only that: who is not in it has the answers before it sent first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <once/base/time.hpp>
#include <once/rpc/operation.hpp>

namespace once::detail {

class QuickOperations {
 public:
  /// What takes no longer than a system call or two.
  static constexpr Duration kQuick = std::chrono::microseconds{10};

  bool contains(const Operation& operation) const { return place_of(operation) == &operation; }
  void ran(const Operation& operation, Duration took) {
    if (took <= kQuick) {
      place_of(operation) = &operation;
    } else if (contains(operation)) {
      place_of(operation) = nullptr;
    }
  }

 private:
  const Operation*& place_of(const Operation& operation) { return places_[index_of(operation)]; }
  const Operation* place_of(const Operation& operation) const { return places_[index_of(operation)]; }
  static std::size_t index_of(const Operation& operation) {
    return reinterpret_cast<std::uintptr_t>(&operation) / alignof(Operation) % kPlaces;
  }

  static constexpr std::size_t kPlaces = 61;  // a prime: operations of an interface lie one after the other
  std::array<const Operation*, kPlaces> places_{};  // addresses, to be recognised by and for nothing else
};

}  // namespace once::detail
