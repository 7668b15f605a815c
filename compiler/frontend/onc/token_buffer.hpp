// The tokens of one file in the ONC RPC language.
#pragma once

#include <antlr4-runtime.h>

#include "frontend/messages.hpp"
#include "frontend/token_stream.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend::onc {

class TokenBuffer : public TokenStream {
 public:
  TokenBuffer(const SourceText& source, antlr4::TokenSource& tokens);

 private:
  void judge_hidden(antlr4::Token& token, Reporter& reporter) override;
};

}  // namespace oncec::frontend::onc
