#include "row.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

namespace demo {
namespace {

std::string euros(std::uint64_t cents) {
  const std::uint64_t rest = cents % 100;
  return std::to_string(cents / 100) + (rest < 10 ? ".0" : ".") + std::to_string(rest);
}

/// "at-most-once" as people write it.
std::string in_words(std::string semantics) {
  std::replace(semantics.begin(), semantics.end(), '-', ' ');
  return semantics;
}

/// Cells of these widths; the first `left` of them begin at the left.
class Line {
 public:
  Line(std::ostream& out, std::vector<int> widths, std::size_t left)
      : out_(out), widths_(std::move(widths)), left_(left) {}

  template <class... Cells>
  void operator()(const Cells&... cells) const {
    std::size_t column = 0;
    ((out_ << (column < left_ ? std::left : std::right) << std::setw(widths_.at(column)) << cells, ++column),
     ...);
  }

 private:
  std::ostream& out_;
  const std::vector<int> widths_;
  const std::size_t left_;
};

void print_verdict(std::ostream& out, const Row& row, bool colours) {
  const char* colour = !colours ? "" : row.right() ? "\033[32m" : "\033[31m";
  out << "  " << colour << (row.right() ? "right" : "WRONG") << (colours ? "\033[0m" : "") << '\n';
}

void print_table_of_kills(std::ostream& out, const std::vector<Row>& rows, bool colours) {
  out << in_words(rows.front().semantics) << ", and the server killed " << rows.front().kills.all()
      << " times\n\n";
  const Line line{out, {5, 7, 10, 10, 11, 11, 12}, 1};
  line("net", "calls", "executed", "answered", "balance", "right is", "violations");
  out << "  verdict\n";
  for (const Row& row : rows) {
    line(row.transport, row.calls, row.executed, row.answered, euros(row.balance), euros(row.expected),
         row.violations);
    print_verdict(out, row, colours);
  }
  out << "\nthe kills fell                ";
  for (const Row& row : rows) out << std::setw(7) << row.transport;
  const auto place = [&](const char* name, std::uint64_t Kills::*count) {
    out << '\n' << std::left << std::setw(30) << name << std::right;
    for (const Row& row : rows) out << std::setw(7) << row.kills.*count;
  };
  out << std::right;
  place("between arrival and begin", &Kills::before_begin);
  place("between begin and commit", &Kills::before_commit);
  place("between commit and reply", &Kills::before_reply);
  place("after the reply, or when idle", &Kills::after_reply);
  out << std::endl;
}

}  // namespace

void print_table(std::ostream& out, const std::vector<Row>& rows, bool colours) {
  if (!rows.empty() && rows.front().kills.all() > 0) {
    print_table_of_kills(out, rows, colours);
    return;
  }
  const Line line{out, {15, 5, 7, 10, 12, 10, 10, 11, 11}, 2};
  line("semantics", "net", "calls", "requests", "duplicates", "executed", "replayed", "balance", "right is");
  out << "  verdict\n";
  std::string transport;
  for (const Row& row : rows) {
    if (!transport.empty() && row.transport != transport) out << '\n';
    transport = row.transport;
    line(in_words(row.semantics), row.transport, row.calls, row.requests_sent, row.duplicates, row.executed,
         row.replayed, euros(row.balance), euros(row.expected));
    print_verdict(out, row, colours);
  }
  out << std::flush;
}

void print_json(std::ostream& out, const std::vector<Row>& rows) {
  auto array = nlohmann::json::array();
  for (const Row& row : rows) {
    nlohmann::json fields = {{"semantics", in_words(row.semantics)},
                             {"transport", row.transport},
                             {"calls", row.calls},
                             {"requests_sent", row.requests_sent},
                             {"duplicates", row.duplicates},
                             {"executed", row.executed},
                             {"replayed", row.replayed},
                             {"balance", row.balance},
                             {"expected", row.expected},
                             {"right", row.right()}};
    if (row.kills.all() > 0) {
      fields["answered"] = row.answered;
      fields["violations"] = row.violations;
      fields["kills"] = {{"all", row.kills.all()},
                         {"before_begin", row.kills.before_begin},
                         {"before_commit", row.kills.before_commit},
                         {"before_reply", row.kills.before_reply},
                         {"after_reply", row.kills.after_reply}};
    }
    array.push_back(std::move(fields));
  }
  out << array.dump(2) << '\n';
}

}  // namespace demo
