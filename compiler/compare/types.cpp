// Three ways to look at a type: by the names in it, as C++, as octets.
#include "compare/types.hpp"

#include <utility>

#include "backend/wire.hpp"

namespace oncec::compare {
namespace {

using model::Primitive;
using model::Type;

std::string_view name_of(Primitive primitive) {
  switch (primitive) {
    case Primitive::Void: return "void";
    case Primitive::Boolean: return "boolean";
    case Primitive::Octet: return "octet";
    case Primitive::Char: return "char";
    case Primitive::WChar: return "wchar";
    case Primitive::Int8: return "int8";
    case Primitive::UInt8: return "uint8";
    case Primitive::Int16: return "short";
    case Primitive::UInt16: return "unsigned short";
    case Primitive::Int32: return "long";
    case Primitive::UInt32: return "unsigned long";
    case Primitive::Int64: return "long long";
    case Primitive::UInt64: return "unsigned long long";
    case Primitive::Float32: return "float";
    case Primitive::Float64: return "double";
    case Primitive::Float128: return "long double";
    case Primitive::Any: return "any";
    case Primitive::Object: return "Object";
    case Primitive::TypeCode: return "CORBA::TypeCode";
    case Primitive::ValueBase: return "ValueBase";
  }
  return {};
}

/// A type written out; what is left out of it makes the ways to look at it.
struct Speller {
  bool bounds = true;
  bool typedefs = true;  // by their names; else what they stand for

  std::string operator()(Primitive primitive) const {
    if (!typedefs && primitive == Primitive::UInt8) return "octet";
    return std::string{name_of(primitive)};
  }
  std::string operator()(const model::StringType& text) const {
    const std::string name = text.wide ? "wstring" : "string";
    return text.bound != 0 && bounds ? name + "<" + std::to_string(text.bound) + ">" : name;
  }
  std::string operator()(const model::SequenceType& sequence) const {
    return "sequence<" + spell(*sequence.element) + bound(sequence.bound) + ">";
  }
  std::string operator()(const model::MapType& map) const {
    return "map<" + spell(*map.key) + ", " + spell(*map.value) + bound(map.bound) + ">";
  }
  std::string operator()(const model::ArrayType& array) const {
    std::string text = spell(*array.element);
    for (const std::uint64_t dimension : array.dimensions) text += "[" + std::to_string(dimension) + "]";
    return text;
  }
  std::string operator()(const model::FixedType& fixed) const {
    return "fixed<" + std::to_string(fixed.digits) + ", " + std::to_string(fixed.scale) + ">";
  }
  std::string operator()(const model::OptionalType& optional) const {
    return "@optional " + spell(*optional.element);
  }
  std::string operator()(const model::NamedType& named) const {
    const auto* const alias = std::get_if<model::Typedef>(&named.declaration->body);
    if (alias != nullptr && !typedefs) return spell(*alias->type);
    return model::qualified_name(*named.declaration);
  }

  std::string spell(const Type& type) const { return std::visit(*this, type.form); }
  std::string bound(std::uint64_t count) const {
    return count != 0 && bounds ? ", " + std::to_string(count) : std::string{};
  }
};

}  // namespace

std::string spelled(const Type& type) {
  return Speller{}.spell(type);
}

std::string wire_text(const std::vector<const Type*>& types) {
  model::Operation operation;
  operation.result = std::make_shared<const Type>(Type{Primitive::Void});
  for (const Type* const type : types) {
    model::Parameter parameter;
    parameter.type = std::make_shared<const Type>(*type);
    operation.parameters.push_back(std::move(parameter));
  }
  const std::string text = backend::signature(operation);
  return text.substr(1, text.rfind(")>(") - 1);
}

TypeChange compare_types(const Type& old_type, const Type& new_type) {
  const Speller by_name{.bounds = true, .typedefs = false};
  if (by_name.spell(old_type) == by_name.spell(new_type)) return TypeChange::None;
  if (spelled(old_type) == spelled(new_type)) return TypeChange::None;
  const Speller as_cpp{.bounds = false, .typedefs = false};
  if (as_cpp.spell(old_type) == as_cpp.spell(new_type)) return TypeChange::Bound;
  return wire_text({&old_type}) == wire_text({&new_type}) ? TypeChange::Renamed : TypeChange::Other;
}

}  // namespace oncec::compare
