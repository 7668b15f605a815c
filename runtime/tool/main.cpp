// once: answers what happened, from the traces that clients, servers and simulations have written.
// Exit status: 0 done, 1 no such call or nothing to read, 2 wrong usage or a file that cannot be read or written.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <once/trace/chart.hpp>
#include <once/trace/explain.hpp>
#include <once/trace/text.hpp>

namespace once::tool {
namespace {

constexpr int kDone = 0, kNothing = 1, kTrouble = 2;

struct Options {
  std::vector<std::string> words;  // files, and perhaps a call's id behind them
  std::string output;
  std::string title;
  std::size_t events_max = 400;
};

struct Input {
  std::vector<TraceEvent> events;
  std::string id;  // what was asked for, as it was asked
};

/// The last word is an id if there is no such file, and it looks like one.
bool is_id(const std::string& word) {
  return word.find_first_of(":#") != std::string::npos && !std::ifstream{word};
}

std::optional<Input> read_all(Options options) {
  Input input;
  if (is_id(options.words.back())) {
    input.id = options.words.back();
    options.words.pop_back();
  }
  if (options.words.empty()) {
    std::cerr << "once: no trace is named, only a call\n";
    return std::nullopt;
  }
  for (const std::string& path : options.words) {
    std::ifstream file{path};
    if (!file) {
      std::cerr << "once: cannot read '" << trace::printable(path) << "'; a call is named SESSION:NUMBER\n";
      return std::nullopt;
    }
    trace::Reading reading;
    trace::read(file, reading);
    if (reading.damaged > 0) {
      std::cerr << trace::printable(path) << ":" << reading.first_damaged << ": "
                << (reading.damaged == 1 ? "this line is no event, and is left out\n"
                                         : "this line and " + std::to_string(reading.damaged - 1) +
                                               " more are no events, and are left out\n");
    }
    for (const std::string& remark : reading.remarks) std::cerr << "once: " << remark << "\n";
    std::move(reading.events.begin(), reading.events.end(), std::back_inserter(input.events));
  }
  trace::sort_by_time(input.events);
  return input;
}

/// The one call that is meant; nothing, and a word about it, if there is none or several.
std::optional<std::string> the_call(const Input& input) {
  const std::vector<std::string> calls = trace::calls_named(input.events, input.id);
  if (calls.size() == 1) return calls.front();
  if (calls.empty()) {
    std::cerr << "once: no call " << trace::printable(input.id) << " in these traces\n";
  } else {
    std::cerr << "once: " << trace::printable(input.id) << " may be:\n";
    for (const std::string& call : calls) std::cerr << "  " << trace::printable(call) << "\n";
  }
  return std::nullopt;
}

int run_explain(const Options& options) {
  const auto input = read_all(options);
  if (!input) return kTrouble;
  if (input->id.empty()) {
    trace::list_calls(input->events, std::cout);
    return input->events.empty() ? kNothing : kDone;
  }
  const auto call = the_call(*input);
  if (!call) return kNothing;
  trace::explain(input->events, *call, std::cout);
  return kDone;
}

int run_chart(const Options& options) {
  const auto input = read_all(options);
  if (!input) return kTrouble;
  trace::ChartOptions chart;
  chart.title = options.title;
  chart.events_max = options.events_max;
  if (!input->id.empty()) {
    const auto call = the_call(*input);
    if (!call) return kNothing;
    chart.call = *call;
  }
  std::ofstream out{options.output};
  trace::draw_chart(input->events, chart, out);
  out.flush();
  if (out) return kDone;
  std::cerr << "once: cannot write '" << trace::printable(options.output) << "'\n";
  return kTrouble;
}

void add_words(CLI::App& command, Options& options) {
  command
      .add_option("trace", options.words,
                  "the traces of clients, servers or a simulation, put together; then, perhaps, a call")
      ->type_name("TRACE... [CALL]")
      ->required();
}

}  // namespace
}  // namespace once::tool

int main(int argc, char** argv) {
  once::tool::Options options;
  CLI::App app{
      "Answers what happened to calls, from traces.\n"
      "A program writes one if its ClientOptions or ServerOptions have\n"
      "    .tracer = once::trace_to(\"client.trace\")\n"
      "CALL is a requestId, SESSION:NUMBER, of which the first digits of the session will do:\n"
      "    once explain client.trace server.trace            lists the calls, the worst first\n"
      "    once explain client.trace server.trace 5f0c:3     tells one call's story\n"
      "    once chart client.trace server.trace 5f0c:3 -o run.svg\n"
      "docs/tracing.md says more.",
      "once"};
  app.require_subcommand(1);
  CLI::App& explain =
      *app.add_subcommand("explain", "Tells in sentences what happened to a call, or lists the calls");
  once::tool::add_words(explain, options);
  CLI::App& chart =
      *app.add_subcommand("chart", "Draws a message sequence chart (SVG) of a call, or of everything");
  once::tool::add_words(chart, options);
  chart.add_option("-o,--output", options.output, "the file to write")->required()->type_name("FILE");
  chart.add_option("--title", options.title, "stands above the chart");
  chart
      .add_option("--events-max", options.events_max, "what comes before the last so many events is left out")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : once::tool::kTrouble;
  }
  return chart.parsed() ? once::tool::run_chart(options) : once::tool::run_explain(options);
}
