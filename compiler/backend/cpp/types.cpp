// Types and literals in C++.
#include "backend/cpp/types.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "backend/wire.hpp"
#include "support/utf8.hpp"

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
    case Primitive::WChar: return "char16_t";
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
    case Primitive::Object: return "once::ObjectRef";
    case Primitive::Any: return "once::Any";
    case Primitive::TypeCode: return "once::TypeCode";
    case Primitive::ValueBase: return "std::shared_ptr<once::ValueBase>";
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
  std::string operator()(const model::StringType& text) const {
    return text.wide ? "std::u16string" : "std::string";
  }
  std::string operator()(const model::SequenceType& sequence) const {
    return "std::vector<" + spell(names, *sequence.element, from) + ">";
  }
  std::string operator()(const model::ArrayType& array) const {
    return array_of(spell(names, *array.element, from), array.dimensions);
  }
  std::string operator()(const model::OptionalType& optional) const {
    return (recurs(*optional.element) ? "once::Box<" : "std::optional<") +
           spell(names, *optional.element, from) + ">";
  }
  std::string operator()(const model::NamedType& named) const {
    std::string name = names.spell(*named.declaration, from);
    if (std::holds_alternative<model::Native>(named.declaration->body) ||
        std::holds_alternative<model::ValueType>(named.declaration->body))
      return "std::shared_ptr<" + name + ">";
    const auto* const interface = std::get_if<model::Interface>(&named.declaration->body);
    if (interface == nullptr) return name;
    return (interface->local ? "std::shared_ptr<" : "once::Ref<") + name + ">";
  }
  std::string operator()(const model::MapType& map) const {
    return "std::map<" + spell(names, *map.key, from) + ", " + spell(names, *map.value, from) + ">";
  }
  std::string operator()(const model::FixedType& fixed) const {
    return "once::Fixed<" + std::to_string(fixed.digits) + ", " + std::to_string(fixed.scale) + ">";
  }
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

/// The first character of UTF-8 text; one of ISO 8859-1 if it is an IDL char.
char32_t character_of(std::string_view text) {
  const std::u32string characters = code_points(text);
  return characters.empty() ? U'\0' : characters.front();
}

/// As a fixed-point literal is written in C++: "-12.5" of "-12.5D".
std::string_view digits_of(std::string_view text) {
  if (text.ends_with('d') || text.ends_with('D')) text.remove_suffix(1);
  return text;
}

/// The type that a fixed-point value asks for.
model::FixedType fixed_type_of(std::string_view text) {
  text = digits_of(text);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::size_t whole = std::min(point, text.size());
  const std::size_t zeros = std::min(text.find_first_not_of('0'), whole);
  const auto scale =
      static_cast<std::uint32_t>(point == std::string_view::npos ? 0 : text.size() - point - 1);
  const auto before = static_cast<std::uint32_t>(whole - zeros);
  return {std::max(before + scale, 1U), scale};
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

/// A character of a wide literal.
std::string wide_escaped(char32_t c, char quote) {
  if (c < 0xa0) return escaped(static_cast<unsigned char>(c), quote);
  const std::string_view digits = "0123456789abcdef";
  std::string result = c > 0xffff ? "\\U" : "\\u";
  for (int shift = c > 0xffff ? 28 : 12; shift >= 0; shift -= 4) result.push_back(digits[c >> shift & 0xf]);
  return result;
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

std::string spell_member(const Names& names, const model::Member& member, const Scope& from) {
  std::string type = spell(names, *member.type, from);
  return member.is_external ? "once::External<" + type + ">" : type;
}

std::string member_value(const model::Member& member, const std::string& expression) {
  return member.is_external ? "*" + expression : expression;
}

std::string spell_constant(const Names& names, const model::Constant& constant, const Scope& from) {
  const model::Type& type = model::resolve(*constant.type);
  if (const auto* const text = std::get_if<model::StringType>(&type.form)) {
    return text->wide ? "std::u16string_view" : "std::string_view";
  }
  const auto* const fixed = std::get_if<model::FixedType>(&type.form);
  const auto* const value = std::get_if<model::TextValue>(&constant.value);
  if (fixed != nullptr && fixed->digits == 0 && value != nullptr) {
    return TypeSpeller{names, from}(fixed_type_of(value->text));
  }
  return spell(names, *constant.type, from);
}

std::string spell_bits(std::uint32_t bits) {
  return "std::uint" + std::to_string(integer_bits(bits)) + "_t";
}

bool is_scalar(const model::Type& type) {
  if (const Primitive* const primitive = primitive_of(type)) {
    return *primitive < Primitive::Any;  // those behind it are classes
  }
  const model::Declaration* const declaration = declaration_of(type);
  return declaration != nullptr && (std::holds_alternative<model::Enum>(declaration->body) ||
                                    std::holds_alternative<model::Bitmask>(declaration->body));
}

std::string spell_parameter(const Names& names, const model::Type& type, const Scope& from) {
  std::string spelled = spell(names, type, from);
  return is_scalar(type) ? spelled : "const " + spelled + "&";
}

std::string initial_value(const Names& names, const model::Type& type, const Scope& from) {
  const model::Declaration* const declaration = declaration_of(type);
  const auto* const enumeration =
      declaration != nullptr ? std::get_if<model::Enum>(&declaration->body) : nullptr;
  if (enumeration == nullptr || enumeration->enumerators.front().value == 0) return {};
  return names.spell(*declaration, from) + "::" + identifier(enumeration->enumerators.front().name);
}

std::string initializer(const Names& names, const model::Type& type, const Scope& from) {
  const std::string value = initial_value(names, type, from);
  return value.empty() ? "{}" : " = " + value;
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
    const model::Type& resolved = model::resolve(type);
    if (std::holds_alternative<model::FixedType>(resolved.form)) return in_quotes(digits_of(text->text));
    if (primitive != nullptr && *primitive == Primitive::Char) {
      return "'" + escaped(static_cast<unsigned char>(character_of(text->text)), '\'') + "'";
    }
    if (primitive != nullptr) return "u'" + wide_escaped(character_of(text->text), '\'') + "'";
    const auto* const string = std::get_if<model::StringType>(&resolved.form);
    if (string == nullptr || !string->wide) return in_quotes(text->text);
    std::string wide = "u\"";
    for (const char32_t c : code_points(text->text)) wide.append(wide_escaped(c, '"'));
    return wide + "\"";
  }
  const auto& enumerator = std::get<model::EnumeratorValue>(value);
  const auto& enumeration = std::get<model::Enum>(enumerator.enumeration->body);
  return names.spell(*enumerator.enumeration, from) +
         "::" + identifier(enumeration.enumerators[enumerator.index].name);
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) result.append(escaped(static_cast<unsigned char>(c), '"'));
  return result + "\"";
}

}  // namespace oncec::backend::cpp
