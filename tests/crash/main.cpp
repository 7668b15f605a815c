// The crash harness: kills a server of exactly-once calls at chosen points, and judges what is left. See --help,
// and docs/testing.md.
#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <ostream>

#include <nlohmann/json.hpp>

#include "harness.hpp"
#include "history.hpp"
#include "kills/workplace.hpp"
#include "lan.hpp"
#include "options.hpp"
#include "record.hpp"

namespace crash {
namespace {

/// The rows of the table, and the fields of the JSON.
struct Figure {
  const char* name;
  const char* field;
  std::uint64_t value;
};
std::vector<Figure> figures(const Report& report) {
  return {{"kills", "kills", report.kills.all()},
          {"  between arrival and begin", "before_begin", report.kills.before_begin},
          {"  between begin and commit", "before_commit", report.kills.before_commit},
          {"  between commit and reply", "before_reply", report.kills.before_reply},
          {"  after the reply, or when idle", "after_reply", report.kills.after_reply},
          {"kills of clients", "client_kills", report.client_kills.all()},
          {"  that had made a call", "clients_called", report.client_kills.called},
          {"  that had been told how a call ended", "clients_told", report.client_kills.ended},
          {"  that had forgotten a key", "clients_forgot", report.client_kills.forgot},
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
          {"calls at most once", "at_most_once", report.registers.calls},
          {"idempotent calls", "idempotent", report.registers.idempotent},
          {"  never run, and known so", "registers_not_executed", report.registers.not_executed},
          {"  of which nobody knows whether they ran", "registers_unknown", report.registers.unknown},
          {"  executions", "registers_executions", report.registers.runs},
          {"  idempotent ones again", "registers_repeated", report.registers.repeated},
          {"  longest time between two answers, ms", "silence_ms", report.registers.silence_ms},
          {"registers found linearizable", "linearizable", report.registers.keys},
          {"  too much work to find out", "unjudged", report.registers.unjudged},
          {"violations", "violations", report.violations.size()}};
}

/// In the order in which they are shown.
constexpr std::array<std::array<const char*, 2>, 8> kNetworkRows{
    {{"address", "changes of the clients' address"},
     {"gap", "  with a time in between when they had none"},
     {"link", "times that their link went down and up"},
     {"route", "times that there was no route to the server"},
     {"blackhole", "  and nobody said so"},
     {"mtu1280", "times of an MTU of 1,280"},
     {"mtu576", "times of an MTU of 576"},
     {"netem", "times of loss, delay and copies (netem)"}}};
constexpr std::array<std::array<const char*, 2>, 13> kProxyRows{
    {{"through", "datagrams let through"},
     {"lost", "  lost"},
     {"copied", "  copied"},
     {"delayed", "  delayed"},
     {"damaged", "  damaged"},
     {"rebound", "  senders moved to another port"},
     {"connections", "connections let through"},
     {"cut", "  cut"},
     {"reset", "  reset"},
     {"half-closed", "  closed in one direction"},
     {"frozen", "  with a direction stopped for good"},
     {"stalled", "  pieces that had to wait"},
     {"dribbled", "  pieces octet by octet"}}};

template <class Rows>
std::vector<Figure> figures(const Rows& rows, const ProxyCounts& counts) {
  std::vector<Figure> figures;
  for (const auto& [field, name] : rows) {
    if (const auto found = counts.find(field); found != counts.end()) {
      figures.push_back({name, field, found->second});
    }
  }
  return figures;
}

/// All of a run.
std::vector<Figure> figures(const History& history, const Report& report) {
  std::vector<Figure> all = figures(kNetworkRows, history.network);
  for (const auto& more : {figures(kProxyRows, history.proxy), figures(report)}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

void print_table(const std::string& run, const std::vector<Figure>& figures) {
  std::cout << "crash " << run << '\n';
  for (const Figure& figure : figures) {
    std::cout << std::left << std::setw(50) << figure.name << std::right << std::setw(8) << figure.value
              << '\n';
  }
}

void print_json(const std::string& run, const std::vector<Figure>& figures) {
  nlohmann::json fields{{"run", run}};
  for (const Figure& figure : figures) fields[figure.field] = figure.value;
  std::cout << fields.dump(2) << '\n';
}

/// The kills fell where they should, at least so many that the run shows something. A few kills show nothing yet.
bool shares_are_reached(const demo::Kills& kills) {
  constexpr std::uint64_t kCounts = 10;
  constexpr std::uint64_t kShare = 10;
  return kills.all() < kCounts || std::min(kills.before_commit, kills.before_reply) * kShare >= kills.all();
}

/// Prints what came of the run, and returns the exit status.
int judge_folder(const Options& options, const std::filesystem::path& folder) {
  constexpr std::size_t kShown = 20;
  const History history = read_history(folder);
  const Report report = judge(history);
  const std::vector<Figure> all = figures(history, report);
  options.json ? print_json(history.run, all) : print_table(history.run, all);
  const std::size_t shown = std::min(report.violations.size(), kShown);
  for (std::size_t i = 0; i < shown; ++i) std::cerr << report.violations[i] << '\n';
  if (options.planted != "none") {
    if (report.violations.empty()) std::cerr << "crash: the planted bug was not found\n";
    return report.violations.empty() ? 1 : 0;
  }
  if (!shares_are_reached(report.kills)) std::cerr << "crash: too few kills fell where they were aimed at\n";
  return report.violations.empty() && shares_are_reached(report.kills) ? 0 : 1;
}

int harness(const Options& options) {
  if (!options.judge.empty()) return judge_folder(options, options.judge);
  demo::Workplace workplace{"crash"};
  const auto keep = [&workplace] {
    std::cerr << "crash: the run is kept; to judge it again: crash --judge " << workplace.keep().string()
              << '\n';
  };
  try {
    run(options, workplace / "");
    const int status = judge_folder(options, workplace / "");
    if (status != 0) keep();
    return status;
  } catch (const NoNamespaces& error) {
    constexpr int kSkipped = 77;
    std::cerr << "crash: skipped: " << error.what() << '\n';
    return kSkipped;
  } catch (...) {
    keep();
    throw;
  }
}

}  // namespace
}  // namespace crash

int main(int argc, char** argv) {
  const crash::Options options = crash::parse_options(argc, argv);
  try {
    if (options.role == "server") return crash::run_server(options);
    if (options.role == "client") return crash::run_client(options);
    if (options.role == "proxy") return crash::run_proxy(options);
    return crash::harness(options);
  } catch (const std::exception& error) {
    std::cerr << "crash" << (options.role.empty() ? "" : " (" + options.role + ")") << ": " << error.what()
              << '\n';
    return 2;
  }
}
