// Judging what the parser of IDL does not see.
#include "frontend/token_buffer.hpp"

#include "OmgIdlLexer.h"

namespace oncec::frontend {

namespace {

using Lexer = grammar::OmgIdlLexer;

const Vocabulary kVocabulary{
    .string = Lexer::STRING,
    .unterminated_string = Lexer::UNTERMINATED_STRING,
    .character = Lexer::CHARACTER,
    .unterminated_character = Lexer::UNTERMINATED_CHARACTER,
    .unterminated_comment = Lexer::UNTERMINATED_COMMENT,
    .unexpected_character = Lexer::UNEXPECTED_CHARACTER,
    .word = Lexer::IDENTIFIER,
    .numbers = {Lexer::INTEGER, Lexer::FLOATING},
    .brackets = {{Lexer::LEFT_BRACE, Lexer::RIGHT_BRACE},
                 {Lexer::LEFT_PARENTHESIS, Lexer::RIGHT_PARENTHESIS},
                 {Lexer::LEFT_BRACKET, Lexer::RIGHT_BRACKET},
                 {Lexer::LEFT_ANGLE, Lexer::RIGHT_ANGLE}},  // there is no "less than" in IDL
    .right_brace = Lexer::RIGHT_BRACE,
    .semicolon = Lexer::SEMICOLON,
    .right_angle = Lexer::RIGHT_ANGLE,
    .shift_right = Lexer::SHIFT_RIGHT,
};

}  // namespace

TokenBuffer::TokenBuffer(const SourceText& source, antlr4::TokenSource& tokens)
    : TokenStream(source, tokens, kVocabulary) {}

/// Pragmas are the language's.
void TokenBuffer::judge_hidden(antlr4::Token& token, Reporter& reporter) {
  if (token.getType() == Lexer::UNEXPECTED_CHARACTER) {
    judge_character(token, reporter);
  } else if (token.getType() == Lexer::DIRECTIVE) {
    if (is_pragma(token)) {
      pragmas_.push_back(&token);
    } else {
      refuse(token, Message::UnexpectedCharacter, "", reporter);
    }
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

}  // namespace oncec::frontend
