// The C++ types and literals that stand for the types and values of the model.
#pragma once

#include <string>
#include <string_view>

#include "backend/cpp/names.hpp"
#include "model/model.hpp"

namespace oncec::backend::cpp {

/// "std::vector<Receipt>": the type as written at `from`. Typedefs keep their names.
std::string spell(const Names& names, const model::Type& type, const Scope& from);
/// How the member is declared: "once::External<Node>" if it is external.
std::string spell_member(const Names& names, const model::Member& member, const Scope& from);
/// The member's value, where `expression` is the member itself.
std::string member_value(const model::Member& member, const std::string& expression);

/// True for what is passed by value: basic types, enumerations and flags.
bool is_scalar(const model::Type& type);
/// "std::uint64_t", "const std::string&": how a parameter of the type is declared.
std::string spell_parameter(const Names& names, const model::Type& type, const Scope& from);

/// What a new object of the type is to be, where that is not what the type itself makes of it: an enum
/// without a zero is its first enumerator; else empty.
std::string initial_value(const Names& names, const model::Type& type, const Scope& from);
/// What follows a member's name so that a new object has a value: "{}", " = Color::red".
std::string initializer(const Names& names, const model::Type& type, const Scope& from);

/// A constant expression of the type.
std::string literal(const Names& names, const model::Value& value, const model::Type& type,
                    const Scope& from);
/// A C++ string literal, quotes included.
std::string in_quotes(std::string_view text);

/// The same of a constant, for which text is a view, and whose fixed-point type may be what its value asks
/// for.
std::string spell_constant(const Names& names, const model::Constant& constant, const Scope& from);
/// "std::uint16_t", for 9 to 16 bits.
std::string spell_bits(std::uint32_t bits);

/// The declaration that the type names, typedefs looked through; nullptr if it has none.
const model::Declaration* declaration_of(const model::Type& type);
/// The primitive that the type is, typedefs looked through; nullptr if it is something else.
const model::Primitive* primitive_of(const model::Type& type);

inline bool is_void(const model::Type& type) {
  const model::Primitive* const primitive = primitive_of(type);
  return primitive != nullptr && *primitive == model::Primitive::Void;
}

}  // namespace oncec::backend::cpp
