// Values of generated types to octets and back, and octets written by hand.
#pragma once

#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

#include <once/base/buffer.hpp>
#include <once/protobuf.hpp>

namespace once::test {

/// The octets of `value`; an error is a failure of the test.
template <class T>
std::string encoded(const T& value) {
  Buffer buffer;
  ProtobufEncoder encoder{buffer};
  encode(encoder, value);
  EXPECT_TRUE(encoder.finish().has_value()) << make_error_code(encoder.error()).message();
  return std::string{as_text(buffer.view())};
}

template <class T>
Errc encoding_error(const T& value) {
  Buffer buffer;
  ProtobufEncoder encoder{buffer};
  encode(encoder, value);
  static_cast<void>(encoder.finish());
  EXPECT_EQ(buffer.empty(), encoder.error() != Errc::ok || buffer.empty());
  return encoder.error();
}

template <class T>
Errc decode_into(T& value, const std::string& octets) {
  ProtobufDecoder decoder{as_bytes(octets)};
  decode(decoder, value);
  static_cast<void>(decoder.finish());
  return decoder.error();
}

/// What the octets decode to; an error is a failure of the test.
template <class T>
T decoded(const std::string& octets) {
  T value{};
  const Errc error = decode_into(value, octets);
  EXPECT_EQ(error, Errc::ok) << make_error_code(error).message();
  return value;
}

template <class T>
Errc decoding_error(const std::string& octets) {
  T value{};
  return decode_into(value, octets);
}

inline std::string octets(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text.push_back(static_cast<char>(value));
  return text;
}

}  // namespace once::test
