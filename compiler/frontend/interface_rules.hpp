// Rules that look at an interface as a whole, its bases included: what may be inherited, which operation has
// which id on the wire; and what annotations make of an operation.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "frontend/annotations.hpp"
#include "frontend/names.hpp"
#include "model/model.hpp"

namespace oncec::frontend {

/// The id of an operation without @id: FNV-1a, 32 bits, over the octets of its name. An attribute `x` has the
/// operations `_get_x` and `_set_x`.
std::uint32_t operation_id(std::string_view name);

/// Watches one interface while it is built.
class InterfaceRules {
 public:
  explicit InterfaceRules(Reporter& reporter) : reporter_(reporter) {}

  /// Takes over all that the base, an interface or a value type, has, directly or not. `place`: where it is
  /// named as a base.
  void inherit(const std::string& interface, const model::Declaration& base, SourceRange place);
  /// False (reported) if a base has an operation or attribute of that name.
  bool may_declare(const Name& name);
  /// Reports an id that another operation has.
  void enter(const model::Operation& operation);

  /// What the annotations say: semantics, deadline, id … `kind`: "operation" or "attribute".
  void apply(const std::vector<model::Annotation>& annotations, std::string_view kind,
             model::Operation& operation);

 private:
  struct Inherited {
    std::string name;
    SourceRange range;
    const model::Declaration* from;
  };
  void inherit_all(const std::string& interface, const std::vector<model::InterfaceMember>& members,
                   const std::vector<const model::Declaration*>& bases, const model::Declaration& base,
                   SourceRange place);
  void inherit_member(const std::string& interface, const std::string& name, SourceRange range,
                      const model::Declaration& from, SourceRange place);
  void apply_semantics(const std::vector<model::Annotation>& annotations, std::string_view kind,
                       model::Operation& operation);

  Reporter& reporter_;
  std::map<std::string, Inherited, Scope::ByLowerCase> inherited_;
  std::map<std::uint32_t, std::pair<std::string, SourceRange>> ids_;
  std::unordered_set<const model::Declaration*> seen_;
};

/// Reports annotations of operations on something that is none. `kind`: "a struct", "a module" …
void refuse_operation_annotations(const std::vector<model::Annotation>& annotations, std::string_view kind,
                                  Reporter& reporter);

}  // namespace oncec::frontend
