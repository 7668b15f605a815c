// Which known word is meant by one that is not known.
#pragma once

#include <cstddef>
#include <string_view>

namespace oncec::frontend {

/// Letters inserted, left out, changed or swapped with their neighbour to get from one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Collects candidates and keeps the nearest one that is near enough to be meant: one slip in a short word,
/// two in a longer one. Words that differ only in case are nearest of all.
class NearestWord {
 public:
  explicit NearestWord(std::string_view wanted) : wanted_(wanted) {}

  void consider(std::string_view candidate);
  /// Empty if none is near.
  std::string_view word() const { return best_; }

 private:
  std::string_view wanted_;
  std::string_view best_;
  std::size_t best_distance_ = ~std::size_t{0};
};

/// What is written in IDL for a word of other languages: "long" for "int"; empty if it is none of them.
std::string_view word_of_idl(std::string_view foreign);

/// ASCII only, as IDL's identifiers are.
char to_lower(char c);
bool equal_but_case(std::string_view a, std::string_view b);

}  // namespace oncec::frontend
