// A folder that goes away with its object.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace demo {

class Workplace {
 public:
  /// Makes /tmp/NAME.XXXXXX, or its like.
  explicit Workplace(const std::string& name) {
    std::string path = (std::filesystem::temp_directory_path() / (name + ".XXXXXX")).string();
    if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + path);
    path_ = path;
  }
  ~Workplace() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(path_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  /// Leaves it where it is, and tells where.
  const std::filesystem::path& keep() {
    kept_ = true;
    return path_;
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace demo
