// Differences for people, and for programs.
#pragma once

#include <iosfwd>
#include <vector>

#include "compare/difference.hpp"

namespace oncec::compare {

/// One paragraph each, in the manner of the compiler's messages:
///
///     new.idl:4:12: breaking (xdr, cdr; source): member 'price' removed from struct 'Item' [member-removed]
///     old.idl:4:12: note: it was here
///       XDR and CDR cannot leave a member out; old clients, new servers: `wrong_interface` …
///       keep the member, and ignore it
void print(std::ostream& out, const std::vector<Difference>& differences);

/// {"breaking": n, "compatible": n, "differences": [{"rule", "breaking", "breaks": […], "message", "before",
/// …}]}
void print_json(std::ostream& out, const std::vector<Difference>& differences);

}  // namespace oncec::compare
