// Editing and judging tokens, and finding their places.
#include "frontend/token_stream.hpp"

#include <algorithm>

#include "support/characters.hpp"

namespace oncec::frontend {

namespace {

constexpr std::size_t kHidden = antlr4::Token::HIDDEN_CHANNEL;

}  // namespace

bool is_invented(const antlr4::Token& token) {
  return token.getType() != antlr4::Token::EOF && token.getStopIndex() + 1 == token.getStartIndex();
}

TokenStream::TokenStream(const SourceText& source, antlr4::TokenSource& tokens)
    : CommonTokenStream(&tokens), source_(source) {}

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

void TokenStream::judge_unterminated(antlr4::Token& token, const std::string& kind, std::size_t type,
                                     Reporter& reporter) {
  reporter.report(Message::UnterminatedLiteral, range(token), {kind});
  unterminated_.insert(&token);
  editable(token).setType(type);
}

void TokenStream::refuse(antlr4::Token& token, std::size_t wrong, Message message, const std::string& more,
                         Reporter& reporter) {
  SourceRange place = range(token);
  place.end = place.begin + 1;
  reporter.report(message, place, {text(token).substr(0, 1), more});
  editable(token).setType(wrong);
}

void TokenStream::refuse_behind_number(std::size_t index, std::size_t wrong, Reporter& reporter) {
  antlr4::Token& rest = *at(index + 1);
  const std::string all = std::string(text(*at(index))).append(text(rest));
  refuse(rest, wrong, Message::UnexpectedCharacter, ": '" + all + "' is no number", reporter);
  hide(index + 1);
}

void TokenStream::cut_behind(std::size_t index) {
  _tokens.erase(_tokens.begin() + static_cast<std::ptrdiff_t>(index) + 1, _tokens.end() - 1);
  renumber(index);
}

std::string_view TokenStream::line_before(const antlr4::Token& token) const {
  const std::string_view before = source_.text().substr(0, octet_of(token.getStartIndex()));
  return before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
}

}  // namespace oncec::frontend
