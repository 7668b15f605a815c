// `oncec fmt`: lays IDL files out anew.
#pragma once

#include <iosfwd>

namespace oncec::driver {

/// argv[0] is the command's name. Returns an ExitStatus; kErrorsInIdl also tells that --check found
/// something.
int run_fmt(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours);

}  // namespace oncec::driver
