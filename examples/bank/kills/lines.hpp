// Lines that outlive who wrote them: a kill finds each of them written, or not begun.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace demo {

/// In one system call, which nothing can interrupt in the middle. Throws std::system_error.
void write_line(int descriptor, std::string line);

/// A file that lines are appended to.
class Log {
 public:
  /// Makes the file, if it is not there. Throws std::system_error.
  explicit Log(const std::filesystem::path& file);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void write(const std::string& line) { write_line(descriptor_, line); }

 private:
  const int descriptor_;
};

/// All lines of a file; none if it is not there.
std::vector<std::string> read_lines(const std::filesystem::path& file);

}  // namespace demo
