// Doc comments: `///`, `//!`, `/** … */`, `/*! … */` before what they describe, and `///<`, `//!<` behind it
// on the same line.
#pragma once

#include <string>

#include "frontend/token_buffer.hpp"

namespace oncec::frontend {

/// The text, without marks and without the indentation that all lines share; lines are kept. Empty if none.
std::string doc_comment(const TokenBuffer& tokens, const antlr4::Token& first, const antlr4::Token& last);

}  // namespace oncec::frontend
