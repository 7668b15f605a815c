// Whether what the clients of one register saw can be the work of operations that took effect one at a time, each
// at a moment between its call and its end (Herlihy and Wing: "Linearizability"). Pure: a history in, a verdict out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace crash {

/// A call to a register, as its client saw it. Calls that are known not to have run are no part of a history.
struct RegisterCall {
  enum class Operation : std::uint8_t {
    Read,
    Write,          // `value`
    CompareAndSet,  // `value`, if it finds `expected`
  };
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  Operation operation = Operation::Read;
  std::int64_t value = 0;
  std::int64_t expected = 0;
  std::optional<std::int64_t> found;  // what the register held before, by the answer
  std::int64_t began = 0;             // by one clock for all clients, which counts nanoseconds
  std::int64_t ended = kNever;        // nobody knows how: it takes effect whenever it likes, or never
};

enum class Linearizable : std::uint8_t {
  Yes,
  No,
  Unjudged,  // it would take too many steps to find out
};

/// Wing and Gong's search, which remembers what it has tried (Lowe: "Testing for linearizability"). The time that it
/// takes grows with the count of calls under way at a time, and of those that have never ended.
Linearizable judge_linearizability(const std::vector<RegisterCall>& calls, std::int64_t initial,
                                   std::size_t steps_max = 100'000);

}  // namespace crash
