// The codec Protocol Buffers, as generated code and the runtime name it. A body is one message: the arguments
// or the results of an operation, or a user exception.
//
// Either side may know fewer fields than the other: what is not known is skipped, what is not there is zero
// or empty.
#pragma once

#include <bit>
#include <string>
#include <utility>

#include <once/base/buffer.hpp>
#include <once/base/bytes.hpp>
#include <once/base/error.hpp>
#include <once/base/result.hpp>
#include <once/codec/object_ref_form.hpp>
#include <once/protobuf/decode.hpp>
#include <once/protobuf/encode.hpp>
#include <once/protobuf/reader.hpp>
#include <once/protobuf/sinks.hpp>

namespace once {

/// Writes at the end of a Buffer.
class ProtobufEncoder {
 public:
  explicit ProtobufEncoder(Buffer& buffer) : buffer_(buffer), start_(buffer.size()) {}
  ProtobufEncoder(const ProtobufEncoder&) = delete;
  ProtobufEncoder& operator=(const ProtobufEncoder&) = delete;

  /// Encodes the message whose fields `fields(sink)` encodes; it is called with both sinks.
  template <class Fields>
  void message(Fields fields) {
    protobuf::Lengths lengths;
    protobuf::Sizer sizer{lengths};
    fields(sizer);
    if (sizer.octets() > protobuf::kMessageMax) sizer.fail(Errc::limit_exceeded);
    if (error_ == Errc::ok) error_ = sizer.error();
    if (error_ != Errc::ok) return;
    protobuf::Writer writer{buffer_.extend(sizer.octets()), lengths};
    fields(writer);
  }

  bool ok() const { return error_ == Errc::ok; }
  /// The first error: limit_exceeded, invalid_value, invalid_text.
  Errc error() const { return error_; }
  /// After an error the Buffer is as it was.
  Result<void> finish() {
    if (ok()) return {};
    buffer_.resize(start_);
    return Unexpected{make_error_code(error_)};
  }

 private:
  Buffer& buffer_;
  std::size_t start_;
  Errc error_ = Errc::ok;
};

/// Reads octets that somebody else keeps alive. What nobody asks for is not looked at: an operation without
/// results takes whatever its server has added since.
class ProtobufDecoder {
 public:
  explicit ProtobufDecoder(ByteView body) : reader_(body) {}

  protobuf::Reader& reader() { return reader_; }
  bool ok() const { return reader_.ok(); }
  Errc error() const { return reader_.error(); }
  bool fail(Errc code) { return reader_.fail(code); }
  Result<void> finish() {
    if (ok()) return {};
    return Unexpected{make_error_code(error())};
  }

 private:
  protobuf::Reader reader_;
};

/// A body that is one value of a declared type.
template <protobuf::Message T>
void encode(ProtobufEncoder& encoder, const T& value) {
  encoder.message([&](auto& sink) { encode(sink, value); });
}
template <protobuf::Message T>
void decode(ProtobufDecoder& decoder, T& value) {
  protobuf::clear(value);
  decode(decoder.reader(), value);
}

/// A user exception: message once.UserException { string repository_id = 1; bytes members = 2; }, where
/// `members` is the exception's own message.
template <class Exception>
void encode_raised(ProtobufEncoder& encoder, const Exception& exception) {
  encoder.message([&](auto& sink) {
    protobuf::encode_field(sink, 1, std::string{Exception::kRepositoryId});
    sink.delimited(2, protobuf::Presence::Implicit, [&] { encode(sink, exception); });
  });
}

/// What came, until it is known which exception it is.
struct RaisedMessage {
  std::string repository_id;
  ByteView members;
};
inline RaisedMessage decode_raised(ProtobufDecoder& decoder) {
  RaisedMessage raised;
  protobuf::Reader& reader = decoder.reader();
  while (const std::uint32_t tag = reader.next_tag()) {
    switch (protobuf::number_of(tag)) {
      case 1:
        protobuf::decode_field<protobuf::Shape<detail::kRepositoryIdMax>>(reader, tag, raised.repository_id);
        break;
      case 2:
        if (reader.expect(tag, protobuf::WireFormat::WIRETYPE_LENGTH_DELIMITED)) {
          raised.members = reader.block();
        }
        break;
      default: reader.skip(tag);
    }
  }
  return raised;
}
template <class Exception>
void decode_members(ProtobufDecoder& decoder, const RaisedMessage& raised, Exception& exception) {
  protobuf::Reader reader{raised.members};
  protobuf::clear(exception);
  decode(reader, exception);
  if (!reader.ok()) decoder.fail(reader.error());
}

struct Protobuf {
  using Encoder = ProtobufEncoder;
  static constexpr CodecId kId = CodecId::Protobuf;
  /// For the message header; the format has an order of its own.
  static constexpr std::endian kOrder = std::endian::little;

  /// Calls `use(decoder)` with a decoder for `body`. The result is that of `use`.
  template <class Use>
  static auto decode_with(std::endian /*order*/, ByteView body, Use&& use) {
    ProtobufDecoder decoder{body};
    return use(decoder);
  }
};

}  // namespace once
