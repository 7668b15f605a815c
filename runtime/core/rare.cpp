// Which branches are turned on, and the chance of each; empty outside the test build.
#include "core/rare.hpp"

#ifdef ONCE_PLANTED_BUGS

namespace once::core {
namespace {

std::uint64_t drawn_from = 0;
std::uint32_t turned_on = 0;

/// True for a quarter of all calls.
bool toss() {
  drawn_from += 0x9E3779B97F4A7C15;
  std::uint64_t mixed = (drawn_from ^ drawn_from >> 30) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
  return mixed >> 62 == 0;
}

}  // namespace

bool rarely(Rare branch) {
  return (turned_on >> static_cast<std::uint32_t>(branch) & 1) != 0 && toss();
}

void arm_rare_branches(std::uint64_t seed) {
  drawn_from = seed;
  turned_on = 0;
  for (std::uint32_t branch = 0; branch < static_cast<std::uint32_t>(Rare::Count); ++branch) {
    if (toss()) turned_on |= std::uint32_t{1} << branch;
  }
}

void disarm_rare_branches() {
  turned_on = 0;
}

}  // namespace once::core

#endif
