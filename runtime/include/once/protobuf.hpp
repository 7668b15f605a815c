// The codec Protocol Buffers, for generated code: CODECS protobuf. Link Once::protobuf.
#pragma once

#include <once/protobuf/codec.hpp>
#include <once/protobuf/object_ref.hpp>
