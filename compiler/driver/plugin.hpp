// Generators that are programs of their own. `--plugin=NAME` runs oncec-gen-NAME, found like any command, or
// `--plugin=NAME=PATH` the program at PATH: it reads a once.idl.GeneratorRequest from its standard input and
// writes a once.idl.GeneratorResponse to its standard output (idl/model.proto). What it says on its standard
// error the user sees. No shell is in between.
#pragma once

#include <string>

#include "backend/output.hpp"
#include "model/model.hpp"

namespace oncec::driver {

struct Plugin {
  std::string name;
  std::string program;  // as it is started
  std::string parameter;
};

/// Reads "NAME" or "NAME=PATH". Throws FileError if it is neither.
Plugin parse_plugin(const std::string& text);

/// Runs the generator on one file's model. What it refuses in the IDL is in the output; throws FileError if
/// it cannot be run, fails, or gives something that is no response, or files outside the folder that is meant
/// for them.
backend::Output run_plugin(const Plugin& plugin, const model::Model& model, const std::string& base_name);

}  // namespace oncec::driver
