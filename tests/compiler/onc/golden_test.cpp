// Golden pairs: beside each x.x stands x.err, which holds what oncec must say about it, octet for octet.
// ONCE_REGENERATE_GOLDEN=1 in the environment writes the .err files anew; read the difference before
// committing it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../files.hpp"
#include "compile_onc.hpp"

namespace oncec {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> golden_files() {
  std::vector<fs::path> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(ONCE_GOLDEN_DIR)) {
    if (entry.path().extension() == ".x") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST(OncGolden, EachFileGetsItsMessagesAndEveryMessageOfThisLanguageHasAFile) {
  std::set<std::uint32_t> hit;
  for (const fs::path& file : golden_files()) {
    Compiled compiled;
    compiled.model = frontend::read_onc_rpc(file.filename().string(), read(file), compiled.diagnostics);
    for (const Diagnostic& diagnostic : compiled.diagnostics.all()) hit.insert(diagnostic.code);
    const fs::path expected = fs::path(file).replace_extension(".err");
    if (std::getenv("ONCE_REGENERATE_GOLDEN") != nullptr)
      std::ofstream(expected, std::ios::binary) << compiled.printed();
    EXPECT_EQ(compiled.printed(), read(expected))
        << file << "\n(ONCE_REGENERATE_GOLDEN=1 writes " << expected << ")";
  }
  for (auto code = static_cast<std::uint32_t>(frontend::kFirstOncMessage); code < frontend::kMessageCount;
       ++code) {
    EXPECT_TRUE(hit.count(code) != 0)
        << "no golden file for " << name_of(static_cast<frontend::Message>(code));
  }
}

}  // namespace
}  // namespace oncec
