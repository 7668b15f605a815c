// What generated stubs and skeletons share: a codec chosen at run time from those that the code was generated
// for, and the forms of object references and user exceptions.
//
// An object reference travels as the structure that <once/codec/object_ref_form.hpp> describes, and nil as
// one with everything empty. A user exception travels as its repository id, a string, and its members.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include <once/base/buffer.hpp>
#include <once/base/bytes.hpp>
#include <once/base/error.hpp>
#include <once/codec/codec.hpp>
#include <once/codec/coder.hpp>
#include <once/codec/object_ref_form.hpp>
#include <once/codec/values.hpp>
#include <once/rpc/object_ref.hpp>
#include <once/rpc/ref.hpp>

namespace once {

/// The codecs that a piece of generated code was generated for: once::Codecs<once::Cdr, once::Xdr>.
template <class... C>
struct Codecs {};

/// The exceptions that an operation declares.
template <class... E>
struct Raises {};

/// An encoded body and the byte order that it is in.
struct Body {
  Slice octets;
  bool little_endian = false;
};

namespace detail {

template <class Codec, class EncodeAll>
Errc encode_body_with(Body& body, EncodeAll& encode_all) {
  Buffer buffer;
  typename Codec::Encoder encoder{buffer};
  encode_all(encoder);
  if (!encoder.finish()) return encoder.error();
  body = {std::move(buffer).freeze(), Codec::kOrder == std::endian::little};
  return Errc::ok;
}

/// Makes `body` what `encode_all(encoder)` writes with the codec of that number. Errors: the encoder's, and
/// no_encoding if that codec is none of C.
template <class... C, class EncodeAll>
Errc encode_body(Codecs<C...>, CodecId codec, Body& body, EncodeAll encode_all) {
  Errc error = Errc::no_encoding;
  static_cast<void>(((codec == C::kId && (error = encode_body_with<C>(body, encode_all), true)) || ...));
  return error;
}

/// Lets `decode_all(decoder)` read the whole of `body`. Errors: the decoder's, and no_encoding.
template <class... C, class DecodeAll>
Errc decode_body(Codecs<C...>, CodecId codec, bool little_endian, ByteView body, DecodeAll decode_all) {
  const std::endian order = little_endian ? std::endian::little : std::endian::big;
  const auto read_all = [&](auto& decoder) {
    decode_all(decoder);
    static_cast<void>(decoder.finish());
    return decoder.error();
  };
  Errc error = Errc::no_encoding;
  static_cast<void>(((codec == C::kId && (error = C::decode_with(order, body, read_all), true)) || ...));
  return error;
}

}  // namespace detail

// Object references.

template <EncoderType E>
void encode(E& encoder, const ObjectRef& value) {
  encode_bounded(encoder, value.interface_id, detail::kInterfaceIdMax);
  encode_sequence(encoder, value.endpoints, detail::kEndpointsMax, [](E& e, const Endpoint& endpoint) {
    e.value(static_cast<std::uint8_t>(endpoint.transport));
    encode_bounded(e, endpoint.host, detail::kHostMax);
    e.value(endpoint.port);
  });
  encoder.octets(as_bytes(value.key), detail::kObjectKeyMax);
}

template <DecoderType D>
void decode(D& decoder, ObjectRef& value) {
  decode_bounded(decoder, value.interface_id, detail::kInterfaceIdMax);
  decode_sequence(decoder, value.endpoints, detail::kEndpointsMax, [](D& d, Endpoint& endpoint) {
    const auto transport = d.template value<std::uint8_t>();
    if (!detail::is_transport(transport)) d.fail(Errc::invalid_value);
    endpoint.transport = static_cast<TransportKind>(transport);
    decode_bounded(d, endpoint.host, detail::kHostMax);
    endpoint.port = d.template value<std::uint16_t>();
  });
  value.key = as_text(decoder.octets(detail::kObjectKeyMax));
}

template <EncoderType E, class I>
void encode(E& encoder, const Ref<I>& value) {
  encode(encoder, value.data());
}

template <DecoderType D, class I>
void decode(D& decoder, Ref<I>& value) {
  ObjectRef data;
  decode(decoder, data);
  value = Ref<I>{std::move(data)};
}

// User exceptions. A codec that has another form for them overloads these three for its coders.

template <class E, class Exception>
void encode_raised(E& encoder, const Exception& exception) {
  encoder.text(Exception::kRepositoryId);
  encode(encoder, exception);
}

/// The repository id of the exception that follows.
struct RaisedId {
  std::string repository_id;
};
template <class D>
RaisedId decode_raised(D& decoder) {
  RaisedId raised;
  decode_bounded(decoder, raised.repository_id, detail::kRepositoryIdMax);
  return raised;
}
template <class D, class Exception>
void decode_members(D& decoder, const RaisedId&, Exception& exception) {
  decode(decoder, exception);
}

}  // namespace once
