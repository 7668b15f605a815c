// The front end for OMG IDL, as the driver sees it.
#pragma once

#include <memory>
#include <string>

#include "model/model.hpp"
#include "support/diagnostics.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend {

struct Options {
  /// Rules that other compilers do not keep, and real files break, give warnings instead of errors: names
  /// that differ in case only, that equal a keyword but for case, or that clash with a type's use (`Foo
  /// foo`).
  bool relaxed = false;
};

/// Reads one file, as it is. What is wrong goes to `diagnostics`, in the order of the text; the model then
/// holds what was right. It owns the file, whose text must be UTF-8.
std::unique_ptr<model::Model> read_omg_idl(std::string name, std::string text, Diagnostics& diagnostics,
                                           const Options& options = {});
/// The same for preprocessed text, into a model that owns the files that it came from.
void read_omg_idl(const SourceText& source, model::Model& model, Diagnostics& diagnostics,
                  const Options& options = {});

}  // namespace oncec::frontend
