// Rules that are broken on purpose, one by one: which invariant sees it, and in which configuration.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "invariants.hpp"
#include "world.hpp"

namespace once::model {

struct Mutant {
  std::string_view name;
  std::string_view rule;
  std::string_view what;
  std::vector<Fault> faults;
  std::string_view configuration;
  Invariant invariant;
  /// False: alone it does no harm, which is shown, too: `invariant` holds in the whole configuration.
  bool is_found = true;
};

std::span<const Mutant> mutants();
/// nullptr if there is none of that name.
const Mutant* find_mutant(std::string_view name);
World world_of(const Mutant& mutant);

}  // namespace once::model
