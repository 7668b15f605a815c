// Object references as Protocol Buffers messages; idl/once/rpc.proto declares them.
#pragma once

#include <utility>

#include <once/protobuf/reader.hpp>
#include <once/protobuf/shape.hpp>
#include <once/protobuf/sinks.hpp>
#include <once/rpc/object_ref.hpp>
#include <once/rpc/ref.hpp>

namespace once::protobuf {

template <Sink Out>
void encode(Out& out, const Endpoint& value);
void decode(Reader& reader, Endpoint& value);
void decode(Nothing, Endpoint& value);

template <Sink Out>
void encode(Out& out, const ObjectRef& value);
void decode(Reader& reader, ObjectRef& value);
void decode(Nothing, ObjectRef& value);

template <Sink Out, class I>
void encode(Out& out, const Ref<I>& value) {
  encode(out, value.data());
}
template <class I>
void decode(Reader& reader, Ref<I>& value) {
  ObjectRef data = value.data();
  decode(reader, data);
  value = Ref<I>{std::move(data)};
}
template <class I>
void decode(Nothing, Ref<I>& value) {
  value = {};
}

}  // namespace once::protobuf
