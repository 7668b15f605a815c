// Each kind of declaration, from IDL to the model.
#include <string>

#include <gtest/gtest.h>

#include "compile.hpp"
#include "model/spelled.hpp"

namespace oncec {
namespace {

using model::Primitive;

Primitive primitive(const model::TypePointer& type) {
  return std::get<Primitive>(type->form);
}

TEST(Struct, HasEveryPrimitiveType) {
  const Compiled c = compile_right(
      "struct S { boolean a; octet b; char c; short d; unsigned short e; long f; unsigned long g; long long "
      "h;"
      " unsigned long long i; float j; double k; long double l; int8 m; uint8 n; int16 o; uint16 p; int32 q;"
      " uint32 r; int64 last; uint64 t; };");
  const Primitive expected[] = {
      Primitive::Boolean, Primitive::Octet,    Primitive::Char,   Primitive::Int16,  Primitive::UInt16,
      Primitive::Int32,   Primitive::UInt32,   Primitive::Int64,  Primitive::UInt64, Primitive::Float32,
      Primitive::Float64, Primitive::Float128, Primitive::Int8,   Primitive::UInt8,  Primitive::Int16,
      Primitive::UInt16,  Primitive::Int32,    Primitive::UInt32, Primitive::Int64,  Primitive::UInt64};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(primitive(member(c, "S", i).type), expected[i]) << member(c, "S", i).name;
  }
}

TEST(Struct, HasStringsSequencesAndArrays) {
  const Compiled c = compile_right(
      "const short N = 4;"
      "struct S { string a; string<32> b; sequence<long> c; sequence<string<8>, N * 2> d; long e[N][2];"
      " sequence<sequence<octet, 3>> f; long g, h[3]; };");
  EXPECT_EQ(std::get<model::StringType>(member(c, "S", 0).type->form).bound, 0U);
  EXPECT_EQ(std::get<model::StringType>(member(c, "S", 1).type->form).bound, 32U);
  EXPECT_EQ(std::get<model::SequenceType>(member(c, "S", 2).type->form).bound, 0U);
  const auto& d = std::get<model::SequenceType>(member(c, "S", 3).type->form);
  EXPECT_EQ(d.bound, 8U);
  EXPECT_EQ(std::get<model::StringType>(d.element->form).bound, 8U);
  const auto& e = std::get<model::ArrayType>(member(c, "S", 4).type->form);
  EXPECT_EQ(e.dimensions, (std::vector<std::uint64_t>{4, 2}));
  const auto& f = std::get<model::SequenceType>(member(c, "S", 5).type->form);
  EXPECT_EQ(std::get<model::SequenceType>(f.element->form).bound, 3U);
  EXPECT_EQ(primitive(member(c, "S", 6).type), Primitive::Int32);
  EXPECT_EQ(std::get<model::ArrayType>(member(c, "S", 7).type->form).dimensions.front(), 3U);
}

TEST(Struct, InheritsAndRefusesAnInheritedMembersName) {
  const Compiled c = compile_right("struct A { long one; }; struct B : A { long two; };");
  EXPECT_EQ(body<model::Struct>(c, "B").base, find(c, "A"));
  EXPECT_EQ(body<model::Struct>(c, "B").members.size(), 1U);
  EXPECT_EQ(compile("struct A { long one; }; struct B : A { long one; };").texts().front(),
            "'one' is already defined");
}

TEST(Struct, MayHoldSequencesOfItself) {
  const Compiled c = compile_right(
      "struct Node; typedef sequence<Node> Nodes; struct Node { long value; Nodes children; };");
  const auto& nodes = body<model::Typedef>(c, "Nodes");
  const auto& element = std::get<model::SequenceType>(nodes.type->form).element;
  EXPECT_EQ(std::get<model::NamedType>(element->form).declaration, find(c, "Node"));
  // The list is in the order of definition, not of declaration.
  EXPECT_EQ(c.model->top_level.back(), find(c, "Node"));
  EXPECT_EQ(c.model->top_level.size(), 2U);
}

TEST(Struct, KnowsOptionalMembers) {
  const Compiled c = compile_right("struct S { @optional long a; @optional(FALSE) long b; long c; };");
  EXPECT_EQ(spelled(*member(c, "S", 0).type), "@optional long");
  EXPECT_EQ(spelled(*member(c, "S", 1).type), "long");
  EXPECT_EQ(spelled(*member(c, "S", 2).type), "long");
}

TEST(Struct, KnowsExternalMembers) {
  const Compiled c = compile_right(
      "struct S { @external long a; @external(FALSE) long b; @external @optional S c; long d; };");
  EXPECT_TRUE(member(c, "S", 0).is_external);
  EXPECT_FALSE(member(c, "S", 1).is_external);
  EXPECT_FALSE(member(c, "S", 2).is_external);  // an optional says it all
  EXPECT_FALSE(member(c, "S", 3).is_external);
}

TEST(Recursion, IsLegalWhereAValueMayEnd) {
  const Compiled c = compile_right(
      "struct F; union G;"
      "struct S { @optional S one; map<long, S> many; @optional F other; @external G last; };"
      "union G switch (long) { case 1: @optional G one; case 2: @external S two; case 3: map<long, F> three; "
      "};"
      "struct F { @optional S one; sequence<G> two; };"
      "valuetype V { @optional public F one; @external public G two; public V three; };"
      "exception E { @optional F one; @external G two; };");
  EXPECT_TRUE(body<model::ValueType>(c, "V").state.at(1).is_external);
}

TEST(Union, StartsWithTheFirstArmThatEnds) {
  const Compiled c = compile_right(
      "union First switch (long) { case 1: long a; case 2: @external First b; };"
      "union Other switch (long) { case 1: @external Other a; case 2: string b; };"
      "union None switch (long) { case 1: @external None a; };"
      "struct Pair; union Deep switch (octet) { case 0: @external Pair a; case 1: First b; default: long c; "
      "};"
      "struct Pair { First one; Deep two; };"
      // One of the two must do without its first arm, and the other need not.
      "union Y; union X switch (long) { case 1: @external Y a; case 2: long b; };"
      "union Y switch (long) { case 1: @external X a; case 2: long b; };"
      "struct Later; union Patient switch (long) { case 1: @external Later a; case 2: long b; };"
      "struct Later { long a; };");
  const auto start = [&](std::string_view name) { return body<model::Union>(c, name).start; };
  EXPECT_EQ(start("First"), 0U);
  EXPECT_EQ(start("Other"), 1U);
  EXPECT_EQ(start("None"), 1U);  // the implicit default
  EXPECT_EQ(start("Deep"), 1U);
  EXPECT_EQ(start("X"), 0U);
  EXPECT_EQ(start("Y"), 1U);
  EXPECT_EQ(start("Patient"), 0U);
}

TEST(Typedef, IsKeptAndLookedThrough) {
  const Compiled c = compile_right("typedef long A; typedef A B, C[2]; struct S { B member; };");
  EXPECT_EQ(std::get<Primitive>(model::resolve(*member(c, "S", 0).type).form), Primitive::Int32);
  EXPECT_TRUE(std::holds_alternative<model::ArrayType>(body<model::Typedef>(c, "C").type->form));
}

TEST(Typedef, MayDeclareItsTypeInPlace) {
  const Compiled c = compile_right("typedef struct S { long a; } T; typedef enum E { P } F;");
  EXPECT_EQ(std::get<model::NamedType>(body<model::Typedef>(c, "T").type->form).declaration, find(c, "S"));
  EXPECT_EQ(std::get<model::NamedType>(body<model::Typedef>(c, "F").type->form).declaration, find(c, "E"));
}

TEST(Enum, NumbersItsEnumeratorsUnlessValueSaysOtherwise) {
  const Compiled c = compile_right("enum E { A, B, @value(10) C, D, @value(-3) F };");
  const auto& enumerators = body<model::Enum>(c, "E").enumerators;
  ASSERT_EQ(enumerators.size(), 5U);
  EXPECT_EQ(enumerators[1].value, 1);
  EXPECT_EQ(enumerators[2].value, 10);
  EXPECT_EQ(enumerators[3].value, 11);
  EXPECT_EQ(enumerators[4].value, -3);
}

TEST(Union, HasCasesLabelsAndDefault) {
  const Compiled c = compile_right(
      "union U switch (long) { case 1: case -2: long a; case 3: string b; default: octet c; };");
  const auto& u = body<model::Union>(c, "U");
  ASSERT_EQ(u.cases.size(), 3U);
  EXPECT_EQ(u.cases[0].labels.size(), 2U);
  EXPECT_TRUE(std::get<model::IntegerValue>(u.cases[0].labels[1]).negative);
  EXPECT_TRUE(u.cases[2].is_default);
  EXPECT_EQ(u.cases[2].member->name, "c");
  EXPECT_FALSE(u.has_implicit_default);
}

TEST(Union, KnowsWhetherItsLabelsCoverEverything) {
  EXPECT_TRUE(body<model::Union>(compile_right("union U switch (long) { case 1: long a; };"), "U")
                  .has_implicit_default);
  EXPECT_FALSE(body<model::Union>(
                   compile_right("union U switch (boolean) { case TRUE: long a; case FALSE: long b; };"), "U")
                   .has_implicit_default);
  EXPECT_TRUE(
      body<model::Union>(compile_right("enum E { A, B }; union U switch (E) { case A: long a; };"), "U")
          .has_implicit_default);
}

TEST(Union, SwitchesOnEveryDiscreteType) {
  compile_right(
      "enum E { P, Q }; typedef unsigned short T;"
      "union A switch (E) { case P: long x; };"
      "union B switch (char) { case 'a': case 'b': long a; };"
      "union C switch (T) { case 65535: long a; };"
      "union D switch (octet) { case 255: long a; };"
      "union F switch (int8) { case -128: long a; };"
      "union G switch (enum H { R, S }) { case R: long a; };");
}

TEST(Module, ReopensAndNests) {
  const Compiled c =
      compile_right("module M { typedef long A; module N { typedef A B; }; }; module M { typedef N::B C; };");
  EXPECT_EQ(body<model::Module>(c, "M").members.size(), 3U);
  EXPECT_EQ(c.model->top_level.size(), 1U);
  EXPECT_EQ(find(c, "M::N::B")->repository_id, "IDL:M/N/B:1.0");
}

TEST(Exception, IsNoTypeButHasMembers) {
  const Compiled c = compile_right("exception E { long code; string why; }; exception F {};");
  EXPECT_EQ(body<model::Exception>(c, "E").members.size(), 2U);
  EXPECT_TRUE(body<model::Exception>(c, "F").members.empty());
}

TEST(Docs, BelongToWhatFollowsThem) {
  const Compiled c = compile_right(
      "/// An account.\n/// Two lines.\ninterface Account {\n"
      "  /** Pays in.\n   *  Returns the balance.\n   */\n  long deposit(in long amount);\n"
      "  //! Read it.\n  readonly attribute long balance;\n};\n"
      "struct S {\n  long a;  ///< behind it\n  // no doc\n  long b;\n};\n"
      "//////// a ruler\nenum E {\n  /// the first\n  A,\n  B  ///< the second\n};\n");
  EXPECT_EQ(find(c, "Account")->doc, "An account.\nTwo lines.");
  EXPECT_EQ(operation(c, "Account", "deposit").doc, "Pays in.\nReturns the balance.");
  EXPECT_EQ(attribute(c, "Account", "balance").doc, "Read it.");
  EXPECT_EQ(member(c, "S", 0).doc, "behind it");
  EXPECT_EQ(member(c, "S", 1).doc, "");
  EXPECT_EQ(find(c, "E")->doc, "");
  EXPECT_EQ(body<model::Enum>(c, "E").enumerators[0].doc, "the first");
  EXPECT_EQ(body<model::Enum>(c, "E").enumerators[1].doc, "the second");
}

TEST(Annotations, CarryTheirValuesAndDefaults) {
  const Compiled c = compile_right(
      "@extensibility(MUTABLE) @topic(name = \"T\") struct S { @key @id(7) long a; @default(5) long b;"
      " @range(min = -1, max = 4) long c; @unit(\"m\") double d; };");
  const model::Declaration& s = *find(c, "S");
  const auto& kind = std::get<model::EnumeratorValue>(*s.annotation("extensibility")->argument("value"));
  EXPECT_EQ(std::get<model::Enum>(kind.enumeration->body).enumerators[kind.index].name, "MUTABLE");
  EXPECT_EQ(std::get<model::TextValue>(*s.annotation("topic")->argument("name")).text, "T");
  EXPECT_EQ(std::get<model::TextValue>(*s.annotation("topic")->argument("platform")).text, "*");
  const model::Member& a = member(c, "S", 0);
  ASSERT_EQ(a.annotations.size(), 2U);
  EXPECT_TRUE(std::get<bool>(*a.annotations[0].argument("value")));
  EXPECT_EQ(std::get<model::IntegerValue>(*a.annotations[1].argument("value")).magnitude, 7U);
  const model::Member& range = member(c, "S", 2);
  EXPECT_TRUE(std::get<model::IntegerValue>(*range.annotations[0].argument("min")).negative);
}

TEST(Annotations, CanBeDeclared) {
  const Compiled c = compile_right(
      "@annotation colour { enum Shade { Light, Dark }; Shade tone default Light; unsigned short depth; };"
      "@colour(depth = 3) struct S { @colour(tone = Dark, depth = 4) long a; };");
  const auto& tone = std::get<model::EnumeratorValue>(*find(c, "S")->annotation("colour")->argument("tone"));
  EXPECT_EQ(tone.index, 0U);
  EXPECT_EQ(c.model->top_level.size(), 1U);
}

TEST(Nesting, IsBoundedInTypes) {
  std::string text = "struct S0 { long a; };\n";
  for (int i = 1; i <= 70; ++i) {
    text += "struct S" + std::to_string(i) + " { S" + std::to_string(i - 1) + " a; };\n";
  }
  const Compiled c = compile(text);
  ASSERT_EQ(c.diagnostics.all().size(), 1U) << c.printed();
  EXPECT_EQ(c.texts().front(), "nested more than 64 deep");
}

TEST(Nesting, IsBoundedInInheritance) {
  std::string text = "interface I0 {};\n";
  for (int i = 1; i <= 70; ++i) {
    text += "interface I" + std::to_string(i) + " : I" + std::to_string(i - 1) + " {};\n";
  }
  const Compiled c = compile(text);
  ASSERT_EQ(c.diagnostics.all().size(), 1U) << c.printed();
}

}  // namespace
}  // namespace oncec
