// What is counted, by name.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace counts {

struct Options {
  unsigned calls = 2'000;
  bool marks = false;  // in a trace of system calls, whose each is
};

/// Of all calls together, as far as the program can see it itself.
struct Counted {
  long client_allocations = 0;
  long server_allocations = 0;
};

/// Runs one, so many calls after a warm-up, inside once_measured().
using Scenario = std::function<Counted(const Options&)>;
std::map<std::string, Scenario> scenarios();

}  // namespace counts
