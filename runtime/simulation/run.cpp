// One seed after the other, and what is said of one that fails.
#include <array>
#include <cstdio>
#include <fstream>
#include <sqlite3.h>
#include <stdexcept>
#include <utility>

#include <once/simulation/run.hpp>
#include <once/trace/chart.hpp>

#include "simulation/command_line.hpp"
#include "simulation/world_state.hpp"

namespace once::simulation {
namespace {

/// Each so many seeds, one is run a second time, and compared.
constexpr std::uint64_t kCompareEach = 16;

/// SQLite draws its random numbers from a generator that all its connections share: here it is begun with the seed.
class SqliteChance {
 public:
  explicit SqliteChance(std::uint64_t seed) { begin_with(static_cast<int>((seed & 0x7fff'ffffU) | 1U)); }
  ~SqliteChance() { begin_with(0); }
  SqliteChance(const SqliteChance&) = delete;
  SqliteChance& operator=(const SqliteChance&) = delete;

 private:
  static void begin_with(int seed) {
    sqlite3_initialize();
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, seed, static_cast<sqlite3*>(nullptr));
  }
};

std::string seconds(Duration time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6f s", std::chrono::duration<double>(time).count());
  return text.data();
}

std::string last_events(const Engine& engine) {
  std::string text = "last events:\n";
  for (const Engine::Note& note : engine.notes()) {
    text += "  " + seconds(note.at) + "  " + note.host + (note.host.empty() ? "" : "  ") + note.text + "\n";
  }
  return text;
}

class Seeds {
 public:
  Seeds(const Options& options, const std::function<void(World&)>& set_up, const detail::CurrentTest& test)
      : options_(options), set_up_(set_up), test_(test) {}

  Summary run() {
    const std::uint64_t first = line_.seed.value_or(options_.first_seed);
    const std::uint64_t count = line_.seed ? 1 : line_.seeds.value_or(options_.seeds);
    for (std::uint64_t seed = first; seed - first < count; ++seed) {
      const std::uint64_t hash = run(seed, &all_);
      if (seed % kCompareEach == 0 || line_.seed) compare(seed, hash);
    }
    return all_;
  }

 private:
  /// The hash of all that happened.
  std::uint64_t run(std::uint64_t seed, Summary* sum) {
    const SqliteChance chance{seed};
    World world{std::make_unique<World::State>(options_, seed)};
    const bool had_failed = test_.has_failed();
    if (!line_.chart.empty()) world.state().engine().keep_trace();
    set_up_(world);
    world.state().run();
    Engine& engine = world.state().engine();
    if (!had_failed && test_.has_failed()) engine.fail("expectation", "an expectation has failed");
    if (!line_.chart.empty()) draw(seed, engine);
    if (engine.problem()) fail(seed, *engine.problem(), engine);
    if (sum != nullptr) add(*sum, engine.summary);
    return engine.summary.hash;
  }

  void draw(std::uint64_t seed, const Engine& engine) const {
    std::ofstream file{line_.chart};
    const std::string end = engine.problem() ? ": " + engine.problem()->text : std::string{};
    trace::draw_chart(engine.kept_trace(), {.title = "seed " + std::to_string(seed) + end}, file);
    if (!file.flush()) throw std::runtime_error{line_.chart + ": the chart cannot be written"};
  }

  void compare(std::uint64_t seed, std::uint64_t hash) {
    if (run(seed, nullptr) == hash) return;
    throw Failure{
        seed, "determinism",
        "seed " + std::to_string(seed) +
            " was run twice, and not the same both times: does the test use the machine's time, random "
            "numbers or threads, the addresses of objects, or something that the first run has left?\n" +
            commands(seed)};
  }

  [[noreturn]] void fail(std::uint64_t seed, const Problem& problem, const Engine& engine) const {
    throw Failure{seed, problem.check,
                  "seed " + std::to_string(seed) + ", at " + seconds(engine.now()) + ": " + problem.text +
                      "\n" + last_events(engine) + commands(seed)};
  }

  std::string commands(std::uint64_t seed) const {
    const std::string filter = test_.name.empty() ? line_.gtest_filter : test_.name;
    const std::string command = line_.program + (filter.empty() ? "" : " --gtest_filter=" + filter) +
                                " --once_seed=" + std::to_string(seed);
    return "repeat it:  " + command + "\ndraw it:    " + command + " --once_chart=seed-" +
           std::to_string(seed) + ".svg";
  }

  static void add(Summary& sum, const Summary& one) {
    ++sum.seeds;
    sum.hash = (sum.hash ^ one.hash) * 0x100000001b3U;
    sum.time += one.time;
    constexpr std::array kCounts = {&Summary::events,  &Summary::datagrams,     &Summary::lost,
                                    &Summary::copied,  &Summary::damaged,       &Summary::late,
                                    &Summary::cut,     &Summary::connections,   &Summary::refused,
                                    &Summary::resets,  &Summary::partitions,    &Summary::pauses,
                                    &Summary::crashes, &Summary::power_failures};
    for (const auto count : kCounts) sum.*count += one.*count;
  }

  const Options& options_;
  const std::function<void(World&)>& set_up_;
  const detail::CurrentTest& test_;
  const CommandLine line_ = read_command_line();
  Summary all_;
};

}  // namespace

Summary detail::run(const Options& options, const std::function<void(World&)>& set_up,
                    const CurrentTest& test) {
  return Seeds{options, set_up, test}.run();
}

}  // namespace once::simulation
