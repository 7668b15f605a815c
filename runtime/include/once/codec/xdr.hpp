// XDR, RFC 4506: big-endian, every item padded with zero octets to a multiple of four.
//
//   int, unsigned int, bool (0 or 1), enum, and every smaller integer   4 octets
//   hyper, unsigned hyper, double 8; float 4; quadruple 16
//   opaque x[n]            n octets, padding
//   opaque x<>, string     length (4), octets, padding
//   T x[n]                 elements; T x<> count (4), elements
//   optional T             bool, then T if it is true
//
// What XDR lacks: IDL's char travels as an unsigned int from 0 to 255, a wchar as one from 0 to 65535, a
// wstring as opaque data, its UTF-16 code units with the higher octet first. Decoding is strict: a smaller
// integer must be in its range, and padding must be zero, so that every value has one encoding.
#pragma once

#include <bit>
#include <limits>
#include <string_view>
#include <type_traits>

#include <once/codec/byte_order.hpp>
#include <once/codec/coder.hpp>
#include <once/codec/text.hpp>

namespace once {

namespace detail {
/// What a T travels as in XDR.
template <class T>
using XdrItem =
    std::conditional_t<(sizeof(T) >= 4), T,
                       std::conditional_t<OneOf<T, std::int8_t, std::int16_t>, std::int32_t, std::uint32_t>>;

inline std::size_t xdr_padding(std::size_t octets) {
  return (0 - octets) & 3;
}
}  // namespace detail

class XdrEncoder : public EncoderBase {
 public:
  static constexpr CodecId kCodec = CodecId::Xdr;
  /// The fewest octets of things that have a count or a flag before them.
  static constexpr std::size_t kTextOctetsMin = 4;
  static constexpr std::size_t kFlagOctets = 4;
  template <Primitive T>
  static constexpr std::size_t kOctets = sizeof(detail::XdrItem<T>);

  /// Encodes at the end of `buffer`.
  explicit XdrEncoder(Buffer& buffer) : EncoderBase(buffer) {}

  template <Primitive T>
  void value(T value) {
    using Item = detail::XdrItem<T>;
    std::uint8_t* const place = take(sizeof(Item));
    if (place == nullptr) [[unlikely]]
      return;
    if constexpr (std::same_as<T, char>) {
      detail::store<std::endian::big>(place, Item{static_cast<unsigned char>(value)});
    } else {
      detail::store<std::endian::big>(place, static_cast<Item>(value));
    }
  }
  /// An enumerator that has been checked; a negative one as its two's complement.
  void enumeration(std::uint32_t value) { this->value(value); }
  /// The count before the elements of a sequence.
  void count(std::size_t count, std::size_t bound = kUnbounded) {
    if (count > std::min(bound, kUnbounded)) [[unlikely]] {
      fail(Errc::limit_exceeded);
      return;
    }
    value(static_cast<std::uint32_t>(count));
  }
  /// A string: checked to be UTF-8 without NUL.
  void text(std::string_view text, std::size_t bound = kUnbounded) {
    std::uint8_t* const place = take_counted(text.size(), bound);
    if (place == nullptr) [[unlikely]]
      return;
    if (!detail::copy_text(place, as_bytes(text).data(), text.size())) [[unlikely]]
      fail(Errc::invalid_text);
  }
  /// A wstring of at most `bound` code units: checked to be UTF-16 without NUL.
  void wide_text(std::u16string_view text, std::size_t bound = kUnbounded) {
    std::uint8_t* const place = take_counted(2 * text.size(), std::min(2 * bound, kUnbounded));
    if (place == nullptr) [[unlikely]]
      return;
    detail::store_all<std::endian::big>(place, text.data(), text.size());
    if (!detail::is_utf16_without_nul(text)) fail(Errc::invalid_text);
  }
  /// A sequence of octets.
  void octets(ByteView octets, std::size_t bound = kUnbounded) {
    std::uint8_t* const place = take_counted(octets.size(), bound);
    if (place != nullptr) detail::copy_octets(place, octets.data(), octets.size());
  }
  /// The elements of an array, or of a sequence whose count has been written.
  template <Primitive T>
  void elements(const T* values, std::size_t count) {
    if constexpr (std::same_as<T, std::uint8_t>) {
      std::uint8_t* const place = take_padded(0, count);
      if (place != nullptr) detail::copy_octets(place, values, count);
    } else if constexpr (sizeof(T) >= 4) {
      if (std::uint8_t* const place = take(count * sizeof(T)))
        detail::store_all<std::endian::big>(place, values, count);
    } else {
      reserve(count * 4);
      for (std::size_t i = 0; i < count; ++i) value(values[i]);
    }
  }

 private:
  /// Room for `size` octets behind `before` others, with the padding, which is zeroed; where the first
  /// begins.
  std::uint8_t* take_padded(std::size_t before, std::size_t size) {
    const std::size_t octets = before + size + detail::xdr_padding(size);
    std::uint8_t* const place = take(octets);
    // The padding is in the last word, which what is yet to be written overwrites.
    if (place != nullptr && octets != 0) [[likely]]
      std::memset(place + octets - 4, 0, 4);
    return place;
  }
  /// Room for `size` octets behind their count, which is written.
  std::uint8_t* take_counted(std::size_t size, std::size_t bound) {
    if (size > std::min(bound, kUnbounded)) [[unlikely]] {
      fail(Errc::limit_exceeded);
      return nullptr;
    }
    std::uint8_t* const place = take_padded(4, size);
    if (place == nullptr) [[unlikely]]
      return nullptr;
    detail::store<std::endian::big>(place, static_cast<std::uint32_t>(size));
    return place + 4;
  }
};

class XdrDecoder : public DecoderBase {
 public:
  static constexpr CodecId kCodec = CodecId::Xdr;
  static constexpr std::size_t kTextOctetsMin = XdrEncoder::kTextOctetsMin;
  static constexpr std::size_t kFlagOctets = XdrEncoder::kFlagOctets;
  template <Primitive T>
  static constexpr std::size_t kOctets = XdrEncoder::kOctets<T>;

  explicit XdrDecoder(ByteView bytes) : DecoderBase(bytes) {}

  template <Primitive T>
  T value() {
    using Item = detail::XdrItem<T>;
    const std::uint8_t* const place = take(sizeof(Item));
    if (place == nullptr) [[unlikely]]
      return T{};
    const Item item = detail::load<Item, std::endian::big>(place);
    if constexpr (sizeof(T) < sizeof(Item)) {
      using Range = std::numeric_limits<std::conditional_t<std::same_as<T, char>, unsigned char, T>>;
      if (item < Item{Range::min()} || item > Item{Range::max()}) [[unlikely]] {
        fail(Errc::invalid_value, sizeof item);
        return T{};
      }
    }
    return static_cast<T>(item);
  }
  std::uint32_t enumeration() { return value<std::uint32_t>(); }
  /// A count, checked against `bound` and against what is left at `element_octets_min` octets an element.
  std::size_t count(std::size_t bound, std::size_t element_octets_min) {
    return checked_count(value<std::uint32_t>(), bound, element_octets_min);
  }
  /// A string, checked to be UTF-8 without NUL; a view of the message.
  std::string_view text(std::size_t bound = kUnbounded) {
    const ByteView text = unchecked_text(bound);
    if (detail::is_text(text.data(), text.size())) [[likely]]
      return as_text(text);
    fail_text(text);
    return {};
  }
  /// A string's octets, for callers that check them while they copy; see fail_text().
  ByteView unchecked_text(std::size_t bound = kUnbounded) { return octets(bound); }
  /// A wstring of at most `bound` code units, checked to be UTF-16 without NUL.
  void wide_text(std::u16string& value, std::size_t bound = kUnbounded) {
    const ByteView text = octets(2 * bound);
    if (!detail::assign_utf16(value, text)) fail_text(text);
  }
  /// A sequence of octets; a view of the message.
  ByteView octets(std::size_t bound = kUnbounded) {
    if (remaining() < 4) [[unlikely]] {
      fail(Errc::truncated);
      return {};
    }
    const std::size_t size = detail::load<std::uint32_t, std::endian::big>(next());
    if (size > bound) [[unlikely]] {
      fail(Errc::limit_exceeded);
      return {};
    }
    return padded(4, size);
  }
  /// The next `count` elements where they are, if they lie there as in memory; else nullptr, and nothing read.
  template <Primitive T>
  const T* elements_in_place(std::size_t /*count*/) {
    return nullptr;
  }
  /// The elements of an array, or of a sequence whose count has been read.
  template <Primitive T>
  void elements(T* values, std::size_t count) {
    if constexpr (std::same_as<T, std::uint8_t>) {
      const ByteView octets = padded(0, count);
      if (octets.size() == count) detail::copy_octets(values, octets.data(), count);
    } else if constexpr (sizeof(T) >= 4) {
      if (const std::uint8_t* const place = take(count * sizeof(T))) {
        detail::load_all<std::endian::big>(values, place, count);
      }
    } else {
      for (std::size_t i = 0; i < count; ++i) values[i] = value<T>();
    }
  }

 private:
  /// `size` octets behind `before` others, and their padding; empty after an error.
  ByteView padded(std::size_t before, std::size_t size) {
    const std::size_t padding = detail::xdr_padding(size);
    const std::size_t octets = before + size + padding;
    if (remaining() < octets) [[unlikely]] {
      fail(Errc::truncated);
      return {};
    }
    const ByteView result{next() + before, size};
    if (padding != 0) {
      const auto last = detail::load<std::uint32_t, std::endian::big>(next() + octets - 4);
      if ((last & ((std::uint32_t{1} << 8 * padding) - 1)) != 0) [[unlikely]] {
        fail(Errc::invalid_value);
        return {};
      }
    }
    advance(octets);
    return result;
  }
};

/// The codec XDR, as generated code and the runtime name it.
struct Xdr {
  using Encoder = XdrEncoder;
  static constexpr CodecId kId = CodecId::Xdr;
  /// The byte order that the encoder writes, for the message header.
  static constexpr std::endian kOrder = std::endian::big;

  /// Calls `use(decoder)` with a decoder for `body`; `use` decodes and ends with decoder.finish(). The result
  /// is that of `use`. The message's byte order says nothing about XDR, which has but one.
  template <class Use>
  static auto decode_with(std::endian /*order*/, ByteView body, Use&& use) {
    XdrDecoder decoder{body};
    return use(decoder);
  }
};

}  // namespace once
