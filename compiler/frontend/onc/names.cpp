// The table of names.
#include "frontend/onc/names.hpp"

#include <array>
#include <utility>

#include "frontend/spelling.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend::onc {

namespace {

/// Words that begin a type, for suggestions.
constexpr std::array<std::string_view, 15> kTypeWords{"bool",  "char",   "double", "enum",   "float",
                                                      "hyper", "int",    "long",   "opaque", "quadruple",
                                                      "short", "string", "struct", "union",  "unsigned"};

bool is_candidate(const Symbol& symbol, Names::Wanted wanted) {
  if (symbol.kind == Symbol::Kind::Type) return wanted == Names::Wanted::Type;
  const bool is_value = symbol.kind == Symbol::Kind::Constant || symbol.kind == Symbol::Kind::Enumerator;
  return is_value && wanted == Names::Wanted::Value;
}

}  // namespace

std::string_view described(const Symbol& symbol) {
  switch (symbol.kind) {
    case Symbol::Kind::Constant: return "a constant";
    case Symbol::Kind::Enumerator: return "an enumerator";
    case Symbol::Kind::Program: return "a program";
    case Symbol::Kind::Type:
      return symbol.declaration != nullptr ? model::described(*symbol.declaration) : "a type";
    case Symbol::Kind::Broken: break;
  }
  return {};
}

Name Names::name(const antlr4::Token& token) const {
  return {std::string(syntax_.text(token)), syntax_.range(token)};
}

Symbol* Names::declare(Symbol symbol) {
  if (symbol.name.text.empty()) return nullptr;
  Symbol*& entry = by_name_[symbol.name.text];
  if (entry != nullptr && !entry->is_built_in) {
    Diagnostic& report = reporter_.report(Message::Redefined, symbol.name.range, {symbol.name.text});
    report.note(entry->name.range, "first defined here");
    return nullptr;
  }
  entry = &symbols_.emplace_back(std::move(symbol));
  return entry;
}

void Names::offer(Symbol symbol) {
  if (symbol.name.text.empty() || by_name_.count(symbol.name.text) != 0) return;
  symbol.is_built_in = true;
  declare(std::move(symbol));
}

Symbol* Names::resolve(const Name& name, Wanted wanted) {
  if (name.text.empty()) return nullptr;
  const auto found = by_name_.find(name.text);
  if (found != by_name_.end()) {
    return found->second->kind == Symbol::Kind::Broken ? nullptr : found->second;
  }
  if (!syntax_.is_suspect(name.text)) report_unknown(name, wanted);
  Symbol broken;
  broken.name = name;
  by_name_[name.text] = &symbols_.emplace_back(std::move(broken));
  return nullptr;
}

void Names::report_unknown(const Name& name, Wanted wanted) {
  NearestWord nearest(name.text);
  for (const Symbol& symbol : symbols_) {
    if (is_candidate(symbol, wanted)) nearest.consider(symbol.name.text);
  }
  if (wanted == Wanted::Type) {
    for (const std::string_view word : kTypeWords) nearest.consider(word);
  }
  if (nearest.word().empty()) {
    reporter_.report(Message::UnknownExternal, name.range,
                     {name.text, wanted == Wanted::Type ? "TYPE" : "NUMBER"});
  } else {
    reporter_.report(Message::UnknownName, name.range, {name.text, did_you_mean(nearest.word())});
  }
}

}  // namespace oncec::frontend::onc
