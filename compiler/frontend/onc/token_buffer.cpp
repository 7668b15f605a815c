// Judging what the parser of the ONC RPC language does not see.
#include "frontend/onc/token_buffer.hpp"

#include "OncRpcLexer.h"

namespace oncec::frontend::onc {

namespace {

using Lexer = grammar::OncRpcLexer;

const Vocabulary kVocabulary{
    .string = Lexer::STRING,
    .unterminated_string = Lexer::UNTERMINATED_STRING,
    .character = Lexer::CHARACTER,
    .unterminated_character = Lexer::UNTERMINATED_CHARACTER,
    .unterminated_comment = Lexer::UNTERMINATED_COMMENT,
    .unexpected_character = Lexer::UNEXPECTED_CHARACTER,
    .word = Lexer::IDENTIFIER,
    .numbers = {Lexer::INTEGER},
    .brackets = {{Lexer::LEFT_BRACE, Lexer::RIGHT_BRACE},
                 {Lexer::LEFT_PARENTHESIS, Lexer::RIGHT_PARENTHESIS},
                 {Lexer::LEFT_BRACKET, Lexer::RIGHT_BRACKET}},
    .right_brace = Lexer::RIGHT_BRACE,
    .semicolon = Lexer::SEMICOLON,
};

}  // namespace

TokenBuffer::TokenBuffer(const SourceText& source, antlr4::TokenSource& tokens)
    : TokenStream(source, tokens, kVocabulary) {}

/// Pragmas are nobody's business here.
void TokenBuffer::judge_hidden(antlr4::Token& token, Reporter& reporter) {
  if (token.getType() == Lexer::UNEXPECTED_CHARACTER) {
    reporter.report(Message::UnexpectedCharacter, range(token), {text(token)});
  } else if (token.getType() == Lexer::PASSED_LINE) {
    if (!begins_line(token)) refuse(token, Message::PassedLineMisplaced, "", reporter);
  } else if (token.getType() == Lexer::DIRECTIVE) {
    if (!is_pragma(token)) refuse(token, Message::UnexpectedCharacter, "", reporter);
  }
}

}  // namespace oncec::frontend::onc
