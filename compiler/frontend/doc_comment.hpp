// Doc comments: `///`, `//!`, `/** … */`, `/*! … */` before what they describe, and `///<`, `//!<` behind it
// on the same line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "frontend/token_buffer.hpp"

namespace oncec::frontend {

/// The text, without marks and without the indentation that all lines share; lines are kept. Empty if none.
std::string doc_comment(const TokenBuffer& tokens, const antlr4::Token& first, const antlr4::Token& last);

/// What comments of any kind say, one behind the other: without marks, indentation and rulers.
std::string comment_text(const std::vector<std::string_view>& comments);

}  // namespace oncec::frontend
