// Types with TypeCodes, written as generated code has them. As IDL, they are what known TypeCodes were made
// of:
//
//     module shop {
//       typedef unsigned long long Cents;
//       enum Color { red, green, blue };
//       struct Item { string<80> name; Cents price; Color tint; };
//       struct Pair { Item a; Item b; };
//       struct Tree { string label; sequence<Tree> children; };
//       union U switch (short) { case 1: case 2: long number; case -3: string text; default: octet raw; };
//       typedef fixed<7,2> Money;
//       exception Refused { string reason; long grid[2][3]; };
//       interface Till { void f(); };
//     };
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <once/base/error.hpp>
#include <once/codec/any.hpp>

namespace shop {

enum class Color : std::uint32_t { red, green, blue };

struct Item {
  std::string name;
  std::uint64_t price = 0;
  Color tint{};
  bool operator==(const Item&) const = default;
};
struct Pair {
  Item a;
  Item b;
  bool operator==(const Pair&) const = default;
};
struct Tree {
  std::string label;
  std::vector<Tree> children;
  bool operator==(const Tree&) const = default;
};
/// The arm of `discriminator`: a long, a string, or an octet.
struct U {
  std::int16_t discriminator = 0;
  std::int32_t number = 0;
  std::string text;
  std::uint8_t raw = 0;
  bool operator==(const U&) const = default;
};
struct Refused : once::UserException {
  std::string reason;
  std::array<std::array<std::int32_t, 3>, 2> grid{};

  std::string_view repository_id() const noexcept override { return "IDL:shop/Refused:1.0"; }
  [[noreturn]] void raise() const override { throw *this; }
  bool operator==(const Refused&) const = default;
};

template <once::EncoderType E>
void encode(E& encoder, const Item& value) {
  encode_bounded(encoder, value.name, 80);
  encode(encoder, value.price);
  encoder.enumeration(static_cast<std::uint32_t>(value.tint));
}
template <once::DecoderType D>
void decode(D& decoder, Item& value) {
  decode_bounded(decoder, value.name, 80);
  decode(decoder, value.price);
  value.tint = static_cast<Color>(decoder.enumeration());
}
template <once::EncoderType E>
void encode(E& encoder, const Pair& value) {
  encode(encoder, value.a);
  encode(encoder, value.b);
}
template <once::DecoderType D>
void decode(D& decoder, Pair& value) {
  decode(decoder, value.a);
  decode(decoder, value.b);
}
template <once::EncoderType E>
void encode(E& encoder, const Tree& value) {
  const once::Nesting nesting{encoder};
  if (!nesting) return;
  encode(encoder, value.label);
  encode(encoder, value.children);
}
template <once::DecoderType D>
void decode(D& decoder, Tree& value) {
  const once::Nesting nesting{decoder};
  if (!nesting) return;
  decode(decoder, value.label);
  decode(decoder, value.children);
}
template <once::EncoderType E>
void encode(E& encoder, const U& value) {
  encode(encoder, value.discriminator);
  switch (value.discriminator) {
    case 1:
    case 2: encode(encoder, value.number); break;
    case -3: encode(encoder, value.text); break;
    default: encode(encoder, value.raw); break;
  }
}
template <once::DecoderType D>
void decode(D& decoder, U& value) {
  decode(decoder, value.discriminator);
  switch (value.discriminator) {
    case 1:
    case 2: decode(decoder, value.number); break;
    case -3: decode(decoder, value.text); break;
    default: decode(decoder, value.raw); break;
  }
}
template <once::EncoderType E>
void encode(E& encoder, const Refused& value) {
  encode(encoder, value.reason);
  encode(encoder, value.grid);
}
template <once::DecoderType D>
void decode(D& decoder, Refused& value) {
  decode(decoder, value.reason);
  decode(decoder, value.grid);
}

}  // namespace shop

template <>
struct once::TypeCodeOf<shop::Color> {
  static TypeIndex describe(TypeCodeBuilder& types) {
    const auto [self, is_new] = types.declare(TypeKind::Enum, "IDL:shop/Color:1.0", "Color");
    if (is_new) {
      for (const char* const name : {"red", "green", "blue"}) types.enumerator(self, name);
    }
    return self;
  }
};
template <>
struct once::TypeCodeOf<shop::Item> {
  static TypeIndex describe(TypeCodeBuilder& types) {
    const auto [self, is_new] = types.declare(TypeKind::Struct, "IDL:shop/Item:1.0", "Item");
    if (is_new) {
      types.member(self, "name", types.string(80));
      types.member(self, "price",
                   types.alias("IDL:shop/Cents:1.0", "Cents", types.basic(TypeKind::ULongLong)));
      types.member(self, "tint", TypeCodeOf<shop::Color>::describe(types));
    }
    return self;
  }
};
template <>
struct once::TypeCodeOf<shop::Pair> {
  static TypeIndex describe(TypeCodeBuilder& types) {
    const auto [self, is_new] = types.declare(TypeKind::Struct, "IDL:shop/Pair:1.0", "Pair");
    if (is_new) {
      types.member(self, "a", TypeCodeOf<shop::Item>::describe(types));
      types.member(self, "b", TypeCodeOf<shop::Item>::describe(types));
    }
    return self;
  }
};
template <>
struct once::TypeCodeOf<shop::Tree> {
  static TypeIndex describe(TypeCodeBuilder& types) {
    const auto [self, is_new] = types.declare(TypeKind::Struct, "IDL:shop/Tree:1.0", "Tree");
    if (is_new) {
      types.member(self, "label", types.string());
      types.member(self, "children", types.sequence(TypeCodeOf<shop::Tree>::describe(types)));
    }
    return self;
  }
};
template <>
struct once::TypeCodeOf<shop::U> {
  static TypeIndex describe(TypeCodeBuilder& types) {
    const auto [self, is_new] = types.declare(TypeKind::Union, "IDL:shop/U:1.0", "U");
    if (is_new) {
      types.discriminator(self, types.basic(TypeKind::Short));
      types.arm(self, 1, "number", types.basic(TypeKind::Long));
      types.arm(self, 2, "number", types.basic(TypeKind::Long));
      types.arm(self, -3, "text", types.string());
      types.default_arm(self, "raw", types.basic(TypeKind::Octet));
    }
    return self;
  }
};
template <>
struct once::TypeCodeOf<shop::Refused> {
  static TypeIndex describe(TypeCodeBuilder& types) {
    const auto [self, is_new] = types.declare(TypeKind::Exception, "IDL:shop/Refused:1.0", "Refused");
    if (is_new) {
      types.member(self, "reason", types.string());
      types.member(self, "grid", types.array(types.array(types.basic(TypeKind::Long), 3), 2));
    }
    return self;
  }
};
