// Smaller runs of a seed: knobs turned off by name, fewer calls, fewer clients. And the search for the smallest that still
// breaks the same invariant.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "knobs.hpp"

namespace once::simulator {

/// What of a seed's knobs is taken away.
struct Reduction {
  std::vector<std::string> without;  // names of faults()
  std::uint32_t calls = 0;           // 0: as many as were drawn
  std::uint16_t clients = 0;

  Knobs applied_to(Knobs knobs) const;
  /// " --without partitions,moves --calls-of-run 12": so that a command line repeats it.
  std::string options() const;
};

/// What may be turned off.
std::vector<std::string> fault_names();

/// The smallest reduction, from `begin` on, with which the seed still breaks `invariant`.
Reduction shrink(std::uint64_t seed, Reduction begin, const std::string& invariant);

}  // namespace once::simulator
