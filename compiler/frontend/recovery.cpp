// The parser's side of repairs.
#include "frontend/recovery.hpp"

#include <utility>

namespace oncec::frontend {

namespace {

constexpr std::size_t kUpcoming = 8;  // how far ahead a repair must prove itself

}  // namespace

void Recovery::sync(antlr4::Parser* parser) {
  const antlr4::atn::ATNState* state = atn_.states[parser->getState()];
  while (!can_go_on(parser, state)) {
    if (!repair(situation(parser, state))) throw antlr4::InputMismatchException(parser);
  }
}

antlr4::Token* Recovery::recoverInline(antlr4::Parser* parser) {
  const antlr4::atn::ATNState* state = atn_.states[parser->getState()];
  if (!repair(situation(parser, state)) || !can_go_on(parser, state)) {
    if (!giving_up_) give_up(stream_.index());
    throw antlr4::InputMismatchException(parser);
  }
  antlr4::Token* token = parser->getCurrentToken();
  parser->consume();
  return token;
}

void Recovery::recover(antlr4::Parser* parser, std::exception_ptr error) {
  antlr4::ParserRuleContext* context = parser->getContext();
  if (!is_unit(context->getRuleIndex()) && context->parent != nullptr)
    std::rethrow_exception(std::move(error));

  const std::size_t begin = context->getStart()->getTokenIndex();
  if (auto* parent = static_cast<antlr4::ParserRuleContext*>(context->parent)) parent->removeLastChild();
  if (restart_) {
    stream_.seek(*restart_);
  } else {
    leave_out(begin, given_up_at_);
  }
  restart_.reset();
  giving_up_ = false;
}

bool Recovery::can_go_on(antlr4::Parser* parser, const antlr4::atn::ATNState* state) const {
  const std::size_t type = stream_.LA(1);
  const antlr4::misc::IntervalSet& next = atn_.nextTokens(const_cast<antlr4::atn::ATNState*>(state));
  if (next.contains(type)) return true;
  if (!next.contains(antlr4::Token::EPSILON)) return false;
  return lookahead_.readable(state, parser->getContext(), {type}) == 1;
}

Recovery::Situation Recovery::situation(antlr4::Parser* parser, const antlr4::atn::ATNState* state) const {
  const std::size_t error = stream_.index();
  Situation at{parser, state, error, stream_.previous(error), {}, {}, parser->getContext()};
  while (at.unit != nullptr && !is_unit(at.unit->getRuleIndex())) {
    at.unit = static_cast<antlr4::ParserRuleContext*>(at.unit->parent);
  }
  at.expected = atn_.getExpectedTokens(state->stateNumber, parser->getContext());
  for (std::size_t i = error; at.upcoming.size() < kUpcoming; i = stream_.next(i)) {
    at.upcoming.push_back(stream_.at(i)->getType());
    if (at.upcoming.back() == antlr4::Token::EOF) break;
  }
  return at;
}

std::size_t Recovery::begin_of(antlr4::ParserRuleContext& unit) const {
  const antlr4::Token& start = *unit.getStart();
  return start.getChannel() == antlr4::Token::HIDDEN_CHANNEL ? stream_.next(start.getTokenIndex())
                                                             : start.getTokenIndex();
}

void Recovery::give_up(std::size_t at) {
  giving_up_ = true;
  given_up_at_ = at;
}

void Recovery::note_missing(Diagnostic& report, std::size_t index) const {
  const std::size_t previous = stream_.previous(index);
  if (previous == stream_.count() || stream_.at(previous)->getLine() == stream_.at(index)->getLine()) return;
  const SourceRange before = stream_.range(*stream_.at(previous));
  report.note({before.file, before.end, before.end + 1}, "it is missing here");
}

}  // namespace oncec::frontend
