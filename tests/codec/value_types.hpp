// Value types written by hand, as generated code would have them, for tests that send them to and fro.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <once/codec/any.hpp>
#include <once/codec/value_type.hpp>

namespace value_test {

using once::Errc;

struct Node : once::ValueBase {
  static once::ValueType kValueType;
  const once::ValueType& once_value_type() const override { return kValueType; }
  std::int32_t number = 0;
  std::shared_ptr<Node> left;
  std::shared_ptr<Node> right;
};
/// Of the box that a Named has.
inline constexpr std::string_view kNoteId = "IDL:Note:1.0";
struct Named : Node {
  static once::ValueType kValueType;
  const once::ValueType& once_value_type() const override { return kValueType; }
  std::string name;
  std::shared_ptr<Node> friend_node;
  std::shared_ptr<std::string> note;
};
struct Branch : once::ValueBase {
  static once::ValueType kValueType;
  const once::ValueType& once_value_type() const override { return kValueType; }
  std::vector<std::shared_ptr<Branch>> branches;
  static constexpr auto kMember = &Branch::branches;
};
struct Other : once::ValueBase {
  static once::ValueType kValueType;
  const once::ValueType& once_value_type() const override { return kValueType; }
  std::uint8_t small = 0;
  double large = 0;
};

/// With an any, for chunks that end in it.
struct Holder : once::ValueBase {
  static once::ValueType kValueType;
  const once::ValueType& once_value_type() const override { return kValueType; }
  once::Any any;
  static constexpr auto kMember = &Holder::any;
};

/// Of the box that a Page has.
inline constexpr std::string_view kSheetId = "IDL:Sheet:1.0";
/// Large, and has its references first.
struct Page : once::ValueBase {
  using Sheet = std::array<std::uint8_t, 65'536>;
  static once::ValueType kValueType;
  const once::ValueType& once_value_type() const override { return kValueType; }
  std::shared_ptr<Page> next;
  std::shared_ptr<Sheet> sheet;
  Sheet data{};
};

template <once::EncoderType E>
once::ValueLink encode_state(E& encoder, const Node& value, std::size_t part) {
  switch (part) {
    case 0: encode(encoder, value.number); return once::link_of(value.left);
    case 1: return once::link_of(value.right);
    default: return {};
  }
}
template <once::DecoderType D>
once::ValuePlace decode_state(D& decoder, Node& value, std::size_t part) {
  switch (part) {
    case 0: decode(decoder, value.number); return once::place_of(value.left);
    case 1: return once::place_of(value.right);
    default: return {};
  }
}
template <once::EncoderType E>
once::ValueLink encode_state(E& encoder, const Named& value, std::size_t part) {
  switch (part) {
    case 0:
    case 1: return encode_state(encoder, static_cast<const Node&>(value), part);
    case 2: encode(encoder, value.name); return once::link_of(value.friend_node);
    default:
      once::encode_box(encoder, value.note, kNoteId, [](auto& e, const auto& note) { encode(e, note); });
      return {};
  }
}
template <once::DecoderType D>
once::ValuePlace decode_state(D& decoder, Named& value, std::size_t part) {
  switch (part) {
    case 0:
    case 1: return decode_state(decoder, static_cast<Node&>(value), part);
    case 2: decode(decoder, value.name); return once::place_of(value.friend_node);
    default:
      once::decode_box(decoder, value.note, kNoteId, [](auto& d, auto& note) { decode(d, note); });
      return {};
  }
}
template <once::EncoderType E>
once::ValueLink encode_state(E& encoder, const Other& value, std::size_t) {
  encode(encoder, value.small);
  encode(encoder, value.large);
  return {};
}
template <once::DecoderType D>
once::ValuePlace decode_state(D& decoder, Other& value, std::size_t) {
  decode(decoder, value.small);
  decode(decoder, value.large);
  return {};
}

template <once::EncoderType E>
once::ValueLink encode_state(E& encoder, const Page& value, std::size_t part) {
  if (part == 0) return once::link_of(value.next);
  once::encode_box(encoder, value.sheet, kSheetId, [](auto& e, const auto& sheet) { encode(e, sheet); });
  encode(encoder, value.data);
  return {};
}
template <once::DecoderType D>
once::ValuePlace decode_state(D& decoder, Page& value, std::size_t part) {
  if (part == 0) return once::place_of(value.next);
  once::decode_box(decoder, value.sheet, kSheetId, [](auto& d, auto& sheet) { decode(d, sheet); });
  decode(decoder, value.data);
  return {};
}

/// A value type with one member, in one part.
template <class T>
concept OfOneMember = requires {
  T::kMember;
};
template <once::EncoderType E, OfOneMember T>
once::ValueLink encode_state(E& encoder, const T& value, std::size_t) {
  encode(encoder, value.*T::kMember);
  return {};
}
template <once::DecoderType D, OfOneMember T>
once::ValuePlace decode_state(D& decoder, T& value, std::size_t) {
  decode(decoder, value.*T::kMember);
  return {};
}

template <class T>
std::shared_ptr<once::ValueBase> make() {
  return once::make_value<T>();
}
inline constinit once::ValueType Node::kValueType{"IDL:Node:1.0", nullptr, make<Node>,
                                                  once::value_coders<Node, once::Cdr, once::Xdr>()};
inline constinit once::ValueType Named::kValueType{"IDL:Named:1.0", &Node::kValueType, make<Named>,
                                                   once::value_coders<Named, once::Cdr, once::Xdr>()};
inline constinit once::ValueType Branch::kValueType{"IDL:Branch:1.0", nullptr, make<Branch>,
                                                    once::value_coders<Branch, once::Cdr, once::Xdr>()};
inline constinit once::ValueType Page::kValueType{"IDL:Page:1.0", nullptr, make<Page>,
                                                  once::value_coders<Page, once::Cdr, once::Xdr>()};
inline constinit once::ValueType Other::kValueType{"IDL:Other:1.0", nullptr, make<Other>,
                                                   once::value_coders<Other, once::Cdr, once::Xdr>()};
inline constinit once::ValueType Holder::kValueType{"IDL:Holder:1.0", nullptr, make<Holder>,
                                                    once::value_coders<Holder, once::Cdr>()};

inline const once::RegisteredValueTypes kRegistered{&Node::kValueType, &Named::kValueType};

template <class Codec, class T>
once::Buffer encoded(const T& value) {
  once::Buffer buffer;
  typename Codec::Encoder encoder{buffer};
  encode(encoder, value);
  EXPECT_TRUE(encoder.finish());
  return buffer;
}
/// The value, or the error.
template <class Codec, class T>
Errc decoded(once::ByteView octets, T& value) {
  return Codec::decode_with(Codec::kOrder, octets, [&](auto& decoder) {
    decode(decoder, value);
    static_cast<void>(decoder.finish());
    return decoder.error();
  });
}

}  // namespace value_test
