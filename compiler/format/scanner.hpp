// The pieces of an IDL file as it is written: tokens, comments, and lines that belong to somebody else. Made
// for text that is to be laid out anew, and so before preprocessing: both halves of an #ifdef are here.
//
// A piece is never looked into. What lies between two pieces is white space, of which only this much counts:
// how many line ends it has, and whether there is any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oncec::format {

enum class Language : std::uint8_t { OmgIdl, OncRpc };

enum class Kind : std::uint8_t {
  Word,          // identifier or keyword
  Number,        // integer, floating-point, fixed
  Text,          // string or character, wide or not
  Punctuation,   // one operator or bracket
  LineComment,   // `// …`
  BlockComment,  // `/* … */`
  Verbatim       // whole lines: a directive, a `%` line, a group under `#if 0`
};

struct Piece {
  Kind kind = Kind::Word;
  std::string_view text;     // without the line end behind it
  std::uint32_t offset = 0;  // in the file
  std::uint32_t column = 0;  // from 0; a tab goes to the next multiple of 8
  std::uint32_t newlines_before = 0;
  bool space_before = false;  // any white space, line ends included

  bool is(std::string_view token) const {
    return (kind == Kind::Word || kind == Kind::Punctuation) && text == token;
  }
  bool is_comment() const { return kind == Kind::LineComment || kind == Kind::BlockComment; }
  bool is_code() const { return !is_comment() && kind != Kind::Verbatim; }
};

/// A place where the text cannot be told into pieces.
struct Damage {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string text;
};

struct Scan {
  std::vector<Piece> pieces;     // views into the text
  std::optional<Damage> damage;  // where it ended early
};

/// `text` has LF line ends, and outlives the pieces.
Scan scan(std::string_view text, Language language);

/// The name of the directive, "" if the lines are none: "ifdef" for `#  ifdef X`.
std::string_view directive_name(std::string_view verbatim);

/// Columns that the octets take, if they are UTF-8.
std::size_t width(std::string_view text);

}  // namespace oncec::format
