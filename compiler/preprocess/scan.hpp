// A look at a file before the preprocessor's library sees it. The library reads C++, and reads it strictly;
// here a file's text is made into one of the same length, octet by octet in the same places, that the library
// cannot misread, and the lines are found that are not for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "preprocess/preprocess.hpp"

namespace oncec::preprocess {

/// Stands in the scanned text at the beginning of a line that goes through as it is.
inline constexpr char kVerbatimMark = '@';

struct ScannedText {
  struct Problem {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::string text;
  };

  std::string text;  // the file's, and behind it a few octets that end whatever may be open there
  /// Lines that go through as they are, begin to end without the newline: `#pragma`, and `%` in the ONC RPC
  /// language. They may go on behind a backslash. In `text` they are a mark and blanks.
  std::map<std::uint32_t, std::uint32_t> verbatim;
  std::vector<Problem> problems;  // conditionals that do not pair up, and those that are too much to read
  bool once = false;              // `#pragma once`
};

ScannedText scan(std::string_view source, Language language);

/// How many of the operators of a condition by which it nests stand in the text.
std::ptrdiff_t condition_operators(std::string_view text);

/// How many a condition may have. The library reads conditions by recursion, and a stack has an end.
inline constexpr std::ptrdiff_t kConditionOperatorsMax = 200;

/// The end of the directive that begins at `begin`: its newline, or the end of the text.
std::size_t directive_end(std::string_view text, std::size_t begin);

}  // namespace oncec::preprocess
