// What every generator gives back.
#pragma once

#include <string>
#include <vector>

#include "support/source.hpp"

namespace oncec::backend {

struct GeneratedFile {
  std::string name;  // relative to the folder that the user named
  std::string content;
};

/// Something in the model that the generator has no form for; an error at its place.
struct Problem {
  SourceRange range;
  std::string text;
};

struct Output {
  std::vector<GeneratedFile> files;  // none if there are problems
  std::vector<Problem> problems;
};

/// "types" of "folder/types.idl": what the files generated for it are named for.
std::string base_name_of(const std::string& file_name);

}  // namespace oncec::backend
