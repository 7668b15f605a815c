// Reading #pragma lines, and putting ids together.
#include "frontend/repository_ids.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "support/characters.hpp"

namespace oncec::frontend {

namespace {

constexpr std::string_view kBlanks = " \t\r\n\\";  // a backslash ends a line that goes on

/// Cuts the first word off.
std::string_view take_word(std::string_view& text) {
  text = trimmed(text, kBlanks);
  const std::size_t end = std::min(text.find_first_of(" \t\""), text.size());
  const std::string_view word = text.substr(0, end);
  text = trimmed(text.substr(end), kBlanks);
  return word;
}

/// What stands between two quotes, if there is nothing else.
std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.find('"', 1) != text.size() - 1) return std::nullopt;
  return std::string(text.substr(1, text.size() - 2));
}

bool is_version(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto is_number = [](std::string_view part) {
    return !part.empty() &&
           std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return point != std::string_view::npos && is_number(text.substr(0, point)) &&
         is_number(text.substr(point + 1));
}

/// "a::b"; the range of each part is that of the whole line.
Path path_of(std::string_view text, SourceRange range) {
  Path path;
  path.range = range;
  path.from_file_scope = text.substr(0, 2) == "::";
  if (path.from_file_scope) text.remove_prefix(2);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("::"), text.size());
    std::string_view part = text.substr(0, end);
    const bool escaped = !part.empty() && part.front() == '_';
    if (escaped) part.remove_prefix(1);
    path.components.push_back({std::string(part), range, escaped});
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return path;
}

}  // namespace

RepositoryIds::RepositoryIds(const Syntax& syntax, Names& names, Reporter& reporter)
    : syntax_(syntax), names_(names), reporter_(reporter), pragmas_(syntax.pragmas()) {}

void RepositoryIds::obey_pragmas_before(const antlr4::Token& token, Scope& scope) {
  while (next_pragma_ < pragmas_.size() && pragmas_[next_pragma_]->getTokenIndex() < token.getTokenIndex()) {
    obey(*pragmas_[next_pragma_++], scope);
  }
}

void RepositoryIds::obey(const antlr4::Token& token, Scope& scope) {
  std::string_view text = syntax_.text(token);
  SourceRange range = syntax_.range(token);
  range.end = range.begin + static_cast<std::uint32_t>(trimmed(text, kBlanks).size());
  text.remove_prefix(text.find("pragma") + 6);
  const std::string_view word = take_word(text);
  if (word == "prefix") {
    const std::optional<std::string> prefix = unquoted(text);
    if (!prefix) {
      reporter_.report(Message::PragmaMalformed, range, {word, "a prefix in quotes"});
      return;
    }
    prefixes_.back()[range.file] = *prefix;
  } else if (word == "ID" || word == "version") {
    obey_for_name(word, text, range, scope);
  } else if (word != "once" && !syntax_.is_included(token)) {
    reporter_.report(Message::PragmaUnknown, range, {word});
  }
}

void RepositoryIds::obey_for_name(std::string_view word, std::string_view rest, SourceRange range,
                                  Scope& scope) {
  const bool is_id = word == "ID";
  const std::string_view name = take_word(rest);
  const std::optional<std::string> id = unquoted(rest);
  if (name.empty() || (is_id ? !id : !is_version(rest))) {
    reporter_.report(Message::PragmaMalformed, range,
                     {word, is_id ? "a name and an id in quotes" : "a name and a version such as 1.2"});
    return;
  }
  const Entity* entity = names_.resolve(scope, path_of(name, range), Names::Use::Other);
  if (entity == nullptr || entity->kind != Entity::Kind::Declaration) return;
  if (is_id) {
    give_id(*entity->declaration, *id, range);
  } else {
    give(versions_, "version", *entity->declaration, std::string(rest), range);
  }
}

void RepositoryIds::declared(const model::Declaration& declaration, const SourceFile* file) {
  for (auto scope = prefixes_.rbegin(); scope != prefixes_.rend(); ++scope) {
    const auto found = scope->find(file);
    if (found == scope->end()) continue;
    prefix_of_.emplace(&declaration, found->second);
    return;
  }
}

void RepositoryIds::give_id(const model::Declaration& declaration, const std::string& id, SourceRange range) {
  const std::size_t colon = id.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == id.size()) {
    reporter_.report(Message::RepositoryIdInvalid, range, {id});
    return;
  }
  give(ids_, "repository id", declaration, id, range);
}

void RepositoryIds::give_prefix(const model::Declaration& declaration, const std::string& prefix,
                                SourceRange range) {
  give(type_prefixes_, "prefix", declaration, prefix, range);
}

void RepositoryIds::give(Gifts& gifts, std::string_view what, const model::Declaration& declaration,
                         const std::string& text, SourceRange range) {
  const auto [earlier, is_new] = gifts.try_emplace(&declaration, Given{text, range});
  if (is_new || earlier->second.text == text) return;
  reporter_.report(Message::RepositoryIdRepeated, range, {declaration.name, what, earlier->second.text})
      .note(earlier->second.range, "given here");
}

std::string RepositoryIds::id_of(const model::Declaration& declaration) const {
  if (const auto id = ids_.find(&declaration); id != ids_.end()) return id->second.text;
  std::string prefix;
  if (const auto pragma = prefix_of_.find(&declaration); pragma != prefix_of_.end()) prefix = pragma->second;
  for (const model::Declaration* scope = &declaration; scope != nullptr; scope = scope->scope) {
    const auto given = type_prefixes_.find(scope);
    if (given == type_prefixes_.end()) continue;
    prefix = given->second.text;
    break;
  }
  if (!prefix.empty()) prefix += '/';
  std::string path = model::qualified_name(declaration, "/");
  if (const auto inner = paths_.find(&declaration); inner != paths_.end()) {
    path = declaration.scope == nullptr
               ? inner->second
               : model::qualified_name(*declaration.scope, "/") + "/" + inner->second;
  }
  const auto version = versions_.find(&declaration);
  return "IDL:" + prefix + path + ":" + (version == versions_.end() ? "1.0" : version->second.text);
}

void RepositoryIds::assign(model::Model& model) const {
  for (model::Declaration& declaration : model.declarations) declaration.repository_id = id_of(declaration);
}

}  // namespace oncec::frontend
