// A call's story in sentences, from a trace.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <once/rpc/trace.hpp>

namespace once::trace {

/// The calls that `id` may mean, by their full ids: "5f0c00000000a203:3", of which a part of the session's digits will
/// do ("5f0c:3"), or "client#4" for a call that never got a number. `events`: by time.
std::vector<std::string> calls_named(const std::vector<TraceEvent>& events, std::string_view id);
/// Tells what happened to the call that calls_named() gave.
void explain(const std::vector<TraceEvent>& events, std::string_view call, std::ostream& out);
/// One line for each call, those that ended badly first.
void list_calls(const std::vector<TraceEvent>& events, std::ostream& out);

}  // namespace once::trace
