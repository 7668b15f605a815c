// From text to a parse tree, and everything that the rest of the front end wants to know about its tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <antlr4-runtime.h>

#include "OncRpcLexer.h"
#include "OncRpcParser.h"
#include "frontend/messages.hpp"
#include "frontend/onc/comments.hpp"
#include "frontend/onc/repair.hpp"
#include "frontend/onc/token_buffer.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend::onc {

using Grammar = grammar::OncRpcParser;

/// Parses a text, and reports what is wrong with its syntax. The tree leaves out what could not be repaired;
/// where something was missing it may have invented tokens, with empty text.
class Syntax {
 public:
  Syntax(const SourceText& source, Reporter& reporter);

  /// nullptr if the text is nested too deeply to be parsed.
  Grammar::SpecificationContext* tree() const { return tree_; }

  SourceRange range(antlr4::ParserRuleContext& context) const;  // not const: ANTLR does not know it
  SourceRange range(const antlr4::Token& token) const { return tokens_.range(token); }
  std::string_view text(const antlr4::Token& token) const { return tokens_.text(token); }
  std::string text(antlr4::ParserRuleContext& context) const;  // its words, with a space between
  bool is_included(const antlr4::Token& token) const { return tokens_.is_included(token); }
  bool is_unterminated(const antlr4::Token& token) const { return tokens_.is_unterminated(token); }

  /// What the comments round a declaration say.
  Comments comments(antlr4::ParserRuleContext& context) const;

  /// Something is wrong with the syntax: what is missing may have been there.
  bool is_damaged() const { return damage_.is_damaged; }
  /// Names that stood where the syntax is wrong. An unknown one among them is no error of its own.
  bool is_suspect(std::string_view name) const { return damage_.suspects.count(std::string(name)) != 0; }

 private:
  void parse(Reporter& reporter);

  antlr4::ANTLRInputStream characters_;
  grammar::OncRpcLexer lexer_;
  TokenBuffer tokens_;
  Grammar parser_;
  Grammar::SpecificationContext* tree_ = nullptr;
  Damage damage_;
};

}  // namespace oncec::frontend::onc
