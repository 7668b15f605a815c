// Diagnostics for programs: one JSON object per message, each on a line of its own.
//
//     {"file":"bank.idl","line":12,"column":20,"end":{"line":12,"column":21},"severity":"error",
//      "message":"union case label 3 repeated","notes":[{"file":"bank.idl","line":10,…,"message":"first used
//      here"}]}
//
// "end" is the place behind the last character. "name" is there for what -W knows by a name.
#pragma once

#include <cstddef>
#include <iosfwd>

#include "support/diagnostics.hpp"

namespace oncec::driver {

/// Beyond `errors_max` errors (0: all) nothing more is printed.
void print_json(std::ostream& out, const Diagnostics& diagnostics, std::size_t errors_max);

}  // namespace oncec::driver
