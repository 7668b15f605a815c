// Annotations: which exist, which parameters they have, and what a use says.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/constants.hpp"
#include "frontend/names.hpp"
#include "frontend/syntax.hpp"
#include "model/model.hpp"

namespace oncec::frontend {

struct AnnotationParameter {
  std::string name;
  model::TypePointer type;  // nullptr: its declaration was wrong, any use passes
  std::optional<model::Value> default_value;
};

/// The annotations that are declared, by name: OMG's and Once's own (idl/annotations.idl, idl/once.idl), and
/// those of the file.
using AnnotationRegistry = std::map<std::string, std::vector<AnnotationParameter>, std::less<>>;

class Annotations {
 public:
  Annotations(const Syntax& syntax, Constants& constants, Reporter& reporter, AnnotationRegistry& registry)
      : syntax_(syntax), constants_(constants), reporter_(reporter), registry_(registry) {}

  AnnotationRegistry& registry() { return registry_; }

  /// What stands before a declaration. Parameters that are not given have their defaults.
  std::vector<model::Annotation> read(const std::vector<Grammar::AnnotationContext*>& uses, Scope& scope);

 private:
  std::optional<model::Annotation> read(Grammar::AnnotationContext& use, Scope& scope);
  void read_argument(Grammar::AnnotationArgumentContext& argument, bool alone,
                     const std::vector<AnnotationParameter>& parameters, Scope& scope,
                     model::Annotation& out);
  const AnnotationParameter* parameter_of(Grammar::AnnotationArgumentContext& argument, bool alone,
                                          const std::vector<AnnotationParameter>& parameters,
                                          const model::Annotation& annotation);
  std::optional<model::Value> value(Grammar::ConstExpressionContext& expression,
                                    const AnnotationParameter& parameter, Scope& scope);
  void add_defaults(const std::vector<AnnotationParameter>& parameters, model::Annotation& annotation,
                    bool complete);

  const Syntax& syntax_;
  Constants& constants_;
  Reporter& reporter_;
  AnnotationRegistry& registry_;
};

/// The annotation of that name, or nullptr.
const model::Annotation* find(const std::vector<model::Annotation>& annotations, std::string_view name);

/// The argument as a number or a truth, if it is one.
std::optional<std::uint64_t> number(const model::Annotation& annotation, std::string_view parameter);
bool is_true(const model::Annotation& annotation, std::string_view parameter);
/// True if there is the annotation, and its value is not FALSE.
bool is_set(const std::vector<model::Annotation>& annotations, std::string_view name);

}  // namespace oncec::frontend
