// What exactly once costs: transfers per second and syncs per transfer, beside plain SQLite transactions of the same
// work on the same disk. The contestants take turns, so that a busy machine is unfair to none of them.
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <iomanip>
#include <iostream>
#include <sstream>
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
  std::vector<double> rates{};   // of each round
  std::vector<double> ratios{};  // to the rate of SQLite, a transaction each, in the same round
};

double rate(const Measured& measured) {
  return static_cast<double>(measured.transfers) / measured.seconds;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

std::string in_text(double value, int digits) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(digits) << value;
  return out.str();
}
std::string spread_of(const std::vector<double>& values, int digits) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  return in_text(*lowest, digits) + '-' + in_text(*highest, digits);
}

std::vector<Contestant> contestants(Time time) {
  std::vector<Contestant> all;
  for (const int at_a_time : {1, 64}) {
    all.push_back(
        {at_a_time == 1 ? "SQLite, a transaction each" : "SQLite, 64 to a transaction", at_a_time,
         [time, at_a_time](const fs::path& file) { return measure_sqlite(file, time, at_a_time); }});
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
    for (std::size_t i = 0; i < all.size(); ++i) {
      Contestant& one =
          all[(i + static_cast<std::size_t>(round)) % all.size()];  // each begins a round in its turn
      fs::create_directories(folder);
      const Measured measured = one.measure(folder / "bank.db");
      fs::remove_all(folder);
      one.all += measured;
      one.rates.push_back(rate(measured));
    }
    for (Contestant& one : all) one.ratios.push_back(one.rates.back() / all.front().rates.back());
  }
  std::cout << std::left << std::setw(28) << "transfers in " + options.folder << std::right << std::setw(10)
            << "in flight" << std::setw(12) << "per second" << std::setw(16) << "lowest-highest"
            << std::setw(12) << "syncs each" << std::setw(18) << "rate to SQLite's" << std::setw(16)
            << "lowest-highest" << '\n';
  for (const Contestant& one : all) {
    const double syncs = static_cast<double>(one.all.syncs) / static_cast<double>(one.all.transfers);
    std::cout << std::left << std::setw(28) << one.name << std::right << std::setw(10) << one.at_a_time
              << std::setw(12) << in_text(median(one.rates), 0) << std::setw(16) << spread_of(one.rates, 0)
              << std::setw(12) << in_text(syncs, 3) << std::setw(18) << in_text(median(one.ratios), 2)
              << std::setw(16) << spread_of(one.ratios, 2) << '\n';
  }
}

}  // namespace
}  // namespace durable_benchmark

int main(int argc, char** argv) {
  durable_benchmark::Options options;
  CLI::App app{"Transfers between accounts in an SQLite file: exactly-once calls beside plain transactions.",
               "durable_benchmark"};
  app.add_option("--seconds", options.seconds, "Of each measurement")->capture_default_str();
  app.add_option("--rounds", options.rounds,
                 "Measurements of each; medians are shown, with the lowest and the highest")
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
