// Small questions that everybody asks the model.
#include "model/model.hpp"

#include <algorithm>

#include "support/utf8.hpp"

namespace oncec::model {

namespace {

void collect_bases(const Declaration& declaration, std::vector<const Declaration*>& found) {
  const auto* const interface = std::get_if<Interface>(&declaration.body);
  for (const Declaration* const base :
       interface != nullptr ? interface->bases : std::get<ValueType>(declaration.body).bases) {
    if (std::find(found.begin(), found.end(), base) != found.end()) continue;
    collect_bases(*base, found);
    found.push_back(base);
  }
}

}  // namespace

std::int64_t number_of(const Value& value) {
  if (const bool* const truth = std::get_if<bool>(&value)) return *truth ? 1 : 0;
  if (const auto* const enumerator = std::get_if<EnumeratorValue>(&value)) {
    return std::get<Enum>(enumerator->enumeration->body).enumerators[enumerator->index].value;
  }
  if (const auto* const text = std::get_if<TextValue>(&value)) {
    const std::u32string characters = code_points(text->text);
    return characters.empty() ? 0 : static_cast<std::int64_t>(characters.front());
  }
  const auto& integer = std::get<IntegerValue>(value);
  return static_cast<std::int64_t>(integer.negative ? 0 - integer.magnitude : integer.magnitude);
}

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

std::vector<const Declaration*> all_bases(const Declaration& declaration) {
  std::vector<const Declaration*> found;
  collect_bases(declaration, found);
  return found;
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
