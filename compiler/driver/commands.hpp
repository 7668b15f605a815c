// What can stand behind "oncec": commands by name, and without one the compiler itself.
#pragma once

#include <iosfwd>
#include <string_view>
#include <vector>

namespace oncec::driver {

struct Command {
  std::string_view name;
  const char* summary;
  /// argv[0] is the command's name. Returns the exit status.
  int (*run)(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours);
};

/// To add one, add a row.
const std::vector<Command>& commands();

/// `oncec check`: reads files and says what is wrong, tries what it is asked for, and writes nothing.
int run_check(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours);
/// `oncec diff`: compares two versions of a file. Returns kDone if nothing breaks, kErrorsInIdl if something
/// does, and kBadInvocation for everything else, errors in the files included.
int run_diff(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours);
/// `oncec fmt`: lays files out anew. kErrorsInIdl also tells that --check found something.
int run_fmt(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours);
/// `oncec --cpp-out …`: reads files and writes what is made of them.
int run_compile(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours);

}  // namespace oncec::driver
