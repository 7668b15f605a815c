// The tokens of one text in the ONC RPC language: before parsing, what is hidden or damaged is judged.
#pragma once

#include <cstddef>

#include <antlr4-runtime.h>

#include "OncRpcLexer.h"
#include "frontend/messages.hpp"
#include "frontend/token_stream.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend::onc {

class TokenBuffer : public TokenStream {
 public:
  TokenBuffer(const SourceText& source, antlr4::TokenSource& tokens);

  /// Reports what is wrong with single tokens and brackets' depth. False if there is no sense in parsing.
  bool prepare(Reporter& reporter);

 private:
  bool judge_hidden(antlr4::Token& token, Reporter& reporter);
  bool is_run_on_number(std::size_t index) const;
  void judge_passed_line(antlr4::Token& token, Reporter& reporter);
  void judge_directive(antlr4::Token& token, Reporter& reporter);
};

}  // namespace oncec::frontend::onc
