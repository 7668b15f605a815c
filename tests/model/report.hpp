// What the model prints: tables, one line a run, and the stories of counterexamples.
#pragma once

#include <iosfwd>
#include <string_view>

#include "mutants.hpp"
#include "search.hpp"

namespace once::model {

void print_configurations(std::ostream& out);
void print_mutants(std::ostream& out);

void print_run_heading(std::ostream& out);
void print_run(std::ostream& out, const Configuration& configuration, const Result& result);
void print_mutant_heading(std::ostream& out);
void print_mutant(std::ostream& out, const Mutant& mutant, const Result& result);
/// Which invariant, and the steps that break it, each with the rules by which it went.
void print_story(std::ostream& out, const Finding& finding);
/// The modelled rules that are in `rules`, and those that are not.
void print_rules(std::ostream& out, const Rules& rules);

/// A line on a terminal that the next one overwrites.
void show_progress(std::string_view name, const Result& so_far);
void end_progress();

}  // namespace once::model
