// Puts the preprocessed text together from the preprocessor's tokens: neighbours become one piece, and what
// would run into something else is kept apart.
#pragma once

#include <cstdint>
#include <string_view>

#include "preprocess/sources.hpp"
#include "support/source_text.hpp"

namespace oncec::preprocess {

class TextBuilder {
 public:
  /// `first`: the file that was asked for; all others are included.
  explicit TextBuilder(const Source& first) : first_(&first) {}

  /// Octets [begin, end) of the file as they are; `end` may lie beyond it.
  void written(const Source& source, std::uint32_t begin, std::uint32_t end);
  /// What became of a place.
  void made(std::string_view text, const Source& source, std::uint32_t begin, std::uint32_t end);

  std::size_t size() const { return text_.text().size() + (run_end_ - run_begin_); }
  /// All of it; the builder is then empty.
  SourceText take();

 private:
  void verbatim(const Source& source, std::uint32_t begin, std::uint32_t end);
  void run(const Source& source, std::uint32_t begin, std::uint32_t end);
  void end_run();
  void enter(const Source& source, std::uint32_t place);
  void start_line(const Source& source, std::uint32_t place);
  bool is_included(const Source& source) const { return &source != first_; }

  const Source* first_;
  SourceText text_;
  const Source* run_source_ = nullptr;  // a piece that may still grow
  std::uint32_t run_begin_ = 0;
  std::uint32_t run_end_ = 0;
};

}  // namespace oncec::preprocess
