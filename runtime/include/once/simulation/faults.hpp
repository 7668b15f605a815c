// What goes wrong in a simulated world, and how much of it at most. Each seed draws its own measure of each fault, and
// leaves a third of them out: bugs are found by many of one fault as often as by some of all.
#pragma once

#include <chrono>

#include <once/base/time.hpp>

namespace once::simulation {

struct Faults {
  // Datagrams: the probability for each of them.
  double loss = 0;
  double copies = 0;
  double reordering = 0;  // it is late, by up to late_max
  double damage = 0;      // bits are turned over, or the end is missing
  Duration late_max = std::chrono::seconds{1};
  bool narrow_paths = false;  // large ones are refused, or disappear

  // Everything that travels: how long. Each pair of hosts has a distance of its own.
  Duration delay_min = std::chrono::microseconds{100};
  Duration delay_max = std::chrono::milliseconds{1};

  // Connections.
  double cuts = 0;          // for each piece that is sent: reset at any octet
  double refusals = 0;      // for each attempt to connect
  double small_pieces = 0;  // for each read and write: it moves few octets, often one

  // How often in a seed, at most, and for how long.
  unsigned partitions = 0;  // between two hosts, one way or both
  Duration partition_max = std::chrono::seconds{5};
  unsigned pauses = 0;  // of a host, which stands still
  Duration pause_max = std::chrono::seconds{2};

  // Hosts.
  double clock_error = 0;  // 0.05: clocks run up to 5 % too fast or too slow
  double power_failures =
      0;  // of the crashes, so many lose what was not synced, perhaps in the middle of a write
  Duration down_max = std::chrono::seconds{2};  // from a crash to the next start

  // Disks.
  Duration disk_max = std::chrono::microseconds{100};  // until a transaction begins
  /// For each transaction: its sync fails, and with it the store, for good. Not in any preset: the service must end then
  /// (StoreOptions::on_stopped, Host::crash()), and many have somebody else to see to that.
  double failed_syncs = 0;
};

/// Nothing goes wrong.
constexpr Faults none() {
  return {};
}

/// A bad day in a good network.
constexpr Faults mild() {
  Faults faults;
  faults.loss = faults.copies = faults.reordering = 0.02;
  faults.late_max = std::chrono::milliseconds{100};
  faults.delay_max = std::chrono::milliseconds{10};
  faults.cuts = 0.002;
  faults.small_pieces = 0.1;
  faults.clock_error = 0.001;
  faults.power_failures = 0.5;
  faults.disk_max = std::chrono::milliseconds{2};
  return faults;
}

/// Everything, more of it than any network will ever show.
constexpr Faults harsh() {
  Faults faults;
  faults.loss = faults.copies = 0.3;
  faults.reordering = 0.5;
  faults.damage = 0.02;
  faults.narrow_paths = true;
  faults.delay_max = std::chrono::milliseconds{50};
  faults.cuts = 0.05;
  faults.refusals = 0.3;
  faults.small_pieces = 0.5;
  faults.partitions = faults.pauses = 4;
  faults.clock_error = 0.05;
  faults.power_failures = 0.7;
  faults.disk_max = std::chrono::milliseconds{20};
  return faults;
}

}  // namespace once::simulation
