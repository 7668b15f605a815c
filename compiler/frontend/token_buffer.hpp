// The tokens of one file, which the front end edits: before parsing (comments, directives and damaged tokens
// are judged, `>>` that closes two brackets is split), and while it repairs a syntax error.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <antlr4-runtime.h>

#include "OmgIdlLexer.h"
#include "frontend/messages.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend {

/// How deeply brackets of all kinds may nest, and values in values.
inline constexpr std::size_t kNestingMax = 64;

class TokenBuffer : public antlr4::CommonTokenStream {
 public:
  TokenBuffer(const SourceText& source, antlr4::TokenSource& tokens);

  /// Reports what is wrong with single tokens and brackets' depth. False if there is no sense in parsing.
  bool prepare(Reporter& reporter);

  /// Puts a token of this type and text before the one at `index`, with the place of the latter.
  void insert(std::size_t index, std::size_t type, const std::string& text);
  /// Makes another type of token of it.
  void retype(std::size_t index, std::size_t type);
  /// Takes the token out of the parser's sight.
  void hide(std::size_t index);

  antlr4::Token* at(std::size_t index) const { return _tokens[index].get(); }
  std::size_t count() const { return _tokens.size(); }
  /// The next index after (before) this one whose token the parser sees.
  std::size_t next(std::size_t index) const;
  std::size_t previous(std::size_t index) const;  // count() if there is none

  SourceRange range(const antlr4::Token& token) const;
  SourceRange range(const antlr4::Token& first, const antlr4::Token& last) const;
  /// As written; for the end of the file, nothing.
  std::string_view text(const antlr4::Token& token) const;

  /// True for what comes from an included file.
  bool is_included(const antlr4::Token& token) const;

  /// True for a literal whose end is missing.
  bool is_unterminated(const antlr4::Token& token) const { return unterminated_.count(&token) != 0; }

  const std::vector<const antlr4::Token*>& pragmas() const { return pragmas_; }

  /// True if names may be missing through no fault of their uses: there was an #include that cannot be read.
  bool has_unread_include() const { return has_unread_include_; }

 private:
  void judge_unterminated(antlr4::Token& token, Reporter& reporter);
  bool judge_hidden(antlr4::Token& token, Reporter& reporter);
  void judge_directive(antlr4::Token& token, Reporter& reporter);
  void split_shift(std::size_t index);
  void renumber(std::size_t from);
  void index_characters();
  std::uint32_t octet_of(std::size_t character) const;
  std::uint32_t end_of(const antlr4::Token& token) const;

  const SourceText& source_;
  std::vector<std::uint32_t> octet_of_;  // of each character; empty if all are ASCII
  std::set<const antlr4::Token*> unterminated_;
  std::vector<const antlr4::Token*> pragmas_;
  bool has_unread_include_ = false;
};

/// True for a token that a repair has invented.
bool is_invented(const antlr4::Token& token);

}  // namespace oncec::frontend
