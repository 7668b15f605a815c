// Judging and editing tokens, and finding their places.
#include "frontend/token_stream.hpp"

#include <algorithm>

#include "support/characters.hpp"

namespace oncec::frontend {

namespace {

constexpr std::size_t kHidden = antlr4::Token::HIDDEN_CHANNEL;
constexpr std::string_view kBlanksOfLine = " \t\r\f\v";

}  // namespace

bool is_invented(const antlr4::Token& token) {
  return token.getType() != antlr4::Token::EOF && token.getStopIndex() + 1 == token.getStartIndex();
}

/// The brackets that are open at a token. Forgiving: a brace closes whatever was left open inside.
class TokenStream::OpenBrackets {
 public:
  explicit OpenBrackets(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  void see(std::size_t type) {
    if (const std::size_t close = closing(type); close != 0) {
      closing_.push_back(close);
    } else if (type == vocabulary_.semicolon) {
      while (in_angle()) closing_.pop_back();
    } else if (type == vocabulary_.right_brace) {
      while (!closing_.empty() && closing_.back() != type) closing_.pop_back();
      if (!closing_.empty()) closing_.pop_back();
    } else if (!closing_.empty() && closing_.back() == type) {
      closing_.pop_back();
    }
  }
  std::size_t depth() const { return closing_.size(); }
  bool in_angle() const { return !closing_.empty() && closing_.back() == vocabulary_.right_angle; }

 private:
  /// The closing bracket for an opening one, else 0.
  std::size_t closing(std::size_t type) const {
    for (const auto& [open, close] : vocabulary_.brackets) {
      if (open == type) return close;
    }
    return 0;
  }

  const Vocabulary& vocabulary_;
  std::vector<std::size_t> closing_;
};

TokenStream::TokenStream(const SourceText& source, antlr4::TokenSource& tokens, const Vocabulary& vocabulary)
    : CommonTokenStream(&tokens), source_(source), vocabulary_(vocabulary) {}

bool TokenStream::prepare(Reporter& reporter) {
  fill();
  index_characters();
  OpenBrackets brackets(vocabulary_);
  for (std::size_t i = 0; i < count(); ++i) {
    antlr4::Token& token = *at(i);
    if (token.getChannel() == kHidden) {
      if (token.getType() == vocabulary_.unterminated_comment) {
        reporter.report(Message::UnterminatedComment, range(token));
        cut_behind(i);  // the rest of the file is inside it
      } else {
        judge_hidden(token, reporter);
      }
      continue;
    }
    if (token.getType() == vocabulary_.unterminated_string) {
      judge_unterminated(token, "string", vocabulary_.string, reporter);
    } else if (token.getType() == vocabulary_.unterminated_character) {
      judge_unterminated(token, "character", vocabulary_.character, reporter);
    } else if (is_run_on_number(i)) {
      refuse_behind_number(i, reporter);
      ++i;
    }
    if (token.getType() == vocabulary_.shift_right && brackets.in_angle()) split_shift(i);
    brackets.see(token.getType());
    if (brackets.depth() > kNestingMax) {
      reporter.report(Message::TooDeep, range(token), {std::to_string(kNestingMax)});
      return false;
    }
  }
  seek(0);
  return true;
}

antlr4::CommonToken& TokenStream::editable(antlr4::Token& token) {
  return static_cast<antlr4::CommonToken&>(token);
}

void TokenStream::insert(std::size_t index, std::size_t type, const std::string& text) {
  const antlr4::Token& before = *at(index);
  auto token = std::make_unique<antlr4::CommonToken>(type, text);
  token->setLine(before.getLine());
  token->setCharPositionInLine(before.getCharPositionInLine());
  token->setStartIndex(before.getStartIndex());
  token->setStopIndex(before.getStartIndex() - 1);
  _tokens.insert(_tokens.begin() + static_cast<std::ptrdiff_t>(index), std::move(token));
  renumber(index);
}

void TokenStream::retype(std::size_t index, std::size_t type) {
  editable(*at(index)).setType(type);
}

void TokenStream::hide(std::size_t index) {
  editable(*at(index)).setChannel(kHidden);
  if (index == this->index()) seek(index + 1);
}

std::size_t TokenStream::next(std::size_t index) const {
  if (at(index)->getType() == antlr4::Token::EOF) return index;
  do {
    ++index;
  } while (at(index)->getChannel() == kHidden);
  return index;
}

std::size_t TokenStream::previous(std::size_t index) const {
  while (index > 0) {
    --index;
    if (at(index)->getChannel() != kHidden) return index;
  }
  return count();
}

void TokenStream::renumber(std::size_t from) {
  for (std::size_t i = from; i < count(); ++i) editable(*at(i)).setTokenIndex(i);
}

void TokenStream::index_characters() {
  const std::string_view all = source_.text();
  if (std::all_of(all.begin(), all.end(), [](char c) { return static_cast<signed char>(c) >= 0; })) return;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!continues_character(all[i])) octet_of_.push_back(static_cast<std::uint32_t>(i));
  }
  octet_of_.push_back(static_cast<std::uint32_t>(all.size()));
}

std::uint32_t TokenStream::octet_of(std::size_t character) const {
  if (octet_of_.empty()) return static_cast<std::uint32_t>(std::min(character, source_.text().size()));
  return octet_of_[std::min(character, octet_of_.size() - 1)];
}

SourceRange TokenStream::range(const antlr4::Token& token) const {
  return range(token, token);
}

SourceRange TokenStream::range(const antlr4::Token& first, const antlr4::Token& last) const {
  return source_.range(octet_of(first.getStartIndex()), end_of(last));
}

/// Behind its last octet; an invented token has none.
std::uint32_t TokenStream::end_of(const antlr4::Token& token) const {
  return std::max(octet_of(token.getStartIndex()), octet_of(token.getStopIndex() + 1));
}

bool TokenStream::is_included(const antlr4::Token& token) const {
  return source_.is_included(octet_of(token.getStartIndex()));
}

bool TokenStream::is_glued(std::size_t index) const {
  return index > 0 && index < count() && at(index - 1)->getStopIndex() + 1 == at(index)->getStartIndex();
}

std::string_view TokenStream::text(const antlr4::Token& token) const {
  if (token.getType() == antlr4::Token::EOF) return {};
  const std::uint32_t begin = octet_of(token.getStartIndex());
  return source_.text().substr(begin, end_of(token) - begin);
}

/// A literal without its end is one like any other from then on, but without a value.
void TokenStream::judge_unterminated(antlr4::Token& token, const std::string& kind, std::size_t type,
                                     Reporter& reporter) {
  reporter.report(Message::UnterminatedLiteral, range(token), {kind});
  unterminated_.insert(&token);
  editable(token).setType(type);
}

void TokenStream::refuse(antlr4::Token& token, Message message, const std::string& more, Reporter& reporter) {
  SourceRange place = range(token);
  place.end = place.begin + 1;
  reporter.report(message, place, {text(token).substr(0, 1), more});
  editable(token).setType(vocabulary_.unexpected_character);
}

bool TokenStream::is_number(const antlr4::Token& token) const {
  const auto& numbers = vocabulary_.numbers;
  return std::find(numbers.begin(), numbers.end(), token.getType()) != numbers.end();
}

/// True for a number that a word or another number follows without a space: "0xZZ", "1.5.2".
bool TokenStream::is_run_on_number(std::size_t index) const {
  if (!is_number(*at(index)) || !is_glued(index + 1)) return false;
  const antlr4::Token& rest = *at(index + 1);
  return rest.getType() == vocabulary_.word || is_number(rest);
}

void TokenStream::refuse_behind_number(std::size_t index, Reporter& reporter) {
  antlr4::Token& rest = *at(index + 1);
  const std::string all = std::string(text(*at(index))).append(text(rest));
  refuse(rest, Message::UnexpectedCharacter, ": '" + all + "' is no number", reporter);
  hide(index + 1);
}

/// Drops the tokens behind the one at `index`, up to the end of the file.
void TokenStream::cut_behind(std::size_t index) {
  _tokens.erase(_tokens.begin() + static_cast<std::ptrdiff_t>(index) + 1, _tokens.end() - 1);
  renumber(index);
}

void TokenStream::split_shift(std::size_t index) {
  antlr4::CommonToken& first = editable(*at(index));
  auto second = std::make_unique<antlr4::CommonToken>(&first);
  first.setType(vocabulary_.right_angle);
  second->setType(vocabulary_.right_angle);
  first.setStopIndex(first.getStartIndex());
  second->setStartIndex(first.getStartIndex() + 1);
  _tokens.insert(_tokens.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(second));
  renumber(index);
}

bool TokenStream::begins_line(const antlr4::Token& token) const {
  const std::string_view before = source_.text().substr(0, octet_of(token.getStartIndex()));
  const std::string_view line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
  return trimmed(line, kBlanksOfLine).empty();
}

bool TokenStream::is_pragma(const antlr4::Token& directive) const {
  const std::string_view name = trimmed(text(directive).substr(1), kBlanksOfLine);  // behind '#'
  return name.substr(0, name.find_first_of(" \t\r\n\"<(")) == "pragma" && begins_line(directive);
}

}  // namespace oncec::frontend
