// Runs a world for one seed after the other, until one fails.
//
// What a test program is called with counts more than what is written here: --once_seed=N runs that seed alone,
// --once_seeds=N so many, --once_chart=FILE draws the run of the last one (so do ONCE_SEED, ONCE_SEEDS, ONCE_CHART in the
// environment).
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <once/simulation/faults.hpp>
#include <once/simulation/world.hpp>

namespace testing {
class UnitTest;  // GoogleTest's, if the program has it
}

namespace once::simulation {

struct Options {
  std::uint64_t seeds = 100;
  std::uint64_t first_seed = 1;
  Faults faults = mild();
  /// Faults happen for so long at most; then the world is quiet, and everybody must get to an end …
  Duration storm = std::chrono::minutes{1};
  /// … within that time.
  Duration quiet = std::chrono::minutes{10};
  /// More in one seed are a livelock.
  std::uint64_t events_max = 10'000'000;
};

/// A seed has failed: what() says which, why, when, what happened last, and how to repeat it.
class Failure : public std::runtime_error {
 public:
  Failure(std::uint64_t seed, std::string check, const std::string& text)
      : std::runtime_error(text), seed_(seed), check_(std::move(check)) {}
  std::uint64_t seed() const noexcept { return seed_; }
  /// The name of the check; or "main", "end", "events", "determinism", "expectation".
  const std::string& check() const noexcept { return check_; }

 private:
  std::uint64_t seed_;
  std::string check_;
};

/// What all seeds together have been.
struct Summary {
  std::uint64_t seeds = 0;
  std::uint64_t events = 0;
  std::uint64_t datagrams = 0;  // sent; and what became of them
  std::uint64_t lost = 0, copied = 0, damaged = 0, late = 0, cut = 0;
  std::uint64_t connections = 0, refused = 0, resets = 0, partitions = 0, pauses = 0;
  std::uint64_t crashes = 0, power_failures = 0;
  Duration time{0};        // that passed in the worlds
  std::uint64_t hash = 0;  // of everything that happened
};

namespace detail {

/// The test that runs, where GoogleTest is there: its name, and whether an expectation has failed in it.
struct CurrentTest {
  std::string name;
  std::function<bool()> has_failed = [] { return false; };
};

/// `Caller` makes this another function for each of its users: one that knows GoogleTest, and one that does not.
template <class Caller, class UnitTest = testing::UnitTest>
CurrentTest current_test() {
  if constexpr (requires { UnitTest::GetInstance(); }) {
    const auto* const test = UnitTest::GetInstance()->current_test_info();
    if (test != nullptr) {
      return {std::string{test->test_suite_name()} + "." + test->name(),
              [test] { return test->result()->Failed(); }};
    }
  }
  return {};
}

Summary run(const Options& options, const std::function<void(World&)>& set_up, const CurrentTest& test);

}  // namespace detail

/// For each seed, `set_up` makes a world, which then runs until all is done. Throws Failure for the first seed in which a
/// check is false, a main throws, not all mains come to an end, or an expectation of GoogleTest fails. Every 16th seed is
/// run twice, and must be the same both times.
template <std::invocable<World&> SetUp>
Summary run(const Options& options, SetUp set_up) {
  return detail::run(options, std::move(set_up), detail::current_test<SetUp>());
}

}  // namespace once::simulation
