// Traces of seeds: they tell the story of a violation, and change nothing in a run.
#include "call_trace.hpp"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include <once/trace/explain.hpp>
#include <once/trace/text.hpp>

#include "core/planted_bugs.hpp"
#include "world.hpp"

namespace once::simulator {
namespace {

TEST(CallTrace, ChangesNothingInARun) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    std::ostringstream out;
    CallTrace trace{out};
    World told{seed, Trace::Keep::Nothing}, untold{seed, Trace::Keep::Nothing};
    told.tell(trace);
    told.run();
    untold.run();
    EXPECT_EQ(told.trace().hash(), untold.trace().hash()) << "seed " << seed;
    EXPECT_GT(out.str().size(), 10'000U);
  }
}

/// What led to the first violation that the planted bug makes an ordinary or a rogue client suffer.
TEST(CallTrace, TellsHowAPromiseWasBroken) {
  core::plant(core::Bug::FilterOff, true);
  for (std::uint64_t seed = 1; seed < 100; ++seed) {
    std::stringstream lines;
    CallTrace trace{lines};
    World world{seed, Trace::Keep::Nothing};
    world.tell(trace);
    std::string call, text;
    try {
      world.run();
    } catch (const Violation& violation) {
      trace.broken(world.now(), violation);
      text = violation.text;
      if (violation.invariant.starts_with("S1")) call = trace.name_of(violation.call);
    }
    if (call.empty()) continue;
    core::plant(core::Bug::FilterOff, false);
    trace::Reading reading;
    trace::read(lines, reading);
    EXPECT_EQ(reading.damaged, 0U);
    ASSERT_EQ(trace::calls_named(reading.events, call).size(), 1U) << call;
    std::ostringstream told;
    trace::explain(reading.events, call, told);
    for (const std::string& part :
         {std::string{"calls call-"}, std::string{"receives REQUEST, attempt 1: New (V8)"},
          std::string{"the servant begins."}, "note: S1 at most once: " + text}) {
      EXPECT_NE(told.str().find(part), std::string::npos) << part << " is not in\n" << told.str();
    }
    return;
  }
  core::plant(core::Bug::FilterOff, false);
  FAIL() << "no seed breaks S1";
}

}  // namespace
}  // namespace once::simulator
