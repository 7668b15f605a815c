#include <algorithm>
#include <stdexcept>
#include <utility>

#include "simulation/world_state.hpp"

namespace once::simulation {
namespace {

using namespace std::chrono_literals;

/// What was under way when the last main ended has arrived after this time, and may break something yet.
constexpr Duration kSettling = 5s;
/// The shortest storm: many tests are over in less than a second.
constexpr Duration kStormMin = 200ms;
/// A power failure that was to happen during a write happens at the latest then.
constexpr Duration kPowerFailsWithin = 20ms;

}  // namespace

// --- What users see

World::World(std::unique_ptr<State> state) : state_(std::move(state)) {}
World::~World() = default;

Host& World::host(std::string name, Main main) {
  return state_->add(std::move(name), std::move(main));
}
void World::check(std::string name, std::function<bool()> predicate) {
  state_->check(std::move(name), std::move(predicate));
}
void World::finally(std::string name, std::function<bool()> predicate) {
  state_->finally(std::move(name), std::move(predicate));
}
Duration World::now() const {
  return state_->engine().now();
}
Random& World::random() {
  return state_->random();
}
void World::at(Duration time, std::function<void()> action) {
  state_->at(time, std::move(action));
}
void World::note(std::string text) {
  state_->engine().note("world", TraceStep::Note, std::move(text));
}
void World::crash(Host& host) {
  state_->crash(host);
}
void World::crash_at_random(Host& host, CrashPlan plan) {
  state_->crash_at_random(host, plan);
}
void World::partition(Host& from, Host& to, Duration time, Direction direction) {
  state_->partition(from, to, time, direction);
}
void World::keep(std::shared_ptr<void> object) {
  state_->keep(std::move(object));
}

// --- Setting up

World::State::State(const Options& options, std::uint64_t seed)
    : options_(options),
      chance_(seed),
      random_(chance_.next()),
      faults_(draw(options.faults, chance_)),
      storm_(chance_.log_between(std::min(kStormMin, options.storm), options.storm)),
      fabric_(std::make_shared<Fabric>(engine_, faults_, chance_.next())) {}

/// Hosts end before what the test has made, and before the network.
World::State::~State() {
  for (const auto& host : hosts_) {
    if (host->is_up()) host->state().end(false);
  }
  engine_->clear();
  while (!kept_.empty()) kept_.pop_back();
}

Host& World::State::add(std::string name, Main main) {
  if (fabric_->find(name)) throw std::invalid_argument{"once::simulation: there are two hosts " + name};
  auto state = std::make_unique<Host::State>(*this, std::move(name), std::move(main), chance_.next());
  hosts_.push_back(std::unique_ptr<Host>{new Host{std::move(state)}});
  Host& host = *hosts_.back();
  engine_->plan(engine_->now(), Task{[&host] { host.state().start(host); }});
  return host;
}

void World::State::at(Duration time, std::function<void()> action) {
  ++planned_;
  engine_->plan(time, Task{[this, action = std::move(action)] {
                  --planned_;
                  action();
                }});
}

void World::State::crash(Host& host) {
  Host::State& state = host.state();
  const bool power = chance_.chance(fabric_->faults().power_failures);
  if (!power || chance_.chance(0.3)) {
    state.want_crash(power);
    return;
  }
  state.arm_power_failure();
  ++planned_;
  engine_->plan(engine_->now() + chance_.between(Duration{0}, kPowerFailsWithin),
                Task{[this, &state, life = state.lives()] {
                  --planned_;
                  if (state.lives() == life) state.want_crash(true);
                }});
}

void World::State::crash_at_random(Host& host, const CrashPlan& plan) {
  const Duration within = plan.within > Duration{0} ? plan.within : storm_;
  for (unsigned i = 0; i < plan.times; ++i) {
    at(chance_.log_between(std::min<Duration>(1ms, within), within), [this, &host] { crash(host); });
  }
}

void World::State::partition(Host& from, Host& to, Duration time, Direction direction, bool by_test) {
  ++engine_->summary.partitions;
  const bool both = direction == Direction::Both;
  engine_->note(from.name(), std::string{both ? "is parted from " : "does not reach "} + to.name() + " for " +
                                 std::to_string(std::chrono::duration<double>(time).count()) + " s");
  const Duration until = engine_->now() + time;
  fabric_->part(from.state().address(), to.state().address(), until, by_test);
  if (both) fabric_->part(to.state().address(), from.state().address(), until, by_test);
}

// --- Running

Duration World::State::moment() {
  return chance_.log_between(std::min<Duration>(1ms, storm_), storm_);
}

void World::State::plan_storm() {
  for (unsigned i = 0; i < faults_.partitions && hosts_.size() > 1; ++i) {
    engine_->plan(moment(), Task{[this] { partition_at_random(); }});
  }
  for (unsigned i = 0; i < faults_.pauses && !hosts_.empty(); ++i) {
    engine_->plan(
        moment(), Task{[this] {
          if (healed_) return;
          Host& host = *hosts_[chance_.between<std::size_t>(0, hosts_.size() - 1)];
          if (!host.is_up()) return;
          ++engine_->summary.pauses;
          engine_->note(host.name(), "stands still");
          host.state().life().stand_still(engine_->now() + chance_.log_between(1ms, faults_.pause_max));
        }});
  }
  engine_->plan(storm_, Task{[this] { heal(); }});
}

void World::State::partition_at_random() {
  if (healed_) return;
  const std::size_t from = chance_.between<std::size_t>(0, hosts_.size() - 1);
  const std::size_t to = (from + chance_.between<std::size_t>(1, hosts_.size() - 1)) % hosts_.size();
  partition(*hosts_[from], *hosts_[to], chance_.log_between(1ms, faults_.partition_max),
            chance_.chance(0.5) ? Direction::Both : Direction::OneWay, false);
}

void World::State::heal() {
  if (std::exchange(healed_, true)) return;
  engine_->note("", "faults are over");
  fabric_->heal();
}

bool World::State::is_settled() const {
  return planned_ == 0 && std::all_of(hosts_.begin(), hosts_.end(),
                                      [](const auto& host) { return host->state().is_settled(); });
}

/// The world is over when all has been settled for a while, in which faults have been over.
bool World::State::is_done() {
  if (!is_settled()) {
    settled_until_.reset();
    return false;
  }
  if (!settled_until_) {
    heal();
    settled_until_ = engine_->now() + kSettling;
  }
  const auto next = engine_->next();
  return !next || *next > *settled_until_;
}

void World::State::run() {
  plan_storm();
  while (!engine_->problem() && !is_done()) {
    const auto next = engine_->next();
    if (!next || *next > options_.storm + options_.quiet) {
      engine_->fail("end", who_has_not_ended());
    } else if (engine_->summary.events >= options_.events_max) {
      engine_->fail("events", std::to_string(options_.events_max) +
                                  " events have not been enough: somebody runs in circles");
    } else {
      step();
    }
  }
  if (!engine_->problem()) evaluate(finals_);
  engine_->summary.time = engine_->now();
}

void World::State::step() {
  try {
    if (!engine_->step()) return;
    carry_out_crashes();
  } catch (const std::exception& exception) {
    engine_->fail("main", std::string{"an exception has come out of a handler: "} + exception.what());
  }
  evaluate(checks_);
}

void World::State::carry_out_crashes() {
  for (const auto& one : hosts_) {
    Host& host = *one;
    Host::State& state = host.state();
    const bool power = state.power_has_failed() || state.wants_power_failure();
    if (!state.is_up() || (!power && !state.wants_crash())) continue;
    ++engine_->summary.crashes;
    if (power) ++engine_->summary.power_failures;
    engine_->mix(power ? 2 : 1);
    state.end(power);
    engine_->plan(
        engine_->now() + chance_.log_between(std::min<Duration>(1ms, faults_.down_max), faults_.down_max),
        Task{[&host] { host.state().start(host); }});
  }
}

void World::State::evaluate(const std::vector<Check>& checks) {
  for (const Check& check : checks) {
    if (engine_->problem()) return;
    try {
      if (!check.holds()) engine_->fail(check.name, "the check \"" + check.name + "\" is false");
    } catch (const std::exception& exception) {
      engine_->fail(check.name, "the check \"" + check.name + "\" has thrown: " + exception.what());
    }
  }
}

std::string World::State::who_has_not_ended() const {
  std::string who;
  for (const auto& host : hosts_) {
    if (host->state().is_settled()) continue;
    who += (who.empty() ? "" : ", ") + host->name();
  }
  if (who.empty()) return "what the test has planned lies behind the end";
  return "main has not ended, though faults have been over for long: " + who +
         (engine_->empty() ? " (and nothing can happen any more: does something wait on a timer of Asio's, "
                             "or for another thread?)"
                           : "");
}

}  // namespace once::simulation
