// The discriminators of unions that are known by their TypeCode alone.
#pragma once

#include <concepts>
#include <cstdint>

#include <once/codec/type_code.hpp>

namespace once::detail {

/// Calls `use` with a value of the C++ type that a discriminator of the kind has; false if it can be none.
template <class Use>
bool with_discriminator(TypeKind kind, Use use) {
  switch (kind) {
    case TypeKind::Boolean: use(bool{}); return true;
    case TypeKind::Char: use(char{}); return true;
    case TypeKind::WChar: use(char16_t{}); return true;
    case TypeKind::Int8: use(std::int8_t{}); return true;
    case TypeKind::Octet: use(std::uint8_t{}); return true;
    case TypeKind::Short: use(std::int16_t{}); return true;
    case TypeKind::UShort: use(std::uint16_t{}); return true;
    case TypeKind::Long: use(std::int32_t{}); return true;
    case TypeKind::ULong:
    case TypeKind::Enum: use(std::uint32_t{}); return true;
    case TypeKind::LongLong: use(std::int64_t{}); return true;
    case TypeKind::ULongLong: use(std::uint64_t{}); return true;
    default: return false;
  }
}

/// The label that the discriminator is: TypeMember::label. That of a char is 0 to 255.
template <class T>
std::int64_t label_of(T discriminator) {
  if constexpr (std::same_as<T, char>) {
    return static_cast<unsigned char>(discriminator);
  } else {
    // An int8 is a number: NOLINTNEXTLINE(bugprone-signed-char-misuse)
    return static_cast<std::int64_t>(discriminator);
  }
}

}  // namespace once::detail
