// Optimal string alignment distance, on words of a few letters.
#include "frontend/spelling.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace oncec::frontend {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

void NearestWord::consider(std::string_view candidate) {
  const std::size_t slips_max = wanted_.size() < 6 ? 1 : 2;
  const std::size_t longer = std::max(candidate.size(), wanted_.size());
  if (longer - std::min(candidate.size(), wanted_.size()) > slips_max || longer < 2) return;
  const std::size_t distance = equal_but_case(candidate, wanted_) ? 0 : edit_distance(wanted_, candidate);
  if (distance > slips_max || distance >= longer - 1 || distance >= best_distance_) return;
  best_ = candidate;
  best_distance_ = distance;
}

std::string_view word_of_idl(std::string_view foreign) {
  struct Word {
    std::string_view foreign;
    std::string_view idl;
  };
  constexpr std::array<Word, 9> kWords{{{"bool", "boolean"},
                                        {"byte", "octet"},
                                        {"float32", "float"},
                                        {"float64", "double"},
                                        {"int", "long"},
                                        {"list", "sequence"},
                                        {"throws", "raises"},
                                        {"uint", "unsigned long"},
                                        {"vector", "sequence"}}};
  const auto* const found =
      std::find_if(kWords.begin(), kWords.end(), [&](const Word& word) { return word.foreign == foreign; });
  return found == kWords.end() ? std::string_view{} : found->idl;
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_but_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

}  // namespace oncec::frontend
