// IDL's map: a count, then key and value of each entry, in the order of the keys. It is read in any order,
// and a key that comes twice is refused.
#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include <once/codec/coder.hpp>
#include <once/codec/values.hpp>

namespace once {

template <class Coder, class Key, class Value>
inline constexpr std::size_t kOctetsMin<Coder, std::map<Key, Value>> = 4;

/// Encodes the count and then each entry with `encode_key` and `encode_value`.
template <EncoderType E, class Key, class Value, class EncodeKey, class EncodeValue>
void encode_map(E& encoder, const std::map<Key, Value>& values, std::size_t bound, EncodeKey encode_key,
                EncodeValue encode_value) {
  encoder.count(values.size(), bound);
  for (const auto& [key, value] : values) {
    if (!encoder.ok()) return;
    encode_key(encoder, key);
    encode_value(encoder, value);
  }
}
template <DecoderType D, class Key, class Value, class DecodeKey, class DecodeValue>
void decode_map(D& decoder, std::map<Key, Value>& values, std::size_t bound, DecodeKey decode_key,
                DecodeValue decode_value) {
  values.clear();
  const std::size_t count = decoder.count(bound, kOctetsMin<D, Key> + kOctetsMin<D, Value>);
  for (std::size_t i = 0; i < count && decoder.ok(); ++i) {
    const std::size_t start = decoder.position();
    Key key{};
    decode_key(decoder, key);
    if (!decoder.ok() || !decoder.take_memory(sizeof(std::pair<const Key, Value>))) return;
    const std::size_t size_before = values.size();
    const auto place = values.try_emplace(values.end(), std::move(key));
    if (values.size() == size_before) {
      decoder.fail(Errc::invalid_value, decoder.position() - start);
      return;
    }
    decode_value(decoder, place->second);
  }
}

template <EncoderType E, class Key, class Value>
void encode_bounded(E& encoder, const std::map<Key, Value>& values, std::size_t bound) {
  encode_map(encoder, values, bound, detail::EncodeElement{}, detail::EncodeElement{});
}
template <DecoderType D, class Key, class Value>
void decode_bounded(D& decoder, std::map<Key, Value>& values, std::size_t bound) {
  decode_map(decoder, values, bound, detail::DecodeElement{}, detail::DecodeElement{});
}
template <EncoderType E, class Key, class Value>
void encode(E& encoder, const std::map<Key, Value>& values) {
  encode_bounded(encoder, values, kUnbounded);
}
template <DecoderType D, class Key, class Value>
void decode(D& decoder, std::map<Key, Value>& values) {
  decode_bounded(decoder, values, kUnbounded);
}

}  // namespace once
