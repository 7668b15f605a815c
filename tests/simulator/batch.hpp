// Many seeds, one after the other or shared among processes.
#pragma once

#include <cstdint>
#include <optional>

#include "oracle.hpp"
#include "report.hpp"
#include "shrink.hpp"

namespace once::simulator {

struct Batch {
  std::uint64_t seed = 1;   // the first
  std::uint64_t seeds = 0;  // 0: as many as the calls need
  std::uint64_t calls = 100'000;
  std::uint64_t repeat_every = 16;  // every n-th seed is run twice; 0: never
  unsigned jobs = 1;
  Reduction reduction;
};

struct Failure {
  std::uint64_t seed = 0;
  Violation violation;
};

/// Adds what the runs counted to `tally`. Nothing if every seed kept every invariant, else the failure of the lowest seed
/// that was run. Which processes share the work has no effect on any run; which seeds are run, if their number follows
/// from the calls, it has.
std::optional<Failure> run(const Batch& batch, Tally& tally);

}  // namespace once::simulator
