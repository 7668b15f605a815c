// The generator's output for each IDL file of this folder, octet for octet.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../compiler/files.hpp"
#include "backend/cpp/generator.hpp"
#include "extended_model.hpp"
#include "frontend/frontend.hpp"
#include "preprocess/preprocess.hpp"
#include "support/diagnostics.hpp"

namespace oncec {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> golden_names() {
  std::vector<std::string> names = {"extended"};
  std::istringstream list{ONCE_GOLDEN_IDL};
  for (std::string name; list >> name;) names.push_back(name);
  return names;
}

std::vector<backend::cpp::GeneratedFile> generate(const std::string& name) {
  if (name == "extended") {
    const test::ExtendedModel extended;
    const auto made = backend::cpp::generate(extended.model(), {name, {"cdr", "xdr"}});
    for (const auto& problem : made.problems) ADD_FAILURE() << problem.text;
    return made.files;
  }
  Diagnostics diagnostics;
  const std::string file = name + ".idl";
  preprocess::Options options;
  options.read = [&file](const fs::path& path) -> std::optional<std::string> {
    if (path != file) return std::nullopt;
    return read(fs::path{ONCE_GOLDEN_DIR} / path);
  };
  model::Model model;
  const preprocess::Preprocessed preprocessed =
      preprocess::preprocess(file, options, model.files, diagnostics);
  frontend::read_omg_idl(preprocessed.text, model, diagnostics, {});
  std::ostringstream messages;
  print(messages, diagnostics, {});
  EXPECT_EQ(messages.str(), "");
  const auto output = backend::cpp::generate(model, {name, {"cdr", "xdr"}});
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

TEST(Parts, HoldTogetherWhatOneFileHolds) {
  const test::ExtendedModel extended;
  const auto whole = backend::cpp::generate(extended.model(), {"extended", {"xdr"}, 1});
  const auto parts = backend::cpp::generate(extended.model(), {"extended", {"xdr"}, 3});
  ASSERT_EQ(parts.files.size(), 5u);
  EXPECT_EQ(parts.files[0].content, whole.files[0].content);
  EXPECT_EQ(parts.files[2].name, "extended.once.cpp");
  EXPECT_EQ(parts.files[4].name, "extended.once.3.cpp");
  const auto count = [](const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  };
  for (const char* const what :
       {"template void once::Coding<", "once::printed(", "switch (label)", "class "}) {
    std::size_t sum = 0;
    for (std::size_t i = 2; i < 5; ++i) sum += count(parts.files[i].content, what);
    EXPECT_EQ(sum, count(whole.files[2].content, what)) << what;
  }
  for (std::size_t i = 2; i < 5; ++i)
    EXPECT_GE(count(parts.files[i].content, "template void once::Coding<"), 5u);
}

INSTANTIATE_TEST_SUITE_P(All, GoldenFiles, testing::ValuesIn(golden_names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace oncec
