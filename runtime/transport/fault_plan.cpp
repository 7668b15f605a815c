#include "transport/fault_plan.hpp"

namespace once::transport {

std::uint64_t FaultDice::next() {
  // splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

bool FaultDice::chance(double p) {
  return static_cast<double>(next() >> 11) * 0x1.0p-53 < p;
}

std::uint64_t FaultDice::between(std::uint64_t low, std::uint64_t high) {
  const std::uint64_t number = next();
  return high > low ? low + number % (high - low + 1) : low;
}

Fate draw_fate(FaultDice& dice, const Faults& faults) {
  const auto low = static_cast<std::uint64_t>(faults.delay_min.count());
  const auto high = static_cast<std::uint64_t>(faults.delay_max.count());
  Fate fate;
  fate.lost = dice.chance(faults.loss);
  fate.duplicated = dice.chance(faults.duplication);
  fate.held_for_next = dice.chance(faults.reordering);
  const bool delayed = dice.chance(faults.delay);
  const Duration delay{dice.between(low, high)};
  if (delayed) fate.delay = delay;
  if (fate.held_for_next) fate.delay = faults.delay_max;
  fate.duplicate_delay = Duration{dice.between(low, high)};
  return fate;
}

}  // namespace once::transport
