// The switches of the planted faults; empty outside the test build.
#include "core/planted_bugs.hpp"

#ifdef ONCE_PLANTED_BUGS

namespace once::core {
namespace {

std::uint64_t switches = 0;

constexpr std::uint64_t bit_of(Bug bug) {
  return std::uint64_t{1} << static_cast<std::uint64_t>(bug);
}

}  // namespace

bool planted(Bug bug) {
  return (switches & bit_of(bug)) != 0;
}

void plant(Bug bug, bool on) {
  switches = on ? switches | bit_of(bug) : switches & ~bit_of(bug);
}

}  // namespace once::core

#endif
