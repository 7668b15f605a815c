// From text to a parse tree, and everything that the rest of the front end wants to know about its tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <antlr4-runtime.h>

#include "OmgIdlLexer.h"
#include "OmgIdlParser.h"
#include "frontend/messages.hpp"
#include "frontend/repair.hpp"
#include "frontend/token_buffer.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend {

using Grammar = grammar::OmgIdlParser;

/// The first token of what was read. (A context's own start is the token that was there when its rule began;
/// a repair may have put another one before it since.)
const antlr4::Token& first_token(antlr4::ParserRuleContext& context);

/// Parses a file, and reports what is wrong with its syntax. The tree leaves out what could not be repaired;
/// where something was missing it may have invented tokens, with empty text where a name or a value is meant.
class Syntax {
 public:
  Syntax(const SourceText& source, Reporter& reporter);

  /// nullptr if the file is nested too deeply to be parsed.
  Grammar::SpecificationContext* tree() const { return tree_; }

  SourceRange range(antlr4::ParserRuleContext& context) const;  // not const: ANTLR does not know it
  SourceRange range(const antlr4::Token& token) const { return tokens_.range(token); }
  std::string_view text(const antlr4::Token& token) const { return tokens_.text(token); }
  /// True for what comes from an included file.
  bool is_included(const antlr4::Token& token) const { return tokens_.is_included(token); }

  /// The #pragma lines, in the order of the text.
  std::vector<const antlr4::Token*> pragmas() const { return tokens_.pragmas(); }
  const antlr4::Token& end_of_file() const { return *tokens_.at(tokens_.count() - 1); }

  bool is_unterminated(const antlr4::Token& token) const { return tokens_.is_unterminated(token); }

  /// The text of doc comments that belong to what begins at `first` and ends at `last`.
  std::string doc(const antlr4::Token& first, const antlr4::Token& last) const;

  /// Names that stood where the syntax is wrong. An unknown one among them is no error of its own.
  bool is_suspect(std::string_view name) const { return damage_.suspects.count(std::string(name)) != 0; }
  /// Braces do not match: declarations may have landed in the wrong scope.
  bool is_unbalanced() const { return damage_.unbalanced; }
  /// True if part of what the context spans could not be parsed and was left out.
  bool lost_something_in(antlr4::ParserRuleContext& context) const;
  bool has_unread_include() const { return tokens_.has_unread_include(); }

 private:
  void parse(Reporter& reporter);

  antlr4::ANTLRInputStream characters_;
  grammar::OmgIdlLexer lexer_;
  TokenBuffer tokens_;
  Grammar parser_;
  Grammar::SpecificationContext* tree_ = nullptr;
  Damage damage_;
};

}  // namespace oncec::frontend
