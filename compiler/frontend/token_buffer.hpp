// The tokens of one IDL file.
#pragma once

#include <vector>

#include <antlr4-runtime.h>

#include "frontend/messages.hpp"
#include "frontend/token_stream.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend {

class TokenBuffer : public TokenStream {
 public:
  TokenBuffer(const SourceText& source, antlr4::TokenSource& tokens);

  const std::vector<const antlr4::Token*>& pragmas() const { return pragmas_; }

  /// True if names may be missing through no fault of their uses: there was an #include that cannot be read.
  bool has_unread_include() const { return !source_.is_complete(); }

 private:
  void judge_hidden(antlr4::Token& token, Reporter& reporter) override;
  void judge_character(antlr4::Token& token, Reporter& reporter);

  std::vector<const antlr4::Token*> pragmas_;
};

}  // namespace oncec::frontend
