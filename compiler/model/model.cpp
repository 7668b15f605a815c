// Small questions that everybody asks the model.
#include "model/model.hpp"

namespace oncec::model {

const Value* Annotation::argument(std::string_view wanted) const {
  for (const AnnotationArgument& candidate : arguments) {
    if (candidate.name == wanted) return &candidate.value;
  }
  return nullptr;
}

const Annotation* Declaration::annotation(std::string_view wanted) const {
  for (const Annotation& candidate : annotations) {
    if (candidate.name == wanted) return &candidate;
  }
  return nullptr;
}

std::string qualified_name(const Declaration& declaration, std::string_view separator) {
  if (declaration.scope == nullptr) return declaration.name;
  return qualified_name(*declaration.scope, separator).append(separator).append(declaration.name);
}

const Type& resolve(const Type& type) {
  const Type* current = &type;
  while (const auto* named = std::get_if<NamedType>(&current->form)) {
    const auto* alias = std::get_if<Typedef>(&named->declaration->body);
    if (alias == nullptr) break;
    current = alias->type.get();
  }
  return *current;
}

}  // namespace oncec::model
