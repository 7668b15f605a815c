// Words for what the grammar expects at a place: "';' after the member", "the struct's name", "a type".
#pragma once

#include <string>
#include <string_view>

#include <antlr4-runtime.h>

#include "frontend/token_buffer.hpp"

namespace oncec::frontend {

/// Where the parser is.
struct Place {
  antlr4::ParserRuleContext* context = nullptr;
  std::size_t previous = 0;  // the token before, or TokenBuffer::count()
};

/// The one token that is missing here.
std::string expected_token(std::size_t type, const Place& place, const TokenBuffer& tokens);

/// All that could come here.
std::string expected_any(const antlr4::misc::IntervalSet& types, const Place& place,
                         const TokenBuffer& tokens);

/// "struct" for Grammar::STRUCT; empty if the token has no fixed spelling.
std::string_view spelling_of(std::size_t type);

bool is_keyword(std::size_t type);
/// An identifier, or a word that became a keyword after CORBA 2.6.
bool may_be_name(std::size_t type);
bool is_punctuation(std::size_t type);

}  // namespace oncec::frontend
