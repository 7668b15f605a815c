// Golden pairs: beside each x.idl stands x.err, which holds what oncec must say about it, octet for octet.
// ONCE_REGENERATE_GOLDEN=1 in the environment writes the .err files anew; read the difference before
// committing it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../files.hpp"
#include "backend/cpp/generator.hpp"
#include "compile.hpp"

namespace oncec {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> golden_files() {
  std::vector<fs::path> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(ONCE_GOLDEN_DIR)) {
    if (entry.path().extension() == ".idl") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// What oncec says, the generator included.
Diagnostics diagnose(const fs::path& file) {
  Diagnostics diagnostics;
  const auto model = frontend::read_omg_idl(file.filename().string(), read(file), diagnostics);
  if (diagnostics.errors() == 0) {
    const backend::cpp::Output output =
        backend::cpp::generate(*model, {file.stem().string(), {"cdr", "xdr"}});
    for (const backend::cpp::Problem& problem : output.problems) {
      diagnostics.add(Severity::Error, Diagnostic::kNoCode, problem.range, problem.text);
    }
  }
  std::ostringstream printed;  // the model and its file must live until here
  print(printed, diagnostics, {});
  const fs::path expected = fs::path(file).replace_extension(".err");
  if (std::getenv("ONCE_REGENERATE_GOLDEN") != nullptr)
    std::ofstream(expected, std::ios::binary) << printed.str();
  EXPECT_EQ(printed.str(), read(expected))
      << file << "\n(ONCE_REGENERATE_GOLDEN=1 writes " << expected << ")";
  return diagnostics;
}

TEST(Golden, EachFileGetsItsMessagesAndEveryMessageHasAFile) {
  std::set<std::uint32_t> hit;
  for (const fs::path& file : golden_files()) {
    SCOPED_TRACE(file.string());
    const Diagnostics diagnostics = diagnose(file);
    for (const Diagnostic& diagnostic : diagnostics.all()) hit.insert(diagnostic.code);
  }
  for (std::uint32_t code = 0; code < static_cast<std::uint32_t>(frontend::kFirstOncMessage); ++code) {
    EXPECT_TRUE(hit.count(code) != 0)
        << "no golden file for " << name_of(static_cast<frontend::Message>(code));
  }
}

}  // namespace
}  // namespace oncec
