// `oncec diff`: what breaks between two versions of an IDL file.
#pragma once

#include <iosfwd>

namespace oncec::driver {

/// argv[0] is the command's name. Returns kDone if nothing breaks, kErrorsInIdl if something does, and
/// kBadInvocation for everything else, errors in the files included.
int run_diff(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours);

}  // namespace oncec::driver
