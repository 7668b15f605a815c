// The planted bugs by name, and the check that each of them is found, by the invariant that it breaks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/planted_bugs.hpp"
#include "knobs.hpp"

namespace once::simulator {

struct Mutant {
  core::Bug bug;
  std::string name;
  std::string broken;                   // what is wrong with it
  std::vector<std::string> invariants;  // that it breaks: "S1"
  /// Seeds that cannot show it are passed over; nullptr: there are none.
  bool (*may_show)(const Knobs&) = nullptr;
};

const std::vector<Mutant>& mutants();
const Mutant& mutant(const std::string& name);

struct MutantOptions {
  std::uint64_t first_seed = 1;
  std::uint64_t calls_max = 1'000'000;
  unsigned jobs = 1;
  bool json = false;
};

/// Plants each bug in turn (or `only` these), and runs seeds until one of its invariants is broken. Prints a table.
/// True if all were found.
bool check_mutants(const std::vector<std::string>& only, const MutantOptions& options);

}  // namespace once::simulator
