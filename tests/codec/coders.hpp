// The three ways to encode, for tests that run over all of them, and one-line encode and decode.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include <once/codec/cdr.hpp>
#include <once/codec/values.hpp>
#include <once/codec/xdr.hpp>

namespace codec_test {

template <class E, class D>
struct Coders {
  using Encoder = E;
  using Decoder = D;
};
using XdrCoders = Coders<once::XdrEncoder, once::XdrDecoder>;
using CdrBig = Coders<once::CdrEncoder<std::endian::big>, once::CdrDecoder<std::endian::big>>;
using CdrLittle = Coders<once::CdrEncoder<std::endian::little>, once::CdrDecoder<std::endian::little>>;
using AllCoders = ::testing::Types<XdrCoders, CdrBig, CdrLittle>;

/// The octets of `value`; empty after an error, which `error` gets if it is given.
template <class C, class T>
once::Bytes encoded(const T& value, once::Errc* error = nullptr) {
  once::Buffer buffer;
  typename C::Encoder encoder{buffer};
  encode(encoder, value);
  const bool ok = encoder.finish().has_value();
  EXPECT_TRUE(ok || buffer.empty());
  if (error != nullptr) *error = encoder.error();
  return {buffer.view().begin(), buffer.view().end()};
}

struct Decoded {
  once::Errc error = once::Errc::ok;
  std::size_t offset = 0;
  bool operator==(const Decoded&) const = default;
};
inline void PrintTo(const Decoded& decoded, std::ostream* out) {
  *out << once::make_error_code(decoded.error).message() << " at " << decoded.offset;
}

/// Decodes all of `bytes` into `value`, from a copy that ends where the heap block ends, so that the address
/// sanitizer sees a read past the end.
template <class C, class T>
Decoded decode_all(once::ByteView bytes, T& value) {
  const once::Bytes copy(bytes.begin(), bytes.end());
  typename C::Decoder decoder{copy};
  decode(decoder, value);
  const bool ok = decoder.finish().has_value();
  EXPECT_EQ(ok, decoder.ok());
  return {decoder.error(), decoder.error_offset()};
}

inline once::Bytes from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  once::Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return bytes;
}
inline std::string to_hex(once::ByteView bytes) {
  std::string hex;
  for (const std::uint8_t byte : bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace codec_test
