// The bank demonstration on a server whose duplicate filter --no-duplicate-filter switches off: at most once
// must then be wrong. The demonstration starts its server as a process of its own, which learns it from the
// environment.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "core/planted_bugs.hpp"
#include "roles.hpp"

int main(int argc, char** argv) {
  constexpr auto kVariable = "BANK_DEMO_NO_DUPLICATE_FILTER";
  char** const end = std::remove_if(argv + 1, argv + argc, [](const char* word) {
    return std::string_view{word} == "--no-duplicate-filter";
  });
  if (end != argv + argc) setenv(kVariable, "1", 1);
  once::core::plant(once::core::Bug::FilterOff, std::getenv(kVariable) != nullptr);
  return demo::run(static_cast<int>(end - argv), argv);
}
