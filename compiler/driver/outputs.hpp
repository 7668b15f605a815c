// What oncec can make of a model: a table, from which the command line and its help come.
#pragma once

#include <string>
#include <vector>

#include "backend/output.hpp"
#include "model/model.hpp"

namespace oncec::driver {

struct OutputRequest {
  const model::Model& model;
  std::string unit;  // "sub/types": what is made is named for it
  std::vector<std::string> codecs;
  bool type_codes;  // for every type
};

/// One kind of output. To add one, add a row to outputs().
struct OutputKind {
  const char* option;  // "--cpp-out": takes a folder
  const char* help;
  backend::Output (*make)(const OutputRequest& request);
  /// The names of the files that make() makes from a unit, problems aside; they can be told before it is
  /// read.
  std::vector<std::string> (*names)(const std::string& unit, const std::vector<std::string>& codecs);
};

const std::vector<OutputKind>& outputs();

}  // namespace oncec::driver
