// model: searches all states of the protocol at a given size, and prints what came of it. Exit status: 0 all is as it
// must be, 1 an invariant broke, a mutant was not found, or a search was too large, 2 wrong usage.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "configurations.hpp"
#include "mutants.hpp"
#include "report.hpp"
#include "search.hpp"

namespace once::model {
namespace {

struct Options {
  std::vector<std::string> runs;
  std::vector<std::string> mutant_runs;
  bool list = false;
  bool all_small = false;
  bool all = false;
  bool mutants = false;
  bool rules = false;
  bool no_pruning = false;
  std::size_t memory_mib = 4096;
};

class Program {
 public:
  explicit Program(const Options& options) : options_(options) {}

  int run() {
    if (options_.list) return list();
    run_configurations();
    run_mutants();
    if (options_.rules) print_rules(std::cout, rules_);
    return status_;
  }

 private:
  static int list() {
    print_configurations(std::cout);
    std::cout << "\n";
    print_mutants(std::cout);
    return 0;
  }

  void run_configurations() {
    bool is_first = true;
    for (const Configuration& configuration : configurations()) {
      const bool is_named =
          std::find(options_.runs.begin(), options_.runs.end(), configuration.name) != options_.runs.end();
      if (!is_named && !options_.all && !(options_.all_small && configuration.is_small)) continue;
      if (is_first) print_run_heading(std::cout);
      is_first = false;
      World world;
      world.configuration = configuration;
      world.prunes = !options_.no_pruning && !configuration.is_whole;
      const Result result = searched(configuration.name, world, SearchOptions{});
      print_run(std::cout, configuration, result);
      if (result.finding) print_story(std::cout, *result.finding);
      if (!result.is_complete || result.finding) status_ = 1;
      rules_ |= result.rules;
    }
    if (options_.all || options_.all_small) judge_rules();
  }

  /// A rule by which no step goes is a rule of which the searches say nothing.
  void judge_rules() {
    for (std::size_t rule = 0; rule < kModelled.size(); ++rule) {
      if (rules_[rule] == (kModelled[rule].name != kNeverUsed)) continue;
      std::cerr << "rule " << kModelled[rule].name << " was " << (rules_[rule] ? "used" : "never used")
                << "\n";
      status_ = 1;
    }
  }

  void run_mutants() {
    bool is_first = true;
    for (const Mutant& mutant : once::model::mutants()) {
      const auto& named = options_.mutant_runs;
      const bool is_named = std::find(named.begin(), named.end(), mutant.name) != named.end();
      if (!is_named && !options_.mutants) continue;
      if (is_first) print_mutant_heading(std::cout);
      is_first = false;
      SearchOptions search_options;
      search_options.looked_for = Invariants{}.set(static_cast<std::size_t>(mutant.invariant));
      const Result result = searched(mutant.name, world_of(mutant), std::move(search_options));
      print_mutant(std::cout, mutant, result);
      if (result.finding && is_named) print_story(std::cout, *result.finding);
      if (result.finding.has_value() != mutant.is_found || (!result.finding && !result.is_complete))
        status_ = 1;
    }
  }

  Result searched(std::string_view name, const World& world, SearchOptions search_options) const {
    search_options.octets_max = options_.memory_mib << 20;
    search_options.progress = [name](const Result& so_far) { show_progress(name, so_far); };
    Result result = search(world, search_options);
    end_progress();
    return result;
  }

  const Options& options_;
  Rules rules_;
  int status_ = 0;
};

std::vector<std::string> names_of_configurations() {
  std::vector<std::string> names;
  for (const Configuration& configuration : configurations()) names.emplace_back(configuration.name);
  return names;
}

std::vector<std::string> names_of_mutants() {
  std::vector<std::string> names;
  for (const Mutant& mutant : mutants()) names.emplace_back(mutant.name);
  return names;
}

}  // namespace
}  // namespace once::model

int main(int argc, char** argv) {
  once::model::Options options;
  CLI::App app{
      "Searches all states of the session protocol at small sizes, and checks that no step breaks a "
      "promise.\n"
      "Mutants are rules that are broken on purpose; each must be found.",
      "model"};
  app.add_flag("--list", options.list, "lists configurations and mutants");
  app.add_option("--run", options.runs, "searches these configurations")
      ->check(CLI::IsMember(once::model::names_of_configurations()));
  app.add_flag("--all-small", options.all_small, "searches all small configurations");
  app.add_flag("--all", options.all, "searches all configurations");
  app.add_flag("--mutants", options.mutants, "searches with each mutant");
  app.add_option("--mutant", options.mutant_runs, "searches with these mutants, and tells their stories")
      ->check(CLI::IsMember(once::model::names_of_mutants()));
  app.add_flag("--rules", options.rules, "prints which of the protocol's rules the configurations have used");
  app.add_flag("--no-pruning", options.no_pruning, "keeps messages that cannot matter any more");
  app.add_option("--memory", options.memory_mib, "MiB that a search may take")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (argc == 1) {
    std::cerr << app.help();
    return 2;
  }
  return once::model::Program{options}.run();
}
