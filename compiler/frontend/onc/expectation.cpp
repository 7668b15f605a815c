// From token types and rules to words.
#include "frontend/onc/expectation.hpp"

#include <vector>

#include "OncRpcLexer.h"
#include "OncRpcParser.h"
#include "frontend/wording.hpp"

namespace oncec::frontend::onc {

namespace {

using Grammar = grammar::OncRpcParser;

/// The nearest rule round the place, itself included, that people have a word for.
std::string_view construct(antlr4::RuleContext* context) {
  for (; context != nullptr; context = static_cast<antlr4::RuleContext*>(context->parent)) {
    switch (context->getRuleIndex()) {
      case Grammar::RuleConstDefinition: return "constant";
      case Grammar::RuleTypedefDefinition: return "typedef";
      case Grammar::RuleEnumBody:
      case Grammar::RuleEnumDefinition: return "enum";
      case Grammar::RuleEnumerator: return "enumerator";
      case Grammar::RuleStructBody:
      case Grammar::RuleStructDefinition: return "struct";
      case Grammar::RuleMember: return "member";
      case Grammar::RuleUnionBody:
      case Grammar::RuleUnionDefinition: return "union";
      case Grammar::RuleUnionArm: return "case";
      case Grammar::RuleProgramDefinition: return "program";
      case Grammar::RuleVersionDefinition: return "version";
      case Grammar::RuleProcedureDefinition: return "procedure";
      case Grammar::RuleArgument: return "argument";
      default: break;
    }
  }
  return "definition";
}

/// What has just been read where a ';' is missing: of a definition, what it defines.
std::string_view finished(antlr4::ParserRuleContext& context) {
  const bool is_frame = context.getRuleIndex() == Grammar::RuleDefinition && !context.children.empty();
  auto* child = is_frame ? dynamic_cast<antlr4::ParserRuleContext*>(context.children.back()) : nullptr;
  return construct(child != nullptr ? child : &context);
}

/// "the struct's name", "a type".
std::string expected_name(antlr4::ParserRuleContext& context) {
  switch (context.getRuleIndex()) {
    case Grammar::RuleTypeSpecifier: return "a type";
    case Grammar::RuleValue: return "a value";
    case Grammar::RuleEnumBody:
    case Grammar::RuleEnumerator: return "an enumerator";
    default: break;
  }
  const std::string_view what = construct(&context);
  if (what == "union" && context.getRuleIndex() == Grammar::RuleDeclaration)
    return "the discriminator's name";
  return "the " + std::string(what == "case" ? "member" : what) + "'s name";
}

/// The words for large sets of tokens, by what they contain.
std::string_view category(const antlr4::misc::IntervalSet& types) {
  const auto has = [&](std::size_t type) { return types.contains(type); };
  if (has(Grammar::TYPEDEF)) return "a definition";
  if (has(Grammar::CASE)) return "'case' or 'default'";
  if (has(Grammar::VERSION)) return "a version";
  if (has(Grammar::QUADRUPLE) && has(Grammar::RIGHT_PARENTHESIS)) return "an argument";
  if (has(Grammar::QUADRUPLE) && has(Grammar::RIGHT_BRACE)) return "a member";
  if (has(Grammar::QUADRUPLE)) return "a type";
  if (has(Grammar::INTEGER)) return "a value";
  return {};
}

}  // namespace

std::string_view spelling_of(std::size_t type) {
  static const std::vector<std::string> names = [] {
    antlr4::ANTLRInputStream none("");
    return spellings(grammar::OncRpcLexer(&none).getVocabulary());
  }();
  return type < names.size() ? std::string_view(names[type]) : std::string_view{};
}

bool is_keyword(std::size_t type) {
  const std::string_view text = spelling_of(type);
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z';
}

bool is_punctuation(std::size_t type) {
  return !spelling_of(type).empty() && !is_keyword(type);
}

std::string expected_token(std::size_t type, antlr4::ParserRuleContext& context, std::size_t previous,
                           const TokenBuffer& tokens) {
  switch (type) {
    case Grammar::IDENTIFIER: return expected_name(context);
    case Grammar::INTEGER: return "a value";
    case Grammar::SEMICOLON: return "';' after the " + std::string(finished(context));
    case Grammar::RIGHT_BRACE: return "'}' at the end of the " + std::string(construct(&context));
    default: return quoted(spelling_of(type)) + after_previous(previous, tokens);
  }
}

std::string expected_any(const antlr4::misc::IntervalSet& types, antlr4::ParserRuleContext& context,
                         std::size_t previous, const TokenBuffer& tokens) {
  std::vector<std::string> words;
  if (const std::string_view known = category(types); !known.empty()) {
    words.emplace_back(known);
    for (const std::size_t end : {Grammar::RIGHT_BRACE, Grammar::RIGHT_PARENTHESIS}) {
      if (types.contains(end)) words.push_back(quoted(spelling_of(end)));
    }
    return one_of(words);
  }
  if (types.size() == 1) {
    const auto only = static_cast<std::size_t>(types.getMinElement());
    return only == antlr4::Token::EOF ? "end of file" : expected_token(only, context, previous, tokens);
  }
  if (types.contains(std::size_t{Grammar::IDENTIFIER})) words.push_back(expected_name(context));
  for (const ssize_t each : types.toList()) {
    const std::string_view spelling = spelling_of(static_cast<std::size_t>(each));
    if (!spelling.empty()) words.push_back(quoted(spelling));
  }
  return one_of(words);
}

}  // namespace oncec::frontend::onc
