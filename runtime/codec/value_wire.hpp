// What a reference to a value looks like on the wire: the items that value_encoding.cpp writes and
// value_decoding.cpp reads. The layout is described in <once/codec/value_type.hpp>.
#pragma once

#include <once/codec/value_type.hpp>

namespace once::detail {

inline constexpr std::uint32_t kNil = 0;
inline constexpr std::uint32_t kIndirection = 0xffffffff;
inline constexpr std::uint32_t kTag = 0x7fffff00;  // the least of them
inline constexpr std::uint32_t kTagUrl = 1;
inline constexpr std::uint32_t kTagTypes = 6;  // a mask: 0 none, 2 one, 6 a list
inline constexpr std::uint32_t kTagOneType = 2;
inline constexpr std::uint32_t kTagChunks = 8;

inline constexpr std::uint32_t kXdrBack = 1;
inline constexpr std::uint32_t kXdrValue = 2;
inline constexpr std::uint32_t kXdrTruncatable = 3;

/// The type that is registered with this repository id; nullptr if there is none.
const ValueType* registered_value_type(std::string_view id);

/// Ways into the coders that are for values alone.
struct ValueAccess {
  static EncodedValues*& values(EncoderBase& encoder) { return encoder.values_; }
  static DecodedValues*& values(DecoderBase& decoder) { return decoder.values_; }
  static std::uint8_t* at(EncoderBase& encoder, std::size_t position) { return encoder.begin_ + position; }
  static void rewind(EncoderBase& encoder, std::size_t position) {
    encoder.next_ = encoder.begin_ + position;
  }
  static std::size_t left(const DecoderBase& decoder) {
    return static_cast<std::size_t>(decoder.message_end_ - decoder.next_);
  }
  static const std::uint8_t* next(const DecoderBase& decoder) { return decoder.next_; }
  static void advance(DecoderBase& decoder, std::size_t octets) { decoder.next_ += octets; }
  /// So many octets, and no more, may be read until the next call.
  static void open(DecoderBase& decoder, std::size_t octets) { decoder.end_ = decoder.next_ + octets; }
};

/// Calls a coder of a type's, if it has been generated.
template <class Link, class Coder, class Value>
Link code_state(Coder& coder, Link (*code)(Coder&, Value&, std::size_t), Value& value, std::size_t part) {
  if (code != nullptr) return code(coder, value, part);
  coder.fail(Errc::no_encoding);
  return {};
}

}  // namespace once::detail
