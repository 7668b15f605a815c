// The tokens of one IDL file: before parsing, comments, directives and damaged tokens are judged, and a `>>`
// that closes two brackets is split.
#pragma once

#include <cstddef>

#include <antlr4-runtime.h>

#include "OmgIdlLexer.h"
#include "frontend/messages.hpp"
#include "frontend/token_stream.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend {

class TokenBuffer : public TokenStream {
 public:
  TokenBuffer(const SourceText& source, antlr4::TokenSource& tokens);

  /// Reports what is wrong with single tokens and brackets' depth. False if there is no sense in parsing.
  bool prepare(Reporter& reporter);

  const std::vector<const antlr4::Token*>& pragmas() const { return pragmas_; }

  /// True if names may be missing through no fault of their uses: there was an #include that cannot be read.
  bool has_unread_include() const { return !source_.is_complete(); }

 private:
  bool judge_hidden(antlr4::Token& token, Reporter& reporter);
  void judge_character(antlr4::Token& token, Reporter& reporter);
  bool is_run_on_number(std::size_t index) const;
  void judge_directive(antlr4::Token& token, Reporter& reporter);
  void split_shift(std::size_t index);

  std::vector<const antlr4::Token*> pragmas_;
};

}  // namespace oncec::frontend
