// How generated files are named.
#include "backend/output.hpp"

#include <filesystem>

namespace oncec::backend {

std::string base_name_of(const std::string& file_name) {
  return std::filesystem::path(file_name).stem().string();
}

}  // namespace oncec::backend
