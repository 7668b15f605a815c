// The IDL files that oncec carries in itself (idl/*.idl). Their text becomes a source file at build time.
#pragma once

#include <array>
#include <string_view>

namespace oncec::frontend {

struct BuiltInFile {
  std::string_view name;
  std::string_view text;
};

std::array<BuiltInFile, 2> built_in_files();

}  // namespace oncec::frontend
