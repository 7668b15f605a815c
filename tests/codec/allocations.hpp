// Counts what the test program takes from the heap, through its own operator new.
#pragma once

#include <cstddef>

namespace codec_test {

/// Measures from construction on.
class Allocations {
 public:
  Allocations();
  /// The most octets that were held at one time, beyond what was held at construction.
  std::size_t peak() const;
  /// How many allocations there were.
  std::size_t count() const;

 private:
  std::size_t held_at_start_;
  std::size_t count_at_start_;
};

}  // namespace codec_test
