// Which comments belong to a declaration, and which of them are annotations.
#include "frontend/onc/comments.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "OncRpcLexer.h"
#include "frontend/doc_comment.hpp"

namespace oncec::frontend::onc {

namespace {

using Lexer = grammar::OncRpcLexer;

bool is_comment(const antlr4::Token& token) {
  return token.getType() == Lexer::LINE_COMMENT || token.getType() == Lexer::BLOCK_COMMENT;
}

std::size_t last_line(const TokenBuffer& tokens, const antlr4::Token& comment) {
  const std::string_view text = tokens.text(comment);
  return comment.getLine() + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// The words of a comment that holds nothing but words with '@'; else none.
std::vector<Comments::Word> annotations_in(std::string_view comment, SourceRange range) {
  std::vector<Comments::Word> words;
  const bool is_block = comment.substr(0, 2) == "/*";
  std::size_t at = comment.find_first_not_of(is_block ? "/*! \t\r\n" : "/! \t\r\n");
  const std::size_t end = is_block ? comment.size() - 2 : comment.size();
  while (at < end) {
    const std::size_t word_end = std::min(comment.find_first_of(" \t\r\n", at), end);
    const std::string_view word = comment.substr(at, word_end - at);
    if (word.front() != '@' || word.size() == 1) return {};
    const auto begin = static_cast<std::uint32_t>(range.begin + at);
    words.push_back(
        {std::string(word.substr(1)), {range.file, begin, begin + static_cast<std::uint32_t>(word.size())}});
    at = comment.find_first_not_of(" \t\r\n", word_end);
  }
  return words;
}

/// True if only blanks and comments are before it on its line: else it belongs to what is before.
bool begins_line(const TokenBuffer& tokens, const antlr4::Token& comment) {
  const std::size_t before = tokens.previous(comment.getTokenIndex());
  return before == tokens.count() || tokens.at(before)->getLine() < comment.getLine();
}

}  // namespace

Comments read_comments(const TokenBuffer& tokens, const antlr4::Token& first, const antlr4::Token& last) {
  Comments out;
  std::vector<std::string_view> texts;
  std::size_t begin = first.getTokenIndex();
  std::size_t line = first.getLine();
  while (begin > 0 && is_comment(*tokens.at(begin - 1)) &&
         last_line(tokens, *tokens.at(begin - 1)) + 1 >= line && begins_line(tokens, *tokens.at(begin - 1))) {
    --begin;
    line = tokens.at(begin)->getLine();
  }
  for (std::size_t i = begin; i < first.getTokenIndex(); ++i) {
    const antlr4::Token& comment = *tokens.at(i);
    const auto words = annotations_in(tokens.text(comment), tokens.range(comment));
    if (words.empty()) texts.push_back(tokens.text(comment));
    out.annotations.insert(out.annotations.end(), words.begin(), words.end());
  }

  std::size_t behind = last.getTokenIndex() + 1;
  const bool ends = behind < tokens.count() && (tokens.at(behind)->getType() == Lexer::COMMA ||
                                                tokens.at(behind)->getType() == Lexer::SEMICOLON);
  if (ends) ++behind;
  for (; behind < tokens.count() && is_comment(*tokens.at(behind)); ++behind) {
    if (tokens.at(behind)->getLine() != last.getLine()) break;
    texts.push_back(tokens.text(*tokens.at(behind)));
  }
  out.doc = comment_text(texts);
  return out;
}

}  // namespace oncec::frontend::onc
