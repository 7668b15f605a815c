// IDL's any: a value and its type.
//
//     once::Any any{shop::Item{"tea", 350}};
//     if (const auto item = any.get_if<shop::Item>()) …
//
// An Any that has been received holds values of types that the program was not compiled with, too: type()
// describes them, parts() takes them apart, to_string() prints them, and sent on, in whichever codec and byte
// order, they are the same. Values nest up to kDepthMax structures deep.
//
// On the wire an any is its TypeCode, and then the value as it stands outside of an any. The value of an
// exception is preceded by its repository id.
#pragma once

#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <once/base/bytes.hpp>
#include <once/base/error.hpp>
#include <once/codec/cdr.hpp>
#include <once/codec/coder.hpp>
#include <once/codec/type_code.hpp>
#include <once/codec/values.hpp>

namespace once {

class Any {
 public:
  /// Nothing: tk_null.
  Any() = default;
  /// `value`, whose type is type_code<T>(). Throws std::invalid_argument if the value does not fit its type:
  /// a bound, an enumerator, text.
  template <class T>
  requires(!std::same_as<std::remove_cvref_t<T>, Any> &&
           HasTypeCode<std::remove_cvref_t<T>>) explicit Any(const T& value)
      : type_(type_code<T>()) {
    Buffer buffer;
    Cdr::Encoder encoder{buffer};
    if constexpr (std::derived_from<T, UserException>) encoder.text(value.repository_id());
    encode(encoder, value);
    if (!encoder.finish()) throw std::invalid_argument("a value does not fit its IDL type");
    octets_ = as_text(buffer.view());
  }
  explicit Any(const char* text) : Any(std::string{text}) {}

  const TypeCode& type() const { return type_; }
  bool empty() const { return type_.kind() == TypeKind::Null; }
  void reset() { *this = Any{}; }

  /// The value, if it is one of type T: equivalent(type(), type_code<T>()).
  template <HasTypeCode T>
  std::optional<T> get_if() const {
    if (!equivalent(type_, type_code<T>())) return std::nullopt;
    CdrDecoder<std::endian::native> decoder{octets()};
    if constexpr (std::derived_from<T, UserException>) static_cast<void>(decoder.text());
    std::optional<T> value{std::in_place};
    decode(decoder, *value);
    if (!decoder.finish()) value.reset();
    return value;
  }

  /// What the value is made of: the members of a structure or an exception, the elements of a sequence or an
  /// array, a union's discriminator and its arm, if there is one. Nothing of other values.
  std::vector<Any> parts() const;

  /// The same type, exactly, and the same value.
  friend bool operator==(const Any& a, const Any& b) { return a.octets_ == b.octets_ && a.type_ == b.type_; }

  // For the runtime: the value in CDR, in this machine's byte order.
  Any(TypeCode type, ByteView octets) : type_(std::move(type)), octets_(as_text(octets)) {}
  ByteView octets() const { return as_bytes(octets_); }

 private:
  TypeCode type_;
  std::string octets_;  // short ones take no memory of their own
};

/// "{name: \"tea\", cents: 350}": as generated types are printed; "none" of an empty one.
std::string to_string(const Any& any);
std::ostream& operator<<(std::ostream& out, const Any& any);

template <>
struct TypeCodeOf<Any> : detail::BasicTypeCode<TypeKind::Any> {};

template <class Coder>
inline constexpr std::size_t kOctetsMin<Coder, Any> = 4;

/// For XDR and CDR. A value whose type has no form there, a native's, is Errc::invalid_value.
template <EncoderType E>
void encode(E& encoder, const Any& any);
template <DecoderType D>
void decode(D& decoder, Any& any);

}  // namespace once
