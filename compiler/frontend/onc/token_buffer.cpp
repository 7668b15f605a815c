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
      cut_behind(i);
      continue;
    }
    if (token.getType() == Lexer::UNTERMINATED_STRING) {
      judge_unterminated(token, "string", Lexer::STRING, reporter);
    } else if (token.getType() == Lexer::UNTERMINATED_CHARACTER) {
      judge_unterminated(token, "character", Lexer::CHARACTER, reporter);
    } else if (is_run_on_number(i)) {
      refuse_behind_number(i, Lexer::UNEXPECTED_CHARACTER, reporter);
      ++i;
    }
    depth = std::max(0, depth + nesting(token.getType()));
    if (depth > static_cast<int>(kNestingMax)) {
      reporter.report(Message::TooDeep, range(token), {std::to_string(kNestingMax)});
      return false;
    }
  }
  seek(0);
  return true;
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

/// True for a number that a word or another number follows without a space: "0xZZ".
bool TokenBuffer::is_run_on_number(std::size_t index) const {
  if (at(index)->getType() != Lexer::INTEGER || !is_glued(index + 1)) return false;
  const std::size_t rest = at(index + 1)->getType();
  return rest == Lexer::IDENTIFIER || rest == Lexer::INTEGER;
}

void TokenBuffer::judge_passed_line(antlr4::Token& token, Reporter& reporter) {
  if (!is_blank(line_before(token)))
    refuse(token, Lexer::UNEXPECTED_CHARACTER, Message::PassedLineMisplaced, "", reporter);
}

/// Pragmas are nobody's business here; all other directives the preprocessor has taken out.
void TokenBuffer::judge_directive(antlr4::Token& token, Reporter& reporter) {
  if (directive_name(text(token)) == "pragma" && is_blank(line_before(token))) return;
  refuse(token, Lexer::UNEXPECTED_CHARACTER, Message::UnexpectedCharacter, "", reporter);
}

}  // namespace oncec::frontend::onc
