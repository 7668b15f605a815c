// Lines, columns, and how messages look.
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "support/diagnostics.hpp"
#include "support/source_text.hpp"

namespace oncec {
namespace {

TEST(SourceFile, CountsLinesFromOneAndColumnsInCharacters) {
  const SourceFile file("a.idl", "ab\n\xc3\xa9x\r\n\nlast");
  EXPECT_EQ(file.line_column(0).line, 1U);
  EXPECT_EQ(file.line_column(1).column, 2U);
  EXPECT_EQ(file.line_column(5).line, 2U);
  EXPECT_EQ(file.line_column(5).column, 2U);  // behind the two octets of é
  EXPECT_EQ(file.line_column(8).line, 3U);
  EXPECT_EQ(file.line_column(999).line, 4U);
  for (const std::uint32_t offset : {0U, 1U, 2U, 3U, 5U, 8U, 9U, 12U, 13U}) {
    EXPECT_EQ(file.offset_of(file.line_column(offset)), offset);
  }
  EXPECT_EQ(file.offset_of({2, 99}), 6U);  // where the line ends
  EXPECT_EQ(file.offset_of({99, 1}), 13U);
  EXPECT_EQ(file.line(2), "\xc3\xa9x");
  EXPECT_EQ(file.line(3), "");
  EXPECT_EQ(file.line(4), "last");
  EXPECT_EQ(file.line(5), "");
}

TEST(SourceText, KnowsWhereItsOctetsWereWritten) {
  const SourceFile main("main.idl", "#define N 12\nconst long a = N + 1;\n");
  const SourceFile included("types.idl", "typedef long T;\n");
  SourceText text;
  text.append(included.text(), included, 0, true);
  text.append("const long a = ", main, 13, false);
  text.append_made("12", {&main, 28, 29}, false);
  text.append(" + 1;\n", main, 29, false);
  ASSERT_EQ(text.text(), "typedef long T;\nconst long a = 12 + 1;\n");
  const SourceRange inside = text.range(8, 12);
  EXPECT_EQ(inside.file, &included);
  EXPECT_EQ(inside.begin, 8U);
  EXPECT_EQ(inside.end, 12U);
  EXPECT_TRUE(text.is_included(15));
  EXPECT_FALSE(text.is_included(16));
  const SourceRange made = text.range(31, 33);
  EXPECT_EQ(made.file, &main);
  EXPECT_EQ(made.begin, 28U);
  EXPECT_EQ(made.end, 29U);
  const SourceRange sum = text.range(31, 37);
  EXPECT_EQ(sum.begin, 28U);
  EXPECT_EQ(sum.end, 33U);
  EXPECT_EQ(text.range(0, 20).file, &included);
  EXPECT_EQ(text.range(99, 99).file, &main);
}

std::string printed(const Diagnostics& diagnostics, const PrintOptions& options = {}) {
  std::ostringstream out;
  print(out, diagnostics, options);
  return out.str();
}

TEST(Diagnostics, AreShownWithLineCaretAndNote) {
  const SourceFile file("bank.idl", "case 3: long a;\n\tcase 1: case 3: string b;\n");
  Diagnostics diagnostics;
  diagnostics.add(Severity::Error, 0, {&file, 25, 31}, "what is wrong")
      .note({&file, 5, 6}, "first used here");
  EXPECT_EQ(printed(diagnostics),
            "bank.idl:2:10: error: what is wrong\n"
            "    2 | \tcase 1: case 3: string b;\n"
            "      | \t        ^~~~~~\n"
            "bank.idl:1:6: note: first used here\n"
            "    1 | case 3: long a;\n"
            "      |      ^\n");
}

TEST(Diagnostics, PutCaretsUnderCharactersAndStayOnTheLine) {
  const SourceFile file("a.idl", "\xc3\xa9\xc3\xa9 ab\ncd");
  Diagnostics diagnostics;
  diagnostics.add(Severity::Warning, 0, {&file, 5, 10}, "over the end");
  EXPECT_EQ(printed(diagnostics),
            "a.idl:1:4: warning: over the end\n"
            "    1 | \xc3\xa9\xc3\xa9 ab\n"
            "      |    ^~\n");
}

TEST(Diagnostics, AreSortedByPlaceAndLimited) {
  const SourceFile file("a.idl", "abcdef");
  Diagnostics diagnostics;
  for (const std::uint32_t at : {4U, 2U, 0U}) {
    diagnostics.add(Severity::Error, 0, {&file, at, at + 1}, "error " + std::to_string(at));
  }
  diagnostics.sort();
  const std::string text = printed(diagnostics, {false, 2});
  EXPECT_LT(text.find("error 0"), text.find("error 2"));
  EXPECT_EQ(text.find("error 4"), std::string::npos);
  EXPECT_NE(text.find("1 more error"), std::string::npos);
}

TEST(Diagnostics, AreColouredOnRequestOnly) {
  const SourceFile file("a.idl", "abc");
  Diagnostics diagnostics;
  diagnostics.add(Severity::Error, 0, {&file, 0, 1}, "wrong");
  EXPECT_EQ(printed(diagnostics).find('\x1b'), std::string::npos);
  EXPECT_NE(printed(diagnostics, {true, 0}).find("\x1b[1;31merror"), std::string::npos);
}

TEST(Diagnostics, DropNotesAboutWhatIsBuiltIn) {
  const SourceFile file("a.idl", "abc");
  Diagnostics diagnostics;
  EXPECT_TRUE(diagnostics.add(Severity::Error, 0, {&file, 0, 1}, "wrong").note({}, "nowhere").notes.empty());
}

}  // namespace
}  // namespace oncec
