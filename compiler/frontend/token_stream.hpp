// The tokens of one text, which a front end edits before parsing and while it repairs a syntax error, and
// where each of them was written. Which tokens there are is the business of those who derive from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <antlr4-runtime.h>

#include "frontend/messages.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend {

/// How deeply brackets of all kinds may nest, and values in values.
inline constexpr std::size_t kNestingMax = 64;

class TokenStream : public antlr4::CommonTokenStream {
 public:
  TokenStream(const SourceText& source, antlr4::TokenSource& tokens);

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
  /// True if nothing stands between the token at `index` and the one before it.
  bool is_glued(std::size_t index) const;
  /// As written; for the end of the file, nothing.
  std::string_view text(const antlr4::Token& token) const;

  /// True for what comes from an included file.
  bool is_included(const antlr4::Token& token) const;

  /// True for a literal whose end is missing.
  bool is_unterminated(const antlr4::Token& token) const { return unterminated_.count(&token) != 0; }

 protected:
  // Judging single tokens before parsing. The types are those of the language's own scanner.

  /// A literal without its end is reported, and from then on one like any other, of this type, but without a
  /// value. `kind`: "string".
  void judge_unterminated(antlr4::Token& token, const std::string& kind, std::size_t type,
                          Reporter& reporter);
  /// Reports the token's first character, and makes a token of type `wrong` of it: what else is wrong there
  /// is a consequence.
  void refuse(antlr4::Token& token, std::size_t wrong, Message message, const std::string& more,
              Reporter& reporter);
  /// Reports and hides what follows the number at `index` without a space: "0xZZ", "1.5.2".
  void refuse_behind_number(std::size_t index, std::size_t wrong, Reporter& reporter);
  /// Drops the tokens behind the one at `index`, up to the end of the file.
  void cut_behind(std::size_t index);

  static antlr4::CommonToken& editable(antlr4::Token& token);
  void renumber(std::size_t from);
  void index_characters();
  std::uint32_t octet_of(std::size_t character) const;
  /// The text of the token's line before it.
  std::string_view line_before(const antlr4::Token& token) const;

  const SourceText& source_;

 private:
  std::uint32_t end_of(const antlr4::Token& token) const;

  std::set<const antlr4::Token*> unterminated_;
  std::vector<std::uint32_t> octet_of_;  // of each character; empty if all are ASCII
};

/// True for a token that a repair has invented.
bool is_invented(const antlr4::Token& token);

}  // namespace oncec::frontend
