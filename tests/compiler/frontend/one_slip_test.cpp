// One token missing, or written twice, gives one message, at that line: nothing follows from it.
#include <cctype>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bank_text.hpp"
#include "compile.hpp"

namespace oncec {
namespace {

struct Piece {
  std::size_t begin;
  std::size_t end;
};

/// Words, strings and single characters; without directives and comments. Each eighth where a sanitizer watches.
std::vector<Piece> pieces(const std::string& text) {
  std::vector<Piece> out;
  std::size_t count = 0;
  const auto is_word = [&](std::size_t i) {
    return std::isalnum(static_cast<unsigned char>(text[i])) != 0 || text[i] == '_';
  };
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (text[i] == '#' || text.compare(i, 2, "//") == 0) {
      i = text.find('\n', i);
      continue;
    }
    while (is_word(i) && end < text.size() && is_word(end)) ++end;
    if (std::isspace(static_cast<unsigned char>(text[i])) == 0 && count++ % ONCE_TEST_STRIDE == 0) {
      out.push_back({i, end});
    }
    i = end;
  }
  return out;
}

std::size_t line_of(const std::string& text, std::size_t offset) {
  std::size_t line = 1;
  for (std::size_t i = 0; i < offset; ++i) line += text[i] == '\n' ? 1U : 0U;
  return line;
}

/// At most one message, and that on the slip's line, or on the next one, where a missing token shows.
void expect_one_message(const std::string& spoilt, std::size_t at) {
  const Compiled compiled = compile(spoilt);
  ASSERT_LE(compiled.diagnostics.all().size(), 1U) << spoilt << compiled.printed();
  for (const Diagnostic& diagnostic : compiled.diagnostics.all()) {
    const std::size_t line = diagnostic.range.file->line_column(diagnostic.range.begin).line;
    const std::size_t slip = line_of(spoilt, at);
    EXPECT_TRUE(line == slip || line == slip + 1) << spoilt << compiled.printed();
  }
}

TEST(OneSlip, AMissingTokenGivesOneMessage) {
  const std::string text = kBank;
  for (const Piece& piece : pieces(text)) {
    // "@orphan cancel) Cents": read as an annotation without a value, and a type.
    if (text.compare(piece.begin, 8, "(cancel)") == 0) continue;
    expect_one_message(text.substr(0, piece.begin) + ' ' + text.substr(piece.end), piece.begin);
  }
}

TEST(OneSlip, ATokenTooManyGivesOneMessage) {
  const std::string text = kBank;
  for (const Piece& piece : pieces(text)) {
    const std::string token = text.substr(piece.begin, piece.end - piece.begin);
    expect_one_message(text.substr(0, piece.end) + ' ' + token + text.substr(piece.end), piece.begin);
  }
}

TEST(OneSlip, AMisspeltKeywordGivesItsName) {
  const std::string text = kBank;
  for (const char* keyword :
       {"module", "typedef", "exception", "struct", "enum", "const", "union", "switch", "case", "default",
        "interface", "oneway", "readonly", "attribute", "raises", "sequence", "string", "unsigned", "void"}) {
    const std::string word = keyword;
    const std::size_t at = text.find(word + (word == "default" ? ":" : ""), text.find("module"));
    ASSERT_NE(at, std::string::npos) << word;
    std::string shorter = word;
    shorter.erase(2, 1);
    const Compiled compiled = compile(text.substr(0, at) + shorter + text.substr(at + word.size()));
    ASSERT_EQ(compiled.diagnostics.all().size(), 1U) << word << '\n' << compiled.printed();
    EXPECT_NE(compiled.texts().front().find("did you mean '" + word + "'?"), std::string::npos)
        << compiled.printed();
  }
}

}  // namespace
}  // namespace oncec
