// Tables and stories.
#include "report.hpp"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <unistd.h>

#include "configurations.hpp"

namespace once::model {
namespace {

constexpr int kNameWidth = 34;

std::string fixed(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t place = text.size(); place > 3;) text.insert(place -= 3, ",");
  return text;
}

void print_name(std::ostream& out, std::string_view name) {
  out << std::left << std::setw(kNameWidth) << name << std::right;
}

std::string verdict_of(const Configuration& configuration, const Result& result) {
  if (result.finding) return "VIOLATION";
  if (!result.is_complete) return "TOO LARGE";
  if (!configuration.is_lively) return "holds";
  const double share = 100.0 * static_cast<double>(result.cut_off) / static_cast<double>(result.states);
  return "holds, live (" + fixed(share, 1) + " % cut off)";
}

}  // namespace

void print_configurations(std::ostream& out) {
  for (const Configuration& configuration : configurations()) {
    print_name(out, configuration.name);
    out << (configuration.is_small ? "small  " : "       ") << configuration.what << "\n";
  }
}

void print_mutants(std::ostream& out) {
  for (const Mutant& mutant : mutants()) {
    print_name(out, mutant.name);
    out << mutant.rule << ": " << mutant.what << "\n";
  }
}

void print_run_heading(std::ostream& out) {
  print_name(out, "configuration");
  out << "      states   transitions steps seconds M trans/s   MiB\n";
}

void print_run(std::ostream& out, const Configuration& configuration, const Result& result) {
  print_name(out, configuration.name);
  const double rate = static_cast<double>(result.transitions) / 1e6 / std::max(result.seconds, 1e-6);
  out << std::setw(12) << grouped(result.states) << std::setw(14) << grouped(result.transitions)
      << std::setw(6) << result.depth << std::setw(8) << fixed(result.seconds, 1) << std::setw(10)
      << fixed(rate, 1) << std::setw(6) << (result.octets >> 20) << "  " << verdict_of(configuration, result)
      << std::endl;
}

void print_mutant_heading(std::ostream& out) {
  print_name(out, "mutant");
  out << std::left << std::setw(9) << "rule" << std::setw(24) << "configuration" << std::right
      << "steps      states\n";
}

void print_mutant(std::ostream& out, const Mutant& mutant, const Result& result) {
  print_name(out, mutant.name);
  out << std::left << std::setw(9) << mutant.rule << std::setw(24) << mutant.configuration << std::right
      << std::setw(5) << (result.finding ? std::to_string(result.finding->story.size()) : "-")
      << std::setw(12) << grouped(result.states) << "  ";
  if (result.finding) {
    out << text_of(result.finding->invariant) << (mutant.is_found ? "" : ": NOT MASKED");
  } else if (mutant.is_found) {
    out << "NOT FOUND";
  } else {
    out << (result.is_complete ? "masked" : "TOO LARGE");
  }
  out << std::endl;
}

void print_story(std::ostream& out, const Finding& finding) {
  out << "\n" << text_of(finding.invariant);
  if (finding.states != 0) out << ", from " << grouped(finding.states) << " states";
  out << "\n";
  for (std::size_t step = 0; step < finding.story.size(); ++step) {
    out << std::setw(4) << step + 1 << ". " << finding.story[step] << "\n";
  }
  out << "\n";
}

void print_rules(std::ostream& out, const Rules& rules) {
  for (std::size_t rule = 0; rule < kModelled.size(); ++rule) {
    const bool never = kModelled[rule].name == kNeverUsed;
    const std::string_view used = rules[rule] ? "" : never ? "not used, as it must be: " : "NOT USED: ";
    out << std::left << std::setw(5) << kModelled[rule].name << std::right << used << kModelled[rule].text
        << "\n";
  }
}

void show_progress(std::string_view name, const Result& so_far) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::cerr << "\r\x1b[K" << name << ": " << grouped(so_far.states) << " states, " << so_far.depth
            << " steps, " << (so_far.octets >> 20) << " MiB" << std::flush;
}

void end_progress() {
  if (isatty(STDERR_FILENO) != 0) std::cerr << "\r\x1b[K" << std::flush;
}

}  // namespace once::model
