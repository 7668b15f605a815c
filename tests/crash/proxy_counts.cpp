#include "proxy_counts.hpp"

#include <sstream>

namespace crash {

std::string to_string(const ProxyCounts& counts) {
  std::ostringstream line;
  for (const auto& [what, count] : counts) line << what << ' ' << count << ' ';
  return line.str();
}

std::optional<ProxyCounts> parse_counts(const std::string& line) {
  std::istringstream in{line};
  ProxyCounts counts;
  std::string what;
  while (in >> what) {
    if (!(in >> counts[what])) return std::nullopt;
  }
  if (counts.empty()) return std::nullopt;
  return counts;
}

}  // namespace crash
