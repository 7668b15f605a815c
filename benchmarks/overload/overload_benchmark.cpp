// What a server does that is asked for more than it can do: how much of it gets done, how long that takes, what a
// refusal costs, whether one client can take what is others', and how soon it is over.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <numeric>

#include <CLI/CLI.hpp>

#include "load.hpp"

namespace overload {
namespace {

using namespace std::chrono_literals;

struct Options {
  std::vector<std::string> transports = {"udp", "tcp"};
  unsigned rounds = 3;
  double seconds = 2;
  std::size_t clients = 8;
  unsigned work_us = 200;
  unsigned target_us = 5'000;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

/// One row of the table: medians over the rounds.
class Measurement {
 public:
  Measurement(const Options& options, std::string transport, bool on_executor)
      : options_(options), transport_(std::move(transport)), on_executor_(on_executor) {}

  void round() {
    const auto server = make_server();
    const auto time = std::chrono::duration_cast<Clock::duration>(Seconds{options_.seconds});
    once::Limits once_only;  // what is refused is not made again: latencies are those of one call
    once_only.retry_reserve = 0;
    Clients clients{*server, options_.clients, once_only};
    const double idle_p99 = clients.closed(1, time).latencies.quantile_us(0.99);
    const Tally peak = clients.closed(options_.clients, time);
    add("idle p99, us", idle_p99);
    add("peak, calls/s", peak.goodput());
    for (const unsigned factor : {3u, 10u}) {
      const Tally load = clients.open(factor * peak.goodput(), time);
      const std::string name = std::to_string(factor) + " x: ";
      add(name + "goodput / peak", load.goodput() / peak.goodput());
      add(name + "the same a second of the server's processor", per_second(load) / per_second(peak));
      add(name + "p99 of executed / idle p99", load.latencies.quantile_us(0.99) / idle_p99);
      add(name + "p50 of executed, us", load.latencies.quantile_us(0.5));
      add(name + "p99 of executed, us", load.latencies.quantile_us(0.99));
      add(name + "p50 of refusals, us", load.refusals.quantile_us(0.5));
      add(name + "refused, % of calls", percent(load.refused, load.made));
      add(name + "neither, % of calls",
          100 - percent(std::min(load.made, load.executed + load.refused), load.made));
      add(name + "a refusal / a call", cost_of_refusal(load, peak));
    }
    recovery(*server, peak.goodput());
  }

  /// 99 clients that call one at a time, and one that asks for three times what the server can do.
  void fairness() {
    const auto server = make_server();
    const auto time = std::chrono::duration_cast<Clock::duration>(Seconds{2 * options_.seconds});
    Clients clients{*server, 100};
    const double peak = clients.closed(100, time).goodput();
    const Tally load = clients.open(3 * peak, time, 99);
    const auto greedy = static_cast<double>(load.by_client.back());
    const auto least =
        static_cast<double>(*std::min_element(load.by_client.begin(), load.by_client.end() - 1));
    const double share = static_cast<double>(load.executed) / 100;
    add("one greedy of 100: the others' mean / fair share",
        (static_cast<double>(load.executed) - greedy) / 99 / share);
    add("one greedy of 100: the least of them / fair share", least / share);
    add("one greedy of 100: the greedy one / fair share", greedy / share);
  }

  void print() const {
    std::printf("\n%s, servants of %u us %s, %zu clients; medians of %u rounds\n", transport_.c_str(),
                options_.work_us, on_executor_ ? "on an executor" : "on the loop", options_.clients,
                options_.rounds);
    for (const auto& [name, values] : rows_) std::printf("  %-55s %10.2f\n", name.c_str(), median(values));
    std::fflush(stdout);
  }

 private:
  std::unique_ptr<LoadedServer> make_server() const {
    return std::make_unique<LoadedServer>(transport_, std::chrono::microseconds{options_.work_us},
                                          std::chrono::microseconds{options_.target_us}, on_executor_);
  }
  static double per_second(const Tally& tally) {
    return static_cast<double>(tally.executed) / tally.processor.count();
  }
  static double percent(std::uint64_t part, std::uint64_t whole) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  }
  /// In processor time of the server: what the load has taken beyond its executed calls, for each that was not.
  static double cost_of_refusal(const Tally& load, const Tally& peak) {
    const double call = peak.processor.count() / static_cast<double>(peak.executed);
    const double rest = load.processor.count() - call * static_cast<double>(load.executed);
    return rest / static_cast<double>(std::max<std::uint64_t>(1, load.refused)) / call;
  }
  /// 5 x, then 0.8 x: after how many windows of a quarter of a second the p99 is less than twice the usual one.
  void recovery(const LoadedServer& server, double peak) {
    Clients clients{server, options_.clients};
    const auto time = std::chrono::duration_cast<Clock::duration>(Seconds{options_.seconds});
    const double usual = clients.open(0.8 * peak, time).latencies.quantile_us(0.99);
    clients.open(5 * peak, time);
    const once::ClientStatistics sent = clients.statistics();
    add("5 x: made again, % of calls",
        percent(sent.retries, sent.requests_sent - sent.retries - sent.retransmissions));
    double after = 0;
    for (; after < 10; after += 0.25) {
      const Tally window = clients.open(0.8 * peak, 250ms);
      if (window.latencies.quantile_us(0.99) < 2 * usual && window.refused == 0) break;
    }
    add("after 5 x: seconds until 0.8 x is as usual", after);
  }
  void add(const std::string& name, double value) {
    const auto found =
        std::find_if(rows_.begin(), rows_.end(), [&](const auto& row) { return row.first == name; });
    if (found != rows_.end())
      found->second.push_back(value);
    else
      rows_.emplace_back(name, std::vector<double>{value});
  }

  const Options& options_;
  std::string transport_;
  bool on_executor_;
  std::vector<std::pair<std::string, std::vector<double>>> rows_;
};

void run(const Options& options) {
  std::vector<Measurement> measurements;
  for (const std::string& transport : options.transports) {
    for (const bool on_executor : {false, true}) measurements.emplace_back(options, transport, on_executor);
  }
  for (unsigned round = 0; round < options.rounds; ++round) {
    for (Measurement& measurement : measurements) {
      measurement.round();
      measurement.fairness();
    }
  }
  for (const Measurement& measurement : measurements) measurement.print();
}

}  // namespace
}  // namespace overload

int main(int argc, char** argv) {
  overload::Options options;
  CLI::App app{"Measures servers that are asked for more than they can do.", "overload_benchmark"};
  app.add_option("--transport", options.transports, "udp or tcp; may be repeated")
      ->check(CLI::IsMember({"udp", "tcp"}));
  app.add_option("--rounds", options.rounds, "how often everything is measured")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "of each load")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--clients", options.clients, "that share the load")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--work", options.work_us, "microseconds that a servant takes")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--target", options.target_us, "microseconds that calls may wait in a queue that stands")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    overload::run(options);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
