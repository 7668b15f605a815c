// Whatever is done to a file, oncec ends, and says something about a place that exists.
#include <iterator>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "compile_onc.hpp"

namespace oncec {
namespace {

const char* const kText = R"(/* A list. */
const MAX = 0x10;
enum kind { NONE, SOME = 2, MANY, REST };
%#define C_ONLY(x) \
%  (x)
struct node { opaque key[8]; string name<MAX>; node *next; struct { int a; } in; };
union result switch (kind k) {
case NONE: void;
case SOME:
case MANY: node nodes<>;
default: unsigned hyper code;
};
typedef struct node *list;
program LIST_PROG {
  version LIST_VERS {
    void LIST_NULL(void) = 0;
    /* @idempotent */
    result LIST_GET(list, string) = 1;
  } = 1;
} = 0x20000001;
)";

/// Compiles, and checks every place that is named.
void survive(const std::string& text) {
  const Compiled compiled = compile_onc(text);
  const auto check = [&](const SourceRange& range) {
    ASSERT_NE(range.file, nullptr);
    ASSERT_EQ(range.file->name(), "test.x") << text << compiled.printed();
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

TEST(OncRobustness, TheTextItselfIsRight) {
  compile_right_onc(kText);
}

TEST(OncRobustness, EveryPrefixEnds) {
  const std::string text = kText;
  for (std::size_t length = 0; length <= text.size(); length += ONCE_TEST_STRIDE)
    survive(text.substr(0, length));
}

TEST(OncRobustness, EveryCharacterMayBecomeAnother) {
  const std::string text = kText;
  const char others[] = {'}', '<', ';', '"', '/', '*', '%', '{'};
  for (std::size_t i = 0; i < text.size(); i += ONCE_TEST_STRIDE) {
    std::string changed = text;
    changed[i] = others[i % std::size(others)];
    survive(changed);
  }
}

TEST(OncRobustness, EveryCharacterMayBeMissing) {
  const std::string text = kText;
  for (std::size_t i = 0; i < text.size(); i += ONCE_TEST_STRIDE)
    survive(text.substr(0, i) + text.substr(i + 1));
}

TEST(OncRobustness, HostileShapesEnd) {
  for (const char* piece : {"(",
                            "{",
                            "}",
                            "<",
                            "[",
                            "struct S { ",
                            "struct {",
                            "union U switch (",
                            "union switch (int a) { case 1: ",
                            "case 1:",
                            "/*",
                            "\"",
                            "'",
                            "#",
                            "%",
                            "\\",
                            "1+",
                            ",",
                            ";",
                            "enum E {",
                            "program P { ",
                            "version V { ",
                            "typedef ",
                            "const A = ",
                            "* ",
                            "default: ",
                            "void f(",
                            "unsigned ",
                            "\xC3\xA9"}) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += piece;
    survive(text);
    survive("struct S { int a; " + text);
    survive(text + "};\n");
  }
}

TEST(OncRobustness, LongChainsNeedNoStack) {
  std::string constants;
  std::string types;
  for (int i = 0; i < 20000; ++i) {
    const std::string next = std::to_string(i + 1);
    constants += "const C" + std::to_string(i) + " = C" + next + ";\n";
    types += "struct S" + std::to_string(i) + " { S" + next + " *s; };\n";
  }
  compile_right_onc(constants + "const C20000 = 1;\n" + types + "struct S20000 { int a; };\n");
}

}  // namespace
}  // namespace oncec
