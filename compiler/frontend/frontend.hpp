// The front end for OMG IDL, as the driver sees it.
#pragma once

#include <memory>
#include <string>

#include "model/model.hpp"
#include "support/diagnostics.hpp"

namespace oncec::frontend {

/// Reads one file. What is wrong goes to `diagnostics`, in the order of the text; the model then holds what
/// was right. It owns the file, whose text must be UTF-8.
std::unique_ptr<model::Model> read_omg_idl(std::string name, std::string text, Diagnostics& diagnostics);

}  // namespace oncec::frontend
