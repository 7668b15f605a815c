// What the proxy has done, as it tells it and as tables show it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace crash {

/// How often what happened, by name.
using ProxyCounts = std::map<std::string, std::uint64_t>;
/// "lost 3 through 17 …"
std::string to_string(const ProxyCounts& counts);
std::optional<ProxyCounts> parse_counts(const std::string& line);

}  // namespace crash
