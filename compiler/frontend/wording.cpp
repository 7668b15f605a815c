#include "frontend/wording.hpp"

namespace oncec::frontend {

std::string quoted(std::string_view text) {
  return std::string{"'"}.append(text).append("'");
}

std::string one_of(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::string after_previous(std::size_t previous, const TokenStream& tokens) {
  if (previous >= tokens.count()) return {};
  const std::string_view text = tokens.text(*tokens.at(previous));
  return text.empty() ? std::string{} : " after " + quoted(text);
}

std::string found_token(const antlr4::Token& token, const TokenStream& tokens) {
  return token.getType() == antlr4::Token::EOF ? "end of file" : quoted(tokens.text(token));
}

std::vector<std::string> spellings(const antlr4::dfa::Vocabulary& vocabulary) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= vocabulary.getMaxTokenType(); ++i) {
    const std::string literal = vocabulary.getLiteralName(i);  // in quotes
    names.push_back(literal.size() > 2 ? literal.substr(1, literal.size() - 2) : std::string{});
  }
  return names;
}

}  // namespace oncec::frontend
