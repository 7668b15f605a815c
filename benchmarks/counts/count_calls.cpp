// Runs one scenario for scripts/budgets, which looks at it from outside as well.
//
//   count_calls                               the names of all scenarios
//   count_calls SCENARIO [CALLS [marks]]      prints one line of JSON; marks: shows in a trace of system calls whose
//                                             each is
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>
#include <unistd.h>

#include "scenarios.hpp"

int main(int argc, char** argv) {
  const auto scenarios = counts::scenarios();
  if (argc == 1) {
    for (const auto& [name, scenario] : scenarios) std::cout << name << "\n";
    return 0;
  }
  const auto found = scenarios.find(argv[1]);
  if (found == scenarios.end()) {
    std::cerr << "count_calls: no scenario '" << argv[1] << "'\n";
    return 2;
  }
  counts::Options options;
  if (argc > 2) options.calls = static_cast<unsigned>(std::atoi(argv[2]));
  options.marks = argc > 3 && std::string_view{argv[3]} == "marks";
  ::alarm(300);  // a call that never ends
  try {
    const counts::Counted counted = found->second(options);
    std::cout << "{\"calls\":" << options.calls << ",\"client_allocations\":" << counted.client_allocations
              << ",\"server_allocations\":" << counted.server_allocations << "}" << std::endl;
  } catch (const std::exception& error) {
    std::cerr << "count_calls: " << error.what() << "\n";
    return 1;
  }
}
