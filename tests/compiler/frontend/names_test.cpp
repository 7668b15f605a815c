// What names mean.
#include <string>

#include <gtest/gtest.h>

#include "compile.hpp"
#include "frontend/spelling.hpp"

namespace oncec {
namespace {

const model::Declaration* type_of_member(const Compiled& compiled, std::string_view structure,
                                         std::size_t index) {
  const model::Member& member = body<model::Struct>(compiled, structure).members.at(index);
  return std::get<model::NamedType>(member.type->form).declaration;
}

TEST(Lookup, FindsTheInnermostOutwards) {
  const Compiled c = compile_right(
      "typedef long T; module M { typedef short T; struct S { ::T a; T b; }; module N { struct S { T c; }; "
      "}; };");
  EXPECT_EQ(type_of_member(c, "M::S", 0), find(c, "T"));
  EXPECT_EQ(type_of_member(c, "M::S", 1), find(c, "M::T"));
  EXPECT_EQ(type_of_member(c, "M::N::S", 0), find(c, "M::T"));
}

TEST(Lookup, LooksIntoBasesBeforeOutwards) {
  const Compiled c = compile_right(
      "typedef long T; interface A { typedef short T; }; interface B : A { struct S { T a; }; };");
  EXPECT_EQ(type_of_member(c, "B::S", 0), find(c, "A::T"));
}

TEST(Lookup, FindsInheritedNamesThroughTheInterface) {
  const Compiled c =
      compile_right("interface A { typedef short T; }; interface B : A {}; struct S { B::T a; };");
  EXPECT_EQ(type_of_member(c, "S", 0), find(c, "A::T"));
}

TEST(Lookup, IsNotAmbiguousInADiamond) {
  compile_right(
      "interface A { typedef long T; void f(); }; interface B : A {}; interface C : A {};"
      "interface D : B, C { void g(in T x); };");
}

TEST(Lookup, AModuleHidesAnOuterOneOfItsName) {
  EXPECT_EQ(
      compile(
          "module M { typedef long T; module N { module M {typedef long U; }; struct S { M::T a; }; }; };")
          .texts()
          .front(),
      "unknown name 'T'");
}

TEST(Names, MayBeWordsThatBecameKeywordsLater) {
  compile_right(
      "struct S { long map; long component; long port; long home; long local; long getraises; long bitset; };"
      "typedef long int8_t; interface map { void setraises(in long finder); };");
}

TEST(Names, Int8IsANameThatAFileMayDeclareItself) {
  const Compiled c = compile_right("typedef octet int8; struct S { int8 a; uint8 b; };");
  EXPECT_EQ(type_of_member(c, "S", 0), find(c, "int8"));
  EXPECT_EQ(std::get<model::Primitive>(body<model::Struct>(c, "S").members[1].type->form),
            model::Primitive::UInt8);
}

TEST(Names, LoseTheirEscapingUnderscore) {
  const Compiled c = compile_right("struct _struct { long _module; }; typedef _struct T;");
  EXPECT_EQ(body<model::Struct>(c, "struct").members[0].name, "module");
}

TEST(Names, OfEnumeratorsBelongToTheScopeAround) {
  const Compiled c = compile_right("module M { enum E { P, Q }; }; const M::E X = M::Q;");
  EXPECT_EQ(std::get<model::EnumeratorValue>(body<model::Constant>(c, "X").value).index, 1U);
}

TEST(Errors, OfADeclarationDoNotShowAtItsUses) {
  const Compiled c = compile(
      "typedef Unknown T; const long N = M; struct S { T a; sequence<long, N> b; T::x c; }; typedef T U; "
      "struct V { U a; };");
  EXPECT_EQ(c.texts(), (std::vector<std::string>{"unknown name 'Unknown'", "unknown name 'M'"}))
      << c.printed();
}

TEST(Errors, OfSyntaxDoNotMakeNamesUnknown) {
  const Compiled c = compile("foo Bar { long a; }; struct S { Bar b; };");
  EXPECT_EQ(c.diagnostics.all().size(), 1U) << c.printed();
}

TEST(NearestWord, ForgivesOneSlipInAShortWordAndTwoInALongOne) {
  const auto nearest = [](std::string_view wanted, std::initializer_list<std::string_view> known) {
    frontend::NearestWord out(wanted);
    for (const std::string_view word : known) out.consider(word);
    return std::string(out.word());
  };
  EXPECT_EQ(nearest("sequnce", {"string", "sequence"}), "sequence");
  EXPECT_EQ(nearest("strct", {"string", "struct"}), "struct");
  EXPECT_EQ(nearest("unsinged", {"unsigned"}), "unsigned");
  EXPECT_EQ(nearest("LONG", {"long", "lon"}), "long");
  EXPECT_EQ(nearest("x", {"y", "in"}), "");
  EXPECT_EQ(nearest("account", {"amount", "receipt"}), "amount");
  EXPECT_EQ(nearest("cat", {"dog"}), "");
}

}  // namespace
}  // namespace oncec
