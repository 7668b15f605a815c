// The types that are more than a word: wide text, fixed-point numbers, maps, bits, and those declared in
// place.
#include <string>

#include <gtest/gtest.h>

#include "compile.hpp"
#include "model/spelled.hpp"

namespace oncec {
namespace {

std::string text(const Compiled& compiled, std::string_view constant) {
  return std::get<model::TextValue>(body<model::Constant>(compiled, constant).value).text;
}

TEST(Types, AreAllThereAre) {
  const Compiled c = compile_right(
      "interface Ref {}; struct S { any a; Object b; ValueBase c; CORBA::TypeCode d; wchar e; wstring f; "
      "wstring<5> g;"
      " fixed<5, 2> h; map<string, sequence<long>, 10> i; map<long, map<long, Ref>> j; };");
  const char* expected[] = {"any",
                            "Object",
                            "ValueBase",
                            "CORBA::TypeCode",
                            "wchar",
                            "wstring",
                            "wstring<5>",
                            "fixed<5, 2>",
                            "map<string, sequence<long>, 10>",
                            "map<long, map<long, Ref>>"};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(spelled(*member(c, "S", i).type), expected[i]);
  }
}

TEST(TypeCode, IsATypeOfItsOwnHoweverItIsDeclared) {
  const Compiled c = compile_right(
      "module CORBA { interface TypeCode {}; struct Inner { TypeCode a; }; }; struct Outer { CORBA::TypeCode "
      "a; "
      "};");
  EXPECT_EQ(std::get<model::Primitive>(member(c, "CORBA::Inner", 0).type->form), model::Primitive::TypeCode);
  EXPECT_EQ(std::get<model::Primitive>(member(c, "Outer", 0).type->form), model::Primitive::TypeCode);
}

TEST(WideConstant, IsUtf8InTheModel) {
  const Compiled c = compile_right(
      "const wchar A = L'\\u20ac'; const wstring<3> B = L\"a\\xe9\" L\"z\"; const wstring D = B;");
  EXPECT_EQ(text(c, "A"), "\xe2\x82\xac");
  EXPECT_EQ(text(c, "B"), "a\xc3\xa9z");
  EXPECT_EQ(text(c, "D"), text(c, "B"));
  EXPECT_EQ(compile("const wstring<2> A = L\"a\xf0\x9f\x98\x80\";").diagnostics.errors(),
            1U);  // a pair of units
  EXPECT_EQ(compile("const wchar A = L'\xf0\x9f\x98\x80';").diagnostics.errors(), 1U);
  EXPECT_EQ(compile("const wchar A = 'a';").diagnostics.errors(), 1U);
  EXPECT_EQ(compile("const string A = L\"a\";").diagnostics.errors(), 1U);
  EXPECT_EQ(compile("const wstring A = L\"\\ud800\";").diagnostics.errors(), 1U);
}

TEST(FixedConstant, IsReckonedWithDigits) {
  const Compiled c = compile_right(
      "typedef fixed<5, 2> Money; const fixed A = -(1.25d + 2d) * 3.0d; const Money B = 999.99d; const fixed "
      "D = B / 3d;");
  EXPECT_EQ(text(c, "A"), "-9.75");
  EXPECT_EQ(text(c, "B"), "999.99");
  EXPECT_EQ(text(c, "D"), "333.33");
  EXPECT_EQ(compile("const fixed A = 1.5d + 1;").texts().front(),
            "an integer found where a fixed-point number is needed");
  EXPECT_EQ(compile("typedef fixed<5, 2> Money; const Money B = 1000d;").diagnostics.errors(), 1U);
  EXPECT_EQ(compile("typedef fixed<5, 2> Money; const Money B = 0.125d;").diagnostics.errors(), 1U);
  EXPECT_EQ(compile("const double B = 0.125d;").diagnostics.errors(), 1U);
}

TEST(Bitmask, CountsItsBits) {
  const Compiled c = compile_right(
      "@bit_bound(12) bitmask M { a, @position(5) b, c, @position(1) d }; const long k = b | d;");
  const auto& mask = body<model::Bitmask>(c, "M");
  EXPECT_EQ(mask.bit_bound, 12U);
  ASSERT_EQ(mask.flags.size(), 4U);
  EXPECT_EQ(mask.flags[2].value, 6);
  EXPECT_EQ(mask.flags[3].value, 1);
  EXPECT_EQ(std::get<model::IntegerValue>(body<model::Constant>(c, "k").value).magnitude, 34U);
}

TEST(Bitset, LaysItsFieldsOneBehindTheOther) {
  const Compiled c = compile_right(
      "bitset A { bitfield<3> x; bitfield<4>; bitfield<10, short> y, z; }; bitset B : A { bitfield<1> last; "
      "bitfield<33> w; };");
  const auto& a = body<model::Bitset>(c, "A");
  ASSERT_EQ(a.fields.size(), 4U);
  EXPECT_EQ(a.fields[1].name, "");
  EXPECT_EQ(a.fields[3].position, 17U);
  EXPECT_EQ(a.bits, 27U);
  EXPECT_EQ(spelled(*a.fields[0].type), "octet");
  EXPECT_EQ(spelled(*a.fields[2].type), "short");
  const auto& b = body<model::Bitset>(c, "B");
  EXPECT_EQ(b.base, find(c, "A"));
  EXPECT_EQ(b.fields[0].position, 27U);
  EXPECT_EQ(spelled(*b.fields[0].type), "boolean");
  EXPECT_EQ(spelled(*b.fields[1].type), "unsigned long long");
  EXPECT_EQ(b.bits, 61U);
  EXPECT_EQ(compile("bitset A { bitfield<1> x; }; bitset B : A { bitfield<1> x; };").diagnostics.errors(),
            1U);
}

TEST(Union, MaySwitchOnTheIntegerThatABitmaskIs) {
  const Compiled c = compile_right(
      "@bit_bound(16) bitmask M { a, b }; union U switch (M) { case a: long x; case b: long y; };");
  const auto& u = body<model::Union>(c, "U");
  EXPECT_EQ(spelled(*u.discriminator), "unsigned short");
  EXPECT_EQ(std::get<model::IntegerValue>(u.cases[1].labels[0]).magnitude, 2U);
}

TEST(TypesInPlace, StandBeforeWhatHoldsThem) {
  const Compiled c = compile_right(
      "module M { struct Outer { struct Inner { long a; } one; enum Kind { P, Q } what; Inner two; }; "
      "union U switch (enum K { k1, k2 }) { case k1: struct Deep { long z; } d; };"
      "typedef Outer::Inner Alias; const Outer::Kind kQ = Outer::Q; };");
  EXPECT_EQ(find(c, "M::Outer_Inner")->repository_id, "IDL:M/Outer/Inner:1.0");
  EXPECT_EQ(find(c, "M::U_K")->repository_id, "IDL:M/U/K:1.0");
  EXPECT_EQ(spelled(*body<model::Typedef>(c, "M::Alias").type), "M::Outer_Inner");
  const auto& members = body<model::Module>(c, "M").members;
  ASSERT_EQ(members.size(), 8U);
  EXPECT_EQ(members[0], find(c, "M::Outer_Inner"));
  EXPECT_EQ(members[2], find(c, "M::Outer"));
  EXPECT_EQ(members[5], find(c, "M::U"));
  EXPECT_EQ(compile("struct A_B { long a; }; struct A { struct B { long x; } y; };").texts(),
            (std::vector<std::string>{"'A_B' is already defined"}));
}

TEST(Relaxed, MakesWarningsOfWhatOthersTake) {
  const char* text =
      "typedef long Foo; struct S { Foo foo; string String; long a; long A; }; struct T { foo b; };";
  EXPECT_EQ(compile(text).diagnostics.errors(), 4U);
  Compiled c;
  c.model = frontend::read_omg_idl("test.idl", text, c.diagnostics, {true});
  EXPECT_EQ(c.diagnostics.errors(), 0U) << c.printed();
  std::vector<std::string_view> names;
  for (const Diagnostic& diagnostic : c.diagnostics.all()) names.push_back(diagnostic.name);
  EXPECT_EQ(names, (std::vector<std::string_view>{"name-clash", "keyword-case", "case-clash", "other-case"}));
  EXPECT_EQ(body<model::Struct>(c, "S").members.size(), 4U);
  EXPECT_EQ(body<model::Struct>(c, "T").members.size(), 1U);
}

TEST(Warnings, HaveNames) {
  const Compiled c = compile("@nosuch struct S { long a; };");
  ASSERT_EQ(c.diagnostics.all().size(), 1U);
  EXPECT_EQ(c.diagnostics.all().front().name, "unknown-annotation");
  EXPECT_TRUE(compile("struct S { nosuch a; };").diagnostics.all().front().name.empty());
}

}  // namespace
}  // namespace oncec
