// encode(encoder, value) and decode(decoder, value) for basic types and containers, whatever the codec.
//
// Call both unqualified: these, and those of generated types (once::Coding), are found through the coder's
// namespace. A type T that is written by hand comes with functions of its own namespace:
//     template <once::EncoderType E> void encode(E& encoder, const T& value);
//     template <once::DecoderType D> void decode(D& decoder, T& value);
//     template <class D> constexpr std::size_t once::kOctetsMin<D, T> = once::kOctetsMin<D, Field> + ...;
//
// Decoding into an object that holds something already reuses its memory. After an error the object is in a
// valid state, and its value means nothing. Bounds and depth are checked in both directions, and counts
// against what is left of the message before memory is taken.
//
// Bounds nest: encode_bounded(e, text, 32) for the simple cases; for bounds inside bounds the containers take
// a function for their elements:
//     once::encode_sequence(e, names, 10, [](auto& e2, const auto& name) { once::encode_bounded(e2, name,
//     32); });
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <once/base/bytes.hpp>
#include <once/codec/codec.hpp>
#include <once/codec/coder.hpp>
#include <once/codec/text.hpp>

namespace once {

/// The fewest octets that a T takes for the coder, gaps left out: what a count is checked against before
/// memory is taken for so many. 1 is safe for every type that takes any octet at all; a type that takes none
/// (a structure without members) must say 0.
template <class Coder, class T>
inline constexpr std::size_t kOctetsMin = 1;
template <class Coder, Primitive T>
inline constexpr std::size_t kOctetsMin<Coder, T> = Coder::template kOctets<T>;
template <class Coder, class T>
requires std::is_enum_v<T>
inline constexpr std::size_t kOctetsMin<Coder, T> = 4;
template <class Coder>
inline constexpr std::size_t kOctetsMin<Coder, std::string> = Coder::kTextOctetsMin;
template <class Coder>
inline constexpr std::size_t kOctetsMin<Coder, std::u16string> = 4;
template <class Coder, class T>
inline constexpr std::size_t kOctetsMin<Coder, std::vector<T>> = 4;
template <class Coder, class T>
inline constexpr std::size_t kOctetsMin<Coder, std::optional<T>> = Coder::kFlagOctets;
template <class Coder, class T, std::size_t n>
inline constexpr std::size_t kOctetsMin<Coder, std::array<T, n>> = n* kOctetsMin<Coder, T>;
template <class Coder, std::size_t n>
inline constexpr std::size_t kOctetsMin<Coder, std::array<std::uint8_t, n>> = n;  // a block in every codec

namespace detail {

/// True if std::vector<T> and std::array<T, n> are moved as blocks. (std::vector<bool> has no memory to
/// move.)
template <class T>
inline constexpr bool kInBlocks = Primitive<T>;

struct EncodeElement {
  template <class Encoder, class T>
  void operator()(Encoder& encoder, const T& value) const {
    encode(encoder, value);
  }
};
struct DecodeElement {
  template <class Decoder, class T>
  void operator()(Decoder& decoder, T& value) const {
    decode(decoder, value);
  }
};

/// Makes `value` hold `octets`, in the memory that it has if that is enough; false if they are no text.
template <DecoderType D>
bool assign_text(D& decoder, std::string& value, ByteView octets) {
  if (octets.size() <= value.size()) {
    value.resize(octets.size());
    return copy_text(reinterpret_cast<std::uint8_t*>(value.data()), octets.data(), octets.size());
  }
  if (!is_text(octets.data(), octets.size())) return false;
  if (value.capacity() < octets.size()) decoder.count_memory(octets.size());
  // assign() is the slowest way, and pays only where there is memory to keep.
  if (value.capacity() < octets.size() || value.capacity() == std::string{}.capacity()) {
    value = std::string{as_text(octets)};
  } else {
    value.assign(as_text(octets));
  }
  return true;
}

/// values.resize(size), whose code is large: once for each T, not for each decoder.
template <class T>
[[gnu::noinline]] void set_size(std::vector<T>& values, std::size_t size) {
  values.resize(size);
}

/// values.assign(first, first + count), likewise.
template <class T>
[[gnu::noinline]] void assign(std::vector<T>& values, const T* first, std::size_t count) {
  values.assign(first, first + count);
}

/// values.resize(count), for what the message has the octets of.
template <DecoderType D, class T>
void resize_filled(D& decoder, std::vector<T>& values, std::size_t count) {
  if (values.capacity() < count) decoder.count_memory(count * sizeof(T));
  if (values.size() != count) set_size(values, count);
}

}  // namespace detail

// Basic types.

template <EncoderType E, Primitive T>
void encode(E& encoder, const T& value) {
  encoder.value(value);
}
template <DecoderType D, Primitive T>
void decode(D& decoder, T& value) {
  value = decoder.template value<T>();
}

// Strings.

template <EncoderType E>
void encode_bounded(E& encoder, const std::string& value, std::size_t bound) {
  encoder.text(value, bound);
}
template <DecoderType D>
void decode_bounded(D& decoder, std::string& value, std::size_t bound) {
  const ByteView octets = decoder.unchecked_text(bound);
  if (detail::assign_text(decoder, value, octets)) [[likely]]
    return;
  value.clear();
  decoder.fail_text(octets);
}
template <EncoderType E>
void encode(E& encoder, const std::string& value) {
  encoder.text(value);
}
template <DecoderType D>
void decode(D& decoder, std::string& value) {
  decode_bounded(decoder, value, kUnbounded);
}

template <EncoderType E>
void encode_bounded(E& encoder, const std::u16string& value, std::size_t bound) {
  encoder.wide_text(value, bound);
}
template <DecoderType D>
void decode_bounded(D& decoder, std::u16string& value, std::size_t bound) {
  const std::size_t before = value.capacity();
  decoder.wide_text(value, bound);
  if (value.capacity() > before) decoder.count_memory(value.capacity() * sizeof(char16_t));
}
template <EncoderType E>
void encode(E& encoder, const std::u16string& value) {
  encoder.wide_text(value);
}
template <DecoderType D>
void decode(D& decoder, std::u16string& value) {
  decode_bounded(decoder, value, kUnbounded);
}

// Sequences.

/// Encodes the count and then `encode_element(encoder, element)` for each element.
template <EncoderType E, class T, class EncodeElement>
void encode_sequence(E& encoder, const std::vector<T>& values, std::size_t bound,
                     EncodeElement encode_element) {
  encoder.count(values.size(), bound);
  for (const auto& value : values) {
    if (!encoder.ok()) return;
    encode_element(encoder, value);
  }
}
/// Decodes the count and then `decode_element(decoder, element)` for each element.
template <DecoderType D, class T, class DecodeElement>
void decode_sequence(D& decoder, std::vector<T>& values, std::size_t bound, DecodeElement decode_element) {
  const std::size_t count = decoder.count(bound, kOctetsMin<D, T>);
  if (count < values.size()) detail::set_size(values, count);
  std::size_t next = 0;
  std::size_t ahead = 0;
  while (true) {
    for (; next < values.size(); ++next) decode_element(decoder, values[next]);
    decoder.repay_memory(ahead);
    if (next == count || !decoder.ok()) return;
    // A count may claim more elements than the message turns out to hold: no more memory ahead of them than
    // the decoder grants, but for the one that comes next.
    ahead = decoder.borrow_memory((count - next) * sizeof(T));
    const std::size_t more = std::max<std::size_t>(ahead / sizeof(T), 1);
    if (!decoder.take_memory(more * sizeof(T))) return;
    detail::set_size(values, next + more);
  }
}

template <EncoderType E, class T>
void encode_bounded(E& encoder, const std::vector<T>& values, std::size_t bound) {
  if constexpr (std::same_as<T, std::uint8_t>) {
    encoder.octets(values, bound);
  } else if constexpr (std::same_as<T, bool>) {
    encoder.count(values.size(), bound);
    encoder.reserve(values.size() * E::template kOctets<bool>);
    for (std::size_t i = 0; i < values.size(); ++i) encoder.value(bool{values[i]});
  } else if constexpr (detail::kInBlocks<T>) {
    encoder.count(values.size(), bound);
    encoder.elements(values.data(), values.size());
  } else {
    encode_sequence(encoder, values, bound, detail::EncodeElement{});
  }
}
template <DecoderType D, class T>
void decode_bounded(D& decoder, std::vector<T>& values, std::size_t bound) {
  if constexpr (std::same_as<T, std::uint8_t>) {
    const ByteView octets = decoder.octets(bound);
    if (octets.size() <= values.size()) {
      values.resize(octets.size());
      detail::copy_octets(values.data(), octets.data(), octets.size());
    } else {
      if (values.capacity() < octets.size()) decoder.count_memory(octets.size());
      values.assign(octets.begin(), octets.end());
    }
  } else if constexpr (std::same_as<T, bool>) {
    detail::resize_filled(decoder, values, decoder.count(bound, kOctetsMin<D, bool>));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = decoder.template value<bool>();
  } else if constexpr (detail::kInBlocks<T>) {
    const std::size_t count = decoder.count(bound, kOctetsMin<D, T>);
    // Elements that come into being as copies need not be zeros before.
    const T* const in_place = count > values.size() ? decoder.template elements_in_place<T>(count) : nullptr;
    if (in_place != nullptr) {
      if (values.capacity() < count) decoder.count_memory(count * sizeof(T));
      detail::assign(values, in_place, count);
    } else {
      detail::resize_filled(decoder, values, count);
      decoder.elements(values.data(), count);
    }
  } else {
    decode_sequence(decoder, values, bound, detail::DecodeElement{});
  }
}
template <EncoderType E, class T>
void encode(E& encoder, const std::vector<T>& values) {
  encode_bounded(encoder, values, kUnbounded);
}
template <DecoderType D, class T>
void decode(D& decoder, std::vector<T>& values) {
  decode_bounded(decoder, values, kUnbounded);
}

// Arrays.

template <EncoderType E, class T, std::size_t n, class EncodeElement>
void encode_array(E& encoder, const std::array<T, n>& values, EncodeElement encode_element) {
  for (const T& value : values) encode_element(encoder, value);
}
template <DecoderType D, class T, std::size_t n, class DecodeElement>
void decode_array(D& decoder, std::array<T, n>& values, DecodeElement decode_element) {
  if constexpr (kOctetsMin<D, T> == 0) {
    if (!decoder.take_empty_elements(n)) return;
  }
  for (T& value : values) decode_element(decoder, value);
}
template <EncoderType E, class T, std::size_t n>
void encode(E& encoder, const std::array<T, n>& values) {
  if constexpr (detail::kInBlocks<T>) {
    encoder.elements(values.data(), n);
  } else {
    encode_array(encoder, values, detail::EncodeElement{});
  }
}
template <DecoderType D, class T, std::size_t n>
void decode(D& decoder, std::array<T, n>& values) {
  if constexpr (detail::kInBlocks<T>) {
    decoder.elements(values.data(), n);
  } else {
    decode_array(decoder, values, detail::DecodeElement{});
  }
}

// Optional values: a flag, then the value if there is one. Where a type contains itself once::Box stands for
// std::optional, see box.hpp.

template <EncoderType E, class T, class EncodeElement>
void encode_optional(E& encoder, const std::optional<T>& value, EncodeElement encode_element) {
  encoder.value(value.has_value());
  if (value) encode_element(encoder, *value);
}
template <DecoderType D, class T, class DecodeElement>
void decode_optional(D& decoder, std::optional<T>& value, DecodeElement decode_element) {
  if (!decoder.template value<bool>()) {
    value.reset();
    return;
  }
  if (!value) value.emplace();
  decode_element(decoder, *value);
}
template <EncoderType E, class T>
void encode(E& encoder, const std::optional<T>& value) {
  encode_optional(encoder, value, detail::EncodeElement{});
}
template <DecoderType D, class T>
void decode(D& decoder, std::optional<T>& value) {
  decode_optional(decoder, value, detail::DecodeElement{});
}

}  // namespace once
