#include <algorithm>

#include "simulation/world_state.hpp"

namespace once::simulation {

Faults draw(const Faults& most, Random& random) {
  const auto out = [&] { return random.chance(1.0 / 3); };
  const auto rate = [&](double high) { return out() ? 0.0 : random.unit() * high; };
  const auto count = [&](unsigned high) { return out() ? 0U : random.between(0U, high); };
  const auto time = [&](Duration high) {
    return random.log_between(std::min<Duration>(std::chrono::milliseconds{1}, high), high);
  };
  Faults faults;
  faults.loss = rate(most.loss);
  faults.copies = rate(most.copies);
  faults.reordering = rate(most.reordering);
  faults.damage = rate(most.damage);
  faults.late_max = time(most.late_max);
  faults.narrow_paths = most.narrow_paths && !out();
  faults.delay_min = most.delay_min;
  faults.delay_max = random.log_between(most.delay_min, most.delay_max);
  faults.cuts = rate(most.cuts);
  faults.refusals = rate(most.refusals);
  faults.small_pieces = rate(most.small_pieces);
  faults.partitions = count(most.partitions);
  faults.partition_max = time(most.partition_max);
  faults.pauses = count(most.pauses);
  faults.pause_max = time(most.pause_max);
  faults.clock_error = rate(most.clock_error);
  faults.power_failures = rate(most.power_failures);
  faults.down_max = time(most.down_max);
  faults.disk_max =
      random.log_between(std::min<Duration>(std::chrono::microseconds{10}, most.disk_max), most.disk_max);
  faults.failed_syncs = rate(most.failed_syncs);
  return faults;
}

}  // namespace once::simulation
