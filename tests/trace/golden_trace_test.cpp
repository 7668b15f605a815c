// Texts and charts of fixed traces, compared with files. ONCE_REGENERATE_GOLDEN=1 writes those instead.
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include <gtest/gtest.h>

#include <once/trace/chart.hpp>
#include <once/trace/explain.hpp>
#include <once/trace/text.hpp>

namespace once::trace {
namespace {

const std::string kData = ONCE_TRACE_DATA;
const std::string kCharts = ONCE_CHARTS;

std::vector<TraceEvent> read_file(const std::string& path) {
  std::ifstream in{path};
  EXPECT_TRUE(in) << path;
  Reading reading;
  read(in, reading);
  EXPECT_EQ(reading.damaged, 0U) << path;
  sort_by_time(reading.events);
  return reading.events;
}

void compare(const std::string& path, const std::string& made) {
  if (std::getenv("ONCE_REGENERATE_GOLDEN") != nullptr) {
    std::ofstream{path} << made;
    return;
  }
  std::ifstream in{path};
  std::ostringstream expected;
  expected << in.rdbuf();
  EXPECT_EQ(made, expected.str()) << path;
}

std::string explained(const std::vector<TraceEvent>& events, const std::string& id) {
  const std::vector<std::string> calls = calls_named(events, id);
  EXPECT_EQ(calls.size(), 1U) << id;
  std::ostringstream out;
  explain(events, calls.at(0), out);
  return out.str();
}

std::string chart_of(const std::vector<TraceEvent>& events, const ChartOptions& options) {
  std::ostringstream out;
  draw_chart(events, options, out);
  return out.str();
}

TEST(GoldenTrace, ListsTheWorstFirst) {
  std::ostringstream out;
  list_calls(read_file(kData + "/calls.trace"), out);
  compare(kData + "/list.txt", out.str());
}

TEST(GoldenTrace, TellsEachStory) {
  const std::vector<TraceEvent> events = read_file(kData + "/calls.trace");
  for (const auto& [id, file] : {std::pair{"b9ae:1", "unknown"},
                                 {"1a2b:1", "replayed"},
                                 {"teller#3", "not_sent"},
                                 {"1a2b:f1", "refused"},
                                 {"77aa:9", "ran_twice"}}) {
    compare(kData + "/" + file + ".txt", explained(events, id));
  }
}

TEST(GoldenTrace, DrawsCharts) {
  const std::vector<TraceEvent> events = read_file(kData + "/calls.trace");
  compare(kData + "/everything.svg", chart_of(events, {}));
  compare(kData + "/unknown.svg", chart_of(events, {.call = "b9ae122b7305ce00:1"}));
}

/// The chart of docs/tracing.md, by the command that stands there.
TEST(GoldenTrace, DrawsTheChartOfAFoundBug) {
  const std::vector<TraceEvent> events = read_file(kCharts + "/stale-as-new.trace");
  compare(kCharts + "/stale-as-new.svg",
          chart_of(events,
                   {.title = "A late copy of a finished request runs again", .call = "01f3b32c21998c00:3"}));
}

TEST(GoldenTrace, ChartsHoldNothingThatIsNoText) {
  const std::string chart = chart_of(read_file(kData + "/calls.trace"), {.title = "<a href='x'>\x1b\n"});
  EXPECT_EQ(chart.find("<script"), std::string::npos);
  EXPECT_EQ(chart.find("<a "), std::string::npos);
  for (const char letter : chart) EXPECT_TRUE(letter == '\n' || (letter >= ' ' && letter <= '~'));
}

TEST(GoldenTrace, ALongChartSaysWhatItLeavesOut) {
  const std::vector<TraceEvent> events = read_file(kData + "/calls.trace");
  const std::string chart = chart_of(events, {.events_max = 5});
  EXPECT_NE(chart.find(std::to_string(events.size() - 5) + " earlier events are left out"),
            std::string::npos);
}

TEST(GoldenTrace, FindsCallsByAFewDigits) {
  const std::vector<TraceEvent> events = read_file(kData + "/calls.trace");
  using Names = std::vector<std::string>;
  EXPECT_EQ(calls_named(events, "1:1"), Names{"1a2b000000000001:1"});
  EXPECT_EQ(calls_named(events, ":1").size(), 2U);
  EXPECT_EQ(calls_named(events, "1a2b000000000001:1"), Names{"1a2b000000000001:1"});
  EXPECT_EQ(calls_named(events, "1a2b:2"), Names{});
  EXPECT_EQ(calls_named(events, "1a2b"), Names{});
  EXPECT_EQ(calls_named({}, "1a2b:1"), Names{});
}

}  // namespace
}  // namespace once::trace
