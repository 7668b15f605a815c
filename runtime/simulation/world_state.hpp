// What a world consists of, and how it runs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <once/simulation/run.hpp>
#include <once/simulation/world.hpp>

#include "simulation/engine.hpp"
#include "simulation/fabric.hpp"
#include "simulation/life.hpp"
#include "simulation/simulated_disk.hpp"

namespace once::simulation {

/// What this seed has of each fault.
Faults draw(const Faults& most, Random& random);

class Host::State {
 public:
  State(World::State& world, std::string name, Main main, std::uint64_t seed);

  const std::string& name() const { return name_; }
  const Address& address() const { return address_; }
  unsigned lives() const { return lives_; }
  bool is_up() const { return life_ != nullptr; }
  /// The present life. Throws std::logic_error while the host is down.
  Life& life() const;
  /// True if nothing has to happen any more: its main has ended, or waits for a crash.
  bool is_settled() const { return life_ && (ended_ || life_->is_parked()); }

  void start(Host& host);
  void end(bool power);
  /// To be ended, when the event that happens now is over.
  void want_crash(bool power);
  bool wants_crash() const { return crash_wanted_; }
  bool wants_power_failure() const { return power_wanted_; }
  /// The power fails during one of the next writes; nothing comes of it if the host has no disk.
  void arm_power_failure();
  bool power_has_failed() const { return disk_ && disk_->power_has_failed(); }

  /// Made when it is first asked for.
  SimulatedDisk& disk();
  using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
  Value read(const std::string& file, const std::string& statement);

 private:
  struct Read {
    std::uint64_t writes = 0;  // that the disk had had
    Value value;
  };

  /// How long a transaction waits for the disk; and sometimes it fails.
  Duration disk_delay();

  World::State& world_;
  const std::string name_;
  const Main main_;
  const Address address_;
  Random random_;
  const HostClock clock_;
  std::shared_ptr<Life> life_;
  unsigned lives_ = 0;
  std::uint16_t next_port_ = 0;
  bool ended_ = false;
  bool crash_wanted_ = false;
  bool power_wanted_ = false;
  std::unique_ptr<SimulatedDisk> disk_;
  std::map<std::pair<std::string, std::string>, Read> reads_;
};

class World::State {
 public:
  State(const Options& options, std::uint64_t seed);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// From the beginning to the end, or to the first problem.
  void run();

  Engine& engine() { return *engine_; }
  const std::shared_ptr<Engine>& shared_engine() { return engine_; }
  const std::shared_ptr<Fabric>& fabric() { return fabric_; }
  Random& random() { return random_; }
  Random& chance() { return chance_; }

  Host& add(std::string name, Main main);
  void keep(std::shared_ptr<void> object) { kept_.push_back(std::move(object)); }
  void check(std::string name, std::function<bool()> predicate) {
    checks_.push_back({std::move(name), std::move(predicate)});
  }
  void finally(std::string name, std::function<bool()> predicate) {
    finals_.push_back({std::move(name), std::move(predicate)});
  }
  void at(Duration time, std::function<void()> action);
  void crash(Host& host);
  void crash_at_random(Host& host, const CrashPlan& plan);
  void partition(Host& from, Host& to, Duration time, Direction direction, bool by_test = true);

 private:
  struct Check {
    std::string name;
    std::function<bool()> holds;
  };

  /// During the storm, and rather early: many tests are over soon.
  Duration moment();
  void plan_storm();
  void partition_at_random();
  void heal();
  bool is_settled() const;
  /// True when the world is over.
  bool is_done();
  void step();
  void carry_out_crashes();
  void evaluate(const std::vector<Check>& checks);
  std::string who_has_not_ended() const;

  const Options options_;
  const std::shared_ptr<Engine> engine_ = std::make_shared<Engine>();
  Random chance_;  // the world's own
  Random random_;  // the test's
  const Faults faults_;
  const Duration storm_;
  const std::shared_ptr<Fabric> fabric_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<Check> checks_, finals_;
  std::vector<std::shared_ptr<void>> kept_;
  std::uint64_t planned_ = 0;  // what was planned by the test, and has not happened yet
  bool healed_ = false;
  std::optional<Duration> settled_until_;
};

}  // namespace once::simulation
