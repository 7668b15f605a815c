// Finding, weighing and making edits.
#include "frontend/onc/repair.hpp"

#include <string_view>
#include <utility>

#include "OncRpcParser.h"
#include "frontend/onc/expectation.hpp"
#include "frontend/spelling.hpp"
#include "frontend/wording.hpp"

namespace oncec::frontend::onc {

namespace {

using Grammar = grammar::OncRpcParser;
using antlr4::Token;

bool is_body_loop(std::size_t rule, const antlr4::misc::IntervalSet& expected) {
  switch (rule) {
    case Grammar::RuleSpecification: return true;
    case Grammar::RuleStructBody:
    case Grammar::RuleUnionBody:
    case Grammar::RuleProgramDefinition:
    case Grammar::RuleVersionDefinition:
      // Inside the braces, at a unit's begin.
      return expected.contains(std::size_t{Grammar::RIGHT_BRACE}) && expected.size() > 1;
    default: return false;
  }
}

bool begins_definition(std::size_t type) {
  switch (type) {
    case Grammar::CONST:
    case Grammar::TYPEDEF:
    case Grammar::ENUM:
    case Grammar::STRUCT:
    case Grammar::UNION:
    case Grammar::PROGRAM: return true;
    default: return false;
  }
}

bool makes_expression(std::size_t type) {
  switch (type) {
    case Grammar::OPERATOR:
    case Grammar::MINUS:
    case Grammar::STAR:
    case Grammar::LEFT_PARENTHESIS: return true;
    default: return false;
  }
}

bool is_value(std::size_t type) {
  return type == Grammar::INTEGER || type == Grammar::IDENTIFIER || type == Grammar::CHARACTER;
}

/// What a repair may put in. A name or a number stands for any type or value.
bool may_insert(std::size_t type, std::size_t choices) {
  if (type == Grammar::STAR || type == Grammar::MINUS) return false;
  if (type == Grammar::IDENTIFIER || type == Grammar::INTEGER || is_punctuation(type)) return true;
  return is_keyword(type) && choices <= 2;
}

int insertion_cost(std::size_t type) {
  switch (type) {
    case Grammar::SEMICOLON: return 1;
    case Grammar::INTEGER:
    case Grammar::IDENTIFIER: return 3;
    default: return 2;
  }
}

}  // namespace

bool RepairStrategy::is_unit(std::size_t rule) const {
  switch (rule) {
    case Grammar::RuleDefinition:
    case Grammar::RuleMember:
    case Grammar::RuleUnionArm:
    case Grammar::RuleVersionDefinition:
    case Grammar::RuleProcedureDefinition: return true;
    default: return false;
  }
}

// ------------------------------------------------------------------------------- what ANTLR's parser calls

/// Called for each rule on the way out. What sync() and recoverInline() gave up has been reported; a failed
/// prediction has not.
void RepairStrategy::reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) {
  if (giving_up_) return;
  Situation at = situation(parser, atn_.states[parser->getState()]);
  at.error = error.getOffendingToken()->getTokenIndex();
  at.previous = tokens_.previous(at.error);
  report_expected(at, expected_any(at.expected, *parser->getContext(), at.previous, tokens_), false);
  give_up(at.error);
}

// --------------------------------------------------------------------------------------------- the situation

// ------------------------------------------------------------------------------------------------ the repair

bool RepairStrategy::repair(const Situation& at) {
  if (refuse_expression(at) || close_before_unit(at) || refuse_named_body(at)) return false;
  if (drop_brace(at)) return true;
  if (const std::optional<Edit> edit = best_edit(at)) {
    report(at, *edit);
    const Token* error = tokens_.at(at.error);
    apply(*edit);
    last_repair_ = edit->kind == Edit::Kind::Insert || edit->restart ? error : tokens_.at(tokens_.index());
    if (!edit->restart) return true;
    restart_ = at.unit->getStart()->getTokenIndex();
    giving_up_ = true;
    return false;
  }
  report_expected(at, expected_any(at.expected, *at.parser->getContext(), at.previous, tokens_), false);
  if (is_body_loop(at.parser->getContext()->getRuleIndex(), at.expected)) {
    leave_out(at.error, at.error);
    return true;
  }
  give_up(at.error);
  return false;
}

/// `1 + 2`: there are no expressions, and no edit makes one of it.
bool RepairStrategy::refuse_expression(const Situation& at) {
  if (at.unit == nullptr || at.previous == tokens_.count()) return false;
  const std::size_t found = at.upcoming.front();
  const bool begins = at.expected.contains(std::size_t{Grammar::INTEGER});
  const bool goes_on = is_value(tokens_.at(at.previous)->getType()) && found != Grammar::LEFT_PARENTHESIS;
  if (!makes_expression(found) || !(begins || goes_on)) return false;
  if (found == Grammar::STAR && at.expected.contains(std::size_t{Grammar::IDENTIFIER})) return false;
  if (!is_consequence(at.error)) {
    const Token& token = *tokens_.at(at.error);
    reporter_.report(Message::NoExpressions, tokens_.range(token), {tokens_.text(token)});
  }
  give_up(at.error);
  return true;
}

/// A member cannot begin with `struct name {`: that is the next definition, and a '}' is missing before it.
bool RepairStrategy::close_before_unit(const Situation& at) {
  if (at.unit == nullptr || at.unit->getRuleIndex() != Grammar::RuleMember) return false;
  const std::size_t begin = begin_of(*at.unit);
  const std::size_t before = tokens_.previous(begin);
  const bool begins_line =
      before != tokens_.count() && tokens_.at(before)->getLine() < tokens_.at(begin)->getLine();
  const std::size_t name = tokens_.next(begin);
  const std::size_t behind = tokens_.next(name);
  const std::size_t opens = tokens_.at(behind)->getType();
  if (!begins_line || !begins_definition(tokens_.at(begin)->getType()) || behind != at.error ||
      tokens_.at(name)->getType() != Grammar::IDENTIFIER ||
      (opens != Grammar::LEFT_BRACE && opens != Grammar::SWITCH) ||
      tokens_.at(begin)->getCharPositionInLine() > 0) {
    return false;
  }
  Situation there = at;
  there.error = begin;
  there.previous = before;
  report_expected(there, "'}' at the end of the struct", true);
  const Token* definition = tokens_.at(begin);
  tokens_.insert(begin, Grammar::SEMICOLON, "");
  tokens_.insert(begin, Grammar::RIGHT_BRACE, "");
  last_repair_ = definition;
  restart_ = begin;
  giving_up_ = true;
  return true;
}

/// `struct a { … } b;` inside of something: in place, a body has no name.
bool RepairStrategy::refuse_named_body(const Situation& at) {
  const std::size_t found = at.upcoming.front();
  if (at.previous == tokens_.count() || at.unit == nullptr) return false;
  if (found != Grammar::LEFT_BRACE && found != Grammar::SWITCH) return false;
  const Token& name = *tokens_.at(at.previous);
  const std::size_t keyword = tokens_.previous(at.previous);
  if (name.getType() != Grammar::IDENTIFIER || keyword == tokens_.count()) return false;
  switch (tokens_.at(keyword)->getType()) {
    case Grammar::STRUCT:
    case Grammar::UNION:
    case Grammar::ENUM: break;
    default: return false;
  }
  if (!is_consequence(at.error)) {
    reporter_.report(Message::BodyInPlaceNamed, tokens_.range(name),
                     {tokens_.text(*tokens_.at(keyword)), tokens_.text(name)});
  }
  give_up(at.error);
  return true;
}

/// A '}' that closes nothing, and the ';' behind it.
bool RepairStrategy::drop_brace(const Situation& at) {
  if (at.upcoming.front() != Grammar::RIGHT_BRACE ||
      at.parser->getContext()->getRuleIndex() != Grammar::RuleSpecification) {
    return false;
  }
  if (!is_consequence(at.error)) {
    reporter_.report(Message::UnexpectedBrace, tokens_.range(*tokens_.at(at.error)));
  }
  const std::size_t behind = tokens_.next(at.error);
  if (tokens_.at(behind)->getType() == Grammar::SEMICOLON) tokens_.hide(behind);
  tokens_.hide(at.error);
  return true;
}

/// Weighs an edit: its tokens are read first, then what comes from `skip` tokens behind the error on.
void RepairStrategy::consider(const Situation& at, std::optional<Edit>& best, Edit edit,
                              std::size_t skip) const {
  std::vector<std::size_t> head = edit.in;
  if (skip < at.upcoming.size()) {
    head.insert(head.end(), at.upcoming.begin() + static_cast<std::ptrdiff_t>(skip), at.upcoming.end());
  }
  const std::size_t read = lookahead_.readable(at.state, at.parser->getContext(), head);
  if (read <= edit.in.size()) return;
  edit.reach = read - edit.in.size() + skip;
  keep_better(at, best, edit);
}

std::optional<RepairStrategy::Edit> RepairStrategy::best_edit(const Situation& at) const {
  const std::size_t found = at.upcoming.front();
  if (found == Token::EOF && is_body_loop(at.parser->getContext()->getRuleIndex(), at.expected)) {
    if (at.unit == nullptr) return std::nullopt;
    return Edit{Edit::Kind::Insert, at.error, {Grammar::RIGHT_BRACE, Grammar::SEMICOLON}};
  }
  std::optional<Edit> best;
  consider_keywords(at, best);
  const std::vector<ssize_t> expected = at.expected.toList();
  for (const ssize_t each : expected) {
    const auto type = static_cast<std::size_t>(each);
    if (may_insert(type, expected.size())) {
      consider(at, best, {Edit::Kind::Insert, at.error, {type}, insertion_cost(type)}, 0);
    }
    if (type == Grammar::RIGHT_BRACE) {
      consider(at, best, {Edit::Kind::Insert, at.error, {type, Grammar::SEMICOLON}, 3}, 0);
    }
    const bool is_slip = is_punctuation(found) && is_punctuation(type);
    const bool is_keyword_as_name = is_keyword(found) && type == Grammar::IDENTIFIER;
    if (is_slip || is_keyword_as_name) consider(at, best, {Edit::Kind::Replace, at.error, {type}, 4}, 1);
  }
  if (found != Token::EOF) {
    // A ';' too many is easily written, and no other token is missed less.
    consider(at, best, {Edit::Kind::Delete, at.error, {}, found == Grammar::SEMICOLON ? 1 : 5}, 1);
  }
  return best;
}

/// A word that is nearly a keyword: here, or just before, where it passed for a name.
void RepairStrategy::consider_keywords(const Situation& at, std::optional<Edit>& best) const {
  const auto each_keyword = [&](std::size_t index, const auto& visit) {
    const std::string_view word = tokens_.text(*tokens_.at(index));
    for (std::size_t type = Grammar::BOOL; type <= Grammar::VOID_; ++type) {
      NearestWord nearest(word);
      nearest.consider(spelling_of(type));
      if (!nearest.word().empty()) visit(type, equal_but_case(word, nearest.word()) ? 0 : 1);
    }
  };
  if (at.upcoming.front() == Grammar::IDENTIFIER) {
    each_keyword(at.error, [&](std::size_t type, int cost) {
      consider(at, best, {Edit::Kind::Respell, at.error, {type}, cost}, 1);
    });
  }
  const bool is_inside = at.unit != nullptr && at.previous != tokens_.count() &&
                         at.previous >= begin_of(*at.unit) &&
                         tokens_.at(at.previous)->getType() == Grammar::IDENTIFIER;
  if (!is_inside) return;
  // As if the unit began anew, with another word in it.
  std::vector<std::size_t> types;
  for (std::size_t i = begin_of(*at.unit); i < at.error; i = tokens_.next(i)) {
    types.push_back(tokens_.at(i)->getType());
  }
  const std::size_t before = types.size();
  types.insert(types.end(), at.upcoming.begin(), at.upcoming.end());
  const antlr4::atn::ATNState* begin = atn_.ruleToStartState[at.unit->getRuleIndex()];
  each_keyword(at.previous, [&](std::size_t type, int cost) {
    types[before - 1] = type;
    const std::size_t read = lookahead_.readable(begin, at.unit, types);
    if (read <= before) return;
    keep_better(at, best, {Edit::Kind::Respell, at.previous, {type}, cost, true, read - before});
  });
}

void RepairStrategy::apply(const Edit& edit) {
  switch (edit.kind) {
    case Edit::Kind::Respell:
    case Edit::Kind::Replace: tokens_.retype(edit.index, edit.in.front()); return;
    case Edit::Kind::Insert:
      if (edit.in.front() == Grammar::IDENTIFIER) suspect(tokens_.previous(edit.index));
      for (auto type = edit.in.rbegin(); type != edit.in.rend(); ++type)
        tokens_.insert(edit.index, *type, "");
      return;
    case Edit::Kind::Delete:
      suspect(edit.index);
      tokens_.hide(edit.index);
      return;
  }
}

// ---------------------------------------------------------------------------------------------- what is said

void RepairStrategy::report(const Situation& at, const Edit& edit) {
  if (is_consequence(at.error)) return;
  antlr4::ParserRuleContext& context = *at.parser->getContext();
  const Token& token = *tokens_.at(edit.index);
  switch (edit.kind) {
    case Edit::Kind::Respell:
      reporter_.report(Message::MisspeltKeyword, tokens_.range(token),
                       {tokens_.text(token), spelling_of(edit.in.front())});
      return;
    case Edit::Kind::Delete:
      report_expected(at, expected_any(at.expected, context, at.previous, tokens_), false);
      return;
    case Edit::Kind::Insert:
    case Edit::Kind::Replace:
      report_expected(at, expected_token(edit.in.front(), context, at.previous, tokens_),
                      edit.kind == Edit::Kind::Insert);
      return;
  }
}

void RepairStrategy::report_expected(const Situation& at, const std::string& expected, bool is_missing) {
  if (is_consequence(at.error)) return;
  const Token& token = *tokens_.at(at.error);
  if (token.getType() == Token::EOF) end_reported_ = true;
  std::string found = found_token(token, tokens_);
  if (is_keyword(token.getType())) found = "the keyword " + found;
  Diagnostic& report = reporter_.report(Message::Expected, tokens_.range(token), {expected, found});
  if (is_missing) note_missing(report, at.error);
}

/// True if something just before has been reported that makes this one say nothing new.
bool RepairStrategy::is_consequence(std::size_t index) const {
  const Token& token = *tokens_.at(index);
  if (&token == last_repair_ || is_invented(token)) return true;
  if (token.getType() == Token::EOF && end_reported_) return true;
  for (std::size_t i = index; i > 0; --i) {
    const Token& before = *tokens_.at(i - 1);
    if (before.getType() == Grammar::UNEXPECTED_CHARACTER ||
        before.getType() == Grammar::UNTERMINATED_COMMENT)
      return true;
    if (before.getChannel() == Token::DEFAULT_CHANNEL) return tokens_.is_unterminated(before);
  }
  return false;
}

// -------------------------------------------------------------------------------------------- leaving out

/// Hides the unit that begins at `from`: to its ';' behind the error, or to the brace that closes what is
/// around it. A definition at the begin of a line ends it too.
void RepairStrategy::leave_out(std::size_t from, std::size_t error) {
  std::size_t depth = 0;
  std::size_t i = from;
  const auto drop = [&] {
    suspect(i);
    const std::size_t next = tokens_.next(i);
    tokens_.hide(i);
    i = next;
  };
  while (tokens_.at(i)->getType() != Token::EOF) {
    const std::size_t type = tokens_.at(i)->getType();
    const bool behind_error = i >= error;
    const bool closes = type == Grammar::RIGHT_BRACE;
    if (depth == 0 && behind_error && i != from) {
      if (closes) break;
      const bool begins_line = tokens_.at(i)->getCharPositionInLine() == 0;
      if (begins_line && begins_definition(type)) break;
    }
    if (type == Grammar::LEFT_BRACE) ++depth;
    if (closes && depth > 0) --depth;
    drop();
    if (depth == 0 && behind_error && type == Grammar::SEMICOLON) {
      tokens_.seek(i);
      last_repair_ = nullptr;  // whatever comes now is news
      return;
    }
  }
  tokens_.seek(i);
  last_repair_ = tokens_.at(i);
}

void RepairStrategy::suspect(std::size_t index) {
  if (index < tokens_.count() && tokens_.at(index)->getType() == Grammar::IDENTIFIER) {
    damage_.suspects.emplace(tokens_.text(*tokens_.at(index)));
  }
}

}  // namespace oncec::frontend::onc
