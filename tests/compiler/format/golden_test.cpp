// x.before.idl becomes x.after.idl.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../files.hpp"
#include "format/formatter.hpp"

namespace oncec::format {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> inputs() {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator{ONCE_FORMAT_GOLDEN_DIR}) {
    if (entry.path().stem().extension() == ".before") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

fs::path after(const fs::path& before) {
  return before.parent_path() / (before.stem().stem().string() + ".after" + before.extension().string());
}

class Golden : public testing::TestWithParam<fs::path> {};

/// ONCE_REGENERATE_GOLDEN=1 in the environment writes the golden files instead.
TEST_P(Golden, IsLaidOutAsExpected) {
  const Formatted formatted = format(read(GetParam()), language_of(GetParam().string()));
  ASSERT_FALSE(formatted.damage) << formatted.damage->text;
  if (std::getenv("ONCE_REGENERATE_GOLDEN") != nullptr) {
    std::ofstream{after(GetParam()), std::ios::binary} << formatted.text;
  } else {
    EXPECT_EQ(formatted.text, read(after(GetParam())));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Golden, testing::ValuesIn(inputs()), [](const auto& test) {
  std::string name = test.param.filename().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.'; }, '_');
  return name;
});

}  // namespace
}  // namespace oncec::format
