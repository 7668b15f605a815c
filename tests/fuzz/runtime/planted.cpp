#include "planted.hpp"

#include <cstdlib>
#include <cstring>

bool once::fuzz::planted(const char* name) {
  static const char* const chosen = std::getenv("ONCE_PLANT");
  return chosen != nullptr && std::strcmp(chosen, name) == 0;
}
