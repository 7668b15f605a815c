// CDR by the rules of GIOP 1.2 (CORBA 3.0, chapter 15.3), in either byte order.
//
//   octet, char, boolean (0 or 1)  1 octet; short 2; long, float, enum 4; long long, double 8; long double 16
//   string      unsigned long length, the NUL included; octets; NUL
//   wchar       one octet that says how many follow, 2; UTF-16 code unit, the higher octet first
//   wstring     unsigned long length in octets; UTF-16 code units, the higher octet first
//   sequence    unsigned long count, elements; array: elements
//   union       discriminator in its own type, then the member
//   optional T  boolean, then T if it is true
//
// A primitive is aligned to its size (long double to 8), counted from the first octet of the body, that is
// from where the encoder began. Gaps are written as zeros and ignored when read. Constructed types add no
// alignment of their own, and an empty sequence no gap after its count.
//
// UTF-16 that is received may begin with a byte order mark, which is no part of the text and says the order
// of the octets, whatever that of the message. It is written only before a text that would be read as
// beginning with one.
#pragma once

#include <bit>
#include <string_view>

#include <once/codec/byte_order.hpp>
#include <once/codec/coder.hpp>
#include <once/codec/text.hpp>

namespace once {

template <std::endian order>
class CdrDecoder;

namespace detail {
template <class T>
inline constexpr std::size_t kCdrAlignment = sizeof(T) < 8 ? sizeof(T) : 8;

/// The gap before an item that is aligned to `alignment` (a power of two), `position` octets into the body.
inline std::size_t cdr_gap(std::size_t position, std::size_t alignment) {
  return (0 - position) & (alignment - 1);
}

template <std::endian order>
bool open_chunk(CdrDecoder<order>& decoder, std::size_t octets);

inline constexpr char16_t kByteOrderMark = 0xfeff;
inline constexpr char16_t kSwappedMark = 0xfffe;

inline bool is_mark(ByteView octets, char16_t mark) {
  return octets.size() >= 2 && load<char16_t, std::endian::big>(octets.data()) == mark;
}
}  // namespace detail

template <std::endian order>
class CdrEncoder : public EncoderBase {
 public:
  static constexpr CodecId kCodec = CodecId::Cdr;
  /// The fewest octets of things that have a count or a flag before them.
  static constexpr std::size_t kTextOctetsMin = 5;
  static constexpr std::size_t kFlagOctets = 1;
  template <Primitive T>
  static constexpr std::size_t kOctets = std::same_as<T, char16_t> ? 3 : sizeof(T);

  /// Encodes at the end of `buffer`; alignment counts from there.
  explicit CdrEncoder(Buffer& buffer) : EncoderBase(buffer) {}

  template <Primitive T>
  void value(T value) {
    if constexpr (std::same_as<T, char16_t>) {
      std::uint8_t* const place = take(3);
      if (place == nullptr) return;
      place[0] = 2;
      detail::store<std::endian::big>(place + 1, value);
    } else if (std::uint8_t* const place = take_aligned<detail::kCdrAlignment<T>>(sizeof(T))) {
      detail::store<order>(place, value);
    }
  }
  /// An enumerator that has been checked.
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
    if (text.size() > std::min(bound, kUnbounded - 1)) [[unlikely]] {
      fail(Errc::limit_exceeded);
      return;
    }
    std::uint8_t* const place = take_aligned<4>(4 + text.size() + 1);
    if (place == nullptr) [[unlikely]]
      return;
    detail::store<order>(place, static_cast<std::uint32_t>(text.size() + 1));
    place[4 + text.size()] = 0;
    if (!detail::copy_text(place + 4, as_bytes(text).data(), text.size())) [[unlikely]]
      fail(Errc::invalid_text);
  }
  /// A wstring of at most `bound` code units: checked to be UTF-16 without NUL.
  void wide_text(std::u16string_view text, std::size_t bound = kUnbounded) {
    const bool marked = text.starts_with(detail::kByteOrderMark) || text.starts_with(detail::kSwappedMark);
    const std::size_t size = 2 * (text.size() + (marked ? 1 : 0));
    if (text.size() > bound || size > kUnbounded) [[unlikely]] {
      fail(Errc::limit_exceeded);
      return;
    }
    std::uint8_t* place = take_aligned<4>(4 + size);
    if (place == nullptr) [[unlikely]]
      return;
    detail::store<order>(place, static_cast<std::uint32_t>(size));
    place += 4;
    if (marked) {
      detail::store<std::endian::big>(place, detail::kByteOrderMark);
      place += 2;
    }
    detail::store_all<std::endian::big>(place, text.data(), text.size());
    if (!detail::is_utf16_without_nul(text)) fail(Errc::invalid_text);
  }
  /// A sequence of octets.
  void octets(ByteView octets, std::size_t bound = kUnbounded) {
    if (octets.size() > std::min(bound, kUnbounded)) [[unlikely]] {
      fail(Errc::limit_exceeded);
      return;
    }
    std::uint8_t* const place = take_aligned<4>(4 + octets.size());
    if (place == nullptr) [[unlikely]]
      return;
    detail::store<order>(place, static_cast<std::uint32_t>(octets.size()));
    detail::copy_octets(place + 4, octets.data(), octets.size());
  }
  /// The elements of an array, or of a sequence whose count has been written.
  template <Primitive T>
  void elements(const T* values, std::size_t count) {
    if (count == 0) return;
    if constexpr (std::same_as<T, char16_t>) {
      reserve(3 * count);
      for (std::size_t i = 0; i < count; ++i) value(values[i]);
    } else if (std::uint8_t* const place = take_aligned<detail::kCdrAlignment<T>>(count * sizeof(T))) {
      detail::store_all<order>(place, values, count);
    }
  }

 private:
  /// Room for an aligned item of at least `alignment` octets, the gap before it zeroed.
  template <std::size_t alignment>
  std::uint8_t* take_aligned(std::size_t octets) {
    const std::size_t gap = detail::cdr_gap(position(), alignment);
    std::uint8_t* const place = take(gap + octets);
    if (place == nullptr) [[unlikely]]
      return nullptr;
    if constexpr (alignment > 1) std::memset(place, 0, alignment);  // the gap, and octets yet to be written
    return place + gap;
  }
};

template <std::endian order>
class CdrDecoder : public DecoderBase {
 public:
  static constexpr CodecId kCodec = CodecId::Cdr;
  static constexpr std::size_t kTextOctetsMin = CdrEncoder<order>::kTextOctetsMin;
  static constexpr std::size_t kFlagOctets = CdrEncoder<order>::kFlagOctets;
  template <Primitive T>
  static constexpr std::size_t kOctets = CdrEncoder<order>::template kOctets<T>;

  /// Decodes `bytes`, a body from its first octet: alignment counts from there.
  explicit CdrDecoder(ByteView bytes) : DecoderBase(bytes) {}

  template <Primitive T>
  T value() {
    if constexpr (std::same_as<T, char16_t>) return wide_character();
    const std::uint8_t* const place = take_aligned<detail::kCdrAlignment<T>>(sizeof(T));
    if (place == nullptr) [[unlikely]]
      return T{};
    if constexpr (std::same_as<T, bool>) {
      if (*place > 1) [[unlikely]]
        return fail(Errc::invalid_value, 1);
      return *place == 1;
    } else {
      return detail::load<T, order>(place);
    }
  }
  std::uint32_t enumeration() { return value<std::uint32_t>(); }
  /// A count, checked against `bound` and against what is left at `element_octets_min` octets an element.
  std::size_t count(std::size_t bound, std::size_t element_octets_min) {
    return checked_count(value<std::uint32_t>(), bound, element_octets_min);
  }
  /// A string, checked to be UTF-8 without NUL; a view of the message, without the NUL at its end.
  std::string_view text(std::size_t bound = kUnbounded) {
    const ByteView text = unchecked_text(bound);
    if (detail::is_text(text.data(), text.size())) [[likely]]
      return as_text(text);
    fail_text(text);
    return {};
  }
  /// A string's octets, for callers that check them while they copy; see fail_text().
  ByteView unchecked_text(std::size_t bound = kUnbounded) {
    std::size_t before = detail::cdr_gap(position(), 4) + 4;
    if (remaining() < before) [[unlikely]] {
      if (!next_chunk(4)) return no_text(Errc::truncated);
      before = 4;
    }
    const std::size_t length = detail::load<std::uint32_t, order>(next() + before - 4);
    if (length == 0) [[unlikely]]
      return no_text(Errc::invalid_value);
    const std::size_t size = length - 1;
    if (size > bound) [[unlikely]]
      return no_text(Errc::limit_exceeded);
    if (remaining() - before < length) [[unlikely]]
      return no_text(Errc::truncated);
    const std::uint8_t* const place = next() + before;
    if (place[size] != 0) [[unlikely]]
      return no_text(Errc::invalid_text);
    advance(before + length);
    return {place, size};
  }
  /// A wstring of at most `bound` code units, checked to be UTF-16 without NUL.
  void wide_text(std::u16string& value, std::size_t bound = kUnbounded) {
    const ByteView all = octets(2 * bound + 2);
    const bool swapped = detail::is_mark(all, detail::kSwappedMark);
    const bool marked = swapped || detail::is_mark(all, detail::kByteOrderMark);
    const ByteView text = marked ? all.subspan(2) : all;
    if (text.size() > 2 * bound) {
      fail(Errc::limit_exceeded, all.size() + 4);
      value.clear();
    } else if (!detail::assign_utf16(value, text, swapped)) {
      fail_text(all);
    }
  }
  /// A sequence of octets; a view of the message.
  ByteView octets(std::size_t bound = kUnbounded) {
    const std::size_t size = count(bound, 1);
    if (size > remaining()) [[unlikely]] {
      if (!next_chunk(size)) return no_text(Errc::truncated);
    }
    return {take(size), size};
  }
  /// The next `count` elements where they are, if they lie there as in memory; else nullptr, and nothing read.
  template <Primitive T>
  const T* elements_in_place(std::size_t count) {
    if constexpr (order == std::endian::native && !OneOf<T, bool, char16_t>) {
      const std::size_t gap = detail::cdr_gap(position(), detail::kCdrAlignment<T>);
      const std::size_t octets = gap + count * sizeof(T);
      if (octets > remaining()) return nullptr;
      const std::uint8_t* const place = next() + gap;
      if (reinterpret_cast<std::uintptr_t>(place) % alignof(T) != 0) return nullptr;
      advance(octets);
      return reinterpret_cast<const T*>(place);
    }
    return nullptr;
  }
  /// The elements of an array, or of a sequence whose count has been read.
  template <Primitive T>
  void elements(T* values, std::size_t count) {
    if (count == 0) return;
    if constexpr (OneOf<T, bool, char16_t>) {
      for (std::size_t i = 0; i < count; ++i) values[i] = value<T>();
    } else if (in_chunks()) {  // which need not hold all of them
      for (std::size_t i = 0; i < count; ++i) values[i] = value<T>();
    } else if (const std::uint8_t* const place = take_aligned<detail::kCdrAlignment<T>>(count * sizeof(T))) {
      detail::load_all<order>(values, place, count);
    }
  }

 private:
  /// Two octets, or four of which the first two are a byte order mark.
  char16_t wide_character() {
    if (remaining() == 0 && !next_chunk(1)) {
      fail(Errc::truncated);
      return 0;
    }
    const std::uint8_t* const size = take(1);
    if (size == nullptr) return 0;
    const std::uint8_t* const place = take(*size);
    if (place == nullptr) return 0;
    const ByteView octets{place, *size};
    if (octets.size() == 2) return detail::load<char16_t, std::endian::big>(place);
    if (octets.size() == 4 && detail::is_mark(octets, detail::kByteOrderMark)) {
      return detail::load<char16_t, std::endian::big>(place + 2);
    }
    if (octets.size() == 4 && detail::is_mark(octets, detail::kSwappedMark)) {
      return detail::load<char16_t, std::endian::little>(place + 2);
    }
    fail(Errc::invalid_text, octets.size() + 1);
    return 0;
  }
  ByteView no_text(Errc code) {
    fail(code);
    return {};
  }
  template <std::size_t alignment>
  const std::uint8_t* take_aligned(std::size_t octets) {
    std::size_t gap = detail::cdr_gap(position(), alignment);
    if (remaining() < gap + octets) [[unlikely]] {
      if (!next_chunk(octets)) {
        fail(Errc::truncated);
        return nullptr;
      }
      gap = detail::cdr_gap(position(), alignment);
    }
    const std::uint8_t* const place = take(gap + octets);
    return place != nullptr ? place + gap : nullptr;
  }
  /// Where a chunk of a value has been read, opens the next one, if it has so many octets. False if the value
  /// does not travel in chunks, or has no more of them; see value_type.hpp.
  bool next_chunk(std::size_t octets) {
    return in_chunks() && remaining() <= detail::cdr_gap(position(), 4) && detail::open_chunk(*this, octets);
  }
};

/// The codec CDR, as generated code and the runtime name it: encodes in the machine's own byte order, decodes
/// either.
struct Cdr {
  using Encoder = CdrEncoder<std::endian::native>;
  static constexpr CodecId kId = CodecId::Cdr;
  /// The byte order that the encoder writes, for the message header.
  static constexpr std::endian kOrder = std::endian::native;

  /// Calls `use(decoder)` with a decoder for `body`, which is in byte order `order`; `use` decodes and ends
  /// with decoder.finish(). The result is that of `use`.
  template <class Use>
  static auto decode_with(std::endian order, ByteView body, Use&& use) {
    if (order == std::endian::little) {
      CdrDecoder<std::endian::little> decoder{body};
      return use(decoder);
    }
    CdrDecoder<std::endian::big> decoder{body};
    return use(decoder);
  }
};

}  // namespace once
