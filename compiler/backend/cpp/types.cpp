// Types and literals in C++.
#include "backend/cpp/types.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace oncec::backend::cpp {
namespace {

using model::Primitive;

/// The C++ type; empty for what has none (check.cpp reports those before anything is written).
std::string_view spell_primitive(Primitive primitive) {
  switch (primitive) {
    case Primitive::Void: return "void";
    case Primitive::Boolean: return "bool";
    case Primitive::Octet:
    case Primitive::UInt8: return "std::uint8_t";
    case Primitive::Char: return "char";
    case Primitive::Int8: return "std::int8_t";
    case Primitive::Int16: return "std::int16_t";
    case Primitive::UInt16: return "std::uint16_t";
    case Primitive::Int32: return "std::int32_t";
    case Primitive::UInt32: return "std::uint32_t";
    case Primitive::Int64: return "std::int64_t";
    case Primitive::UInt64: return "std::uint64_t";
    case Primitive::Float32: return "float";
    case Primitive::Float64: return "double";
    case Primitive::Float128: return "once::Float128";
    case Primitive::WChar:
    case Primitive::Any:
    case Primitive::Object:
    case Primitive::TypeCode:
    case Primitive::ValueBase: break;
  }
  return {};
}

std::string array_of(std::string element, const std::vector<std::uint64_t>& dimensions) {
  for (auto dimension = dimensions.rbegin(); dimension != dimensions.rend(); ++dimension) {
    element.insert(0, "std::array<").append(", ").append(std::to_string(*dimension)).append(">");
  }
  return element;
}

struct TypeSpeller {
  const Names& names;
  const Scope& from;

  std::string operator()(Primitive primitive) const { return std::string{spell_primitive(primitive)}; }
  std::string operator()(const model::StringType&) const { return "std::string"; }
  std::string operator()(const model::SequenceType& sequence) const {
    return "std::vector<" + spell(names, *sequence.element, from) + ">";
  }
  std::string operator()(const model::ArrayType& array) const {
    return array_of(spell(names, *array.element, from), array.dimensions);
  }
  std::string operator()(const model::OptionalType& optional) const {
    return "std::optional<" + spell(names, *optional.element, from) + ">";
  }
  std::string operator()(const model::NamedType& named) const {
    std::string name = names.spell(*named.declaration, from);
    const bool is_reference = std::holds_alternative<model::Interface>(named.declaration->body);
    return is_reference ? "once::Ref<" + name + ">" : name;
  }
  std::string operator()(const model::MapType&) const { return {}; }
  std::string operator()(const model::FixedType&) const { return {}; }
};

std::string integer_literal(const model::IntegerValue& value, bool is_unsigned) {
  if (!value.negative) return std::to_string(value.magnitude) + (is_unsigned ? "U" : "");
  // The most negative number has no literal of its own.
  if (value.magnitude == std::uint64_t{1} << 63) return "-9223372036854775807 - 1";
  return "-" + std::to_string(value.magnitude);
}

std::string float_literal(double value, Primitive primitive) {
  if (primitive == Primitive::Float32) {
    std::array<char, 64> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<float>(value)).ptr;
    std::string text{digits.data(), end};
    return text + (text.find_first_of(".e") == std::string::npos ? ".0F" : "F");
  }
  std::array<char, 64> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  std::string text{digits.data(), end};
  return text + (text.find_first_of(".e") == std::string::npos ? ".0" : "");
}

/// The first character of UTF-8 text as an octet of ISO 8859-1, which is what IDL's char holds.
unsigned char character_of(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80 || text.size() < 2) return first;
  return static_cast<unsigned char>((first & 0x03) << 6 | (static_cast<unsigned char>(text[1]) & 0x3f));
}

std::string escaped(unsigned char c, char quote) {
  switch (c) {
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\t': return "\\t";
    case '\r': return "\\r";
    default: break;
  }
  if (c == static_cast<unsigned char>(quote)) return {'\\', quote};
  if (c >= 0x20 && c < 0x7f) return {static_cast<char>(c)};
  const std::string_view digits = "01234567";
  return {'\\', digits[c >> 6], digits[c >> 3 & 7], digits[c & 7]};  // three octal digits end by themselves
}

bool is_unsigned(Primitive primitive) {
  switch (primitive) {
    case Primitive::Octet:
    case Primitive::UInt8:
    case Primitive::UInt16:
    case Primitive::UInt32:
    case Primitive::UInt64: return true;
    default: return false;
  }
}

}  // namespace

const model::Declaration* declaration_of(const model::Type& type) {
  const auto* const named = std::get_if<model::NamedType>(&model::resolve(type).form);
  return named != nullptr ? named->declaration : nullptr;
}

const Primitive* primitive_of(const model::Type& type) {
  return std::get_if<Primitive>(&model::resolve(type).form);
}

std::string spell(const Names& names, const model::Type& type, const Scope& from) {
  return std::visit(TypeSpeller{names, from}, type.form);
}

bool is_scalar(const model::Type& type) {
  if (primitive_of(type) != nullptr) return true;
  const model::Declaration* const declaration = declaration_of(type);
  return declaration != nullptr && std::holds_alternative<model::Enum>(declaration->body);
}

std::string spell_parameter(const Names& names, const model::Type& type, const Scope& from) {
  std::string spelled = spell(names, type, from);
  return is_scalar(type) ? spelled : "const " + spelled + "&";
}

std::string initializer(const Names& names, const model::Type& type, const Scope& from) {
  const model::Declaration* const declaration = declaration_of(type);
  const auto* const enumeration =
      declaration != nullptr ? std::get_if<model::Enum>(&declaration->body) : nullptr;
  if (enumeration == nullptr || enumeration->enumerators.front().value == 0) return "{}";
  return " = " + names.spell(*declaration, from) + "::" + identifier(enumeration->enumerators.front().name);
}

std::string literal(const Names& names, const model::Value& value, const model::Type& type,
                    const Scope& from) {
  const Primitive* const primitive = primitive_of(type);
  if (const bool* const boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const auto* const integer = std::get_if<model::IntegerValue>(&value)) {
    if (primitive != nullptr && (*primitive == Primitive::Float32 || *primitive == Primitive::Float64 ||
                                 *primitive == Primitive::Float128)) {
      const auto magnitude = static_cast<double>(integer->magnitude);
      return float_literal(integer->negative ? -magnitude : magnitude, *primitive);
    }
    return integer_literal(*integer, primitive != nullptr && is_unsigned(*primitive));
  }
  if (const double* const number = std::get_if<double>(&value)) {
    return float_literal(*number, primitive != nullptr ? *primitive : Primitive::Float64);
  }
  if (const auto* const text = std::get_if<model::TextValue>(&value)) {
    if (primitive == nullptr || *primitive != Primitive::Char) return quoted(text->text);
    return "'" + escaped(character_of(text->text), '\'') + "'";
  }
  const auto& enumerator = std::get<model::EnumeratorValue>(value);
  const auto& enumeration = std::get<model::Enum>(enumerator.enumeration->body);
  return names.spell(*enumerator.enumeration, from) +
         "::" + identifier(enumeration.enumerators[enumerator.index].name);
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) result.append(escaped(static_cast<unsigned char>(c), '"'));
  return result + "\"";
}

}  // namespace oncec::backend::cpp
