// Declaring and finding names.
#include "frontend/names.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "model/spelled.hpp"

namespace oncec::frontend {

namespace {

constexpr std::array<std::string_view, 47> kKeywords{
    "abstract", "any",      "attribute", "boolean",   "case",      "char",    "const",       "context",
    "custom",   "default",  "double",    "enum",      "exception", "factory", "FALSE",       "fixed",
    "float",    "in",       "inout",     "interface", "long",      "module",  "native",      "Object",
    "octet",    "oneway",   "out",       "private",   "public",    "raises",  "readonly",    "sequence",
    "short",    "string",   "struct",    "supports",  "switch",    "TRUE",    "truncatable", "typedef",
    "union",    "unsigned", "ValueBase", "valuetype", "void",      "wchar",   "wstring"};

struct BuiltInType {
  std::string_view name;
  model::Primitive primitive;
};
constexpr std::array<BuiltInType, 8> kBuiltIn{{{"int8", model::Primitive::Int8},
                                               {"uint8", model::Primitive::UInt8},
                                               {"int16", model::Primitive::Int16},
                                               {"uint16", model::Primitive::UInt16},
                                               {"int32", model::Primitive::Int32},
                                               {"uint32", model::Primitive::UInt32},
                                               {"int64", model::Primitive::Int64},
                                               {"uint64", model::Primitive::UInt64}}};

constexpr std::array<std::string_view, 17> kTypeWords{
    "void",     "boolean", "octet",   "char",     "wchar", "float", "double", "short", "long",
    "unsigned", "string",  "wstring", "sequence", "map",   "fixed", "any",    "Object"};

/// In a module only the very same name is taken: `module bank { interface Bank … }` is how people write.
bool has_name_of(const Scope& scope, std::string_view name) {
  return scope.kind == "module" ? scope.name == name : equal_but_case(scope.name, name);
}

}  // namespace

std::string_view keyword_but_for_case(std::string_view name) {
  for (const std::string_view keyword : kKeywords) {
    if (equal_but_case(keyword, name)) return keyword;
  }
  return {};
}

model::Primitive built_in_type(std::string_view name) {
  for (const BuiltInType& type : kBuiltIn) {
    if (type.name == name) return type.primitive;
  }
  return model::Primitive::Void;
}

void suggest_types(NearestWord& nearest) {
  for (const std::string_view word : kTypeWords) nearest.consider(word);
  for (const BuiltInType& type : kBuiltIn) nearest.consider(type.name);
}

std::string Path::text() const {
  std::string out;
  for (const Name& component : components) {
    if (from_file_scope || !out.empty()) out += "::";
    out += component.text;
  }
  return out;
}

std::string described(const Entity& entity) {
  switch (entity.kind) {
    case Entity::Kind::Declaration: return std::string(model::described(*entity.declaration));
    case Entity::Kind::Enumerator: return "an enumerator";
    case Entity::Kind::Operation: return "an operation";
    case Entity::Kind::Attribute: return "an attribute";
    case Entity::Kind::Member: return "a member";
    case Entity::Kind::Parameter: return "a parameter";
    case Entity::Kind::Broken: break;
  }
  return "broken";
}

bool Scope::ByLowerCase::operator()(const std::string& a, const std::string& b) const {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return to_lower(x) < to_lower(y); });
}

const Entity* Scope::find(const std::string& wanted) const {
  const auto [first, last] = names.equal_range(wanted);
  if (first == last) return nullptr;
  const auto exact = std::find_if(first, last, [&](const auto& each) { return each.first == wanted; });
  return exact == last ? &first->second : &exact->second;
}

Names::Names(Reporter& reporter) : reporter_(reporter) {
  scopes_.emplace_back();
  scopes_.front().kind = "file";
}

Scope& Names::open(Scope& parent, std::string_view kind, const std::string& name,
                   model::Declaration* declaration) {
  Scope& scope = scopes_.emplace_back();
  scope.name = name;
  scope.kind = kind;
  scope.parent = &parent;
  scope.declaration = declaration;
  if (declaration != nullptr) scope_of_[declaration] = &scope;
  return scope;
}

Scope* Names::scope_of(const model::Declaration& declaration) const {
  const auto found = scope_of_.find(&declaration);
  return found == scope_of_.end() ? nullptr : found->second;
}

bool Names::declare(Scope& scope, const Name& name, Entity entity) {
  if (name.text.empty()) {
    if (entity.kind == Entity::Kind::Declaration || entity.kind == Entity::Kind::Enumerator) ++nameless_;
    return false;
  }
  if (!name.escaped) {
    const std::string_view keyword = keyword_but_for_case(name.text);
    if (!keyword.empty() && keyword != name.text)
      reporter_.report(Message::NameIsKeyword, name.range, {name.text, keyword});
  }
  if (const Entity* earlier = scope.find(name.text)) {
    const bool same = earlier->name == name.text;
    if (same) {
      reporter_.report(Message::Redefined, name.range, {name.text})
          .note(earlier->range, "first defined here");
    } else if (!excuses_misplaced_) {
      reporter_.report(Message::RedefinedInOtherCase, name.range, {name.text, earlier->name})
          .note(earlier->range, "first defined here");
    }
    if (same || !reporter_.is_forgiven(Message::RedefinedInOtherCase)) return false;
  }
  entity.name = name.text;
  entity.range = name.range;
  const auto used = scope.introduced.find(name.text);
  if (has_name_of(scope, name.text)) {
    reporter_.report(Message::NameOfEnclosingScope, name.range, {name.text, scope.kind, scope.name});
  } else if (used != scope.introduced.end()) {
    reporter_.report(Message::NameClashesWithUse, name.range, {name.text, used->second.text})
        .note(used->second.range, "used here");
  }
  scope.names.emplace(name.text, std::move(entity));
  return true;
}

const Entity* Names::resolve(Scope& scope, const Path& path, Use use) {
  if (path.components.empty() || path.components.front().text.empty()) return nullptr;
  const Name& first = path.components.front();
  bool failed = false;
  const Entity* entity =
      path.from_file_scope ? find_inside(file_scope(), first, failed) : find_first(scope, first, failed);
  if (entity == nullptr) {
    if (!failed) report_unknown(path.from_file_scope ? file_scope() : scope, first, !path.from_file_scope);
    return nullptr;
  }
  const bool elsewhere = scope.find(first.text) != entity;
  if (use == Use::Type && !path.from_file_scope && elsewhere) scope.introduced.try_emplace(first.text, first);

  for (std::size_t i = 1; i < path.components.size(); ++i) {
    const Name& name = path.components[i];
    if (name.text.empty() || entity->kind == Entity::Kind::Broken) return nullptr;
    Scope* inside = entity->kind == Entity::Kind::Declaration ? scope_of(*entity->declaration) : nullptr;
    if (inside == nullptr) {
      const Name& before = path.components[i - 1];
      reporter_.report(Message::NotAScope, before.range, {before.text, described(*entity)})
          .note(entity->range, "defined here");
      return nullptr;
    }
    entity = find_inside(*inside, name, failed);
    if (entity == nullptr) {
      if (!failed) report_unknown(*inside, name, false);
      return nullptr;
    }
  }
  return entity->kind == Entity::Kind::Broken ? nullptr : entity;
}

const Entity* Names::find(const Scope& scope, const Path& path) const {
  const auto find_in = [](const Scope& where, const std::string& name) {
    const Entity* own = where.find(name);
    return own != nullptr ? own : inherited(where, name);
  };
  const Entity* entity = nullptr;
  const Scope* start = path.from_file_scope ? &scopes_.front() : &scope;
  for (; start != nullptr && entity == nullptr; start = start->parent) {
    entity = find_in(*start, path.components.front().text);
  }
  for (std::size_t i = 1; i < path.components.size() && entity != nullptr; ++i) {
    const Scope* inside =
        entity->kind == Entity::Kind::Declaration ? scope_of(*entity->declaration) : nullptr;
    entity = inside == nullptr ? nullptr : find_in(*inside, path.components[i].text);
  }
  return entity;
}

const Entity* Names::inherited(const Scope& scope, const std::string& name) {
  const std::vector<const Entity*> found = find_inherited(scope, name);
  return found.empty() ? nullptr : found.front();
}

const Entity* Names::find_first(Scope& scope, const Name& name, bool& failed) {
  for (Scope* current = &scope; current != nullptr; current = current->parent) {
    const Entity* found = find_inside(*current, name, failed);
    if (found != nullptr || failed) return found;
  }
  return nullptr;
}

const Entity* Names::find_inside(Scope& scope, const Name& name, bool& failed) {
  const Entity* own = scope.find(name.text);
  std::vector<const Entity*> found;
  if (own == nullptr) found = find_inherited(scope, name.text);
  if (!found.empty()) own = found.front();
  if (found.size() > 1) {
    const std::string example = found[0]->declaration != nullptr && found[0]->declaration->scope != nullptr
                                    ? found[0]->declaration->scope->name + "::" + name.text
                                    : name.text;
    Diagnostic& report = reporter_.report(Message::AmbiguousName, name.range, {name.text, example});
    for (const Entity* candidate : found) report.note(candidate->range, "one of them is defined here");
    failed = true;
    return nullptr;
  }
  if (own != nullptr && !has_right_case(*own, name) && !reporter_.is_forgiven(Message::NameInOtherCase)) {
    failed = true;
    return nullptr;
  }
  return own;
}

/// The different entities of that name that the bases have. What one of them has hides what it inherits.
std::vector<const Entity*> Names::find_inherited(const Scope& scope, const std::string& name) {
  std::vector<const Entity*> found;
  std::vector<const Scope*> all(scope.bases.rbegin(), scope.bases.rend());  // to be looked at, the next last
  std::unordered_set<const Scope*> seen;
  while (!all.empty()) {
    const Scope* const base = all.back();
    all.pop_back();
    if (!seen.insert(base).second) continue;
    if (const Entity* const entity = base->find(name)) {
      found.push_back(entity);
    } else {
      all.insert(all.end(), base->bases.rbegin(), base->bases.rend());
    }
  }
  return found;
}

bool Names::has_right_case(const Entity& entity, const Name& name) {
  if (entity.name == name.text) return true;
  if (is_excused_(name.text)) return false;
  reporter_.report(Message::NameInOtherCase, name.range, {name.text, entity.name})
      .note(entity.range, "defined here");
  return false;
}

bool Names::exists_anywhere(const std::string& name) const {
  return std::any_of(scopes_.begin(), scopes_.end(),
                     [&](const Scope& scope) { return scope.find(name) != nullptr; });
}

/// A declaration whose name is missing was meant to have one: as many unknown names as there are such
/// declarations are taken to be theirs.
bool Names::belongs_to_nameless(const std::string& name) {
  if (taken_by_nameless_.count(name) != 0) return true;
  if (taken_by_nameless_.size() >= nameless_) return false;
  taken_by_nameless_.insert(name);
  return true;
}

void Names::report_unknown(const Scope& scope, const Name& name, bool outwards) {
  if (is_excused_(name.text)) return;
  if (excuses_misplaced_ && exists_anywhere(name.text)) return;
  if (const std::string_view meant = word_of_idl(name.text); outwards && !meant.empty()) {
    reporter_.report(Message::UnknownName, name.range, {name.text, did_you_mean(meant)});
    return;
  }
  NearestWord nearest(name.text);
  for (const Scope* current = &scope; current != nullptr; current = outwards ? current->parent : nullptr) {
    for (const auto& [key, entity] : current->names) {
      if (entity.kind == Entity::Kind::Declaration || entity.kind == Entity::Kind::Enumerator) {
        nearest.consider(entity.name);
      }
    }
  }
  if (outwards) suggest_types(nearest);
  if (nearest.word().empty() && belongs_to_nameless(name.text)) return;
  reporter_.report(Message::UnknownName, name.range, {name.text, did_you_mean(nearest.word())});
}

}  // namespace oncec::frontend
