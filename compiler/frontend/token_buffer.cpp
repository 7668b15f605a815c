// Judging and editing tokens.
#include "frontend/token_buffer.hpp"

#include "support/characters.hpp"

namespace oncec::frontend {

namespace {

using Lexer = grammar::OmgIdlLexer;

constexpr std::string_view kBlanksOfLine = " \t\r";

bool is_pragma(std::string_view directive) {
  const std::string_view name = trimmed(directive.substr(1), kBlanksOfLine);  // behind '#'
  return name.substr(0, name.find_first_of(" \t")) == "pragma";
}

/// The closing bracket for an opening one, else 0.
std::size_t closing(std::size_t type) {
  switch (type) {
    case Lexer::LEFT_BRACE: return Lexer::RIGHT_BRACE;
    case Lexer::LEFT_PARENTHESIS: return Lexer::RIGHT_PARENTHESIS;
    case Lexer::LEFT_BRACKET: return Lexer::RIGHT_BRACKET;
    case Lexer::LEFT_ANGLE: return Lexer::RIGHT_ANGLE;  // there is no "less than" in IDL
    default: return 0;
  }
}

bool is_number(std::size_t type) {
  return type == Lexer::INTEGER || type == Lexer::FLOATING;
}

/// The brackets that are open at a token. Forgiving: a brace closes whatever was left open inside.
class OpenBrackets {
 public:
  void see(std::size_t type) {
    if (const std::size_t close = closing(type); close != 0) {
      closing_.push_back(close);
    } else if (type == Lexer::SEMICOLON) {
      while (!closing_.empty() && closing_.back() == Lexer::RIGHT_ANGLE) closing_.pop_back();
    } else if (type == Lexer::RIGHT_BRACE) {
      while (!closing_.empty() && closing_.back() != type) closing_.pop_back();
      if (!closing_.empty()) closing_.pop_back();
    } else if (!closing_.empty() && closing_.back() == type) {
      closing_.pop_back();
    }
  }
  std::size_t depth() const { return closing_.size(); }
  bool in_angle() const { return !closing_.empty() && closing_.back() == Lexer::RIGHT_ANGLE; }

 private:
  std::vector<std::size_t> closing_;
};

}  // namespace

TokenBuffer::TokenBuffer(const SourceText& source, antlr4::TokenSource& tokens)
    : TokenStream(source, tokens) {}

bool TokenBuffer::prepare(Reporter& reporter) {
  fill();
  index_characters();
  OpenBrackets brackets;
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
    if (token.getType() == Lexer::SHIFT_RIGHT && brackets.in_angle()) split_shift(i);
    brackets.see(token.getType());
    if (brackets.depth() > kNestingMax) {
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
    case Lexer::UNEXPECTED_CHARACTER: judge_character(token, reporter); return true;
    case Lexer::DIRECTIVE: judge_directive(token, reporter); return true;
    case Lexer::UNTERMINATED_COMMENT:
      reporter.report(Message::UnterminatedComment, range(token));
      return false;
    default: return true;
  }
}

/// A '.' between two words is read as the "::" that it should be.
void TokenBuffer::judge_character(antlr4::Token& token, Reporter& reporter) {
  const std::size_t index = token.getTokenIndex();
  const bool joins = text(token) == "." && is_glued(index) && is_glued(index + 1) &&
                     at(index - 1)->getType() == Lexer::IDENTIFIER &&
                     at(index + 1)->getType() == Lexer::IDENTIFIER;
  reporter.report(Message::UnexpectedCharacter, range(token),
                  {text(token), joins ? ": names are joined by '::'" : ""});
  if (!joins) return;
  editable(token).setType(Lexer::SCOPE);
  editable(token).setChannel(antlr4::Token::DEFAULT_CHANNEL);
}

/// True for a number that a word or another number follows without a space: "0xZZ", "1.5.2".
bool TokenBuffer::is_run_on_number(std::size_t index) const {
  if (!is_number(at(index)->getType()) || !is_glued(index + 1)) return false;
  const std::size_t rest = at(index + 1)->getType();
  return rest == Lexer::IDENTIFIER || is_number(rest);
}

/// Pragmas are the language's; all other directives the preprocessor has taken out.
void TokenBuffer::judge_directive(antlr4::Token& token, Reporter& reporter) {
  if (is_pragma(text(token)) && trimmed(line_before(token), kBlanksOfLine).empty()) {
    pragmas_.push_back(&token);
  } else {
    refuse(token, Lexer::UNEXPECTED_CHARACTER, Message::UnexpectedCharacter, "", reporter);
  }
}

void TokenBuffer::split_shift(std::size_t index) {
  antlr4::CommonToken& first = editable(*at(index));
  auto second = std::make_unique<antlr4::CommonToken>(&first);
  first.setType(Lexer::RIGHT_ANGLE);
  second->setType(Lexer::RIGHT_ANGLE);
  first.setStopIndex(first.getStartIndex());
  second->setStartIndex(first.getStartIndex() + 1);
  _tokens.insert(_tokens.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(second));
  renumber(index);
}

}  // namespace oncec::frontend
