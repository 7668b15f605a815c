// Files as the tests of the compiler read them.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace oncec {

/// The whole file; empty if it cannot be read.
inline std::string read(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace oncec
