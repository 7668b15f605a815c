// Words for what the grammar expects at a place: "';' after the member", "the struct's name", "a type".
#pragma once

#include <string>
#include <string_view>

#include <antlr4-runtime.h>

#include "frontend/onc/token_buffer.hpp"

namespace oncec::frontend::onc {

/// The one token that is missing here, behind `previous` (an index; TokenBuffer::count() if it is the first).
std::string expected_token(std::size_t type, antlr4::ParserRuleContext& context, std::size_t previous,
                           const TokenBuffer& tokens);

/// All that could come here.
std::string expected_any(const antlr4::misc::IntervalSet& types, antlr4::ParserRuleContext& context,
                         std::size_t previous, const TokenBuffer& tokens);

/// "struct" for Grammar::STRUCT; empty if the token has no fixed spelling.
std::string_view spelling_of(std::size_t type);

bool is_keyword(std::size_t type);
bool is_punctuation(std::size_t type);

}  // namespace oncec::frontend::onc
