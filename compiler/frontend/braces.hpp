// Braces that do not match. A parser learns of a missing '}' far too late: everything behind it has landed in
// the wrong scope by then. People indent, though, and that tells where the brace was meant to be.
#pragma once

#include "frontend/messages.hpp"
#include "frontend/token_buffer.hpp"

namespace oncec::frontend {

/// If there are more of one brace than of the other, reports and mends what indentation shows to be wrong.
/// The rest is left to the parser.
void balance_braces(TokenBuffer& tokens, Reporter& reporter);

}  // namespace oncec::frontend
