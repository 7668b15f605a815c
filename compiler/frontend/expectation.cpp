// From token types and rules to words.
#include "frontend/expectation.hpp"

#include <algorithm>
#include <vector>

#include "OmgIdlLexer.h"
#include "OmgIdlParser.h"
#include "frontend/wording.hpp"

namespace oncec::frontend {

namespace {

using Grammar = grammar::OmgIdlParser;

/// The nearest rule round the place, itself included, that people have a word for.
std::string_view construct(antlr4::RuleContext* context) {
  for (; context != nullptr; context = static_cast<antlr4::RuleContext*>(context->parent)) {
    switch (context->getRuleIndex()) {
      case Grammar::RuleModuleDeclaration: return "module";
      case Grammar::RuleConstDeclaration: return "constant";
      case Grammar::RuleTypedefDeclaration: return "typedef";
      case Grammar::RuleStructDeclaration: return "struct";
      case Grammar::RuleMember: return "member";
      case Grammar::RuleExceptionDeclaration: return "exception";
      case Grammar::RuleEnumDeclaration: return "enum";
      case Grammar::RuleEnumerator: return "enumerator";
      case Grammar::RuleUnionDeclaration: return "union";
      case Grammar::RuleUnionCase: return "case";
      case Grammar::RuleBitsetDeclaration: return "bitset";
      case Grammar::RuleBitmaskDeclaration: return "bitmask";
      case Grammar::RuleBitField: return "bitfield";
      case Grammar::RuleNativeDeclaration: return "native type";
      case Grammar::RuleInterfaceDeclaration: return "interface";
      case Grammar::RuleValueDeclaration: return "value type";
      case Grammar::RuleStateMember: return "member";
      case Grammar::RuleFactoryDeclaration: return "factory";
      case Grammar::RuleFinderDeclaration: return "finder";
      case Grammar::RuleComponentDeclaration: return "component";
      case Grammar::RuleHomeDeclaration: return "home";
      case Grammar::RulePortTypeDeclaration: return "port type";
      case Grammar::RuleConnectorDeclaration: return "connector";
      case Grammar::RuleProvidesPort:
      case Grammar::RuleUsesPort:
      case Grammar::RuleEventPort:
      case Grammar::RuleExtendedPort: return "port";
      case Grammar::RuleAttributeDeclaration: return "attribute";
      case Grammar::RuleOperationDeclaration: return "operation";
      case Grammar::RuleParameter: return "parameter";
      case Grammar::RuleAnnotationDeclaration:
      case Grammar::RuleAnnotation: return "annotation";
      case Grammar::RuleAnnotationMember: return "annotation's parameter";
      default: break;
    }
  }
  return "declaration";
}

/// Rules that people have no word for: they hold one of several declarations.
bool is_frame(std::size_t rule) {
  switch (rule) {
    case Grammar::RuleDefinition:
    case Grammar::RuleTypeDeclaration:
    case Grammar::RuleConstructedType:
    case Grammar::RuleInterfaceItem:
    case Grammar::RuleInterfaceExport:
    case Grammar::RuleValueItem:
    case Grammar::RulePortItem:
    case Grammar::RuleHomeItem:
    case Grammar::RuleAnnotationMember: return true;
    default: return false;
  }
}

/// What has just been read where a ';' is missing: the unit itself, or the declaration in it.
std::string_view finished(antlr4::ParserRuleContext& context) {
  if (!is_frame(context.getRuleIndex())) return construct(&context);
  antlr4::tree::ParseTree* child = context.children.empty() ? nullptr : context.children.back();
  while (auto* rule_context = dynamic_cast<antlr4::ParserRuleContext*>(child)) {
    if (!is_frame(rule_context->getRuleIndex())) return construct(rule_context);
    child = rule_context->children.empty() ? nullptr : rule_context->children.back();
  }
  return construct(&context);
}

bool is_inside(antlr4::RuleContext* context, std::size_t rule) {
  for (; context != nullptr; context = static_cast<antlr4::RuleContext*>(context->parent)) {
    if (context->getRuleIndex() == rule) return true;
  }
  return false;
}

/// "the struct's name", "a type".
std::string expected_name(const Place& place, const TokenBuffer& tokens) {
  antlr4::RuleContext* context = place.context;
  const auto leave = [&] { context = static_cast<antlr4::RuleContext*>(context->parent); };
  const bool behind_scope =
      place.previous < tokens.count() && tokens.at(place.previous)->getType() == Grammar::SCOPE;
  if (context->getRuleIndex() == Grammar::RuleIdentifier) leave();
  if (context->getRuleIndex() == Grammar::RuleScopedName && !behind_scope && !context->children.empty()) {
    // A type has been read; what it is the type of needs a name.
    while (context->getRuleIndex() == Grammar::RuleScopedName ||
           context->getRuleIndex() == Grammar::RuleSimpleType ||
           context->getRuleIndex() == Grammar::RuleUnnamedType ||
           context->getRuleIndex() == Grammar::RuleTypeSpecifier) {
      leave();
    }
  }
  switch (context->getRuleIndex()) {
    case Grammar::RuleScopedName: break;
    case Grammar::RuleExceptionList: return "an exception";
    case Grammar::RuleSimpleType:
    case Grammar::RuleUnnamedType:
    case Grammar::RuleTypeSpecifier:
    case Grammar::RuleSwitchType:
    case Grammar::RuleMapType:
    case Grammar::RuleSequenceType: return "a type";
    case Grammar::RuleActualParameter: return "an argument";
    case Grammar::RuleEnumerator: return "an enumerator";
    case Grammar::RuleAnnotation:
    case Grammar::RuleAnnotationName: return "the annotation's name";
    case Grammar::RuleConstExpression:
    case Grammar::RuleOperand: return "a value";
    case Grammar::RuleDeclarator:
      if (is_inside(context, Grammar::RuleTypedefDeclaration)) return "the typedef's name";
      return "the member's name";
    default: {
      const std::string_view what = construct(context);
      return "the " + std::string(what == "case" ? "member" : what) + "'s name";
    }
  }
  if (behind_scope) return "a name after '::'";
  leave();
  switch (context->getRuleIndex()) {
    case Grammar::RuleInterfaceDeclaration:
    case Grammar::RuleValueBases:
    case Grammar::RuleComponentDeclaration:
    case Grammar::RuleHomeDeclaration:
    case Grammar::RuleConnectorDeclaration:
    case Grammar::RuleBitsetDeclaration:
    case Grammar::RuleStructDeclaration: return "a base";
    case Grammar::RuleModuleDeclaration: return "the module's name";
    case Grammar::RuleSupportsClause: return "an interface";
    case Grammar::RuleManagesClause: return "a component";
    case Grammar::RuleExceptionList: return "an exception";
    default: return "a name";
  }
}

/// Tokens that an expression could always go on with: nobody is told about them.
bool continues_expression(std::size_t type) {
  switch (type) {
    case Grammar::OR:
    case Grammar::XOR:
    case Grammar::AND:
    case Grammar::SHIFT_LEFT:
    case Grammar::SHIFT_RIGHT:
    case Grammar::PLUS:
    case Grammar::MINUS:
    case Grammar::STAR:
    case Grammar::SLASH:
    case Grammar::PERCENT: return true;
    default: return false;
  }
}

/// The words for large sets of tokens, by what they contain.
std::string_view category(const antlr4::misc::IntervalSet& types) {
  const auto has = [&](std::size_t type) { return types.contains(type); };
  if (has(Grammar::MODULE)) return "a declaration";
  if (has(Grammar::ATTRIBUTE) && has(Grammar::ONEWAY)) return "an operation, an attribute or a declaration";
  if (has(Grammar::PRIVATE)) return "a member, a factory or a declaration";
  if (has(Grammar::PROVIDES) && !has(Grammar::IDENTIFIER)) return "a port or an attribute";
  if (has(Grammar::CASE)) return "'case', 'default'";
  if (has(Grammar::BOOLEAN) && has(Grammar::RIGHT_BRACE)) return "a member";
  if (has(Grammar::BOOLEAN)) return "a type";
  if (has(Grammar::INTEGER)) return "a value";
  if (has(Grammar::IN_)) return "a parameter";
  return {};
}

}  // namespace

std::string_view spelling_of(std::size_t type) {
  static const std::vector<std::string> names = [] {
    antlr4::ANTLRInputStream none("");
    return spellings(grammar::OmgIdlLexer(&none).getVocabulary());
  }();
  return type < names.size() ? std::string_view(names[type]) : std::string_view{};
}

bool is_keyword(std::size_t type) {
  const std::string_view text = spelling_of(type);
  return !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
}

bool may_be_name(std::size_t type) {
  switch (type) {
    case Grammar::IDENTIFIER:
    case Grammar::ALIAS:
    case Grammar::BITFIELD:
    case Grammar::BITMASK:
    case Grammar::BITSET:
    case Grammar::COMPONENT:
    case Grammar::CONNECTOR:
    case Grammar::CONSUMES:
    case Grammar::EMITS:
    case Grammar::EVENTTYPE:
    case Grammar::FINDER:
    case Grammar::GETRAISES:
    case Grammar::HOME:
    case Grammar::IMPORT:
    case Grammar::LOCAL:
    case Grammar::MANAGES:
    case Grammar::MAP:
    case Grammar::MIRRORPORT:
    case Grammar::MULTIPLE:
    case Grammar::PORT:
    case Grammar::PORTTYPE:
    case Grammar::PRIMARYKEY:
    case Grammar::PROVIDES:
    case Grammar::PUBLISHES:
    case Grammar::SETRAISES:
    case Grammar::TYPEID:
    case Grammar::TYPENAME:
    case Grammar::TYPEPREFIX:
    case Grammar::USES: return true;
    default: return false;
  }
}

bool is_punctuation(std::size_t type) {
  return !spelling_of(type).empty() && !is_keyword(type);
}

std::string expected_token(std::size_t type, const Place& place, const TokenBuffer& tokens) {
  switch (type) {
    case Grammar::IDENTIFIER: return expected_name(place, tokens);
    case Grammar::INTEGER: return "a value";
    case Grammar::IN_: return "'in', 'out' or 'inout'";
    case Grammar::LONG:
    case Grammar::SHORT:
      if (place.previous < tokens.count() && tokens.at(place.previous)->getType() == Grammar::UNSIGNED) {
        return "'long' or 'short' after 'unsigned'";
      }
      return quoted(spelling_of(type)) + after_previous(place.previous, tokens);
    case Grammar::SEMICOLON: return "';' after the " + std::string(finished(*place.context));
    case Grammar::RIGHT_BRACE: return "'}' at the end of the " + std::string(construct(place.context));
    default: return quoted(spelling_of(type)) + after_previous(place.previous, tokens);
  }
}

std::string expected_any(const antlr4::misc::IntervalSet& types, const Place& place,
                         const TokenBuffer& tokens) {
  std::vector<std::string> words;
  if (const std::string_view known = category(types); !known.empty()) {
    words.emplace_back(known);
    for (const std::size_t end : {Grammar::RIGHT_BRACE, Grammar::RIGHT_PARENTHESIS}) {
      if (types.contains(end)) words.push_back(quoted(spelling_of(end)));
    }
    return one_of(words);
  }
  bool has_name = false;
  for (const ssize_t each : types.toList()) {
    const auto type = static_cast<std::size_t>(each);
    if (type == Grammar::IDENTIFIER) has_name = true;
    const bool is_a_name_here = may_be_name(type) && types.contains(std::size_t{Grammar::IDENTIFIER});
    if (!is_a_name_here && type != Grammar::CONTEXT && !continues_expression(type) &&
        !spelling_of(type).empty()) {
      words.push_back(quoted(spelling_of(type)));
    }
  }
  if (has_name) return expected_name(place, tokens);
  return one_of(words) + after_previous(place.previous, tokens);
}

}  // namespace oncec::frontend
