// From a model to a .proto file: BASE.proto, proto3, for protoc in any language to read and write what Once
// sends in the Protocol Buffers codec. docs/wire.md, "Protocol Buffers", has the mapping.
#pragma once

#include <string>
#include <vector>

#include "backend/output.hpp"
#include "model/model.hpp"

namespace oncec::backend::proto {

/// BASE.proto, and once/rpc.proto, which it may import. `base_name`: as of the other generators.
std::vector<std::string> file_names(const std::string& base_name);

Output generate(const model::Model& model, const std::string& base_name);

}  // namespace oncec::backend::proto
