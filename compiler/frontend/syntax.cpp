// Parsing in two stages: first the quick one (SLL prediction, and give up at the first error), which right
// files pass; then, where that failed, the thorough one that repairs and reports.
#include "frontend/syntax.hpp"

#include <algorithm>
#include <memory>

#include "frontend/braces.hpp"
#include "frontend/doc_comment.hpp"

namespace oncec::frontend {

Syntax::Syntax(const SourceText& source, Reporter& reporter)
    : characters_(std::string(source.text())),
      lexer_(&characters_),
      tokens_(source, lexer_),
      parser_(&tokens_) {
  lexer_.removeErrorListeners();
  parser_.removeErrorListeners();
  if (tokens_.prepare(reporter)) parse(reporter);
}

void Syntax::parse(Reporter& reporter) {
  auto* interpreter = parser_.getInterpreter<antlr4::atn::ParserATNSimulator>();
  interpreter->setPredictionMode(antlr4::atn::PredictionMode::SLL);
  parser_.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
  try {
    tree_ = parser_.specification();
    return;
  } catch (const antlr4::ParseCancellationException&) {
    parser_.reset();
  }
  interpreter->setPredictionMode(antlr4::atn::PredictionMode::LL);
  balance_braces(tokens_, reporter);
  parser_.setErrorHandler(std::make_shared<RepairStrategy>(tokens_, reporter, damage_, parser_.getATN()));
  tokens_.seek(0);
  tree_ = parser_.specification();
}

const antlr4::Token& first_token(antlr4::ParserRuleContext& context) {
  antlr4::tree::ParseTree* tree = &context;
  while (!tree->children.empty()) tree = tree->children.front();
  if (auto* leaf = dynamic_cast<antlr4::tree::TerminalNode*>(tree)) return *leaf->getSymbol();
  return *context.getStart();
}

SourceRange Syntax::range(antlr4::ParserRuleContext& context) const {
  const antlr4::Token* first = &first_token(context);
  const antlr4::Token* last = context.getStop();
  if (last == nullptr || last->getTokenIndex() < first->getTokenIndex()) last = first;
  return tokens_.range(*first, *last);
}

bool Syntax::lost_something_in(antlr4::ParserRuleContext& context) const {
  const std::size_t first = context.getStart()->getTokenIndex();
  const std::size_t last = context.getStop() != nullptr ? context.getStop()->getTokenIndex() : first;
  return std::any_of(damage_.lost.begin(), damage_.lost.end(),
                     [&](std::size_t token) { return token >= first && token <= last; });
}

std::string Syntax::doc(const antlr4::Token& first, const antlr4::Token& last) const {
  return doc_comment(tokens_, first, last);
}

}  // namespace oncec::frontend
