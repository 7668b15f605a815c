// What the program was called with, for run(): whoever's main() it has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace once::simulation {

struct CommandLine {
  std::string program = "PROGRAM";
  std::string gtest_filter;  // as it was given
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> seeds;
  std::string chart;
};

/// --once_seed=N and the others, or else ONCE_SEED … in the environment. Throws std::invalid_argument for a number that is
/// none.
CommandLine read_command_line();

}  // namespace once::simulation
