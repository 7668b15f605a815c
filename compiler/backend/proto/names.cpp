// Packages, prefixes, and names that would meet.
#include "backend/proto/names.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace oncec::backend::proto {
namespace {

using model::Declaration;

std::vector<std::string> scopes_of(const Declaration& declaration, bool modules_only) {
  std::vector<std::string> path;
  for (const Declaration* scope = declaration.scope; scope != nullptr; scope = scope->scope) {
    if (modules_only && !std::holds_alternative<model::Module>(scope->body)) {
      path.clear();  // what is around the interface counts
      continue;
    }
    path.insert(path.begin(), scope->name);
  }
  return path;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text.append(separator);
    text.append(part);
  }
  return text;
}

/// Without the underscores that separate words, in lower case.
std::string folded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c != '_') text.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return text;
}

constexpr std::array<std::string_view, 31> kWords = {
    "bool",     "bytes",    "double",   "enum",    "extend",   "extensions", "false",    "fixed32",
    "fixed64",  "float",    "group",    "import",  "int32",    "int64",      "map",      "message",
    "oneof",    "option",   "optional", "package", "repeated", "required",   "reserved", "service",
    "sfixed32", "sfixed64", "sint32",   "sint64",  "string",   "uint32",     "uint64"};

}  // namespace

Names::Names(const model::Model& model) {
  for (const Declaration& declaration : model.declarations) {
    if (std::holds_alternative<model::Module>(declaration.body)) continue;
    const std::vector<std::string> path = scopes_of(declaration, true);
    const auto [place, is_new] = packages_.emplace(declaration.range.file, path);
    if (is_new) continue;
    std::vector<std::string>& common = place->second;
    const auto end = std::mismatch(common.begin(), common.end(), path.begin(), path.end()).first;
    common.erase(end, common.end());
  }
  for (const Declaration& declaration : model.declarations) {
    if (std::holds_alternative<model::Module>(declaration.body) ||
        std::holds_alternative<model::Typedef>(declaration.body) ||
        std::holds_alternative<model::Constant>(declaration.body)) {
      continue;
    }
    std::string name = prefix(declaration) + declaration.name;
    const std::string package_prefix = package(declaration.range) + ".";
    while (!taken_.insert(package_prefix + name).second) name.push_back('_');
    taken_.insert(name);
    names_.emplace(&declaration, name);
  }
}

const std::vector<std::string>& Names::path_of(const SourceFile* file) const {
  static const std::vector<std::string> kNone;
  const auto place = packages_.find(file);
  return place != packages_.end() ? place->second : kNone;
}

std::string Names::package(const SourceRange& range) const {
  return join(path_of(range.file), ".");
}

const std::string& Names::name(const Declaration& declaration) const {
  return names_.at(&declaration);
}

std::vector<std::string> Names::inner_path(const Declaration& declaration) const {
  std::vector<std::string> path = scopes_of(declaration, false);
  const std::size_t outside = std::min(path.size(), path_of(declaration.range.file).size());
  path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(outside));
  return path;
}

std::string Names::prefix(const Declaration& declaration) const {
  const std::string path = join(inner_path(declaration), "_");
  return path.empty() ? "" : path + "_";
}

std::string Names::message(const Declaration& interface, const model::Operation& operation,
                           std::string_view what) const {
  std::string_view operation_name = operation.name;
  while (operation_name.starts_with('_')) operation_name.remove_prefix(1);
  std::string text = name(interface);
  text.append("_").append(operation_name).append("_").append(what);
  while (taken_.contains(text)) text.push_back('_');
  return text;
}

std::string FieldNames::add(const std::string& name, std::uint32_t number) {
  std::string chosen = name;
  while (!taken_.insert(folded(chosen)).second) chosen += "_" + std::to_string(number);
  return chosen;
}

std::string EnumeratorNames::add(const std::string& name) {
  const std::string prefix = folded(enum_name_);
  const auto key = [&](const std::string& candidate) {
    const std::string text = folded(candidate);
    return text.starts_with(prefix) && text != prefix ? text.substr(prefix.size()) : text;
  };
  std::string chosen = name;
  while (!taken_.insert(key(chosen)).second) chosen += "_" + std::to_string(taken_.size());
  return chosen;
}

bool is_word_of_proto(std::string_view name) {
  return std::find(kWords.begin(), kWords.end(), name) != kWords.end();
}

}  // namespace oncec::backend::proto
