// Whatever is done to a file, oncec ends, and says something about a place that exists.
#include <algorithm>
#include <iterator>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "../diamonds.hpp"
#include "bank_text.hpp"
#include "compile.hpp"
#include "whole_text.hpp"

namespace oncec {
namespace {

/// Compiles, and checks every place that is named.
void survive(const std::string& text) {
  const Compiled compiled = compile(text);
  const auto check = [&](const SourceRange& range) {
    ASSERT_NE(range.file, nullptr);
    ASSERT_LE(range.begin, text.size()) << text;
    ASSERT_LE(range.begin, range.end) << text;
    ASSERT_GE(range.file->line_column(range.begin).column, 1U);
  };
  for (const Diagnostic& diagnostic : compiled.diagnostics.all()) {
    ASSERT_FALSE(diagnostic.text.empty());
    check(diagnostic.range);
    for (const Diagnostic::Note& note : diagnostic.notes) check(note.range);
  }
  std::ostringstream printed;
  print(printed, compiled.diagnostics, {true, 0});
}

TEST(Robustness, TheTextItselfIsRight) {
  compile_right(kBank);
  compile_right(kWhole);
}

TEST(Robustness, EveryPrefixEnds) {
  const std::string text = kBank;
  for (std::size_t length = 0; length <= text.size(); length += ONCE_TEST_STRIDE)
    survive(text.substr(0, length));
}

TEST(Robustness, EveryCharacterMayBecomeAnother) {
  const std::string text = kBank;
  const char others[] = {'}', '<', ';', '"', '/'};
  for (std::size_t i = 0; i < text.size(); i += ONCE_TEST_STRIDE) {
    std::string changed = text;
    changed[i] = others[i % std::size(others)];
    survive(changed);
  }
}

TEST(Robustness, EveryCharacterMayBeMissing) {
  const std::string text = kBank;
  for (std::size_t i = 0; i < text.size(); i += ONCE_TEST_STRIDE)
    survive(text.substr(0, i) + text.substr(i + 1));
}

/// The end of a word behind `at`: of the next one, or of a later one where not every place is tried.
std::size_t word_end(const std::string& text, std::size_t at) {
  for (int i = 0; i < ONCE_TEST_STRIDE && at != std::string::npos; ++i) at = text.find(' ', at + 1);
  return at;
}

TEST(Robustness, TheWholeLanguageMayBeCutOffAtAnyWord) {
  const std::string text = kWhole;
  for (std::size_t end = text.find(' '); end != std::string::npos; end = word_end(text, end)) {
    survive(text.substr(0, end));
  }
}

TEST(Robustness, TheWholeLanguageMayMissAnyWord) {
  const std::string text = kWhole;
  for (std::size_t begin = text.find(' '); begin != std::string::npos; begin = word_end(text, begin)) {
    const std::size_t end = std::min(text.find(' ', begin + 1), text.size());
    survive(text.substr(0, begin) + text.substr(end));
  }
}

TEST(Robustness, HostileShapesEnd) {
  for (const char* piece : {"(",
                            "{",
                            "}",
                            "<",
                            "sequence<",
                            "module M {",
                            "struct S { ",
                            "@a(",
                            "-",
                            "::a",
                            "a::",
                            "interface I : ",
                            "case 1:",
                            "/*",
                            "\"",
                            "'",
                            "#",
                            "\\",
                            "1+",
                            ",",
                            ";",
                            "enum E {",
                            "union U switch (",
                            "]",
                            ">>",
                            "unsigned ",
                            "valuetype V {",
                            "valuetype V ",
                            "struct S { struct T { ",
                            "module M<",
                            "module M<typename T> {",
                            "map<long, ",
                            "fixed<",
                            "bitset B { ",
                            "component C { ",
                            "typeid ",
                            "\n#pragma ID \n",
                            "@"}) {
    std::string text;
    for (int i = 0; i < (ONCE_TEST_STRIDE > 1 ? 150 : 500); ++i) text += piece;
    SCOPED_TRACE(piece);
    survive(text);
    survive("module M { const long X = " + text);
    survive("interface I { void f(in " + text);
    survive("struct S { " + text);
  }
}

TEST(Robustness, LongExpressionsAndListsAreNoNesting) {
  std::string sum = "const long long X = 0";
  std::string signs = "const long Y = ";
  std::string list = "enum E { A0";
  for (int i = 1; i < 5000; ++i) {
    sum += " + 1";
    signs += "-";
    list += ", A" + std::to_string(i);
  }
  const Compiled c = compile_right(sum + ";" + signs + "1;" + list + "};");
  EXPECT_EQ(std::get<model::IntegerValue>(body<model::Constant>(c, "X").value).magnitude, 4999U);
  EXPECT_EQ(body<model::Enum>(c, "E").enumerators.size(), 5000U);
}

TEST(Robustness, NamesAreLookedUpInEveryBaseOnce) {
  const std::string last = " : " + test::topmost("A") + ", " + test::topmost("B");
  for (const std::string keyword : {"interface", "abstract valuetype"}) {
    const std::string text =
        "typedef long Cents;\n" + test::inheritance_diamonds(keyword) + keyword + " Last" + last;
    compile_right(text + " { void pay(in Cents amount); };");
    EXPECT_EQ(compile(text + " { void pay(in Yen amount); };").texts(),
              std::vector<std::string>{"unknown name 'Yen'"});
  }
}

TEST(Robustness, TypesThatHoldOthersTwiceAreNoTrouble) {
  const std::string last = "interface I { " + test::topmost("S") + " f(); };";
  compile_right(test::struct_diamonds("long a;") + last);
  compile_right(test::union_diamonds() + last);
}

TEST(Robustness, MapsOfMapsDoNotGrowWithoutEnd) {
  std::string text = "typedef map<long, long> T0;\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string below = "T" + std::to_string(i - 1);
    text += "typedef map<" + below + ", " + below + "> T" + std::to_string(i) + ";\n";
  }
  EXPECT_EQ(compile(text).texts(), std::vector<std::string>{"nested more than 64 deep"});
}

/// Template modules, each with two uses of the one below it.
std::string doubled_templates(int levels, const std::string& keyword) {
  std::string text = "module M0<typename T> { typedef T X; };\n";
  for (int i = 1; i <= levels; ++i) {
    const std::string number = std::to_string(i);
    const std::string use = keyword + " M" + std::to_string(i - 1) + "<T> ";
    text +=
        "module M" + number + "<typename T> { " + use + "a" + number + "; " + use + "b" + number + "; };\n";
  }
  return text;
}

TEST(Robustness, TemplatesAreInstantiatedSoOftenAndNoMore) {
  const std::vector<std::string> too_many{"more than 10000 template modules are instantiated"};
  compile_right(doubled_templates(10, "module") + "module M10<long> all;");
  EXPECT_EQ(compile(doubled_templates(40, "module") + "module M40<long> all;").texts(), too_many);
  compile_right(doubled_templates(40, "alias"));  // not followed before there are arguments
  EXPECT_EQ(compile(doubled_templates(40, "alias") + "module M40<long> all;").texts(), too_many);
}

}  // namespace
}  // namespace oncec
