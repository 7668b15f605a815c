// How object references are read and written.
#include <once/codec/object_ref_form.hpp>
#include <once/protobuf/decode.hpp>
#include <once/protobuf/encode.hpp>
#include <once/protobuf/object_ref.hpp>

namespace once::protobuf {

namespace form = once::detail;

template <Sink Out>
void encode(Out& out, const Endpoint& value) {
  encode_field(out, 1, static_cast<std::uint8_t>(value.transport));
  encode_field<Shape<form::kHostMax>>(out, 2, value.host);
  encode_field(out, 3, value.port);
}

void decode(Nothing, Endpoint& value) {
  value = {};
}

void decode(Reader& reader, Endpoint& value) {
  std::uint8_t transport = static_cast<std::uint8_t>(value.transport);
  while (const std::uint32_t tag = reader.next_tag()) {
    switch (number_of(tag)) {
      case 1: decode_field(reader, tag, transport); break;
      case 2: decode_field<Shape<form::kHostMax>>(reader, tag, value.host); break;
      case 3: decode_field(reader, tag, value.port); break;
      default: reader.skip(tag);
    }
  }
  value.transport = static_cast<TransportKind>(transport);
  if (!form::is_transport(transport)) reader.fail(Errc::invalid_value);
}

template <Sink Out>
void encode(Out& out, const ObjectRef& value) {
  encode_field<Shape<form::kInterfaceIdMax>>(out, 1, value.interface_id);
  encode_field<Shape<form::kEndpointsMax>>(out, 2, value.endpoints);
  out.bound(value.key.size(), form::kObjectKeyMax);
  if (value.key.empty()) return;
  out.tag(3, WireFormat::WIRETYPE_LENGTH_DELIMITED);
  out.block(as_bytes(value.key));
}

template void encode(Sizer&, const ObjectRef&);
template void encode(Writer&, const ObjectRef&);

void decode(Reader& reader, ObjectRef& value) {
  while (const std::uint32_t tag = reader.next_tag()) {
    switch (number_of(tag)) {
      case 1: decode_field<Shape<form::kInterfaceIdMax>>(reader, tag, value.interface_id); break;
      case 2: decode_field<Shape<form::kEndpointsMax>>(reader, tag, value.endpoints); break;
      case 3:
        if (reader.expect(tag, WireFormat::WIRETYPE_LENGTH_DELIMITED)) {
          const ByteView key = reader.block();
          if (key.size() > form::kObjectKeyMax) reader.fail(Errc::limit_exceeded);
          value.key = as_text(key);
        }
        break;
      default: reader.skip(tag);
    }
  }
}

void decode(Nothing, ObjectRef& value) {
  value = {};
}

}  // namespace once::protobuf
