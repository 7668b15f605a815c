// What a client measures and how it says so: the window of time that counts, the latencies in it, the line of
// JSON.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "options.hpp"

namespace peerbench {

using Clock = std::chrono::steady_clock;

/// The measured time. Set once, when all connections stand, and only read afterwards.
struct Window {
  Clock::time_point begin;  // of the measured time; the warm-up lies before
  Clock::time_point end;

  static Window from_now(const ClientOptions& options);
};

/// Counts of durations in buckets that are at most 1/128 wider than their lower bound.
class LatencyHistogram {
 public:
  void add(Clock::duration latency) { ++counts_[bucket_of(latency)]; }
  void add(const LatencyHistogram& other);
  std::uint64_t count() const;
  /// The smallest latency that `share` of all latencies do not exceed, in microseconds; 0 if there are none.
  double quantile_us(double share) const;

 private:
  // Durations below 2 * kSteps nanoseconds have a bucket each; above, every power of two has kSteps of them.
  static constexpr unsigned kStepBits = 7;
  static constexpr std::uint64_t kSteps = std::uint64_t{1} << kStepBits;
  static constexpr unsigned kOctaves = 34;  // up to 18 minutes; longer ones count as that

  static std::size_t bucket_of(Clock::duration latency) {
    const auto ns = static_cast<std::uint64_t>(std::chrono::nanoseconds{latency}.count());
    if (ns < kSteps) return ns;
    const unsigned octave = static_cast<unsigned>(std::bit_width(ns)) - kStepBits;
    if (octave >= kOctaves) return kOctaves * kSteps - 1;
    return octave * kSteps + ((ns >> (octave - 1)) - kSteps);
  }
  static double middle_ns(std::size_t bucket);

  std::array<std::uint64_t, kOctaves * kSteps> counts_{};
};

/// What one thread counted.
struct Counts {
  LatencyHistogram latencies;
  std::uint64_t calls = 0;   // that began and ended in the window
  std::uint64_t total = 0;   // with those of the warm-up
  std::uint64_t errors = 0;  // failed calls and wrong echoes, whenever they happened

  void add_call(const Window& window, Clock::time_point sent, Clock::time_point answered, bool right);
  void add(const Counts& other);
  /// A server that fails every call is not worth the rest of the time.
  bool hopeless() const { return errors > 100; }
};

/// The first echo and every 1024th are compared with what was sent.
inline bool is_checked(std::uint64_t call) {
  return call % 1024 == 0;
}

/// What became of the calls of a client whose datagrams travel twice now and then.
struct Duplicates {
  std::uint64_t executions = 0;  // of the operation, by the server
  std::uint64_t datagrams = 0;   // second copies
};

/// The one line to standard output.
void print_report(const ClientOptions& options, std::string_view peer, std::size_t payload_octets,
                  const Counts& counts, const std::optional<Duplicates>& duplicates = {});
void print_idle_report(std::string_view peer, unsigned connections, std::uint64_t errors);

}  // namespace peerbench
