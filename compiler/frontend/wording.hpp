// The words that the messages of both languages' parsers are put together from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <antlr4-runtime.h>

#include "frontend/token_stream.hpp"

namespace oncec::frontend {

std::string quoted(std::string_view text);

/// "a", "a or b", "a, b or c".
std::string one_of(const std::vector<std::string>& words);

/// " after 'struct'"; nothing if `previous` is TokenStream::count(), or has no text.
std::string after_previous(std::size_t previous, const TokenStream& tokens);

/// "'struct'", "end of file".
std::string found_token(const antlr4::Token& token, const TokenStream& tokens);

/// By token type, "struct" for STRUCT; empty where the token has no fixed spelling.
std::vector<std::string> spellings(const antlr4::dfa::Vocabulary& vocabulary);

}  // namespace oncec::frontend
