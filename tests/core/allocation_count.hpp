// Counts what a program allocates through operator new, from its start.
#pragma once

#include <cstdint>

namespace once::testing {

struct Allocations {
  std::uint64_t count = 0;
  std::uint64_t octets = 0;
};
Allocations allocations();

}  // namespace once::testing
