// What IDL has for each kind of type, value and declaration.
#include "model/spelled.hpp"

#include <algorithm>
#include <array>

namespace oncec::model {
namespace {

struct Speller {
  Spelling spelling;

  std::string operator()(Primitive primitive) const {
    switch (primitive) {
      case Primitive::Void: return "void";
      case Primitive::Boolean: return "boolean";
      case Primitive::Octet: return "octet";
      case Primitive::Char: return "char";
      case Primitive::WChar: return "wchar";
      case Primitive::Int8: return "int8";
      case Primitive::UInt8: return spelling.uint8 ? "uint8" : "octet";
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
  std::string operator()(const StringType& text) const {
    const std::string word = text.wide ? "wstring" : "string";
    return text.bound != 0 && spelling.bounds ? word + "<" + std::to_string(text.bound) + ">" : word;
  }
  std::string operator()(const SequenceType& sequence) const {
    return "sequence<" + of(*sequence.element) + bound(sequence.bound) + ">";
  }
  std::string operator()(const MapType& map) const {
    return "map<" + of(*map.key) + ", " + of(*map.value) + bound(map.bound) + ">";
  }
  std::string operator()(const ArrayType& array) const {
    std::string text = of(*array.element);
    for (const std::uint64_t dimension : array.dimensions) text += "[" + std::to_string(dimension) + "]";
    return text;
  }
  std::string operator()(const FixedType& fixed) const {
    return "fixed<" + std::to_string(fixed.digits) + ", " + std::to_string(fixed.scale) + ">";
  }
  std::string operator()(const OptionalType& optional) const { return "@optional " + of(*optional.element); }
  std::string operator()(const NamedType& named) const {
    const auto* const alias = std::get_if<Typedef>(&named.declaration->body);
    if (alias != nullptr && !spelling.typedefs) return of(*alias->type);
    return qualified_name(*named.declaration);
  }

  std::string of(const Type& type) const { return std::visit(*this, type.form); }
  std::string bound(std::uint64_t count) const {
    return count != 0 && spelling.bounds ? ", " + std::to_string(count) : std::string{};
  }
};

}  // namespace

std::string spelled(const Type& type, Spelling spelling) {
  return Speller{spelling}.of(type);
}

std::string spelled(const Value& value) {
  if (const bool* const truth = std::get_if<bool>(&value)) return *truth ? "TRUE" : "FALSE";
  if (const auto* const integer = std::get_if<IntegerValue>(&value)) {
    return (integer->negative ? "-" : "") + std::to_string(integer->magnitude);
  }
  if (const double* const number = std::get_if<double>(&value)) return std::to_string(*number);
  if (const auto* const text = std::get_if<TextValue>(&value)) return "'" + text->text + "'";
  const auto& enumerator = std::get<EnumeratorValue>(value);
  return std::get<Enum>(enumerator.enumeration->body).enumerators[enumerator.index].name;
}

std::string_view described(const Declaration& declaration) {
  constexpr std::array<std::string_view, std::variant_size_v<decltype(declaration.body)>> kWords{
      "a module",     "a constant", "a typedef",    "an enum",     "a bitmask",   "a bitset",     "a struct",
      "an exception", "a union",    "an interface", "a valuetype", "a value box", "a native type"};
  const auto* const unmapped = std::get_if<Unmapped>(&declaration.body);
  if (unmapped == nullptr) return kWords[declaration.body.index()];
  constexpr std::array<std::string_view, 5> kUnmapped{"a component", "a home", "a porttype", "a connector",
                                                      "a template module"};
  const auto* const words = std::find_if(kUnmapped.begin(), kUnmapped.end(), [&](std::string_view each) {
    return each.substr(2) == unmapped->kind;
  });
  return words == kUnmapped.end() ? std::string_view{"a thing that Once has no use for"} : *words;
}

std::string_view kind_of(const Declaration& declaration) {
  const std::string_view words = described(declaration);
  return words.substr(words.find(' ') + 1);
}

}  // namespace oncec::model
