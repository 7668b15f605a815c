// Pieces, what is refused, and line ends.
#include "format/scanner.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "format/formatter.hpp"

namespace oncec::format {
namespace {

using Texts = std::vector<std::string>;

Texts pieces(std::string_view text, Language language = Language::OmgIdl) {
  Texts result;
  const Scan scanned = scan(text, language);
  EXPECT_FALSE(scanned.damage);
  for (const Piece& piece : scanned.pieces) result.emplace_back(piece.text);
  return result;
}

std::string refusal(std::string_view text, Language language = Language::OmgIdl) {
  const Formatted formatted = format(text, language);
  EXPECT_EQ(formatted.text, "");
  if (!formatted.damage) return "";
  return std::string{text.substr(formatted.damage->begin, formatted.damage->end - formatted.damage->begin)} +
         ": " + formatted.damage->text;
}

TEST(Scanner, KnowsTokens) {
  EXPECT_EQ(pieces("a::b<<1.5e-3>>L'\\''\"/*\"0x1e+2"),
            (Texts{"a", "::", "b", "<<", "1.5e-3", ">>", "L'\\''", "\"/*\"", "0x1e", "+", "2"}));
}

TEST(Scanner, TakesDirectivesWhole) {
  EXPECT_EQ(pieces("#define A /* x\n y */ 1 \\\n 2  \nb /* c */\n  # else\nd"),
            (Texts{"#define A /* x\n y */ 1 \\\n 2", "b", "/* c */", "# else", "d"}));
}

TEST(Scanner, LeavesGroupsAloneThatNobodyReads) {
  EXPECT_EQ(pieces("#if 0 // never\ndon't\n#if X\n#else\n#endif\n#else\na;\n#endif\n"),
            (Texts{"#if 0 // never\ndon't\n#if X\n#else\n#endif", "#else", "a", ";", "#endif"}));
}

TEST(Scanner, TakesPercentLinesOfTheOncRpcLanguage) {
  EXPECT_EQ(pieces("%#include \"x\"  \n% it's\nint", Language::OncRpc),
            (Texts{"%#include \"x\"", "% it's", "int"}));
  EXPECT_EQ(pieces("5 % 3"), (Texts{"5", "%", "3"}));
}

TEST(Scanner, ContinuesCommentsBehindABackslash) {
  EXPECT_EQ(pieces("// a \\\n b;\nc"), (Texts{"// a \\\n b;", "c"}));
}

TEST(Refused, IsWhatHasNoEnd) {
  EXPECT_EQ(refusal("const string A = \"x;\n"), "\": string literal is not closed on its line");
  EXPECT_EQ(refusal("const char A = 'x;\n"), "': character literal is not closed on its line");
  EXPECT_EQ(refusal("long a; /* x"), "/*: comment is not closed");
  EXPECT_EQ(refusal("#define A /* x"), "#: comment in this directive is not closed");
}

TEST(Refused, IsWhatNoTokenBeginsWith) {
  EXPECT_EQ(refusal("long $a;"), "$: unexpected character");
  EXPECT_EQ(refusal("long a \\\n;"), "\\: a line is continued outside of a directive, comment or literal");
  EXPECT_EQ(refusal("int a;\n int %b;\n", Language::OncRpc), "%: a line with '%' begins in the first column");
}

TEST(Refused, IsToldWithItsPlaceWhateverTheLineEnds) {
  const Formatted formatted = format("\xEF\xBB\xBFlong a;\r\nlong b;\r\n$\r\n", Language::OmgIdl);
  ASSERT_TRUE(formatted.damage);
  EXPECT_EQ(formatted.damage->begin, 3u + 9 + 9);
}

TEST(Formatted, KeepsLineEndsAndByteOrderMark) {
  EXPECT_EQ(format("\xEF\xBB\xBFlong  a;\r\n/* x\r\n   y */\r\n", Language::OmgIdl).text,
            "\xEF\xBB\xBFlong a;\r\n/* x\r\n   y */\r\n");
  EXPECT_EQ(format("", Language::OmgIdl).text, "");
  EXPECT_EQ(format("\n \n", Language::OmgIdl).text, "");
  EXPECT_EQ(format("long a;", Language::OmgIdl).text, "long a;\n");
}

TEST(Formatted, LeavesOctetsAloneThatAreNoUtf8) {
  EXPECT_EQ(format("long  a; // caf\xe9\n", Language::OmgIdl).text, "long a;  // caf\xe9\n");
}

}  // namespace
}  // namespace oncec::format
