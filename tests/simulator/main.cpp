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

#include "batch.hpp"
#include "call_trace.hpp"
#include "mutants.hpp"
#include "report.hpp"
#include "shrink.hpp"
#include "world.hpp"

namespace once::simulator {
namespace {

struct Options {
  std::string program;  // as it was called
  Batch batch;
  std::string bug;
  bool trace = false;
  std::string trace_file;
  bool floors = false;
  bool expect_violation = false;
  bool quiet = false;
  bool json = false;
  bool shrink = false;
  bool mutants = false;
  std::uint64_t calls_max = 1'000'000;
};

std::vector<std::string> bug_names() {
  std::vector<std::string> names;
  for (const Mutant& mutant : mutants()) names.push_back(mutant.name);
  return names;
}

std::string command_for(const Options& options, std::uint64_t seed, const Reduction& reduction) {
  std::string command = options.program + " --seed " + std::to_string(seed) + " --seeds 1";
  if (!options.bug.empty()) command += " --bug " + options.bug;
  return command + reduction.options();
}

/// What the run is told again with.
Reduction reduced(const Failure& failure, const Options& options) {
  const Reduction& given = options.batch.reduction;
  return options.shrink ? shrink(failure.seed, given, failure.violation.invariant) : given;
}

/// Runs the seed once more, now with a history, and prints what led to the violation.
void tell(const Failure& failure, const Options& options) {
  constexpr std::size_t kStepsTold = 200;
  const auto& [seed, violation] = failure;
  std::cout << "\nseed " << seed << " breaks " << violation.invariant << ": " << violation.text;
  if (violation.call != 0) std::cout << " (call " << (violation.call & 0xffffffffu) << ")";
  const Reduction reduction = reduced(failure, options);
  const Knobs knobs = reduction.applied_to(draw_knobs(seed));
  std::cout << "\n\n" << knobs << "\n";
  World world{seed, knobs, Trace::Keep::Everything};
  Violation found = violation;
  try {
    world.run();
    std::cout << "S12 determinism: the second run of the seed breaks nothing\n";
  } catch (const Violation& again) {
    found = again;
    world.trace().print(std::cout, again.call, kStepsTold);
  }
  const std::string again = command_for(options, seed, reduction);
  std::cout << "\n"
            << found.invariant << ": " << found.text << "\nagain: " << again
            << "\nfor once explain: " << again << " --trace-file seed.trace\n";
  if (!options.shrink) {
    std::cout << "a smaller run that breaks it, too: " << again << " --shrink\n";
  }
}

int print_trace(const Options& options) {
  const Knobs knobs = options.batch.reduction.applied_to(draw_knobs(options.batch.seed));
  World world{options.batch.seed, knobs, Trace::Keep::Everything};
  std::cout << knobs << "\n";
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

int judge(const Options& options, const Tally& tally, const std::optional<Failure>& failure) {
  if (options.expect_violation) {
    std::cout << (failure ? "a violation, as expected, after " : "no violation, but one was expected, in ")
              << tally.calls << " calls\n";
    return failure ? 0 : 1;
  }
  if (failure) return 1;
  if (!options.floors) return 0;
  const std::vector<std::string> missed = missed_floors(tally);
  for (const std::string& line : missed) std::cerr << line << "\n";
  return missed.empty() ? 0 : 2;
}

int simulate(const Options& options) {
  if (options.mutants) {
    const auto only = options.bug.empty() ? std::vector<std::string>{} : std::vector{options.bug};
    const MutantOptions hunt{options.batch.seed, options.calls_max, options.batch.jobs, options.json};
    return check_mutants(only, hunt) ? 0 : 1;
  }
  if (!options.bug.empty()) core::plant(mutant(options.bug).bug, true);
  if (options.trace) return print_trace(options);
  if (!options.trace_file.empty()) {
    const std::uint64_t seed = options.batch.seed;
    const Knobs knobs = options.batch.reduction.applied_to(draw_knobs(seed));
    return write_trace(seed, knobs, options.trace_file) ? 0 : 1;
  }
  Tally tally;
  const auto begin = std::chrono::steady_clock::now();
  const std::optional<Failure> failure = run(options.batch, tally);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (options.json) {
    const std::string again =
        failure ? command_for(options, failure->seed, reduced(*failure, options)) : std::string{};
    print_json(std::cout, tally, took.count(), failure ? &failure->violation : nullptr, again);
  } else if (failure) {
    tell(*failure, options);
  } else if (!options.quiet && !options.expect_violation) {
    print_report(std::cout, tally, took.count());
  }
  return judge(options, tally, failure);
}

}  // namespace
}  // namespace once::simulator

int main(int argc, char** argv) {
  once::simulator::Options options;
  options.program = argv[0];
  CLI::App app{
      "Runs the protocol cores against a hostile network in virtual time and checks every promise.\n"
      "Seeds are run one after the other until enough calls are made; each draws its own faults.",
      "simulator"};
  app.add_option("--seed", options.batch.seed, "the first seed")->capture_default_str();
  app.add_option("--seeds", options.batch.seeds, "how many seeds; 0: as many as --calls needs")
      ->capture_default_str();
  app.add_option("--calls", options.batch.calls, "how many calls, when --seeds is 0")->capture_default_str();
  app.add_option("--repeat-every", options.batch.repeat_every,
                 "runs every n-th seed twice and compares the traces; 0: never")
      ->capture_default_str();
  app.add_option("--bug", options.bug, "plants a bug in the cores")
      ->check(CLI::IsMember(once::simulator::bug_names()));
  auto& reduction = options.batch.reduction;
  app.add_option("--without", reduction.without, "turns these off, as --shrink says")
      ->delimiter(',')
      ->check(CLI::IsMember(once::simulator::fault_names()));
  app.add_option("--calls-of-run", reduction.calls, "how many calls each seed makes; 0: as it draws");
  app.add_option("--clients", reduction.clients, "how many clients each seed has; 0: as it draws");
  app.add_flag("--shrink", options.shrink,
               "makes a failing run smaller: without this and that, with fewer calls and clients");
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
  app.add_option("--jobs", options.batch.jobs, "how many processes share the work")->capture_default_str();
  app.add_flag("--json", options.json, "prints a summary for programs");
  app.add_flag("--quiet", options.quiet, "prints nothing but failures");
  CLI11_PARSE(app, argc, argv);
  return once::simulator::simulate(options);
}
