// The codec Protocol Buffers: for each type a function for each direction, in files of their own so that only
// those who ask for it need the library; and for each operation the messages of its arguments and results.
#pragma once

#include <string>
#include <vector>

#include "backend/cpp/code.hpp"
#include "backend/cpp/operations.hpp"
#include "model/model.hpp"

namespace oncec::backend::cpp {

bool has_protobuf(const Options& options);

/// In BASE.once.pb.hpp.
void emit_protobuf_declaration(Code& code, const Input& input, const model::Declaration& declaration);
/// In BASE.once.pb.cpp.
void emit_protobuf_definitions(Code& code, const Input& input, const model::Declaration& declaration);

/// In the struct that tells all about the operation: beside the functions for the other codecs. `parameters`:
/// as those declare them, the encoder in front; `result_type`: how the result is passed.
void emit_protobuf_arguments(Code& code, const OperationPlan& plan, std::vector<std::string> parameters);
void emit_protobuf_results(Code& code, const OperationPlan& plan, const std::string& result,
                           const std::string& result_type);

}  // namespace oncec::backend::cpp
