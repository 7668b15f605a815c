// What oncec can make of a model: a table, from which the command line and its help come.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "backend/output.hpp"
#include "model/model.hpp"

namespace oncec::driver {

struct OutputOptions {
  std::vector<std::string> codecs{"cdr", "xdr"};
  bool type_codes = false;    // for every type
  std::size_t cpp_parts = 1;  // over how many .cpp files C++ is spread
};

struct OutputRequest {
  const model::Model& model;
  std::string unit;  // "sub/types": what is made is named for it
  const OutputOptions& options;
};

/// One kind of output. To add one, add a row to outputs().
struct OutputKind {
  const char* option;  // "--cpp-out": takes a folder
  const char* help;
  backend::Output (*make)(const OutputRequest& request);
  /// The names of the files that make() makes from a unit, problems aside; they can be told before it is
  /// read.
  std::vector<std::string> (*names)(const std::string& unit, const OutputOptions& options);
};

const std::vector<OutputKind>& outputs();

}  // namespace oncec::driver
