// What a front end reads: the text of a file and of all that it includes, after preprocessing, and where each
// octet of it was written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/source.hpp"

namespace oncec {

class SourceText {
 public:
  /// The file as it is.
  explicit SourceText(const SourceFile& file);
  /// Nothing yet: append() makes it.
  SourceText() = default;

  /// `text` was written at [begin, …) of the file, octet by octet. `included`: not in the file that was asked
  /// for.
  void append(std::string_view text, const SourceFile& file, std::uint32_t begin, bool included);
  /// `text` is what became of `range`: the expansion of a macro.
  void append_made(std::string_view text, SourceRange range, bool included);
  /// All of another text, with its places.
  void append(const SourceText& other);

  std::string_view text() const { return text_; }
  /// Where the octets [begin, end) of text() were written. If they were written in more places than one:
  /// where the first of them was.
  SourceRange range(std::uint32_t begin, std::uint32_t end) const;
  /// True for what comes from an included file: its declarations are known, and nothing is generated for
  /// them.
  bool is_included(std::uint32_t octet) const;

  /// Something that it includes could not be read: names may be missing through no fault of their uses.
  void mark_incomplete() { complete_ = false; }
  bool is_complete() const { return complete_; }

 private:
  struct Piece {
    std::uint32_t begin = 0;  // in text_; it goes on to the next piece
    SourceRange origin;
    bool as_written = true;  // octet by octet; else all of it is what became of `origin`
    bool included = false;
  };
  const Piece* piece_at(std::uint32_t octet) const;

  std::string text_;
  std::vector<Piece> pieces_;  // ordered by begin
  bool complete_ = true;
};

}  // namespace oncec
