// Parsing in two stages: first the quick one (SLL prediction, and give up at the first error), which right
// files pass; then, where that failed, the thorough one that repairs and reports.
#include "frontend/onc/syntax.hpp"

#include <memory>

namespace oncec::frontend::onc {

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
  damage_.is_damaged = true;
  interpreter->setPredictionMode(antlr4::atn::PredictionMode::LL);
  parser_.setErrorHandler(std::make_shared<RepairStrategy>(tokens_, reporter, damage_, parser_.getATN()));
  tokens_.seek(0);
  tree_ = parser_.specification();
}

SourceRange Syntax::range(antlr4::ParserRuleContext& context) const {
  const antlr4::Token& first = *context.getStart();
  const antlr4::Token* last = context.getStop();
  if (last == nullptr || last->getTokenIndex() < first.getTokenIndex()) last = &first;
  return tokens_.range(first, *last);
}

std::string Syntax::text(antlr4::ParserRuleContext& context) const {
  std::string out;
  const std::size_t last = context.getStop()->getTokenIndex();
  for (std::size_t i = context.getStart()->getTokenIndex(); i <= last; i = tokens_.next(i)) {
    out.append(out.empty() ? "" : " ").append(tokens_.text(*tokens_.at(i)));
  }
  return out;
}

Comments Syntax::comments(antlr4::ParserRuleContext& context) const {
  return read_comments(tokens_, *context.getStart(), *context.getStop());
}

}  // namespace oncec::frontend::onc
