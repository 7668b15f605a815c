// What declarations are called in .proto files.
//
// The package of a file is the longest path of modules around everything that it declares; scopes further in,
// modules and interfaces, become prefixes: "Shelf_Slot". Enumerators stand beside their enum, as in the IDL.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"

namespace oncec::backend::proto {

class Names {
 public:
  explicit Names(const model::Model& model);

  /// "shop.inner", or empty: of the file that the range is in.
  std::string package(const SourceRange& range) const;
  /// Of a type, without its package.
  const std::string& name(const model::Declaration& declaration) const;
  /// "Shelf_find_Request": of an operation's message.
  std::string message(const model::Declaration& interface, const model::Operation& operation,
                      std::string_view what) const;
  /// "Shelf_": what comes before the enumerators of the enum.
  std::string prefix(const model::Declaration& declaration) const;
  /// True if a message or enum of the model has that name, in whatever package.
  bool knows(const std::string& name) const { return taken_.contains(name); }

 private:
  std::vector<std::string> inner_path(const model::Declaration& declaration) const;
  const std::vector<std::string>& path_of(const SourceFile* file) const;

  std::map<const SourceFile*, std::vector<std::string>> packages_;
  std::map<const model::Declaration*, std::string> names_;
  std::set<std::string> taken_;
};

/// The names of one scope of a .proto file. Two fields of a message must differ also in the names that they
/// have in JSON, where "foo_bar" is "fooBar": the second of such a pair gets its number behind it.
class FieldNames {
 public:
  std::string add(const std::string& name, std::uint32_t number);

 private:
  std::set<std::string> taken_;
};

/// The names of an enum's values, which must differ also without the enum's own name in front and whatever
/// their case; the second of such a pair gets its place behind it.
class EnumeratorNames {
 public:
  explicit EnumeratorNames(const std::string& enum_name) : enum_name_(enum_name) {}

  std::string add(const std::string& name);

 private:
  std::string enum_name_;
  std::set<std::string> taken_;
};

/// True for words that cannot begin a field without being taken for something else.
bool is_word_of_proto(std::string_view name);

}  // namespace oncec::backend::proto
