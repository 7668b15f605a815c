// Errors do not hide each other, and none follows from another.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compile_onc.hpp"

namespace oncec {
namespace {

using Texts = std::vector<std::string>;

TEST(OncRecovery, EachOfManyErrorsIsReportedOnce) {
  const Compiled compiled = compile_onc(
      "const A = 1 + 2;\n"
      "strcut s { int a; };\n"
      "struct t { int a int b; };\n"
      "struct u { itn a; nosuch b; nosuch c; };\n"
      "enum e { X, Y, };\n"
      "typedef unsinged int v;\n"
      "union w switch (e d) { case X int a; };\n"
      "program P { version V { void f(s, t) = 1 } = 1; } = 1;\n"
      "struct z { s a; t b; v c; };\n");
  EXPECT_EQ(
      compiled.texts(),
      (Texts{
          "'+' makes an expression: a value is a number or a name",
          "unknown word 'strcut', did you mean 'struct'?",
          "expected ';' after the member, found the keyword 'int'", "unknown name 'itn', did you mean 'int'?",
          "unknown name 'nosuch': if it is defined elsewhere, say what it is with '--external nosuch=TYPE'",
          "expected an enumerator, found '}'", "unknown word 'unsinged', did you mean 'unsigned'?",
          "expected ':' after 'X', found the keyword 'int'", "expected ';' after the procedure, found '}'"}))
      << compiled.printed();
}

TEST(OncRecovery, WhatWasLeftOutIsMissedByNobody) {
  const Compiled compiled = compile_onc("typedef [[ a;\nstruct b { a x; };\n");
  EXPECT_EQ(compiled.texts(), (Texts{"expected a type, found '['"})) << compiled.printed();
}

TEST(OncRecovery, AMissingBraceIsMissingWhereTheNextDefinitionBegins) {
  const Compiled compiled = compile_onc("struct a {\n  int x;\n\nstruct b {\n  a y;\n};\n");
  EXPECT_EQ(compiled.texts(), (Texts{"expected '}' at the end of the struct, found the keyword 'struct'"}))
      << compiled.printed();
  body<model::Struct>(compiled, "b");
}

TEST(OncRecovery, ABraceTooManyIsThatAlone) {
  const Compiled compiled = compile_onc("struct a { int x; }; };\nstruct b { a y; };\n");
  EXPECT_EQ(compiled.texts(), (Texts{"'}' closes nothing: there is no '{' for it"})) << compiled.printed();
}

TEST(OncRecovery, AKeywordIsNoName) {
  const Compiled compiled = compile_onc("struct a { int version; int b; };\n");
  EXPECT_EQ(compiled.texts(), (Texts{"expected the member's name, found the keyword 'version'"}))
      << compiled.printed();
}

TEST(OncRecovery, TheEndOfTheFileClosesEverything) {
  const Compiled compiled = compile_onc("program P { version V { void f(void) = 1;");
  EXPECT_EQ(compiled.diagnostics.errors(), 1U) << compiled.printed();
}

}  // namespace
}  // namespace oncec
