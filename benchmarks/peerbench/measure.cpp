// The arithmetic of the histogram, and the report.
#include "measure.hpp"

#include <cmath>
#include <iostream>
#include <numeric>

#include <nlohmann/json.hpp>

namespace peerbench {

namespace {

double rounded(double value) {
  return std::round(value * 100) / 100;
}

}  // namespace

Window Window::from_now(const ClientOptions& options) {
  const auto seconds = [](double value) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(value));
  };
  const Clock::time_point begin = Clock::now() + seconds(options.warmup);
  return {begin, begin + seconds(options.duration)};
}

void LatencyHistogram::add(const LatencyHistogram& other) {
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) counts_[bucket] += other.counts_[bucket];
}

std::uint64_t LatencyHistogram::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

double LatencyHistogram::quantile_us(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count())));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (counts_[bucket] != 0 && seen >= wanted) return middle_ns(bucket) / 1'000;
  }
  return 0;
}

double LatencyHistogram::middle_ns(std::size_t bucket) {
  const std::size_t octave = bucket / kSteps;
  if (octave == 0) return static_cast<double>(bucket);
  const auto width = static_cast<double>(std::uint64_t{1} << (octave - 1));
  return (static_cast<double>(kSteps + bucket % kSteps) + 0.5) * width;
}

void Counts::add_call(const Window& window, Clock::time_point sent, Clock::time_point answered, bool right) {
  ++total;
  if (!right) {
    ++errors;
  } else if (sent >= window.begin && answered <= window.end) {
    ++calls;
    latencies.add(answered - sent);
  }
}

void Counts::add(const Counts& other) {
  latencies.add(other.latencies);
  calls += other.calls;
  total += other.total;
  errors += other.errors;
}

void print_report(const ClientOptions& options, std::string_view peer, std::size_t payload_octets,
                  const Counts& counts, const std::optional<Duplicates>& duplicates) {
  const double rate = static_cast<double>(counts.calls) / options.duration;
  nlohmann::ordered_json line;
  line["peer"] = peer;
  line["op"] = to_string(options.operation);
  line["size"] = options.size;
  line["mode"] = to_string(options.mode);
  line["inflight"] = options.inflight;
  line["connections"] = options.connections;
  line["calls"] = counts.calls;
  line["seconds"] = options.duration;
  line["calls_per_s"] = rounded(rate);
  line["p50_us"] = rounded(counts.latencies.quantile_us(0.5));
  line["p99_us"] = rounded(counts.latencies.quantile_us(0.99));
  line["p999_us"] = rounded(counts.latencies.quantile_us(0.999));
  line["mb_per_s"] = rounded(rate * static_cast<double>(payload_octets) / 1e6);
  line["errors"] = counts.errors;
  line["calls_total"] = counts.total;
  if (duplicates) {
    line["executions"] = duplicates->executions;
    line["duplicated_datagrams"] = duplicates->datagrams;
  }
  std::cout << line << std::endl;
}

void print_idle_report(std::string_view peer, unsigned connections, std::uint64_t errors) {
  nlohmann::ordered_json line;
  line["peer"] = peer;
  line["mode"] = "idle";
  line["connections"] = connections;
  line["errors"] = errors;
  std::cout << line << std::endl;
}

}  // namespace peerbench
