// How generated files are named.
#include "backend/output.hpp"

#include <cctype>
#include <filesystem>

namespace oncec::backend {

std::string base_name_of(const std::string& file_name) {
  return std::filesystem::path(file_name).stem().string();
}

std::string pascal_case(std::string_view name) {
  std::string result;
  bool start = true;
  for (const char c : name) {
    if (c == '_') {
      start = true;
    } else {
      result.push_back(start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c);
      start = false;
    }
  }
  return result;
}

}  // namespace oncec::backend
