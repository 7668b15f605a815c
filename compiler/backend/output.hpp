// What every generator gives back.
#pragma once

#include <string>
#include <string_view>
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
/// "GetAll" of "get_all": what a type is called that is made for something of that name.
std::string pascal_case(std::string_view name);

}  // namespace oncec::backend
