// For every IDL file of the source tree, and those under ONCE_FORMAT_CORPUS if it is in the environment:
// nothing is lost, and formatting twice is formatting once.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../files.hpp"
#include "format/formatter.hpp"
#include "format/scanner.hpp"

namespace oncec::format {
namespace {

namespace fs = std::filesystem;

void collect(const fs::path& folder, std::vector<fs::path>& paths) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator{folder}) {
    const std::string extension = entry.path().extension().string();
    if (entry.is_regular_file() && (extension == ".idl" || extension == ".x")) paths.push_back(entry.path());
  }
}

std::vector<fs::path> files() {
  std::vector<fs::path> paths;
  for (const char* folder : {"tests", "examples", "idl"}) collect(fs::path{ONCE_SOURCE_DIR} / folder, paths);
  const char* const corpus = std::getenv("ONCE_FORMAT_CORPUS");
  if (corpus != nullptr) collect(corpus, paths);
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Octets that are no white space, wherever there is some: a check that knows nothing of tokens.
std::string ink(const std::string& text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return std::isspace(static_cast<unsigned char>(c)) == 0; });
  return out;
}

std::vector<std::string> tokens(const std::string& text, Language language) {
  std::vector<std::string> result;
  const Scan scanned = scan(text, language);
  EXPECT_FALSE(scanned.damage);
  for (const Piece& piece : scanned.pieces) {
    if (piece.is_code()) result.emplace_back(piece.text);
  }
  return result;
}

/// True if the text could be formatted.
bool expect_formatted_well(const std::string& text, Language language) {
  const Formatted once = format(text, language);
  if (once.damage) return false;
  EXPECT_EQ(ink(once.text), ink(text));
  const Formatted twice = format(once.text, language);
  EXPECT_FALSE(twice.damage);
  EXPECT_EQ(twice.text, once.text);
  EXPECT_EQ(once.text.find("\n\n\n"), std::string::npos);
  return true;
}

TEST(Format, KeepsEveryFileOfTheTreeAndIsIdempotent) {
  std::size_t formatted = 0;
  for (const fs::path& path : files()) {
    SCOPED_TRACE(path.string());
    std::string text = read(path);
    if (expect_formatted_well(text, language_of(path.string()))) ++formatted;
  }
  EXPECT_GT(formatted, 100u);
}

TEST(Format, KeepsTheTokens) {
  for (const fs::path& path : files()) {
    const Language language = language_of(path.string());
    const std::string text = read(path);
    const Formatted result = format(text, language);
    if (result.damage || text.find('\r') != std::string::npos || text.substr(0, 1) == "\xEF") continue;
    EXPECT_EQ(tokens(result.text, language), tokens(text, language)) << path;
  }
}

/// Cut off anywhere, a file is laid out or refused, and never changed in what it says.
TEST(Format, BearsFilesThatEndAnywhere) {
  for (const fs::path& path : files()) {
    const std::string text = read(path);
    if (text.size() > 20'000) continue;
    const std::size_t step = std::max<std::size_t>(1, text.size() * ONCE_TEST_STRIDE / 40);
    for (std::size_t end = 0; end < text.size(); end += step) {
      SCOPED_TRACE(path.string() + " up to octet " + std::to_string(end));
      expect_formatted_well(text.substr(0, end), language_of(path.string()));
    }
  }
}

/// The lines of a file in another order are text that no grammar knows.
TEST(Format, BearsFilesInAnyOrder) {
  for (const fs::path& path : files()) {
    const std::string text = read(path);
    if (text.size() > 20'000) continue;
    SCOPED_TRACE(path.string());
    const std::size_t half = text.find('\n', text.size() / 2);
    if (half == std::string::npos) continue;
    expect_formatted_well(text.substr(half + 1) + "\n" + text.substr(0, half), language_of(path.string()));
  }
}

/// Where the lines of a file begin has no influence.
TEST(Format, DoesNotLookAtIndentation) {
  for (const char* name : {"tests/golden/bank.idl", "tests/golden/types.idl", "tests/golden/unions.idl"}) {
    const std::string text = read(fs::path{ONCE_SOURCE_DIR} / name);
    std::string flat;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool blank = text[i] == ' ' && (flat.empty() || flat.back() == '\n');
      if (!blank) flat += text[i];
    }
    EXPECT_EQ(format(flat, Language::OmgIdl).text, format(text, Language::OmgIdl).text) << name;
  }
}

}  // namespace
}  // namespace oncec::format
