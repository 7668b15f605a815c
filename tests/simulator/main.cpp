// simulator: runs seeds until so many calls are made, and prints what came of them. A seed that breaks an
// invariant ends the program with the story of the call that it happened to, and the command that tells it
// again. Exit status: 0 all held, 1 a violation, 2 wrong usage or a floor that was not reached.
#include <chrono>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "call_trace.hpp"
#include "mutants.hpp"
#include "report.hpp"
#include "world.hpp"

namespace once::simulator {
namespace {

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 0;  // 0: as many as the calls need
  std::uint64_t calls = 100'000;
  std::uint64_t repeat_every = 16;
  std::string bug;
  bool trace = false;
  std::string trace_file;
  bool floors = false;
  bool expect_violation = false;
  bool quiet = false;
  bool mutants = false;
  bool json = false;
  std::uint64_t calls_max = 1'000'000;
  unsigned jobs = 1;
};

std::vector<std::string> bug_names() {
  std::vector<std::string> names;
  for (const Mutant& mutant : mutants()) names.push_back(mutant.name);
  return names;
}

std::string command_for(const Options& options, std::uint64_t seed) {
  std::string command = "simulator --seed " + std::to_string(seed) + " --seeds 1";
  if (!options.bug.empty()) command += " --bug " + options.bug;
  return command;
}

/// The trace hash of a run; adds what it counted to `tally`.
std::uint64_t run_seed(std::uint64_t seed, Tally& tally) {
  World world{seed, Trace::Keep::Nothing};
  world.run();
  tally.add(world.finish());
  return world.trace().hash();
}

/// Runs the seed once more, now with a history, and prints what led to the violation.
void tell(std::uint64_t seed, const Violation& violation, const Options& options) {
  constexpr std::size_t kStepsTold = 200;
  std::cout << "\nseed " << seed << " breaks " << violation.invariant << ": " << violation.text;
  if (violation.call != 0) std::cout << " (call " << (violation.call & 0xffffffffu) << ")";
  std::cout << "\n\n" << draw_knobs(seed) << "\n";
  World world{seed, Trace::Keep::Everything};
  try {
    world.run();
    std::cout << "S12 determinism: the second run of the seed breaks nothing\n";
  } catch (const Violation&) {
    world.trace().print(std::cout, violation.call, kStepsTold);
  }
  std::cout << "\n"
            << violation.invariant << ": " << violation.text << "\nagain: " << command_for(options, seed)
            << "\nfor once explain: " << command_for(options, seed) << " --trace-file seed.trace\n";
}

/// Nothing if every seed kept every invariant.
std::optional<Violation> run(const Options& options, Tally& tally, std::uint64_t& seed) {
  for (std::uint64_t done = 0;; ++done, ++seed) {
    if (options.seeds != 0 ? done == options.seeds : tally.calls >= options.calls) return std::nullopt;
    try {
      const std::uint64_t hash = run_seed(seed, tally);
      if (options.repeat_every == 0 || seed % options.repeat_every != 0) continue;
      Tally again;
      if (run_seed(seed, again) != hash) {
        return Violation{"S12 determinism", "two runs of one seed differ", 0};
      }
    } catch (const Violation& violation) {
      return violation;
    }
  }
}

int print_trace(const Options& options) {
  World world{options.seed, Trace::Keep::Everything};
  std::cout << draw_knobs(options.seed) << "\n";
  int status = 0;
  try {
    world.run();
  } catch (const Violation& violation) {
    std::cout << "breaks " << violation.invariant << ": " << violation.text << "\n";
    status = 1;
  }
  world.trace().print(std::cout, 0, ~std::size_t{0});
  return status;
}

int simulate(const Options& options) {
  if (options.mutants) {
    const std::vector<std::string> only =
        options.bug.empty() ? std::vector<std::string>{} : std::vector{options.bug};
    return check_mutants(only, {options.seed, options.calls_max, options.jobs, options.json}) ? 0 : 1;
  }
  if (!options.bug.empty()) core::plant(mutant(options.bug).bug, true);
  if (options.trace) return print_trace(options);
  if (!options.trace_file.empty()) return write_trace(options.seed, options.trace_file) ? 0 : 1;
  Tally tally;
  std::uint64_t seed = options.seed;
  const auto begin = std::chrono::steady_clock::now();
  const std::optional<Violation> violation = run(options, tally, seed);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (violation) tell(seed, *violation, options);
  if (options.expect_violation) {
    std::cout << (violation ? "a violation, as expected, after " : "no violation, but one was expected, in ")
              << tally.calls << " calls\n";
    return violation ? 0 : 1;
  }
  if (violation) return 1;
  if (!options.quiet) print_report(std::cout, tally, took.count());
  if (!options.floors) return 0;
  const std::vector<std::string> missed = missed_floors(tally);
  for (const std::string& line : missed) std::cerr << line << "\n";
  return missed.empty() ? 0 : 2;
}

}  // namespace
}  // namespace once::simulator

int main(int argc, char** argv) {
  once::simulator::Options options;
  CLI::App app{
      "Runs the protocol cores against a hostile network in virtual time and checks every promise.\n"
      "Seeds are run one after the other until enough calls are made; each draws its own faults.",
      "simulator"};
  app.add_option("--seed", options.seed, "the first seed")->capture_default_str();
  app.add_option("--seeds", options.seeds, "how many seeds; 0: as many as --calls needs")
      ->capture_default_str();
  app.add_option("--calls", options.calls, "how many calls, when --seeds is 0")->capture_default_str();
  app.add_option("--repeat-every", options.repeat_every,
                 "runs every n-th seed twice and compares the traces; 0: never")
      ->capture_default_str();
  app.add_option("--bug", options.bug, "plants a bug in the cores")
      ->check(CLI::IsMember(once::simulator::bug_names()));
  app.add_flag("--trace", options.trace, "prints everything that happens in the first seed, and stops");
  app.add_option("--trace-file", options.trace_file,
                 "writes what happens in the first seed for 'once explain' and 'once chart', and stops");
  app.add_flag("--floors", options.floors,
               "fails unless every outcome and every verdict was met often enough");
  app.add_flag("--expect-violation", options.expect_violation, "fails unless an invariant is broken");
  app.add_flag("--mutants", options.mutants,
               "plants every bug in turn, or that of --bug; fails unless each is found by an invariant that "
               "it breaks");
  app.add_option("--calls-max", options.calls_max, "how many calls a bug of --mutants may take")
      ->capture_default_str();
  app.add_option("--jobs", options.jobs, "how many processes share the work")->capture_default_str();
  app.add_flag("--json", options.json, "prints a summary for programs");
  app.add_flag("--quiet", options.quiet, "prints nothing but failures");
  CLI11_PARSE(app, argc, argv);
  return once::simulator::simulate(options);
}
