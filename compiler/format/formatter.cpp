// Octets in, octets out, and the proof that nothing was lost on the way.
#include "format/formatter.hpp"

#include <algorithm>

#include "format/layout.hpp"

namespace oncec::format {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Without CR before LF.
std::string with_lf(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || text.substr(i + 1, 1) != "\n") out += text[i];
  }
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

/// A place in with_lf(text) as a place in the text.
std::uint32_t original_offset(std::string_view text, std::uint32_t offset) {
  std::size_t at = 0;
  for (std::uint32_t k = 0; at < text.size(); ++at) {
    if (text[at] == '\r' && text.substr(at + 1, 1) == "\n") continue;
    if (k++ == offset) break;
  }
  return static_cast<std::uint32_t>(at);
}

/// A comment's lines without the white space around each: that is where a move shows.
std::string words_of(std::string_view comment) {
  std::string out;
  for (std::size_t i = 0; i < comment.size(); ++i) {
    const bool blank = comment[i] == ' ' || comment[i] == '\t' || comment[i] == '\f' || comment[i] == '\v' ||
                       comment[i] == '\r';
    const std::size_t next = comment.find_first_not_of(" \t\f\v\r", i);
    const bool at_edge =
        next == std::string_view::npos || comment[next] == '\n' || out.empty() || out.back() == '\n';
    if (!blank || !at_edge) out += comment[i];
  }
  return out;
}

bool same(const Piece& a, const Piece& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == Kind::BlockComment) return words_of(a.text) == words_of(b.text);
  return a.text == b.text;
}

/// The first piece that the output lacks or has otherwise.
std::optional<Damage> difference(const std::vector<Piece>& before, const Scan& after) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (i < after.pieces.size() && same(before[i], after.pieces[i])) continue;
    return Damage{before[i].offset, before[i].offset + static_cast<std::uint32_t>(before[i].text.size()),
                  "this would be changed: left as it is"};
  }
  if (after.pieces.size() != before.size() || after.damage)
    return Damage{0, 0, "something would be added: left as it is"};
  return std::nullopt;
}

}  // namespace

Language language_of(std::string_view file_name) {
  return file_name.size() >= 2 && file_name.substr(file_name.size() - 2) == ".x" ? Language::OncRpc
                                                                                 : Language::OmgIdl;
}

Formatted format(std::string_view text, Language language) {
  const bool marked = text.substr(0, kByteOrderMark.size()) == kByteOrderMark;
  const std::size_t mark = marked ? kByteOrderMark.size() : 0;
  const std::string_view body = text.substr(mark);
  const bool crlf = body.find("\r\n") != std::string_view::npos && body[body.find('\n') - 1] == '\r';
  const std::string source = with_lf(body);

  Formatted result;
  const Scan before = scan(source, language);
  result.damage = before.damage;
  if (!result.damage) {
    result.text = lay_out(before.pieces, language);
    result.damage = difference(before.pieces, scan(result.text, language));
  }
  if (result.damage) {
    result.text.clear();
    result.damage->begin = static_cast<std::uint32_t>(mark) + original_offset(body, result.damage->begin);
    result.damage->end = static_cast<std::uint32_t>(mark) + original_offset(body, result.damage->end);
    return result;
  }
  if (crlf) result.text = with_crlf(result.text);
  if (marked) result.text.insert(0, kByteOrderMark);
  return result;
}

}  // namespace oncec::format
