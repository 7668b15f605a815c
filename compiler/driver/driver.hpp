// The command line of oncec: which files, what to make of them, and what the exit status tells.
#pragma once

#include <iosfwd>

namespace oncec::driver {

// How it exits.
inline constexpr int kDone = 0;
inline constexpr int kErrorsInIdl = 1;    // printed with their places
inline constexpr int kBadInvocation = 2;  // usage, or a file that cannot be read or written: one line

/// Runs oncec. `colours`: whether `err` is a terminal that shows them.
int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colours);

}  // namespace oncec::driver
