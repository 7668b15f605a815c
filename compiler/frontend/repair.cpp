// Finding, weighing and making edits.
#include "frontend/repair.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "OmgIdlParser.h"
#include "frontend/expectation.hpp"
#include "frontend/spelling.hpp"
#include "frontend/wording.hpp"

namespace oncec::frontend {

namespace {

using Grammar = grammar::OmgIdlParser;
using antlr4::Token;

bool begins_definition(std::size_t type) {
  switch (type) {
    case Grammar::MODULE:
    case Grammar::INTERFACE:
    case Grammar::EXCEPTION:
    case Grammar::STRUCT:
    case Grammar::UNION:
    case Grammar::ENUM:
    case Grammar::TYPEDEF:
    case Grammar::VALUETYPE:
    case Grammar::ABSTRACT:
    case Grammar::CUSTOM:
    case Grammar::NATIVE:
    case Grammar::CONST: return true;
    default: return false;
  }
}

/// What a repair may put in. A name or a value stands for any type or expression.
bool may_insert(std::size_t type, std::size_t choices, bool is_direction_expected) {
  switch (type) {
    case Grammar::SEMICOLON:
    case Grammar::COMMA:
    case Grammar::COLON:
    case Grammar::EQUALS:
    case Grammar::LEFT_BRACE:
    case Grammar::RIGHT_BRACE:
    case Grammar::LEFT_PARENTHESIS:
    case Grammar::RIGHT_PARENTHESIS:
    case Grammar::LEFT_BRACKET:
    case Grammar::RIGHT_BRACKET:
    case Grammar::LEFT_ANGLE:
    case Grammar::RIGHT_ANGLE:
    case Grammar::IDENTIFIER:
    case Grammar::INTEGER: return true;
    case Grammar::IN_: return is_direction_expected;
    default: return is_keyword(type) && choices <= 2;
  }
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
    case Grammar::RuleInterfaceItem:
    case Grammar::RuleValueItem:
    case Grammar::RulePortItem:
    case Grammar::RuleHomeItem:
    case Grammar::RuleMember:
    case Grammar::RuleBitField:
    case Grammar::RuleUnionCase:
    case Grammar::RuleAnnotationMember: return true;
    default: return false;
  }
}

// ------------------------------------------------------------------------------- what ANTLR's parser calls

/// Called for each rule on the way out. What sync() and recoverInline() gave up has been reported; a failed
/// prediction has not.
void RepairStrategy::reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) {
  if (giving_up_) return;
  give_up(error.getOffendingToken()->getTokenIndex());
  const antlr4::misc::IntervalSet expected = expected_behind(parser, tokens_.index(), given_up_at_);
  const Place place{parser->getContext(), tokens_.previous(given_up_at_)};
  report_expected(given_up_at_, expected_any(expected, place, tokens_));
}

/// The token types that could have stood at `error`, where the tokens from `first` on are right.
antlr4::misc::IntervalSet RepairStrategy::expected_behind(antlr4::Parser* parser, std::size_t first,
                                                          std::size_t error) const {
  std::vector<std::size_t> types;
  for (std::size_t i = first; i < error; i = tokens_.next(i)) types.push_back(tokens_.at(i)->getType());
  types.push_back(0);
  antlr4::misc::IntervalSet expected;
  for (std::size_t type = 1; type <= atn_.maxTokenType; ++type) {
    types.back() = type;
    const antlr4::atn::ATNState* state = atn_.states[parser->getState()];
    if (lookahead_.readable(state, parser->getContext(), types) == types.size()) {
      expected.add(static_cast<ssize_t>(type));
    }
  }
  return expected;
}

// --------------------------------------------------------------------------------------------- the situation

bool RepairStrategy::is_body_loop(const Situation& at) const {
  switch (at.parser->getContext()->getRuleIndex()) {
    case Grammar::RuleSpecification: return true;
    case Grammar::RuleModuleDeclaration:
    case Grammar::RuleTemplateRest:
    case Grammar::RuleInterfaceDeclaration:
    case Grammar::RuleValueDeclaration:
    case Grammar::RuleComponentDeclaration:
    case Grammar::RuleHomeDeclaration:
    case Grammar::RulePortTypeDeclaration:
    case Grammar::RuleConnectorDeclaration:
    case Grammar::RuleBitsetDeclaration:
    case Grammar::RuleStructDeclaration:
    case Grammar::RuleExceptionDeclaration:
    case Grammar::RuleUnionDeclaration:
    case Grammar::RuleAnnotationDeclaration: break;
    default: return false;
  }
  // Inside the braces, at a unit's begin.
  return at.expected.contains(std::size_t{Grammar::RIGHT_BRACE}) && at.expected.size() > 1;
}

// ------------------------------------------------------------------------------------------------ the repair

bool RepairStrategy::repair(const Situation& at) {
  const std::optional<Edit> edit = best_edit(at);
  if (edit) {
    report(at, *edit);
    const bool inserts = edit->kind == Edit::Kind::Insert || edit->kind == Edit::Kind::InsertWithSemicolon;
    const Token* error = tokens_.at(at.error);
    apply(*edit);
    last_repair_ = inserts || edit->restart ? error : tokens_.at(tokens_.index());
    if (!edit->restart) return true;
    restart_ = at.unit->getStart()->getTokenIndex();
    giving_up_ = true;
    return false;
  }
  report_expected(at.error, expected_any(at.expected, {at.parser->getContext(), at.previous}, tokens_));
  if (is_body_loop(at)) {
    leave_out(at.error, at.error);
    return true;
  }
  give_up(at.error);
  return false;
}

/// Weighs an edit: `head` is read first, then what comes from `skip` tokens behind the error on.
void RepairStrategy::consider(const Situation& at, std::optional<Edit>& best, Edit edit,
                              std::vector<std::size_t> head, std::size_t skip) const {
  if (skip > at.upcoming.size()) return;
  const std::size_t head_size = head.size();
  head.insert(head.end(), at.upcoming.begin() + static_cast<std::ptrdiff_t>(skip), at.upcoming.end());
  std::size_t read = lookahead_.readable(at.state, at.parser->getContext(), head);
  if (read <= head_size) return;
  if (read < head.size() && head[read - 1] == Grammar::RIGHT_BRACE) {
    // "struct A { long x }": who forgets one ';' forgets the one behind the brace too.
    head.insert(head.begin() + static_cast<std::ptrdiff_t>(read), Grammar::SEMICOLON);
    read = lookahead_.readable(at.state, at.parser->getContext(), head) - 1;
    edit.cost += 3;
  }
  edit.reach = read - head_size + skip;
  keep_better(at, best, edit);
}

std::optional<RepairStrategy::Edit> RepairStrategy::best_edit(const Situation& at) const {
  std::optional<Edit> best;
  consider_spelling(at, best);
  const std::size_t found = at.upcoming.front();
  const bool at_end = found == Token::EOF;
  if (at_end && is_body_loop(at)) {
    return Edit{Edit::Kind::InsertWithSemicolon, at.error, 1, Grammar::RIGHT_BRACE};
  }
  const std::vector<ssize_t> expected = at.expected.toList();
  const bool direction = at.expected.contains(std::size_t{Grammar::INOUT}) &&
                         !at.expected.contains(std::size_t{Grammar::IDENTIFIER});
  for (const ssize_t each : expected) {
    const auto type = static_cast<std::size_t>(each);
    if (may_insert(type, expected.size(), direction)) {
      consider(at, best, {Edit::Kind::Insert, at.error, 1, type, 0, insertion_cost(type)}, {type}, 0);
    }
    if (type == Grammar::RIGHT_BRACE) {
      consider(at, best, {Edit::Kind::InsertWithSemicolon, at.error, 1, type, 0, 3},
               {type, Grammar::SEMICOLON}, 0);
    }
    const bool is_slip = is_punctuation(found) && is_punctuation(type);
    const bool is_keyword_as_name = is_keyword(found) && type == Grammar::IDENTIFIER;
    if (is_slip || is_keyword_as_name) {
      const bool is_brace = found == Grammar::LEFT_BRACE || found == Grammar::RIGHT_BRACE;
      consider(at, best, {Edit::Kind::Replace, at.error, 1, type, 0, is_brace ? 6 : 4}, {type}, 1);
    }
  }
  if (!at_end) consider_deletion(at, best);
  return best;
}

void RepairStrategy::consider_deletion(const Situation& at, std::optional<Edit>& best) const {
  const std::size_t found = at.upcoming.front();
  const std::size_t before = at.previous;
  // A ';' too many is easily written, and no other token is missed less.
  const bool is_slip = is_repeated(at.error) && found != Grammar::COMMA;
  const int cost = is_slip || found == Grammar::SEMICOLON ? 1 : 5;
  consider(at, best, {Edit::Kind::Delete, at.error, 1, 0, 0, cost}, {}, 1);
  const bool closes =
      found == Grammar::RIGHT_BRACE && at.upcoming.size() > 1 && at.upcoming[1] == Grammar::SEMICOLON;
  if (closes) consider(at, best, {Edit::Kind::Delete, at.error, 2, 0, 0, 5}, {}, 2);
  if (at.unit == nullptr || before == tokens_.count()) return;
  if (tokens_.at(before)->getType() == Grammar::COMMA) {
    consider_from_unit(at, best, {Edit::Kind::Delete, before, 1, 0, 0, 3, true});
  } else if (is_repeated(before) && before > begin_of(*at.unit)) {
    consider_from_unit(at, best, {Edit::Kind::Delete, before, 1, 0, 0, 1, true});
  }
}

/// True if the token before it is the same.
bool RepairStrategy::is_repeated(std::size_t index) const {
  const std::size_t before = tokens_.previous(index);
  if (before == tokens_.count()) return false;
  const std::string_view text = tokens_.text(*tokens_.at(index));
  return !text.empty() && text == tokens_.text(*tokens_.at(before));
}

/// A word that is nearly a keyword: here, or further back in the unit, where it passed for a name.
void RepairStrategy::consider_spelling(const Situation& at, std::optional<Edit>& best) const {
  const auto each_keyword = [](std::string_view word, const auto& visit) {
    for (std::size_t type = 1; type <= Grammar::WSTRING; ++type) {
      NearestWord nearest(word);
      if (is_keyword(type)) nearest.consider(spelling_of(type));
      if (is_keyword(type) && spelling_of(type) == word_of_idl(word)) {
        visit(type, 0);
      } else if (!nearest.word().empty()) {
        visit(type, equal_but_case(word, nearest.word()) ? 0 : 1);
      }
    }
  };
  if (at.upcoming.front() == Grammar::IDENTIFIER) {
    each_keyword(tokens_.text(*tokens_.at(at.error)), [&](std::size_t type, int cost) {
      consider(at, best, {Edit::Kind::Respell, at.error, 1, type, 0, cost}, {type}, 1);
    });
  }
  if (at.unit == nullptr) return;
  for (std::size_t i = begin_of(*at.unit); i < at.error; i = tokens_.next(i)) {
    if (tokens_.at(i)->getType() != Grammar::IDENTIFIER) continue;
    each_keyword(tokens_.text(*tokens_.at(i)), [&](std::size_t type, int cost) {
      consider_from_unit(at, best, {Edit::Kind::Respell, i, 1, type, 0, cost, true});
    });
  }
}

/// Weighs an edit of a token that has been read already: as if the unit began anew.
void RepairStrategy::consider_from_unit(const Situation& at, std::optional<Edit>& best, Edit edit) const {
  std::vector<std::size_t> types;
  for (std::size_t i = begin_of(*at.unit); i < at.error; i = tokens_.next(i)) {
    if (i != edit.index) {
      types.push_back(tokens_.at(i)->getType());
    } else if (edit.kind == Edit::Kind::Respell) {
      types.push_back(edit.type);
    }
  }
  const std::size_t before = types.size();
  types.insert(types.end(), at.upcoming.begin(), at.upcoming.end());
  const antlr4::atn::ATNState* begin = atn_.ruleToStartState[at.unit->getRuleIndex()];
  const std::size_t read = lookahead_.readable(begin, at.unit, types);
  if (read <= before) return;
  edit.reach = read - before;
  keep_better(at, best, edit);
}

void RepairStrategy::apply(const Edit& edit) {
  switch (edit.kind) {
    case Edit::Kind::Respell:
    case Edit::Kind::Replace: tokens_.retype(edit.index, edit.type); return;
    case Edit::Kind::InsertWithSemicolon:
      tokens_.insert(edit.index, Grammar::SEMICOLON, "");
      tokens_.insert(edit.index, edit.type, "");
      return;
    case Edit::Kind::Insert:
      if (edit.type == Grammar::IDENTIFIER) suspect(tokens_.previous(edit.index));
      tokens_.insert(edit.index, edit.type, "");
      return;
    case Edit::Kind::Delete: {
      if (edit.count == 2) damage_.unbalanced = true;
      std::size_t index = edit.index;
      for (std::size_t i = 0; i < edit.count; ++i) {
        const std::size_t next = tokens_.next(index);
        suspect(index);
        tokens_.hide(index);
        index = next;
      }
      return;
    }
  }
}

// ---------------------------------------------------------------------------------------------- what is said

void RepairStrategy::report(const Situation& at, const Edit& edit) {
  if (is_consequence(at.error)) return;
  if (edit.kind == Edit::Kind::Respell) {
    const Token& word = *tokens_.at(edit.index);
    reporter_.report(Message::MisspeltKeyword, tokens_.range(word),
                     {tokens_.text(word), spelling_of(edit.type)});
    return;
  }
  if (edit.kind == Edit::Kind::Delete && edit.count == 1 && is_repeated(edit.index)) {
    const Token& token = *tokens_.at(edit.index);
    reporter_.report(Message::WordRepeated, tokens_.range(token), {tokens_.text(token)});
    return;
  }
  const Place place{at.parser->getContext(), at.previous};
  const std::string expected = edit.kind == Edit::Kind::Delete ? expected_any(at.expected, place, tokens_)
                                                               : expected_token(edit.type, place, tokens_);
  if (edit.kind == Edit::Kind::Replace && edit.type == Grammar::IDENTIFIER) {
    const Token& keyword = *tokens_.at(at.error);
    reporter_.report(Message::KeywordAsName, tokens_.range(keyword), {expected, tokens_.text(keyword)});
    return;
  }
  report_expected(at.error, expected, edit.kind != Edit::Kind::Delete && edit.kind != Edit::Kind::Replace);
}

void RepairStrategy::report_expected(std::size_t index, const std::string& expected, bool is_missing) {
  if (is_consequence(index)) return;
  const Token& token = *tokens_.at(index);
  Diagnostic& report =
      reporter_.report(Message::Expected, tokens_.range(token), {expected, found_token(token, tokens_)});
  const std::size_t previous = tokens_.previous(index);
  if (token.getType() == Grammar::EQUALS && is_in_enum(previous)) {
    std::string right = "'@value(";
    right.append(tokens_.text(*tokens_.at(tokens_.next(index)))).append(") ");
    right.append(tokens_.text(*tokens_.at(previous))).append("'");
    report.note(tokens_.range(token), "a value stands before its enumerator: " + right);
  }
  if (is_missing) note_missing(report, index);
}

/// True if the token is one of the names in an enum's braces.
bool RepairStrategy::is_in_enum(std::size_t index) const {
  while (index < tokens_.count() && tokens_.at(index)->getType() != Grammar::LEFT_BRACE) {
    const std::size_t type = tokens_.at(index)->getType();
    if (type != Grammar::IDENTIFIER && type != Grammar::COMMA) return false;
    index = tokens_.previous(index);
  }
  if (index >= tokens_.count()) return false;
  const std::size_t name = tokens_.previous(index);
  const std::size_t keyword = name < tokens_.count() ? tokens_.previous(name) : name;
  return keyword < tokens_.count() && tokens_.at(keyword)->getType() == Grammar::ENUM;
}

/// True if something just before has been reported that makes this one say nothing new.
bool RepairStrategy::is_consequence(std::size_t index) const {
  const Token* token = tokens_.at(index);
  if (token == last_repair_) return true;
  for (std::size_t i = index; i > 0; --i) {
    const Token& before = *tokens_.at(i - 1);
    if (before.getType() == Grammar::UNEXPECTED_CHARACTER ||
        before.getType() == Grammar::UNTERMINATED_COMMENT) {
      return true;
    }
    if (before.getChannel() == Token::DEFAULT_CHANNEL) return tokens_.is_unterminated(before);
  }
  return false;
}

// -------------------------------------------------------------------------------------------- leaving out

/// Hides the unit that begins at `from`: to its ';' behind the error, or to the brace that closes what is
/// around it. A declaration at the begin of a line ends it too.
void RepairStrategy::leave_out(std::size_t from, std::size_t error) {
  std::size_t depth = 0;
  std::size_t i = from;
  const auto drop = [&] {
    suspect(i);
    damage_.lost.push_back(i);
    const std::size_t next = tokens_.next(i);
    tokens_.hide(i);
    i = next;
  };
  while (tokens_.at(i)->getType() != Token::EOF) {
    const std::size_t type = tokens_.at(i)->getType();
    const bool behind_error = i >= error;
    if (depth == 0 && behind_error && i != from) {
      if (type == Grammar::RIGHT_BRACE) break;
      const std::size_t before = tokens_.previous(i);
      const bool begins_line =
          before == tokens_.count() || tokens_.at(before)->getLine() < tokens_.at(i)->getLine();
      if (begins_line && begins_definition(type)) break;
    }
    const bool closes = type == Grammar::RIGHT_BRACE;
    if (type == Grammar::LEFT_BRACE) ++depth;
    if (closes && depth > 0) --depth;
    drop();
    if (depth != 0 || !behind_error) continue;
    if (type == Grammar::SEMICOLON) break;
    if (closes && tokens_.at(i)->getType() == Grammar::SEMICOLON) {
      drop();
      break;
    }
    if (closes && tokens_.at(i)->getType() != Grammar::IDENTIFIER) break;
  }
  tokens_.seek(i);
  last_repair_ = tokens_.at(i);
}

void RepairStrategy::suspect(std::size_t index) {
  if (index >= tokens_.count() || tokens_.at(index)->getType() != Grammar::IDENTIFIER) return;
  std::string_view name = tokens_.text(*tokens_.at(index));
  if (!name.empty() && name.front() == '_') name.remove_prefix(1);
  if (!name.empty()) damage_.suspects.emplace(name);
}

}  // namespace oncec::frontend
