// Differences for people, and for programs.
#pragma once

#include <iosfwd>
#include <vector>

#include "compare/difference.hpp"

namespace oncec::compare {

/// One paragraph each, in the manner of the compiler's messages:
///
///     new.idl:2:9: breaking (xdr, cdr, protobuf, source): member 'a' of struct 'S' was 'short', is 'long'
///     [member-type]
///     old.idl:2:9: note: in the old version
///         its octets are read differently; an old client's call of a new server: wrong_interface; a new
///         client's of an old one: wrong_interface
///         to do: leave them as they are, and add an operation with a new type
///     1 breaking, 0 compatible
///
/// (each on one line). What is gone has its place in the old file alone, and no note.
void print(std::ostream& out, const std::vector<Difference>& differences);

/// {"breaking": n, "compatible": n, "differences": [{"rule", "breaking", "breaks": […], "message", "before",
/// …}]}
void print_json(std::ostream& out, const std::vector<Difference>& differences);

}  // namespace oncec::compare
