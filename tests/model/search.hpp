// Breadth first through all states, so that what is found is reached in as few steps as can be; then backwards from
// where all calls have ended, for liveness.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "invariants.hpp"
#include "rules.hpp"
#include "world.hpp"

namespace once::model {

struct Finding {
  Invariant invariant{};
  std::vector<std::string> story;  // a line for each step
  std::size_t states = 0;          // liveness: from so many it does not hold
};

struct Result {
  std::size_t states = 0;
  std::uint64_t transitions = 0;
  std::size_t depth = 0;
  double seconds = 0;
  std::size_t octets = 0;
  Rules rules;                 // by which some step went
  bool is_complete = false;    // all states were seen
  std::size_t cut_off = 0;     // states in which only the configuration's bounds keep calls from ending
  std::size_t projection = 0;  // if asked for: states that differ in more than what is on its way
  std::optional<Finding> finding;
};

struct SearchOptions {
  Invariants looked_for = Invariants{}.set();
  std::size_t states_max = 20'000'000;
  std::size_t octets_max = std::size_t{4} << 30;
  bool projects = false;
  std::function<void(const Result& so_far)> progress;  // now and then
};

Result search(const World& world, const SearchOptions& options);

}  // namespace once::model
