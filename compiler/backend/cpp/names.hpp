// What things are called in C++. IDL identifiers pass through unchanged, unless C++ or the generated code
// needs the name for itself: then an underscore is put behind it.
#pragma once

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"

namespace oncec::backend::cpp {

/// `name`, or `name_` if it is a keyword of C++, a macro of its library, or one of `taken`.
std::string identifier(std::string_view name, std::initializer_list<std::string_view> taken = {});

/// The names that generated code gives to a parameter; see identifier().
std::string parameter_name(std::string_view name);
/// … and to a member of a struct, an exception or a union.
std::string member_name(std::string_view name);
std::string exception_member_name(std::string_view name);
std::string union_arm_name(std::string_view name, std::string_view union_name);

/// A place in C++ code, as name lookup sees it.
struct Scope {
  std::vector<std::string> path;  // the namespaces and classes around, outermost first
  std::set<std::string> hidden;   // further names that are found first: members, parameters
};

/// The declarations of a model by their C++ names.
class Names {
 public:
  explicit Names(const model::Model& model);

  /// Without its scopes.
  std::string name(const model::Declaration& declaration) const;
  /// Scopes and name, outermost first.
  std::vector<std::string> path(const model::Declaration& declaration) const;
  /// The namespaces around the declaration, through the interface that it may be nested in.
  std::vector<std::string> namespaces(const model::Declaration& declaration) const;
  /// "bank::Account": for use in the global namespace.
  std::string qualified(const model::Declaration& declaration) const;
  /// True if the model declares something of that path.
  bool knows(const std::vector<std::string>& path) const;
  /// As short as name lookup from `from` allows.
  std::string spell(const model::Declaration& declaration, const Scope& from) const;

 private:
  bool declares(const std::vector<std::string>& scope, std::size_t depth, const std::string& name) const;

  std::map<std::vector<std::string>, std::set<std::string>> members_;  // of each scope
};

}  // namespace oncec::backend::cpp
