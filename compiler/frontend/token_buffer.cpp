// Judging and editing tokens.
#include "frontend/token_buffer.hpp"

#include <algorithm>

namespace oncec::frontend {

namespace {

using Lexer = grammar::OmgIdlLexer;

constexpr std::size_t kHidden = antlr4::Token::HIDDEN_CHANNEL;

antlr4::CommonToken& editable(antlr4::Token& token) {
  return static_cast<antlr4::CommonToken&>(token);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// `# include <once.idl> // why` becomes {"include", "<once.idl>"}.
struct Directive {
  std::string_view name;
  std::string_view rest;
};
Directive parse_directive(std::string_view text) {
  text.remove_prefix(1);  // '#'
  text = trimmed(text.substr(0, std::min(text.find("//"), text.find("/*"))));
  const std::size_t end = std::min(text.find_first_of(" \t<\""), text.size());
  return {text.substr(0, end), trimmed(text.substr(end))};
}

/// The closing bracket for an opening one, else 0.
std::size_t closing(std::size_t type) {
  switch (type) {
    case Lexer::LEFT_BRACE: return Lexer::RIGHT_BRACE;
    case Lexer::LEFT_PARENTHESIS: return Lexer::RIGHT_PARENTHESIS;
    case Lexer::LEFT_BRACKET: return Lexer::RIGHT_BRACKET;
    case Lexer::LEFT_ANGLE: return Lexer::RIGHT_ANGLE;  // there is no "less than" in IDL
    default: return 0;
  }
}

/// The brackets that are open at a token. Forgiving: a brace closes whatever was left open inside.
class OpenBrackets {
 public:
  void see(std::size_t type) {
    if (const std::size_t close = closing(type); close != 0) {
      closing_.push_back(close);
    } else if (type == Lexer::SEMICOLON) {
      while (!closing_.empty() && closing_.back() == Lexer::RIGHT_ANGLE) closing_.pop_back();
    } else if (type == Lexer::RIGHT_BRACE) {
      while (!closing_.empty() && closing_.back() != type) closing_.pop_back();
      if (!closing_.empty()) closing_.pop_back();
    } else if (!closing_.empty() && closing_.back() == type) {
      closing_.pop_back();
    }
  }
  std::size_t depth() const { return closing_.size(); }
  bool in_angle() const { return !closing_.empty() && closing_.back() == Lexer::RIGHT_ANGLE; }

 private:
  std::vector<std::size_t> closing_;
};

}  // namespace

bool is_invented(const antlr4::Token& token) {
  return token.getType() != antlr4::Token::EOF && token.getStopIndex() + 1 == token.getStartIndex();
}

TokenBuffer::TokenBuffer(const SourceText& source, antlr4::TokenSource& tokens)
    : CommonTokenStream(&tokens), source_(source) {}

bool TokenBuffer::prepare(Reporter& reporter) {
  fill();
  index_characters();
  OpenBrackets brackets;
  for (std::size_t i = 0; i < count(); ++i) {
    antlr4::Token& token = *at(i);
    if (token.getChannel() == kHidden) {
      if (judge_hidden(token, reporter)) continue;
      // The rest of the file is inside a comment that never ends.
      _tokens.erase(_tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1, _tokens.end() - 1);
      renumber(i);
      continue;
    }
    judge_unterminated(token, reporter);
    if (token.getType() == Lexer::SHIFT_RIGHT && brackets.in_angle()) split_shift(i);
    brackets.see(token.getType());
    if (brackets.depth() > kNestingMax) {
      reporter.report(Message::TooDeep, range(token), {std::to_string(kNestingMax)});
      return false;
    }
  }
  seek(0);
  return true;
}

/// Reported, and from then on a literal like any other, but without a value.
void TokenBuffer::judge_unterminated(antlr4::Token& token, Reporter& reporter) {
  const bool is_string = token.getType() == Lexer::UNTERMINATED_STRING;
  if (!is_string && token.getType() != Lexer::UNTERMINATED_CHARACTER) return;
  reporter.report(Message::UnterminatedLiteral, range(token), {is_string ? "string" : "character"});
  unterminated_.insert(&token);
  editable(token).setType(is_string ? Lexer::STRING : Lexer::CHARACTER);
}

/// False if everything behind it must be ignored.
bool TokenBuffer::judge_hidden(antlr4::Token& token, Reporter& reporter) {
  switch (token.getType()) {
    case Lexer::UNEXPECTED_CHARACTER:
      reporter.report(Message::UnexpectedCharacter, range(token), {text(token)});
      return true;
    case Lexer::DIRECTIVE: judge_directive(token, reporter); return true;
    case Lexer::UNTERMINATED_COMMENT:
      reporter.report(Message::UnterminatedComment, range(token));
      return false;
    default: return true;
  }
}

void TokenBuffer::judge_directive(antlr4::Token& token, Reporter& reporter) {
  const SourceRange place = range(token);
  const std::string_view line = source_.text().substr(0, octet_of(token.getStartIndex()));
  const std::size_t line_start = line.rfind('\n') + 1;  // npos + 1 is 0
  if (!trimmed(line.substr(line_start)).empty()) {
    reporter.report(Message::UnexpectedCharacter, {place.file, place.begin, place.begin + 1}, {"#"});
    editable(token).setType(Lexer::UNEXPECTED_CHARACTER);
    return;
  }
  const Directive directive = parse_directive(text(token));
  if (directive.name.empty()) return;  // a lone '#' is nothing, as in C
  if (directive.name == "pragma") {
    pragmas_.push_back(&token);
    return;
  }
  if (directive.name == "include") {
    if (directive.rest == "<once.idl>" || directive.rest == "\"once.idl\"") return;
    has_unread_include_ = true;
  }
  std::string name = "#" + std::string(directive.name);
  if (directive.name == "include") name.append(" ").append(directive.rest);
  const std::size_t length = trimmed(text(token)).size();
  reporter.report(Message::DirectiveUnsupported,
                  {place.file, place.begin, place.begin + static_cast<std::uint32_t>(length)}, {name});
}

void TokenBuffer::split_shift(std::size_t index) {
  antlr4::CommonToken& first = editable(*at(index));
  auto second = std::make_unique<antlr4::CommonToken>(&first);
  first.setType(Lexer::RIGHT_ANGLE);
  second->setType(Lexer::RIGHT_ANGLE);
  first.setStopIndex(first.getStartIndex());
  second->setStartIndex(first.getStartIndex() + 1);
  _tokens.insert(_tokens.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(second));
  renumber(index);
}

void TokenBuffer::insert(std::size_t index, std::size_t type, const std::string& text) {
  const antlr4::Token& before = *at(index);
  auto token = std::make_unique<antlr4::CommonToken>(type, text);
  token->setLine(before.getLine());
  token->setCharPositionInLine(before.getCharPositionInLine());
  token->setStartIndex(before.getStartIndex());
  token->setStopIndex(before.getStartIndex() - 1);
  _tokens.insert(_tokens.begin() + static_cast<std::ptrdiff_t>(index), std::move(token));
  renumber(index);
}

void TokenBuffer::retype(std::size_t index, std::size_t type) {
  editable(*at(index)).setType(type);
}

void TokenBuffer::hide(std::size_t index) {
  editable(*at(index)).setChannel(kHidden);
  if (index == this->index()) seek(index + 1);
}

std::size_t TokenBuffer::next(std::size_t index) const {
  if (at(index)->getType() == antlr4::Token::EOF) return index;
  do {
    ++index;
  } while (at(index)->getChannel() == kHidden);
  return index;
}

std::size_t TokenBuffer::previous(std::size_t index) const {
  while (index > 0) {
    --index;
    if (at(index)->getChannel() != kHidden) return index;
  }
  return count();
}

void TokenBuffer::renumber(std::size_t from) {
  for (std::size_t i = from; i < count(); ++i) editable(*at(i)).setTokenIndex(i);
}

void TokenBuffer::index_characters() {
  const std::string_view all = source_.text();
  if (std::all_of(all.begin(), all.end(), [](char c) { return static_cast<signed char>(c) >= 0; })) return;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if ((static_cast<unsigned char>(all[i]) & 0xC0U) != 0x80U)
      octet_of_.push_back(static_cast<std::uint32_t>(i));
  }
  octet_of_.push_back(static_cast<std::uint32_t>(all.size()));
}

std::uint32_t TokenBuffer::octet_of(std::size_t character) const {
  if (octet_of_.empty()) return static_cast<std::uint32_t>(std::min(character, source_.text().size()));
  return octet_of_[std::min(character, octet_of_.size() - 1)];
}

SourceRange TokenBuffer::range(const antlr4::Token& token) const {
  return range(token, token);
}

SourceRange TokenBuffer::range(const antlr4::Token& first, const antlr4::Token& last) const {
  return source_.range(octet_of(first.getStartIndex()), end_of(last));
}

/// Behind its last octet; an invented token has none.
std::uint32_t TokenBuffer::end_of(const antlr4::Token& token) const {
  return std::max(octet_of(token.getStartIndex()), octet_of(token.getStopIndex() + 1));
}

bool TokenBuffer::is_included(const antlr4::Token& token) const {
  return source_.is_included(octet_of(token.getStartIndex()));
}

std::string_view TokenBuffer::text(const antlr4::Token& token) const {
  if (token.getType() == antlr4::Token::EOF) return {};
  const std::uint32_t begin = octet_of(token.getStartIndex());
  return source_.text().substr(begin, end_of(token) - begin);
}

}  // namespace oncec::frontend
