// The tokens of one text, which a front end judges and edits before parsing and while it repairs a syntax
// error, and where each of them was written. Which tokens there are, those who derive from it say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <antlr4-runtime.h>

#include "frontend/messages.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend {

/// How deeply brackets of all kinds may nest, and values in values.
inline constexpr std::size_t kNestingMax = 64;

/// The types of token, as a language's scanner numbers them, that are judged alike in all languages. 0 for one
/// that the language does not have.
struct Vocabulary {
  std::size_t string;
  std::size_t unterminated_string;
  std::size_t character;
  std::size_t unterminated_character;
  std::size_t unterminated_comment;
  std::size_t unexpected_character;
  std::size_t word;
  std::vector<std::size_t> numbers;
  std::vector<std::pair<std::size_t, std::size_t>> brackets;  // opening and closing
  std::size_t right_brace;
  std::size_t semicolon;
  std::size_t right_angle = 0;
  std::size_t shift_right = 0;  // `>>`: two right angles where one is open
};

class TokenStream : public antlr4::CommonTokenStream {
 public:
  TokenStream(const SourceText& source, antlr4::TokenSource& tokens, const Vocabulary& vocabulary);

  /// To be called once, first. Reports what is wrong with single tokens and brackets' depth. False if there is
  /// no sense in parsing.
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
  /// True if nothing stands between the token at `index` and the one before it.
  bool is_glued(std::size_t index) const;
  /// As written; for the end of the file, nothing.
  std::string_view text(const antlr4::Token& token) const;

  /// True for what comes from an included file.
  bool is_included(const antlr4::Token& token) const;

  /// True for a literal whose end is missing.
  bool is_unterminated(const antlr4::Token& token) const { return unterminated_.count(&token) != 0; }

 protected:
  /// Judges a token that the parser does not see: a directive, or what no token begins with.
  virtual void judge_hidden(antlr4::Token& token, Reporter& reporter) = 0;

  /// Reports the token's first character, and makes an unexpected character of all of it: what else
  /// is wrong there is a consequence.
  void refuse(antlr4::Token& token, Message message, const std::string& more, Reporter& reporter);
  /// True if nothing but blanks stands before the token on its line.
  bool begins_line(const antlr4::Token& token) const;
  /// True for a #pragma at the beginning of its line. All other directives the preprocessor has taken out.
  bool is_pragma(const antlr4::Token& directive) const;

  static antlr4::CommonToken& editable(antlr4::Token& token);

  const SourceText& source_;

 private:
  class OpenBrackets;

  void renumber(std::size_t from);
  void index_characters();
  std::uint32_t octet_of(std::size_t character) const;
  std::uint32_t end_of(const antlr4::Token& token) const;
  bool is_number(const antlr4::Token& token) const;
  bool is_run_on_number(std::size_t index) const;
  void judge_unterminated(antlr4::Token& token, const std::string& kind, std::size_t type,
                          Reporter& reporter);
  void refuse_behind_number(std::size_t index, Reporter& reporter);
  void cut_behind(std::size_t index);
  void split_shift(std::size_t index);

  const Vocabulary& vocabulary_;
  std::set<const antlr4::Token*> unterminated_;
  std::vector<std::uint32_t> octet_of_;  // of each character; empty if all are ASCII
};

/// True for a token that a repair has invented.
bool is_invented(const antlr4::Token& token);

}  // namespace oncec::frontend
