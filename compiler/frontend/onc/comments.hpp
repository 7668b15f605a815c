// The comments that belong to a declaration: those on the lines right above it, and one behind it on its last
// line. `/* @idempotent */` above a procedure is an annotation.
#pragma once

#include <string>
#include <vector>

#include "frontend/onc/token_buffer.hpp"

namespace oncec::frontend::onc {

struct Comments {
  std::string doc;  // without marks and annotations, lines kept
  struct Word {
    std::string name;  // without the '@'
    SourceRange range;
  };
  std::vector<Word> annotations;  // of comments that hold nothing else
};

/// Those of what begins at `first` and ends at `last`, a ',' or ';' behind it aside.
Comments read_comments(const TokenBuffer& tokens, const antlr4::Token& first, const antlr4::Token& last);

}  // namespace oncec::frontend::onc
