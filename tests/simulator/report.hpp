// What the runs of many seeds added up to, as tables, and the floors that show that the runs reached what
// they were meant to reach.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <once/base/time.hpp>

#include "core/client_core.hpp"
#include "core/fragments/fragment_limits.hpp"
#include "core/server_core.hpp"
#include "network.hpp"
#include "oracle.hpp"

namespace once::simulator {

struct StoreTally {
  std::uint64_t power_failures = 0;  // while a store was writing
  std::uint64_t stops = 0;           // of a store, after a failed sync
  std::uint64_t repeated = 0;        // calls in lasting sessions
  std::uint64_t rollbacks = 0;       // to an older copy
};

struct Tally {
  std::uint64_t seeds = 0, calls = 0, events = 0, server_lives = 0, client_lives = 0;
  Duration virtual_time{0};
  std::uint64_t trace_hash = 0;  // of all runs together: equal wherever the same seeds are run
  OutcomeTally outcomes;
  NetworkTally network;
  core::ServerCounters server;
  core::ClientCounters client;
  core::FragmentCounters fragments;
  StoreTally store;

  void add(const core::ServerCounters& counters);
  void add(const core::ClientCounters& counters);
  void add(const core::FragmentCounters& counters);
  void add(const Tally& other);
};

/// `seconds`: how long the runs took on a real clock.
void print_report(std::ostream& out, const Tally& tally, double seconds);

/// The same in few figures, for programs. `violation`: nullptr if there was none; `again`: the command that repeats it.
void print_json(std::ostream& out, const Tally& tally, double seconds, const Violation* violation,
                const std::string& again);

/// One line for each floor that was not reached: every outcome for 1 % of the calls, every verdict 100 times
/// in 100,000 calls.
std::vector<std::string> missed_floors(const Tally& tally);

}  // namespace once::simulator
