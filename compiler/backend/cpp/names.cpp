// Keywords, escapes, and C++ name lookup on the model.
#include "backend/cpp/names.hpp"

#include <algorithm>
#include <array>

#include "backend/cpp/macros.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

// The keywords and alternative tokens of C++20. What a struct has for once::Box is as good as one.
constexpr std::array<std::string_view, 96> kKeywords = {
    "alignas",     "alignof",  "and",        "and_eq",    "asm",       "auto",         "bitand",
    "bitor",       "bool",     "break",      "case",      "catch",     "char",         "char16_t",
    "char32_t",    "char8_t",  "class",      "co_await",  "co_return", "co_yield",     "compl",
    "concept",     "const",    "const_cast", "consteval", "constexpr", "constinit",    "continue",
    "decltype",    "default",  "delete",     "do",        "double",    "dynamic_cast", "else",
    "enum",        "explicit", "export",     "extern",    "false",     "float",        "for",
    "friend",      "goto",     "if",         "inline",    "int",       "long",         "mutable",
    "namespace",   "new",      "noexcept",   "not",       "not_eq",    "nullptr",      "operator",
    "or",          "or_eq",    "private",    "protected", "public",    "register",     "reinterpret_cast",
    "requires",    "return",   "short",      "signed",    "sizeof",    "static",       "static_assert",
    "static_cast", "struct",   "switch",     "template",  "this",      "thread_local", "throw",
    "true",        "try",      "typedef",    "typeid",    "typename",  "union",        "unsigned",
    "using",       "virtual",  "void",       "volatile",  "wchar_t",   "while",        "xor",
    "xor_eq",      "final",    "override",   "import",    "module",
};
bool is_keyword(std::string_view name) {
  return std::find(kKeywords.begin(), kKeywords.end(), name) != kKeywords.end() || name == "once_link";
}

bool is_interface(const Declaration* declaration) {
  return declaration != nullptr && std::holds_alternative<model::Interface>(declaration->body);
}

}  // namespace

std::string identifier(std::string_view name, std::initializer_list<std::string_view> taken) {
  std::string result{name};
  if (is_keyword(name) || may_be_macro(name) || std::find(taken.begin(), taken.end(), name) != taken.end())
    result.push_back('_');
  return result;
}

std::string parameter_name(std::string_view name) {
  return identifier(name, {"call", "transaction", "token", "Token", "E", "D", "encoder", "decoder",
                           "arguments", "result", "channel_", "target_", "options_"});
}

std::string member_name(std::string_view name) {
  return identifier(name);
}

std::string exception_member_name(std::string_view name) {
  return identifier(name, {"raise", "what", "repository_id", "kRepositoryId"});
}

std::string union_arm_name(std::string_view name, std::string_view union_name) {
  return identifier(name, {"arm_of", "discriminator_", "state_", union_name});
}

Names::Names(const model::Model& model) {
  for (const Declaration& declaration : model.declarations) {
    std::vector<std::string> scope = path(declaration);
    std::string last = scope.back();
    scope.pop_back();
    members_[scope].insert(std::move(last));
  }
  // What an interface inherits is found in it too, and what every interface has.
  for (const Declaration& declaration : model.declarations) {
    const auto* const interface = std::get_if<model::Interface>(&declaration.body);
    if (interface == nullptr) continue;
    auto& members = members_[path(declaration)];
    members.insert({"CoServant", "Ref", "Servant", "Stub", "interface_id"});
    for (const Declaration* const base : interface->bases) {  // bases are declared before
      const auto& inherited = members_[path(*base)];
      members.insert(inherited.begin(), inherited.end());
    }
  }
}

std::string Names::name(const Declaration& declaration) const {
  if (is_interface(declaration.scope)) {
    return identifier(declaration.name, {"CoServant", "Ref", "Servant", "Stub", "interface_id"});
  }
  if (std::holds_alternative<model::Module>(declaration.body) && declaration.scope == nullptr &&
      declaration.name == "once") {
    return declaration.name;  // the interfaces that Once itself ships
  }
  return identifier(declaration.name, {"asio", "decode", "encode", "once", "std", "to_string"});
}

std::vector<std::string> Names::path(const Declaration& declaration) const {
  std::vector<std::string> result;
  if (declaration.scope != nullptr) result = path(*declaration.scope);
  result.push_back(name(declaration));
  return result;
}

std::vector<std::string> Names::namespaces(const Declaration& declaration) const {
  const Declaration* scope = declaration.scope;
  while (scope != nullptr && !std::holds_alternative<model::Module>(scope->body)) scope = scope->scope;
  return scope != nullptr ? path(*scope) : std::vector<std::string>{};
}

std::string Names::qualified(const Declaration& declaration) const {
  std::string result;
  for (const std::string& part : path(declaration)) {
    if (!result.empty()) result.append("::");
    result.append(part);
  }
  return result;
}

bool Names::declares(const std::vector<std::string>& scope, std::size_t depth,
                     const std::string& name) const {
  const auto found = members_.find({scope.begin(), scope.begin() + static_cast<std::ptrdiff_t>(depth)});
  return found != members_.end() && found->second.contains(name);
}

bool Names::knows(const std::vector<std::string>& path) const {
  return declares(path, path.size() - 1, path.back());
}

std::string Names::spell(const Declaration& declaration, const Scope& from) const {
  const std::vector<std::string> full = path(declaration);
  std::size_t shared = 0;  // scopes that need not be said
  while (shared < from.path.size() && shared + 1 < full.size() && from.path[shared] == full[shared]) ++shared;
  const std::string& first = full[shared];
  bool hidden = from.hidden.contains(first);
  for (std::size_t depth = from.path.size(); depth > shared && !hidden; --depth) {
    hidden = declares(from.path, depth, first);
  }
  if (hidden) return "::" + qualified(declaration);
  std::string result = first;
  for (std::size_t i = shared + 1; i < full.size(); ++i) result.append("::").append(full[i]);
  return result;
}

}  // namespace oncec::backend::cpp
