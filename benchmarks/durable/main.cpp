// What exactly once costs: transfers per second and syncs per transfer, beside plain SQLite transactions of the same
// work on the same disk. The contestants take turns, so that a busy machine is unfair to none of them.
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <iomanip>
#include <iostream>
#include <string>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>

#include "contestants.hpp"

namespace durable_benchmark {
namespace {

namespace fs = std::filesystem;

struct Options {
  double seconds = 1;
  int rounds = 5;
  std::string folder = fs::temp_directory_path();
};

struct Contestant {
  std::string name;
  int at_a_time;
  std::function<Measured(const fs::path& file)> measure;
  Measured all{};
  std::vector<double> ratios{};  // to SQLite's rate, a round each
};

double rate(const Measured& measured) {
  return static_cast<double>(measured.transfers) / measured.seconds;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

std::vector<Contestant> contestants(Time time) {
  std::vector<Contestant> all{
      {"SQLite, a transaction each", 1, [time](const fs::path& file) { return measure_sqlite(file, time); }}};
  for (const int at_a_time : {1, 64}) {
    all.push_back({"the store alone", at_a_time,
                   [time, at_a_time](const fs::path& file) { return measure_store(file, time, at_a_time); }});
    for (const std::string transport : {"tcp", "udp"}) {
      all.push_back({"calls over " + transport, at_a_time,
                     [=](const fs::path& file) { return measure_calls(file, time, at_a_time, transport); }});
    }
  }
  return all;
}

void run(const Options& options) {
  const fs::path folder = fs::path{options.folder} / ("durable_benchmark." + std::to_string(::getpid()));
  std::vector<Contestant> all = contestants(Time{options.seconds});
  for (int round = 0; round < options.rounds; ++round) {
    double of_sqlite = 0;
    for (Contestant& one : all) {
      fs::create_directories(folder);
      const Measured measured = one.measure(folder / "bank.db");
      fs::remove_all(folder);
      one.all += measured;
      if (&one == &all.front()) of_sqlite = rate(measured);
      one.ratios.push_back(rate(measured) / of_sqlite);
    }
  }
  std::cout << std::left << std::setw(28) << "transfers in " + options.folder << std::right << std::setw(12)
            << "in flight" << std::setw(12) << "per second" << std::setw(16) << "syncs each" << std::setw(18)
            << "rate to SQLite's" << '\n';
  for (const Contestant& one : all) {
    const double syncs = static_cast<double>(one.all.syncs) / static_cast<double>(one.all.transfers);
    std::cout << std::left << std::setw(28) << one.name << std::right << std::setw(12) << one.at_a_time
              << std::fixed << std::setprecision(0) << std::setw(12) << rate(one.all) << std::setprecision(3)
              << std::setw(16) << syncs << std::setprecision(2) << std::setw(18) << median(one.ratios)
              << '\n';
  }
}

}  // namespace
}  // namespace durable_benchmark

int main(int argc, char** argv) {
  durable_benchmark::Options options;
  CLI::App app{"Transfers between accounts in an SQLite file: exactly-once calls beside plain transactions.",
               "durable_benchmark"};
  app.add_option("--seconds", options.seconds, "Of each measurement")->capture_default_str();
  app.add_option("--rounds", options.rounds, "Measurements of each; ratios are the medians over the rounds")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  app.add_option("--folder", options.folder, "On the disk that is to be measured; not one in memory")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    durable_benchmark::run(options);
  } catch (const std::exception& error) {
    std::cerr << "durable_benchmark: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
