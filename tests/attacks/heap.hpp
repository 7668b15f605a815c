// What the program holds on the heap, whoever asked for it: operator new, message blocks, Asio.
#pragma once

#include <cstddef>

namespace attacks {

/// Measures from construction on; any thread. What libraries that are loaded allocate for themselves is left out.
class Heap {
 public:
  Heap();
  /// False under sanitizers, which have an operator new of their own: then less is counted than there is.
  static bool sees_everything();
  /// Octets that are held beyond those at construction.
  std::ptrdiff_t held() const;
  /// The most that ever were.
  std::ptrdiff_t peak() const;

 private:
  std::ptrdiff_t at_start_;
};

}  // namespace attacks
