#include "simulation/command_line.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace once::simulation {
namespace {

std::vector<std::string> words() {
  std::ifstream file{"/proc/self/cmdline"};
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

std::uint64_t number(const std::string& option, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument{option + "=" + std::string{text} + ": not a number"};
  }
  return value;
}

}  // namespace

CommandLine read_command_line() {
  const std::vector<std::string> given = words();
  const auto value = [&](const std::string& option, const char* variable) -> std::optional<std::string> {
    for (const std::string& word : given) {
      if (word.starts_with(option + "=")) return word.substr(option.size() + 1);
    }
    const char* const set = variable != nullptr ? std::getenv(variable) : nullptr;
    return set != nullptr ? std::optional<std::string>{set} : std::nullopt;
  };
  CommandLine line;
  if (!given.empty()) line.program = given.front();
  line.gtest_filter = value("--gtest_filter", nullptr).value_or("");
  if (const auto seed = value("--once_seed", "ONCE_SEED")) line.seed = number("--once_seed", *seed);
  if (const auto seeds = value("--once_seeds", "ONCE_SEEDS")) line.seeds = number("--once_seeds", *seeds);
  line.chart = value("--once_chart", "ONCE_CHART").value_or("");
  return line;
}

}  // namespace once::simulation
