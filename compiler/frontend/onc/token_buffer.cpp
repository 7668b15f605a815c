// Judging tokens.
#include "frontend/onc/token_buffer.hpp"

#include <array>
#include <string>
#include <string_view>

namespace oncec::frontend::onc {

namespace {

using Lexer = grammar::OncRpcLexer;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\f\v") == std::string_view::npos;
}

/// "pragma" of `# pragma once`.
std::string_view directive_name(std::string_view line) {
  line.remove_prefix(1);  // '#'
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  line.remove_prefix(begin);
  return line.substr(0, line.find_first_of(" \t\r\n\"<("));
}

int nesting(std::size_t type) {
  switch (type) {
    case Lexer::LEFT_BRACE:
    case Lexer::LEFT_PARENTHESIS:
    case Lexer::LEFT_BRACKET: return 1;
    case Lexer::RIGHT_BRACE:
    case Lexer::RIGHT_PARENTHESIS:
    case Lexer::RIGHT_BRACKET: return -1;
    default: return 0;
  }
}

}  // namespace

TokenBuffer::TokenBuffer(const SourceText& source, antlr4::TokenSource& tokens)
    : TokenStream(source, tokens) {}

bool TokenBuffer::prepare(Reporter& reporter) {
  fill();
  index_characters();
  int depth = 0;
  for (std::size_t i = 0; i < count(); ++i) {
    antlr4::Token& token = *at(i);
    if (token.getChannel() == antlr4::Token::HIDDEN_CHANNEL) {
      if (judge_hidden(token, reporter)) continue;
      // The rest of the file is inside a comment that never ends.
      _tokens.erase(_tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1, _tokens.end() - 1);
      renumber(i);
      continue;
    }
    judge_unterminated(token, reporter);
    if (judge_number(i, reporter)) ++i;
    depth = std::max(0, depth + nesting(token.getType()));
    if (depth > static_cast<int>(kNestingMax)) {
      reporter.report(Message::TooDeep, range(token), {std::to_string(kNestingMax)});
      return false;
    }
  }
  seek(0);
  return true;
}

/// Reported, and from then on a literal like any other, but without a value.
void TokenBuffer::judge_unterminated(antlr4::Token& token, Reporter& reporter) {
  const bool is_string = token.getType() == Lexer::UNTERMINATED_STRING;
  if (!is_string && token.getType() != Lexer::UNTERMINATED_CHARACTER) return;
  reporter.report(Message::UnterminatedLiteral, range(token), {is_string ? "string" : "character"});
  unterminated_.insert(&token);
  editable(token).setType(is_string ? Lexer::STRING : Lexer::CHARACTER);
}

/// False if everything behind it must be ignored.
bool TokenBuffer::judge_hidden(antlr4::Token& token, Reporter& reporter) {
  switch (token.getType()) {
    case Lexer::UNEXPECTED_CHARACTER:
      reporter.report(Message::UnexpectedCharacter, range(token), {text(token)});
      return true;
    case Lexer::PASSED_LINE: judge_passed_line(token, reporter); return true;
    case Lexer::DIRECTIVE: judge_directive(token, reporter); return true;
    case Lexer::UNTERMINATED_COMMENT:
      reporter.report(Message::UnterminatedComment, range(token));
      return false;
    default: return true;
  }
}

/// A number that a word or another number follows without a space: "0xZZ". True if that has been hidden.
bool TokenBuffer::judge_number(std::size_t index, Reporter& reporter) {
  if (at(index)->getType() != Lexer::INTEGER || !is_glued(index + 1)) return false;
  antlr4::Token& rest = *at(index + 1);
  if (rest.getType() != Lexer::IDENTIFIER && rest.getType() != Lexer::INTEGER) return false;
  const SourceRange place = range(rest);
  const std::string all = std::string(text(*at(index))).append(text(rest));
  reporter.report(Message::UnexpectedCharacter, {place.file, place.begin, place.begin + 1},
                  {text(rest).substr(0, 1), ": '" + all + "' is no number"});
  editable(rest).setType(Lexer::UNEXPECTED_CHARACTER);
  hide(index + 1);
  return true;
}

void TokenBuffer::judge_passed_line(antlr4::Token& token, Reporter& reporter) {
  if (!is_blank(line_before(token))) refuse(token, Message::PassedLineMisplaced, reporter);
}

/// A lone '#' is nothing, as in C.
void TokenBuffer::judge_directive(antlr4::Token& token, Reporter& reporter) {
  const std::string_view name = directive_name(text(token));
  const bool is_ignored = name.empty() || name == "pragma" || name == "ident" || name == "sccs";
  if (!is_ignored || !is_blank(line_before(token))) refuse(token, Message::UnexpectedCharacter, reporter);
}

/// Reports its first character; what else is wrong there is a consequence.
void TokenBuffer::refuse(antlr4::Token& token, Message message, Reporter& reporter) {
  SourceRange place = range(token);
  place.end = place.begin + 1;
  reporter.report(message, place, {text(token).substr(0, 1)});
  editable(token).setType(Lexer::UNEXPECTED_CHARACTER);
}

}  // namespace oncec::frontend::onc
