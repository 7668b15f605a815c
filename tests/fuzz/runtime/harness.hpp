// What all fuzzers of the runtime share: the end that is not a crash, the watch over heap and time, and the reader of
// inputs that are commands rather than messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <once/base/bytes.hpp>

namespace once::fuzz {

/// One input of the fuzzer that the program is. Whatever it is, this returns, in bounded time and memory.
void run_input(ByteView input);

/// Says what does not hold, and ends the program; libFuzzer keeps the input.
[[noreturn]] void violated(const char* what);
inline void demand(bool holds, const char* what) {
  if (!holds) violated(what);
}

/// What the program takes from the heap, from construction on.
class HeapWatch {
 public:
  HeapWatch();
  /// The most octets that were held at one time, beyond what was held at construction.
  std::size_t peak() const;

 private:
  std::size_t held_at_start_;
};

/// Commands out of octets. At the end of the input everything is zero.
class Input {
 public:
  explicit Input(ByteView octets) : rest_(octets) {}

  bool empty() const { return rest_.empty(); }
  template <class T>
  requires std::is_unsigned_v<T> T take() {
    T value = 0;
    const std::size_t size = rest_.size() < sizeof value ? rest_.size() : sizeof value;
    if (size != 0) std::memcpy(&value, rest_.data(), size);
    rest_ = rest_.subspan(size);
    return value;
  }
  std::uint8_t octet() { return take<std::uint8_t>(); }
  /// A number below `end`, which is at most 256.
  std::size_t below(std::size_t end) { return end == 0 ? 0 : octet() % end; }
  bool flag() { return (octet() & 1) != 0; }
  ByteView octets(std::size_t size) {
    const ByteView taken = rest_.first(size < rest_.size() ? size : rest_.size());
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  ByteView rest() { return octets(rest_.size()); }

 private:
  ByteView rest_;
};

}  // namespace once::fuzz
