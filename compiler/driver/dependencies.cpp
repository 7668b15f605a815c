// A rule, with the characters escaped that Make and Ninja give a meaning to.
#include "driver/dependencies.hpp"

namespace oncec::driver {

namespace {

std::string escaped(const std::filesystem::path& path) {
  std::string out;
  for (const char c : path.string()) {
    if (c == ' ' || c == '#') out += '\\';
    if (c == '$') out += '$';
    out += c;
  }
  return out;
}

}  // namespace

std::string dependency_rule(const std::vector<std::filesystem::path>& targets,
                            const std::vector<std::filesystem::path>& files) {
  std::string out;
  for (const std::filesystem::path& target : targets) {
    out += (out.empty() ? "" : " \\\n  ") + escaped(target);
  }
  out += ':';
  for (const std::filesystem::path& file : files) out += " \\\n  " + escaped(file);
  return out + '\n';
}

}  // namespace oncec::driver
