// The model as a Protocol Buffers message, idl/model.proto: for tools in any language.
#pragma once

#include <string>

#include "model.pb.h"
#include "model/model.hpp"

namespace oncec::backend::descriptor {

/// Everything, imported declarations too. The same model gives the same message.
once::idl::Model describe(const model::Model& model);

/// The octets of a message: the same message gives the same octets.
std::string serialized(const google::protobuf::MessageLite& message);

}  // namespace oncec::backend::descriptor
