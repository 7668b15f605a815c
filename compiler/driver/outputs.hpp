// What oncec can make of a model: a table, from which the command line and its help come.
#pragma once

#include <string>
#include <vector>

#include "model/model.hpp"
#include "support/source.hpp"

namespace oncec::driver {

struct OutputRequest {
  const model::Model& model;
  std::string unit;  // "sub/types": what is made is named for it
  std::vector<std::string> codecs;
};

struct Made {
  struct File {
    std::string name;  // below the folder that was given
    std::string content;
  };
  /// Something that has no form there; an error at its place.
  struct Problem {
    SourceRange range;
    std::string text;
  };
  std::vector<File> files;
  std::vector<Problem> problems;
};

/// One kind of output. To add one, add a row to outputs().
struct OutputKind {
  const char* option;  // "--cpp-out": takes a folder
  const char* help;
  Made (*make)(const OutputRequest& request);
  /// The names of the files that make() makes from a unit, problems aside; they can be told before it is
  /// read.
  std::vector<std::string> (*names)(const std::string& unit);
};

const std::vector<OutputKind>& outputs();

}  // namespace oncec::driver
