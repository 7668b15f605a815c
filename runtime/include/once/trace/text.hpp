// Events as lines of text, and back: docs/tracing.md, "The form".
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <once/rpc/trace.hpp>

namespace once::trace {

/// Words from the wire, and from whoever gives names, are cut at so many octets.
inline constexpr std::size_t kWordMax = 256;

/// One line, without its end: "at=1.5 host=client step=sent call=3 …". Every octet of it is printable ASCII.
std::string to_line(const TraceEvent& event);
/// Nothing for what is no event: an empty line, a comment ("# …"), or a line that is cut or damaged.
std::optional<TraceEvent> from_line(std::string_view line);

struct Reading {
  std::vector<TraceEvent> events;
  std::size_t damaged = 0;             // lines that are neither events nor comments
  std::size_t first_damaged = 0;       // its number in its input, from 1
  std::vector<std::string> remarks{};  // comments that say that something is missing: without "# "
};
/// Adds a file's events to what has been read before.
void read(std::istream& in, Reading& reading);
/// By time; what one host told keeps its order.
void sort_by_time(std::vector<TraceEvent>& events);

/// "5f0c00000000a203:3", "5f0c00000000a203:f3" for a number of the free series.
std::string to_text(const RequestId& id, bool free_series);
/// "0-89abcdef01234567"; for people, the first four digits do: `brief`.
std::string to_text(const Epoch& epoch, bool brief = false);
/// "deadline_exceeded"; of an unknown reason its number.
std::string reason_name(Errc reason);
/// As much of `text` as lines and drawings may hold: printable, in kWordMax octets. Other octets as "\x1b".
std::string printable(std::string_view text);

}  // namespace once::trace
