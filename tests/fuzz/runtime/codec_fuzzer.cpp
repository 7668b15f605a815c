// A codec: the input's first octet chooses a type, the rest is a message. Decoding ends with an error, or with a value
// that is encoded and decoded to the same, within the memory that a message of its size may take.
//
// ONCE_FUZZ_XDR, ONCE_FUZZ_CDR (the first octet's highest bit: big-endian) or ONCE_FUZZ_PROTOBUF chooses the codec.
#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include <once/base/buffer.hpp>
#include <once/codec/any.hpp>

#include "harness.hpp"
#include "roots.hpp"

namespace once::fuzz {
namespace {

#if defined(ONCE_FUZZ_XDR)
using Codec = Xdr;
#elif defined(ONCE_FUZZ_CDR)
using Codec = Cdr;
#else
using Codec = Protobuf;
#endif

/// Beyond twice the message: what the decoders' own books take, and, of elements, 64 octets for each of the
/// message's, three times where a sequence grows (docs/limits.md, "Values"). The 16 MiB that a small message may have beyond
/// that are for types that are larger than ours.
std::size_t heap_max(std::size_t message) {
  return (std::size_t{256} << 10U) + (2 + 3 * kMemoryPerOctet) * message;
}

template <class T>
Errc decode_message(std::endian order, ByteView octets, T& value) {
  return Codec::decode_with(order, octets, [&](auto& decoder) {
    decode(decoder, value);
    static_cast<void>(decoder.finish());
    return decoder.error();
  });
}

template <class T>
Buffer encode_message(const T& value, std::uint8_t filled_with) {
  Buffer buffer{4096};
  // What the encoder leaves out shows the octets that were there before.
  buffer.resize(buffer.capacity());
  std::memset(buffer.data(), filled_with, buffer.size());
  buffer.clear();
  typename Codec::Encoder encoder{buffer};
  encode(encoder, value);
  demand(encoder.finish().has_value(), "what was decoded can be encoded");
  return buffer;
}

bool same(ByteView a, ByteView b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// XDR has one encoding of a value; CDR too, but for its gaps, which the encoder makes zeros.
bool is_encoding_of(std::endian order, ByteView again, ByteView message) {
  if (again.size() != message.size()) return false;
  if (Codec::kId == CodecId::Cdr && order != Codec::kOrder) return true;
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (again[i] != message[i] && (Codec::kId != CodecId::Cdr || again[i] != 0)) return false;
  }
  return true;
}

/// What a program does with a value of a type that it does not know.
[[maybe_unused]] void look_at(const Any& any, int depth = 0) {
  static_cast<void>(to_string(any));
  if (depth == 4) return;
  for (const Any& part : any.parts()) look_at(part, depth + 1);
}

template <class T>
void check(std::endian order, ByteView message) {
  const HeapWatch heap;
  T value{};
  const Errc error = decode_message(order, message, value);
  demand(heap.peak() <= heap_max(message.size()), "a message takes memory in proportion");
  const ValueBreaker<T> breaker{value};
  if (error != Errc::ok) return;
  if constexpr (std::same_as<T, graphs::Anything>) {
    look_at(value.data);
    static_cast<void>(to_string(value.type));
  }
  const Buffer again = encode_message(value, 0x00);
  demand(!kOneEncoding<Codec, T> || is_encoding_of(order, again.view(), message),
         "the same value has the same octets");
  T second{};
  demand(decode_message(Codec::kOrder, again.view(), second) == Errc::ok, "what was encoded can be decoded");
  const ValueBreaker<T> second_breaker{second};
  demand(same(encode_message(second, 0xff).view(), again.view()),
         "a value is the same when it has travelled");
}

template <class... T>
void check_chosen(std::type_identity<Roots<T...>>, std::size_t chosen, std::endian order, ByteView message) {
  std::size_t index = 0;
  static_cast<void>(((index++ == chosen && (check<T>(order, message), true)) || ...));
}

}  // namespace

void run_input(ByteView octets) {
  Input input{octets};
  const std::uint8_t choice = input.octet();
  const std::endian order = choice >= 0x80 ? std::endian::big : Codec::kOrder;
  using All = RootsOf<Codec>;
  check_chosen(std::type_identity<All>{}, (choice & 0x7fU) % All::kCount, order, input.rest());
}

}  // namespace once::fuzz
