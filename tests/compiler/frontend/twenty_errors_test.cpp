// The bank with an error in each of twenty places: twenty messages at the right tokens, none following from
// another, and everything that is right is in the model.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compile.hpp"

namespace oncec {
namespace {

std::string text_of_bank() {
  std::ifstream in(ONCE_GOLDEN_DIR "/bank_twenty_errors.idl", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Each error of the file is marked on its line: `// error at <token>`, the token being the last of that
/// spelling before the mark.
struct Mark {
  std::uint32_t line;
  std::uint32_t column;
};
std::vector<Mark> marks(const std::string& text) {
  std::vector<Mark> out;
  std::uint32_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    const std::string mark = "// error at ";
    const std::size_t at = line.find(mark);
    if (at == std::string::npos) continue;
    const std::string token = line.substr(at + mark.size());
    const std::size_t column = line.rfind(token, at - 1);
    EXPECT_NE(column, std::string::npos) << line;
    out.push_back({number, static_cast<std::uint32_t>(column + 1)});
  }
  return out;
}

TEST(TwentyErrors, GiveTwentyMessagesAtTheRightTokens) {
  const std::string text = text_of_bank();
  const std::vector<Mark> expected = marks(text);
  ASSERT_EQ(expected.size(), 20U);
  const Compiled compiled = compile(text);
  ASSERT_EQ(compiled.diagnostics.all().size(), 20U) << compiled.printed();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Diagnostic& diagnostic = compiled.diagnostics.all()[i];
    const SourceFile::LineColumn place = diagnostic.range.file->line_column(diagnostic.range.begin);
    EXPECT_EQ(place.line, expected[i].line) << diagnostic.text;
    EXPECT_EQ(place.column, expected[i].column) << diagnostic.text;
    EXPECT_LT(diagnostic.range.begin, diagnostic.range.end) << diagnostic.text;
  }
}

TEST(TwentyErrors, LeaveAllThatIsRightInTheModel) {
  const Compiled compiled = compile(text_of_bank());
  for (const char* name :
       {"bank::Cents", "bank::InsufficientFunds", "bank::Receipt", "bank::Colour", "bank::Note",
        "bank::Watcher", "bank::Account", "bank::Bank", "bank::Ledger", "bank::Rest", "bank::kLimit"}) {
    EXPECT_NE(find(compiled, name), nullptr);
  }
  EXPECT_EQ(operation(compiled, "bank::Account", "deposit").parameters.size(), 1U);
  EXPECT_EQ(operation(compiled, "bank::Account", "transfer").parameters.size(), 2U);
  EXPECT_EQ(operation(compiled, "bank::Account", "transfer").raises.size(), 1U);
  EXPECT_EQ(operation(compiled, "bank::Account", "audit").orphan, model::OrphanPolicy::Cancel);
  EXPECT_TRUE(operation(compiled, "bank::Watcher", "changed").oneway);
  EXPECT_EQ(body<model::Struct>(compiled, "bank::Receipt").members.size(), 3U);
  // Its only parameter has no name, which is the error there; the operation itself stands.
  EXPECT_TRUE(operation(compiled, "bank::Bank", "open").parameters.empty());
}

TEST(TwentyErrors, AreEachFoundWithoutWhatStandsBehindThem) {
  // Cut off behind each of the errors, the file still gives that one and those before it, at the same lines.
  const std::string text = text_of_bank();
  const std::vector<Mark> expected = marks(text);
  std::uint32_t line = 0;
  std::size_t reached = 0;
  for (std::size_t end = 0; end < text.size(); ++end) {
    if (text[end] != '\n') continue;
    ++line;
    if (reached == expected.size() || expected[reached].line != line) continue;
    ++reached;
    const Compiled compiled = compile(text.substr(0, end + 1));
    ASSERT_GE(compiled.diagnostics.all().size(), reached) << "up to line " << line << '\n'
                                                          << compiled.printed();
    for (std::size_t i = 0; i < reached; ++i) {
      const Diagnostic& diagnostic = compiled.diagnostics.all()[i];
      EXPECT_EQ(diagnostic.range.file->line_column(diagnostic.range.begin).line, expected[i].line)
          << "up to line " << line << '\n'
          << compiled.printed();
    }
  }
}

}  // namespace
}  // namespace oncec
