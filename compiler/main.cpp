// oncec, the IDL compiler.
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <unistd.h>

#include "driver/driver.hpp"

namespace {

/// Colours are for eyes: not for files and pipes, and not for those who said no (no-color.org).
bool shows_colours() {
  if (std::getenv("NO_COLOR") != nullptr) return false;
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) != 0 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

int main(int argc, char** argv) {
  return oncec::driver::run(argc, argv, std::cout, std::cerr, shows_colours());
}
