// The front end for the ONC RPC language, as the driver sees it: RFC 4506's types and RFC 5531's programs, as
// rpcgen takes them. docs/onc.md says what is read and what becomes of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/model.hpp"
#include "support/diagnostics.hpp"
#include "support/source_text.hpp"

namespace oncec::frontend {

/// What the file uses and a C header defines: a type, {"uid_t", "unsigned int"}, which is anything that the
/// language has a word for, also "opaque[16]", "string<32>", or a name that the file defines; or the number
/// that a constant is, {"MAXNAMELEN", "1025"}.
struct OncExternal {
  std::string name;
  std::string meaning;
};

struct OncOptions {
  std::vector<OncExternal> externals;  // the file's own definitions win
};

/// Reads preprocessed text: `#` lines are gone, but for pragmas; `%` lines and comments are still there. What
/// is wrong goes to `diagnostics`, in the order of the text; the model, which owns the files that the text
/// came from, then holds what was right.
void read_onc_rpc(const SourceText& source, model::Model& model, Diagnostics& diagnostics,
                  const OncOptions& options = {});
/// The same for one file, as it is, in UTF-8; the model owns it.
std::unique_ptr<model::Model> read_onc_rpc(std::string name, std::string text, Diagnostics& diagnostics,
                                           const OncOptions& options = {});

}  // namespace oncec::frontend
