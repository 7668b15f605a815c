// The C++ generator: from a model to source text.
//
//   BASE.once.hpp      the types, and for each interface its Stub and its Servant
//   BASE.once.co.hpp   for each interface its CoServant, the servant base whose functions are coroutines
//   BASE.once.cpp      what makes them work; with Options::parts in several files, BASE.once.cpp,
//   BASE.once.2.cpp, …
//   BASE.once.pb.hpp   how the types travel as Protocol Buffers, for the .cpp files alone: only if that codec
//   BASE.once.pb.cpp   is asked for
//
// The output depends on the model and the options alone: the same input gives the same octets.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "backend/output.hpp"
#include "model/model.hpp"

namespace oncec::backend::cpp {

struct Options {
  /// What the files are named for, folders included: "sub/types" gives "sub/types.once.hpp".
  std::string base_name;
  /// The codecs that the code is generated for, in order: "cdr", "xdr", "protobuf". At least one.
  std::vector<std::string> codecs;
  /// Over how many .cpp files the code is spread, so that large IDL files compile in parallel. At least 1;
  /// there are always so many files, for build systems want to know their names beforehand.
  std::size_t parts = 1;
  /// Describe the types for once::Any though the file itself has no `any`.
  bool type_codes = false;
};

using backend::GeneratedFile;
using backend::Output;
using backend::Problem;

/// The names of the files that generate() makes, problems aside, in their order.
std::vector<std::string> file_names(const Options& options);

Output generate(const model::Model& model, const Options& options);

}  // namespace oncec::backend::cpp
