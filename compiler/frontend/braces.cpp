// Walks over the tokens with a stack of open braces and the indentation of their lines.
#include "frontend/braces.hpp"

#include <cstddef>
#include <vector>

#include "OmgIdlParser.h"
#include "frontend/expectation.hpp"
#include "frontend/wording.hpp"

namespace oncec::frontend {

namespace {

using Grammar = grammar::OmgIdlParser;
using antlr4::Token;

class Balance {
 public:
  Balance(TokenBuffer& tokens, Reporter& reporter) : tokens_(tokens), reporter_(reporter) {}

  void run() {
    count();
    for (std::size_t i = first(); surplus_ != 0 && type(i) != Token::EOF; i = tokens_.next(i)) {
      if (begins_line(i)) indentation_ = column(i);
      if (surplus_ > 0 && closes_late(i)) i = close_before(i);
      if (surplus_ < 0 && lacks_brace(i)) {  // the parser will put it in
        open_.push_back({i, indentation_, line(i), lists_names(type(i))});
        ++surplus_;
      }
      if (type(i) == Grammar::LEFT_BRACE) {
        if (surplus_ > 0 && type(tokens_.next(i)) == Grammar::LEFT_BRACE) remove_second(i);
        open_.push_back({i, indentation_, line(i), is_of_enum(i)});
      } else if (type(i) == Grammar::RIGHT_BRACE) {
        if (surplus_ < 0 && is_extra(i)) {
          i = remove(i);
        } else if (!open_.empty()) {
          open_.pop_back();
        }
      }
    }
  }

 private:
  struct Open {
    std::size_t index;
    std::size_t indentation;  // of the line that it is on
    std::size_t line;
    bool is_enum;
  };

  std::size_t first() const {
    return tokens_.at(0)->getChannel() == Token::DEFAULT_CHANNEL ? 0 : tokens_.next(0);
  }
  std::size_t type(std::size_t i) const { return tokens_.at(i)->getType(); }
  std::size_t line(std::size_t i) const { return tokens_.at(i)->getLine(); }
  std::size_t column(std::size_t i) const { return tokens_.at(i)->getCharPositionInLine(); }
  bool begins_line(std::size_t i) const {
    const std::size_t before = tokens_.previous(i);
    return before == tokens_.count() || line(before) < line(i);
  }

  void count() {
    for (std::size_t i = first(); type(i) != Token::EOF; i = tokens_.next(i)) {
      if (type(i) == Grammar::LEFT_BRACE) ++surplus_;
      if (type(i) == Grammar::RIGHT_BRACE) --surplus_;
    }
  }

  /// True for the 'struct' of "struct Name" if there is no '{' behind it, nor anything that could stand
  /// before.
  bool lacks_brace(std::size_t i) const {
    if (!opens_body(type(i))) return false;
    std::size_t at = tokens_.next(i);
    if (!may_be_name(type(at))) return false;
    at = tokens_.next(at);
    const std::size_t behind_name = at;
    while (type(at) == Grammar::COLON || type(at) == Grammar::SUPPORTS || type(at) == Grammar::MANAGES ||
           type(at) == Grammar::PRIMARYKEY) {
      at = behind_bases(at);
    }
    if (type(at) == Grammar::SWITCH) at = behind_parentheses(tokens_.next(at));
    switch (type(at)) {
      case Grammar::LEFT_BRACE:
      case Grammar::SEMICOLON:
      case Grammar::LEFT_ANGLE:        // a template module
      case Grammar::RIGHT_ANGLE:       // one of its parameters
      case Grammar::LEFT_PARENTHESIS:  // an operation whose type is named like a keyword
      case Grammar::COMMA: return false;
      default: break;
    }
    // "valuetype Name long" is a box.
    const bool may_be_box = type(i) == Grammar::VALUETYPE || type(i) == Grammar::EVENTTYPE;
    return !may_be_box || at != behind_name || type(at) == Grammar::PUBLIC || type(at) == Grammar::PRIVATE;
  }

  /// Bodies without a ';'.
  static bool lists_names(std::size_t keyword) {
    return keyword == Grammar::ENUM || keyword == Grammar::BITMASK;
  }

  static bool opens_body(std::size_t keyword) {
    switch (keyword) {
      case Grammar::MODULE:
      case Grammar::INTERFACE:
      case Grammar::STRUCT:
      case Grammar::EXCEPTION:
      case Grammar::UNION:
      case Grammar::ENUM:
      case Grammar::BITSET:
      case Grammar::BITMASK:
      case Grammar::VALUETYPE:
      case Grammar::EVENTTYPE:
      case Grammar::COMPONENT:
      case Grammar::HOME:
      case Grammar::PORTTYPE:
      case Grammar::CONNECTOR: return true;
      default: return false;
    }
  }

  /// `: a::b, c`, `supports a`
  std::size_t behind_bases(std::size_t at) const {
    do {
      at = tokens_.next(at);
      if (type(at) == Grammar::TRUNCATABLE) at = tokens_.next(at);
      if (type(at) == Grammar::SCOPE) at = tokens_.next(at);
      if (may_be_name(type(at))) at = tokens_.next(at);
    } while (type(at) == Grammar::COMMA || type(at) == Grammar::SCOPE);
    return at;
  }

  std::size_t behind_parentheses(std::size_t at) const {
    while (type(at) != Grammar::RIGHT_PARENTHESIS && type(at) != Grammar::SEMICOLON &&
           type(at) != Token::EOF) {
      at = tokens_.next(at);
    }
    return type(at) == Grammar::RIGHT_PARENTHESIS ? tokens_.next(at) : at;
  }

  /// True if the innermost block must have ended before this token: an empty declaration in it, or a line
  /// that is indented no further than the block's own.
  bool closes_late(std::size_t i) const {
    if (open_.empty() || type(i) == Grammar::LEFT_BRACE) return false;
    const std::size_t before = tokens_.previous(i);
    const bool is_empty = type(before) == Grammar::SEMICOLON || type(before) == Grammar::LEFT_BRACE;
    if (type(i) == Grammar::SEMICOLON && (is_empty || open_.back().is_enum)) return true;
    if (!begins_line(i) || line(i) == open_.back().line) return false;
    return type(i) == Grammar::RIGHT_BRACE ? column(i) < open_.back().indentation
                                           : column(i) <= open_.back().indentation;
  }

  /// Puts "};" before the token; returns the token's new index.
  std::size_t close_before(std::size_t i) {
    const Token& token = *tokens_.at(i);
    reporter_.report(Message::Expected, tokens_.range(token), {"'}'", found_token(token, tokens_)})
        .note(tokens_.range(*tokens_.at(open_.back().index)), "to match this '{'");
    open_.pop_back();
    --surplus_;
    if (type(i) != Grammar::SEMICOLON) tokens_.insert(i, Grammar::SEMICOLON, "");
    tokens_.insert(i, Grammar::RIGHT_BRACE, "");
    return type(i + 1) == Grammar::SEMICOLON && is_invented(*tokens_.at(i + 1)) ? i + 2 : i + 1;
  }

  void remove_second(std::size_t i) {
    const std::size_t second = tokens_.next(i);
    reporter_.report(Message::WordRepeated, tokens_.range(*tokens_.at(second)), {"{"});
    tokens_.hide(second);
    --surplus_;
  }

  /// `enum Name {`
  bool is_of_enum(std::size_t i) const {
    const std::size_t name = tokens_.previous(i);
    const std::size_t keyword = name == tokens_.count() ? name : tokens_.previous(name);
    return keyword != tokens_.count() && lists_names(type(keyword));
  }

  /// True if the brace closes nothing, or something that its line has nothing to do with.
  bool is_extra(std::size_t i) const {
    if (open_.empty()) return true;
    return begins_line(i) ? column(i) > open_.back().indentation : line(i) != open_.back().line;
  }

  std::size_t remove(std::size_t i) {
    const std::size_t before = tokens_.previous(i);
    reporter_.report(Message::UnexpectedBrace, tokens_.range(*tokens_.at(i)));
    ++surplus_;
    tokens_.hide(i);
    const std::size_t next = tokens_.next(i);
    if (type(next) != Grammar::SEMICOLON) return i;
    const bool stands_alone = before == tokens_.count() || type(before) == Grammar::SEMICOLON;
    if (stands_alone) tokens_.hide(next);
    return next;
  }

  TokenBuffer& tokens_;
  Reporter& reporter_;
  std::vector<Open> open_;
  std::size_t indentation_ = 0;
  int surplus_ = 0;  // of '{' over '}'
};

}  // namespace

void balance_braces(TokenBuffer& tokens, Reporter& reporter) {
  Balance(tokens, reporter).run();
}

}  // namespace oncec::frontend
