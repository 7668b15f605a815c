// Lines of a source file: their starts are found once, columns are counted when asked for.
#include "support/source.hpp"

#include <algorithm>
#include <utility>

#include "support/characters.hpp"

namespace oncec {

SourceFile::SourceFile(std::string name, std::string text, std::string unit)
    : name_(std::move(name)), text_(std::move(text)), unit_(std::move(unit)) {
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

SourceFile::LineColumn SourceFile::line_column(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::uint32_t start = *(after - 1);
  std::uint32_t column = 1;
  for (std::uint32_t i = start; i < offset; ++i) {
    if (!continues_character(text_[i])) ++column;
  }
  return {static_cast<std::uint32_t>(after - line_starts_.begin()), column};
}

std::uint32_t SourceFile::offset_of(LineColumn place) const {
  const std::string_view text = line(place.line);
  std::size_t at = 0;
  for (std::uint32_t column = 1; column < place.column && at < text.size(); ++column) {
    do {
      ++at;
    } while (at < text.size() && continues_character(text[at]));
  }
  return line_begin(place.line) + static_cast<std::uint32_t>(at);
}

std::string_view SourceFile::line(std::uint32_t line) const {
  if (line == 0 || line > line_starts_.size()) return {};
  const std::uint32_t begin = line_begin(line);
  const std::size_t end = line < line_starts_.size() ? line_starts_[line] : text_.size();
  std::string_view text = std::string_view(text_).substr(begin, end - begin);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::uint32_t SourceFile::line_begin(std::uint32_t line) const {
  if (line == 0) return 0;
  return line <= line_starts_.size() ? line_starts_[line - 1] : static_cast<std::uint32_t>(text_.size());
}

}  // namespace oncec
