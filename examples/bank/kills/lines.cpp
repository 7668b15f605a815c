#include "kills/lines.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace demo {

void write_line(int descriptor, std::string line) {
  line += '\n';
  if (::write(descriptor, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    throw std::system_error{errno, std::generic_category(), "writing a line"};
  }
}

Log::Log(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) throw std::system_error{errno, std::generic_category(), file.string()};
}

Log::~Log() {
  ::close(descriptor_);
}

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace demo
