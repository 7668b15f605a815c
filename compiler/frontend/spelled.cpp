// Types and values in IDL's own words.
#include "frontend/spelled.hpp"

namespace oncec::frontend {

std::string spelled(const model::Type& type) {
  struct Speller {
    static std::string bounded(std::string text, std::uint64_t bound) {
      return bound == 0 ? text + ">" : text + ", " + std::to_string(bound) + ">";
    }
    std::string operator()(model::Primitive primitive) const {
      switch (primitive) {
        case model::Primitive::Void: return "void";
        case model::Primitive::Boolean: return "boolean";
        case model::Primitive::Octet: return "octet";
        case model::Primitive::Char: return "char";
        case model::Primitive::WChar: return "wchar";
        case model::Primitive::Int8: return "int8";
        case model::Primitive::UInt8: return "uint8";
        case model::Primitive::Int16: return "short";
        case model::Primitive::UInt16: return "unsigned short";
        case model::Primitive::Int32: return "long";
        case model::Primitive::UInt32: return "unsigned long";
        case model::Primitive::Int64: return "long long";
        case model::Primitive::UInt64: return "unsigned long long";
        case model::Primitive::Float32: return "float";
        case model::Primitive::Float64: return "double";
        case model::Primitive::Float128: return "long double";
        case model::Primitive::Any: return "any";
        case model::Primitive::Object: return "Object";
        case model::Primitive::TypeCode: return "CORBA::TypeCode";
        case model::Primitive::ValueBase: return "ValueBase";
      }
      return {};
    }
    std::string operator()(const model::StringType& string) const {
      const std::string word = string.wide ? "wstring" : "string";
      return string.bound == 0 ? word : word + "<" + std::to_string(string.bound) + ">";
    }
    std::string operator()(const model::SequenceType& sequence) const {
      return bounded("sequence<" + spelled(*sequence.element), sequence.bound);
    }
    std::string operator()(const model::MapType& map) const {
      return bounded("map<" + spelled(*map.key) + ", " + spelled(*map.value), map.bound);
    }
    std::string operator()(const model::ArrayType& array) const {
      std::string text = spelled(*array.element);
      for (const std::uint64_t size : array.dimensions) text += "[" + std::to_string(size) + "]";
      return text;
    }
    std::string operator()(const model::FixedType& fixed) const {
      return "fixed<" + std::to_string(fixed.digits) + ", " + std::to_string(fixed.scale) + ">";
    }
    std::string operator()(const model::OptionalType& optional) const {
      return "@optional " + spelled(*optional.element);
    }
    std::string operator()(const model::NamedType& named) const {
      return model::qualified_name(*named.declaration);
    }
  };
  return std::visit(Speller{}, type.form);
}

std::string spelled(const model::Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "TRUE" : "FALSE";
  if (const auto* integer = std::get_if<model::IntegerValue>(&value)) {
    return (integer->negative ? "-" : "") + std::to_string(integer->magnitude);
  }
  if (const auto* number = std::get_if<double>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<model::TextValue>(&value)) return "'" + text->text + "'";
  const auto& enumerator = std::get<model::EnumeratorValue>(value);
  return std::get<model::Enum>(enumerator.enumeration->body).enumerators[enumerator.index].name;
}

}  // namespace oncec::frontend
