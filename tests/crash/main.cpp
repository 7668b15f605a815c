// The crash harness: kills a server of exactly-once calls at chosen points, and judges what is left. See --help,
// and docs/testing.md.
#include <algorithm>
#include <exception>
#include <iomanip>
#include <iostream>
#include <ostream>

#include <nlohmann/json.hpp>

#include "harness.hpp"
#include "history.hpp"
#include "options.hpp"
#include "workplace.hpp"

namespace crash {
namespace {

/// The rows of the table, and the fields of the JSON.
struct Figure {
  const char* name;
  const char* field;
  std::uint64_t value;
};
std::vector<Figure> figures(const Report& report) {
  return {{"kills", "kills", report.kills},
          {"  between arrival and begin", "before_begin", report.before_begin},
          {"  between begin and commit", "before_commit", report.before_commit},
          {"  between commit and reply", "before_reply", report.before_reply},
          {"  after the reply, or when idle", "after_reply", report.after_reply},
          {"kills of clients", "client_kills", report.client_kills},
          {"calls", "calls", report.calls},
          {"  answered with a value", "values", report.values},
          {"  answered with a declared exception", "raised", report.raised},
          {"  answered: the servant failed", "failed", report.failed},
          {"  answered with what an earlier server had kept", "from_kept", report.from_kept},
          {"  told again to a client's next life", "told_again", report.told_again},
          {"  never run, and known so", "not_executed", report.not_executed},
          {"  given up by an impatient client", "unknown", report.unknown},
          {"executions", "executions", report.executions},
          {"  again, after a kill had rolled them back", "re_executions", report.re_executions},
          {"violations", "violations", report.violations.size()}};
}

void print_table(const Options& options, const Report& report) {
  std::cout << "crash: --transport " << options.transport << " --seed " << options.seed
            << (options.kill_clients ? " --kill-clients" : "") << '\n';
  for (const Figure& figure : figures(report)) {
    std::cout << std::left << std::setw(50) << figure.name << std::right << std::setw(8) << figure.value
              << '\n';
  }
}

void print_json(const Options& options, const Report& report) {
  nlohmann::json fields{{"transport", options.transport}, {"seed", options.seed}};
  for (const Figure& figure : figures(report)) fields[figure.field] = figure.value;
  std::cout << fields.dump(2) << '\n';
}

/// The kills fell where they should, at least so many that the run shows something. A few kills show nothing yet.
bool shares_are_reached(const Report& report) {
  constexpr std::uint64_t kCounts = 50;
  return report.kills < kCounts || std::min(report.before_commit, report.before_reply) * 10 >= report.kills;
}

int harness(const Options& options) {
  constexpr std::size_t kShown = 20;
  demo::Workplace workplace{"crash"};
  const Report report = judge(run(options, workplace / ""));
  options.json ? print_json(options, report) : print_table(options, report);
  const std::size_t shown = std::min(report.violations.size(), kShown);
  for (std::size_t i = 0; i < shown; ++i) std::cerr << report.violations[i] << '\n';
  if (options.planted != "none") {
    if (report.violations.empty()) std::cerr << "crash: the planted bug was not found\n";
    return report.violations.empty() ? 1 : 0;
  }
  if (!report.violations.empty()) std::cerr << "crash: see " << workplace.keep().string() << '\n';
  if (!shares_are_reached(report)) std::cerr << "crash: too few kills fell where they were aimed at\n";
  return report.violations.empty() && shares_are_reached(report) ? 0 : 1;
}

}  // namespace
}  // namespace crash

int main(int argc, char** argv) {
  const crash::Options options = crash::parse_options(argc, argv);
  try {
    if (options.role == "server") return crash::run_server(options);
    if (options.role == "client") return crash::run_client(options);
    return crash::harness(options);
  } catch (const std::exception& error) {
    std::cerr << "crash" << (options.role.empty() ? "" : " (" + options.role + ")") << ": " << error.what()
              << '\n';
    return 2;
  }
}
