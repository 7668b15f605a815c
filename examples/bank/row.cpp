#include "row.hpp"

#include <iomanip>
#include <ostream>

#include <nlohmann/json.hpp>

namespace demo {
namespace {

std::string euros(std::uint64_t cents) {
  const std::uint64_t rest = cents % 100;
  return std::to_string(cents / 100) + (rest < 10 ? ".0" : ".") + std::to_string(rest);
}

}  // namespace

void print_table(std::ostream& out, const std::vector<Row>& rows, bool colours) {
  const auto line = [&](auto&&... cells) {
    const int widths[] = {15, 5, 7, 10, 12, 10, 10, 11, 11};
    std::size_t column = 0;
    ((out << (column < 2 ? std::left : std::right) << std::setw(widths[column]) << cells, ++column), ...);
  };
  line("semantics", "net", "calls", "requests", "duplicates", "executed", "replayed", "balance", "right is");
  out << "  verdict\n";
  std::string transport;
  for (const Row& row : rows) {
    if (!transport.empty() && row.transport != transport) out << '\n';
    transport = row.transport;
    line(row.semantics, row.transport, row.calls, row.requests_sent, row.duplicates, row.executed,
         row.replayed, euros(row.balance), euros(row.expected));
    const char* colour = !colours ? "" : row.right() ? "\033[32m" : "\033[31m";
    out << "  " << colour << (row.right() ? "right" : "WRONG") << (colours ? "\033[0m" : "") << '\n';
  }
  out << std::flush;
}

void print_json(std::ostream& out, const std::vector<Row>& rows) {
  auto array = nlohmann::json::array();
  for (const Row& row : rows) {
    array.push_back({{"semantics", row.semantics},
                     {"transport", row.transport},
                     {"calls", row.calls},
                     {"requests_sent", row.requests_sent},
                     {"duplicates", row.duplicates},
                     {"executed", row.executed},
                     {"replayed", row.replayed},
                     {"balance", row.balance},
                     {"expected", row.expected},
                     {"right", row.right()}});
  }
  out << array.dump(2) << '\n';
}

}  // namespace demo
