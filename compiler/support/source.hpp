// Source text and places in it. A place is a byte range of one file; line and column are worked out only when
// somebody wants to print them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oncec {

/// One file's text (UTF-8) and name as the user gave it.
class SourceFile {
 public:
  /// `unit`: see below; empty for what nothing is generated from.
  SourceFile(std::string name, std::string text, std::string unit = {});

  const std::string& name() const { return name_; }
  /// What is generated from it is named for this, folders included: "sub/types" gives "sub/types.once.hpp".
  const std::string& unit() const { return unit_; }
  std::string_view text() const { return text_; }

  struct LineColumn {
    std::uint32_t line;    // from 1
    std::uint32_t column;  // from 1, in characters, a tab is one
  };
  LineColumn line_column(std::uint32_t offset) const;
  /// Its inverse. Beyond the line's end, that; beyond the last line, the end of the text.
  std::uint32_t offset_of(LineColumn place) const;
  /// The line's text without its end. `line` counts from 1.
  std::string_view line(std::uint32_t line) const;
  /// Where that line begins; beyond the last one, the end of the text.
  std::uint32_t line_begin(std::uint32_t line) const;

 private:
  std::string name_;
  std::string text_;
  std::string unit_;
  std::vector<std::uint32_t> line_starts_;
};

/// Octets [begin, end) of a file; a default-constructed one is nowhere (built in).
struct SourceRange {
  const SourceFile* file = nullptr;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

}  // namespace oncec
