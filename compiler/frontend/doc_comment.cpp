// Gathers the comments round a declaration and takes their marks off.
#include "frontend/doc_comment.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "OmgIdlLexer.h"

namespace oncec::frontend {

namespace {

using Lexer = grammar::OmgIdlLexer;

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool is_comment(const antlr4::Token& token) {
  return token.getType() == Lexer::LINE_COMMENT || token.getType() == Lexer::BLOCK_COMMENT;
}

/// `////////` is a ruler and `/**/` is nothing.
bool is_doc_before(std::string_view text) {
  if (starts_with(text, "///<") || starts_with(text, "//!<")) return false;
  if (starts_with(text, "//!") || starts_with(text, "/*!")) return true;
  if (starts_with(text, "///")) return !starts_with(text, "////");
  return starts_with(text, "/**") && !starts_with(text, "/***") && text != "/**/";
}
bool is_doc_behind(std::string_view text) {
  return starts_with(text, "///<") || starts_with(text, "//!<");
}

std::string_view without_end(std::string_view line) {
  const std::size_t end = line.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view{} : line.substr(0, end + 1);
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

/// Takes off the indentation that the lines share.
void dedent(std::vector<std::string_view>& lines) {
  std::size_t indent = std::string_view::npos;
  for (const std::string_view line : lines) indent = std::min(indent, line.find_first_not_of(" \t"));
  for (std::string_view& line : lines) line = is_blank(line) ? std::string_view{} : line.substr(indent);
}

/// The lines of a block comment, without its marks and the `*` that may stand before each line.
std::vector<std::string_view> block_lines(std::string_view text) {
  text = text.substr(2, text.size() - 4);
  if (starts_with(text, "*") || starts_with(text, "!")) text.remove_prefix(1);
  const std::size_t first_end = std::min(text.find('\n'), text.size());
  std::vector<std::string_view> first{without_end(text.substr(0, first_end))};
  text.remove_prefix(std::min(first_end + 1, text.size()));
  std::vector<std::string_view> rest;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = without_end(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t star = line.find_first_not_of(" \t");
    if (star != std::string_view::npos && line[star] == '*') line.remove_prefix(star + 1);
    rest.push_back(line);
  }
  dedent(first);
  dedent(rest);
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

/// What one comment says. Lines of `///` keep their indentation: they are seen together with their
/// neighbours.
void append_lines(std::string_view text, std::vector<std::string_view>& lines) {
  if (starts_with(text, "//")) {
    text.remove_prefix(2);
    if (starts_with(text, "/") || starts_with(text, "!"))
      text.remove_prefix(starts_with(text.substr(1), "<") ? 2 : 1);
    lines.push_back(without_end(text));
    return;
  }
  const std::vector<std::string_view> block = block_lines(text);
  lines.insert(lines.end(), block.begin(), block.end());
}

/// `*****`, `-----`: drawn, not written.
bool is_ruler(std::string_view line) {
  return line.size() > 2 && line.find_first_not_of(" \t*-=_/#+") == std::string_view::npos;
}

std::string joined(std::vector<std::string_view> lines) {
  while (!lines.empty() && is_blank(lines.front())) lines.erase(lines.begin());
  while (!lines.empty() && is_blank(lines.back())) lines.pop_back();
  dedent(lines);
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    out += lines[i];
  }
  return out;
}

/// True if the token begins its line, or is behind other comments only: else it may belong to what is before.
bool follows_line_end(const TokenBuffer& tokens, const antlr4::Token& comment) {
  const std::size_t before = tokens.previous(comment.getTokenIndex());
  return before == tokens.count() || tokens.at(before)->getLine() < comment.getLine();
}

}  // namespace

std::string comment_text(const std::vector<std::string_view>& comments) {
  std::vector<std::string_view> lines;
  for (const std::string_view comment : comments) append_lines(comment, lines);
  for (std::string_view& line : lines) {
    if (is_ruler(line)) line = {};
  }
  return joined(std::move(lines));
}

std::string doc_comment(const TokenBuffer& tokens, const antlr4::Token& first, const antlr4::Token& last) {
  std::vector<std::string_view> lines;
  std::size_t begin = first.getTokenIndex();
  while (begin > 0 && is_comment(*tokens.at(begin - 1))) --begin;
  for (std::size_t i = begin; i < first.getTokenIndex(); ++i) {
    const antlr4::Token& comment = *tokens.at(i);
    if (is_doc_before(tokens.text(comment)) &&
        (follows_line_end(tokens, comment) || comment.getLine() == first.getLine())) {
      append_lines(tokens.text(comment), lines);
    }
  }
  for (std::size_t i = last.getTokenIndex() + 1; i < tokens.count() && is_comment(*tokens.at(i)); ++i) {
    const antlr4::Token& comment = *tokens.at(i);
    if (comment.getLine() != last.getLine()) break;
    if (is_doc_behind(tokens.text(comment))) append_lines(tokens.text(comment), lines);
  }
  return joined(std::move(lines));
}

}  // namespace oncec::frontend
