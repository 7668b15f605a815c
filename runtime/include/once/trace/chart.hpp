// A message sequence chart, as SVG, from a trace.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include <once/rpc/trace.hpp>

namespace once::trace {

struct ChartOptions {
  std::string title{};
  /// As calls_named() gives it; empty: all that happened.
  std::string call{};
  /// What comes before the last so many events is left out, and the chart says so.
  std::size_t events_max = 400;
};

/// Hosts are life lines, clients on the left; time goes down, and what lasts long without anything happening is drawn
/// short. `events`: by time.
void draw_chart(const std::vector<TraceEvent>& events, const ChartOptions& options, std::ostream& out);

}  // namespace once::trace
