// Values through every codec and byte order and back, whole and cut short.
#pragma once

#include <cstddef>

#include <gtest/gtest.h>

#include <once/base/buffer.hpp>
#include <once/codec/cdr.hpp>
#include <once/codec/values.hpp>
#include <once/codec/xdr.hpp>

namespace once::test {

template <class Encoder, class T>
Errc encode_all(Buffer& buffer, const T& value) {
  Encoder encoder{buffer};
  encode(encoder, value);
  static_cast<void>(encoder.finish());
  return encoder.error();
}

template <class Decoder, class T>
Errc decode_all(ByteView bytes, T& value) {
  Decoder decoder{bytes};
  decode(decoder, value);
  static_cast<void>(decoder.finish());
  return decoder.error();
}

template <class Encoder, class Decoder, class T>
void expect_round_trip_with(const T& value) {
  Buffer buffer;
  ASSERT_EQ(encode_all<Encoder>(buffer, value), Errc::ok);
  T back{};
  ASSERT_EQ(decode_all<Decoder>(buffer.view(), back), Errc::ok);
  EXPECT_TRUE(back == value);
  ASSERT_EQ(decode_all<Decoder>(buffer.view(), back), Errc::ok);  // into what is there already
  EXPECT_TRUE(back == value);
  for (std::size_t size = 0; size < buffer.size(); size += ONCE_TEST_STRIDE) {
    T cut{};
    EXPECT_NE(decode_all<Decoder>(buffer.view().first(size), cut), Errc::ok) << size;
  }
  buffer.append(Bytes(1));
  EXPECT_EQ(decode_all<Decoder>(buffer.view(), back), Errc::trailing_bytes);
}

template <class T>
void expect_round_trip(const T& value) {
  expect_round_trip_with<XdrEncoder, XdrDecoder>(value);
  expect_round_trip_with<CdrEncoder<std::endian::little>, CdrDecoder<std::endian::little>>(value);
  expect_round_trip_with<CdrEncoder<std::endian::big>, CdrDecoder<std::endian::big>>(value);
}

/// The value cannot be sent.
template <class T>
void expect_not_encodable(const T& value, Errc reason) {
  Buffer buffer;
  EXPECT_EQ(encode_all<XdrEncoder>(buffer, value), reason);
  EXPECT_EQ(encode_all<Cdr::Encoder>(buffer, value), reason);
  EXPECT_TRUE(buffer.empty());
}

/// What `larger` writes is one that a T refuses for a reason.
template <class T, class Larger>
void expect_not_decodable(const Larger& larger, Errc reason) {
  Buffer xdr;
  ASSERT_EQ(encode_all<XdrEncoder>(xdr, larger), Errc::ok);
  T value{};
  EXPECT_EQ(decode_all<XdrDecoder>(xdr.view(), value), reason);
  Buffer cdr;
  ASSERT_EQ(encode_all<Cdr::Encoder>(cdr, larger), Errc::ok);
  EXPECT_EQ((decode_all<CdrDecoder<std::endian::native>>(cdr.view(), value)), reason);
}

}  // namespace once::test
