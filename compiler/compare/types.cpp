// Three ways to look at a type: by the names in it, as C++, as octets.
#include "compare/types.hpp"

#include <utility>

#include "backend/wire.hpp"
#include "model/spelled.hpp"

namespace oncec::compare {

using model::Type;

std::string wire_text(const std::vector<const Type*>& types) {
  model::Operation operation;
  operation.result = std::make_shared<const Type>(Type{model::Primitive::Void});
  for (const Type* const type : types) {
    model::Parameter parameter;
    parameter.type = std::make_shared<const Type>(*type);
    operation.parameters.push_back(std::move(parameter));
  }
  const std::string text = backend::signature(operation);
  return text.substr(1, text.rfind(")>(") - 1);
}

TypeChange compare_types(const Type& old_type, const Type& new_type) {
  constexpr model::Spelling kInCpp{.bounds = true, .typedefs = false, .uint8 = false};
  constexpr model::Spelling kWithoutBounds{.bounds = false, .typedefs = false, .uint8 = false};
  if (spelled(old_type, kInCpp) == spelled(new_type, kInCpp)) return TypeChange::None;
  if (spelled(old_type) == spelled(new_type)) return TypeChange::None;
  if (spelled(old_type, kWithoutBounds) == spelled(new_type, kWithoutBounds)) return TypeChange::Bound;
  return wire_text({&old_type}) == wire_text({&new_type}) ? TypeChange::Renamed : TypeChange::Other;
}

}  // namespace oncec::compare
