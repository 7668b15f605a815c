// The generator's output for each IDL file of this folder, octet for octet.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "backend/cpp/generator.hpp"
#include "frontend/frontend.hpp"
#include "support/diagnostics.hpp"

namespace oncec {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  std::istringstream list{ONCE_GOLDEN_IDL};
  for (std::string name; list >> name;) names.push_back(name);
  return names;
}

std::string read(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<backend::cpp::GeneratedFile> generate(const std::string& name) {
  Diagnostics diagnostics;
  const std::string file = name + ".idl";
  const auto model = frontend::read_omg_idl(file, read(fs::path{ONCE_GOLDEN_DIR} / file), diagnostics);
  std::ostringstream messages;
  print(messages, diagnostics, {});
  EXPECT_EQ(messages.str(), "");
  const auto output = backend::cpp::generate(*model, {name, {"cdr", "xdr"}});
  EXPECT_TRUE(output.problems.empty());
  return output.files;
}

class GoldenFiles : public testing::TestWithParam<std::string> {};

TEST_P(GoldenFiles, AreWhatTheGeneratorWrites) {
  const fs::path expected = fs::path{ONCE_GOLDEN_DIR} / "expected";
  const auto files = generate(GetParam());
  ASSERT_EQ(files.size(), 3u);
  for (const auto& file : files) {
    if (std::getenv("ONCE_REGENERATE_GOLDEN") != nullptr) {
      fs::create_directories(expected);
      std::ofstream{expected / file.name, std::ios::binary} << file.content;
    } else {
      EXPECT_EQ(file.content, read(expected / file.name)) << file.name;
    }
  }
}

TEST_P(GoldenFiles, AreTheSameEveryTime) {
  const auto first = generate(GetParam());
  const auto second = generate(GetParam());
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].content, second[i].content);
}

INSTANTIATE_TEST_SUITE_P(All, GoldenFiles, testing::ValuesIn(golden_names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace oncec
