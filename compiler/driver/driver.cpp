// Finds the command.
#include "driver/driver.hpp"

#include <string_view>

#include "driver/commands.hpp"

namespace oncec::driver {

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {"check", "Read files and say what is wrong; nothing is written", run_check},
      {"diff", "Tell what breaks between two versions of a file", run_diff},
      {"fmt", "Lay files out anew", run_fmt},
  };
  return all;
}

int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours) {
  for (const Command& command : commands()) {
    if (argc > 1 && argv[1] == command.name) return command.run(argc - 1, argv + 1, out, err, colours);
  }
  return run_compile(argc, argv, out, err, colours);
}

}  // namespace oncec::driver
