// What becomes of the ONC RPC language in the model.
#include <string>

#include <gtest/gtest.h>

#include "compile_onc.hpp"
#include "model/spelled.hpp"

namespace oncec {
namespace {

/// "name: type" of each member, joined.
std::string members(const Compiled& compiled, std::string_view name) {
  std::string out;
  for (const model::Member& member : body<model::Struct>(compiled, name).members) {
    out += (out.empty() ? "" : ", ") + member.name + ": " + spelled(*member.type);
  }
  return out;
}

std::string labels(const model::UnionCase& arm) {
  std::string out;
  for (const model::Value& label : arm.labels) out += (out.empty() ? "" : " ") + spelled(label);
  return out;
}

TEST(OncModel, WordsOfTypesHaveTheirWireForms) {
  const Compiled compiled = compile_right_onc(
      "struct s { int a; unsigned int b; unsigned c; hyper d; unsigned hyper e; float f; double g; quadruple "
      "h;"
      " bool i; char j; unsigned char k; short l; unsigned short m; long n; unsigned long o; hyper int p; "
      "};");
  EXPECT_EQ(members(compiled, "s"),
            "a: long, b: unsigned long, c: unsigned long, d: long long, e: unsigned long long, f: float, "
            "g: double, h: long double, i: boolean, j: int8, k: uint8, l: short, m: unsigned short, n: long, "
            "o: unsigned long, p: long long");
}

TEST(OncModel, BracketsMakeArraysSequencesAndOptionals) {
  const Compiled compiled = compile_right_onc(
      "const N = 3; enum e { FOUR = 4 };"
      "struct s { opaque a[N]; opaque b<FOUR>; opaque c<>; string d<0x10>; string e<4294967295>; int f[2];"
      " int g<2>; int h<>; s *i; struct s *j; };");
  EXPECT_EQ(members(compiled, "s"),
            "a: octet[3], b: sequence<octet, 4>, c: sequence<octet>, d: string<16>, e: string, f: long[2], "
            "g: sequence<long, 2>, h: sequence<long>, i: @optional s, j: @optional s");
}

TEST(OncModel, ArraysOfUnsignedCharAreNotPacked) {
  const Compiled compiled =
      compile_right_onc("typedef u_char c; struct s { c a<>; unsigned char b[2]; c d; };");
  EXPECT_EQ(members(compiled, "s"), "a: sequence<unsigned short>, b: unsigned short[2], d: c");
}

TEST(OncModel, ConstantsHaveTheSmallestTypeThatHoldsThem) {
  const Compiled compiled = compile_right_onc(
      "const A = -1; const B = 0XFFFFFFFF; const C = 017; const D = 4294967296; const E = 'a';"
      "const F = \"text\"; const G = B; const H = 18446744073709551615; const I = TRUE;");
  const auto shown = [&](std::string_view name) {
    const auto& constant = body<model::Constant>(compiled, name);
    return spelled(*constant.type) + " " + spelled(constant.value);
  };
  EXPECT_EQ(shown("A"), "long -1");
  EXPECT_EQ(shown("B"), "unsigned long 4294967295");
  EXPECT_EQ(shown("C"), "long 15");
  EXPECT_EQ(shown("D"), "long long 4294967296");
  EXPECT_EQ(shown("E"), "long 97");
  EXPECT_EQ(shown("F"), "string 'text'");
  EXPECT_EQ(shown("G"), "unsigned long 4294967295");
  EXPECT_EQ(shown("H"), "unsigned long long 18446744073709551615");
  EXPECT_EQ(shown("I"), "boolean TRUE");
}

TEST(OncModel, EnumeratorsCountOnFromTheOneBefore) {
  const Compiled compiled =
      compile_right_onc("enum e { A, B = 5, C, D = LATER, E = A, F }; const LATER = -3;");
  std::vector<std::int64_t> values;
  for (const model::Enumerator& each : body<model::Enum>(compiled, "e").enumerators)
    values.push_back(each.value);
  EXPECT_EQ(values, (std::vector<std::int64_t>{0, 5, 6, -3, 0, 1}));
}

TEST(OncModel, UnionsTakeLabelsFromTheWholeFile) {
  const Compiled compiled = compile_right_onc(
      "enum e { A, B, C }; union u switch (e d) { case A: case B: int x; default: void; };"
      "union v switch (int d) { case B: int x; case 'a': case -2: void; };"
      "union w switch (bool d) { case FALSE: void; case TRUE: int x; default: void; };");
  const auto& u = body<model::Union>(compiled, "u");
  ASSERT_EQ(u.cases.size(), 2U);
  EXPECT_EQ(labels(u.cases[0]), "A B");
  EXPECT_TRUE(u.cases[1].is_default);
  EXPECT_FALSE(u.cases[1].member);
  const auto& v = body<model::Union>(compiled, "v");
  EXPECT_EQ(labels(v.cases[0]), "1");
  EXPECT_EQ(labels(v.cases[1]), "97 -2");
  EXPECT_FALSE(v.has_implicit_default);
  // A default that no value can reach is none.
  EXPECT_EQ(body<model::Union>(compiled, "w").cases.size(), 2U);
}

TEST(OncModel, BodiesInPlaceAreNamedAfterTheirMembers) {
  const Compiled compiled = compile_right_onc(
      "struct s { struct { enum { A } c; } b; union switch (enum { B } d) { case B: struct { int y; } x; } "
      "u; };"
      "typedef struct { int a; } t; typedef struct { int a; } l<>;"
      "program P { version V { struct { int a; } f(enum { C }) = 1; } = 1; } = 1;");
  EXPECT_EQ(members(compiled, "s"), "b: s_b, u: s_u");
  EXPECT_EQ(members(compiled, "s_b"), "c: s_b_c");
  EXPECT_EQ(members(compiled, "s_u_x"), "y: long");
  body<model::Enum>(compiled, "s_u_d");
  body<model::Struct>(compiled, "t");
  EXPECT_EQ(spelled(*body<model::Typedef>(compiled, "l").type), "sequence<l_element>");
  body<model::Struct>(compiled, "P::V::f_result");
  body<model::Enum>(compiled, "P::V::f_arg1");
}

TEST(OncModel, AVersionIsAnInterfaceInTheModuleOfItsProgram) {
  const Compiled compiled = compile_right_onc(
      "const NUMBER = 2; typedef string name<>;"
      "program P { version V1 { void NOTHING() = 0; name get(int, struct s *next, string, string why<9>) = "
      "7; } = 1;"
      " version V2 { void f(void) = 1; } = NUMBER; } = 0x20000000; struct s { int a; };");
  const model::Declaration* version = find(compiled, "P::V1");
  ASSERT_NE(version, nullptr);
  EXPECT_EQ(version->repository_id, "IDL:P/V1:1.0");
  const auto& interface = std::get<model::Interface>(version->body);
  ASSERT_TRUE(interface.onc_program);
  EXPECT_EQ(interface.onc_program->program, 0x20000000U);
  EXPECT_EQ(interface.onc_program->version, 1U);
  EXPECT_EQ(body<model::Interface>(compiled, "P::V2").onc_program->version, 2U);
  EXPECT_EQ(operation(compiled, "P::V1", "NOTHING").id, 0U);
  const model::Operation& get = operation(compiled, "P::V1", "get");
  EXPECT_EQ(get.id, 7U);
  EXPECT_EQ(get.semantics, model::Semantics::AtMostOnce);
  std::string parameters;
  for (const model::Parameter& each : get.parameters) {
    parameters += each.name + ": " + spelled(*each.type) + "; ";
  }
  EXPECT_EQ(parameters, "arg1: long; next: @optional s; arg3: string; why: string<9>; ");
}

TEST(OncModel, ACommentAboveAProcedureSaysHowOftenItMayRun) {
  const Compiled compiled = compile_right_onc(
      "program P { version V {\n"
      "  /* @idempotent */\n  int a(void) = 1;\n"
      "  /* What it does. */\n  //@maybe\n  void b(int) = 2;\n"
      "  /* not @idempotent at all */\n  int c(void) = 3;\n"
      "} = 1; } = 1;\n");
  EXPECT_EQ(operation(compiled, "P::V", "a").semantics, model::Semantics::AtLeastOnce);
  EXPECT_EQ(operation(compiled, "P::V", "a").doc, "");
  EXPECT_EQ(operation(compiled, "P::V", "b").semantics, model::Semantics::Maybe);
  EXPECT_EQ(operation(compiled, "P::V", "b").doc, "What it does.");
  EXPECT_EQ(operation(compiled, "P::V", "c").semantics, model::Semantics::AtMostOnce);
}

TEST(OncModel, CommentsAboveAndBehindBelongToADeclaration) {
  const Compiled compiled = compile_right_onc(
      "/* A licence. */\n\n"
      "/*************\n * A point.\n *\n * In a plane.\n *************/\n"
      "struct point {\n"
      "  int x;  /* to the right */\n"
      "  // upwards\n  int y;\n"
      "};\n"
      "enum e {\n  A,  /* first */\n  B   /* second */\n};\n");
  EXPECT_EQ(find(compiled, "point")->doc, "A point.\n\nIn a plane.");
  const auto& members = body<model::Struct>(compiled, "point").members;
  EXPECT_EQ(members[0].doc, "to the right");
  EXPECT_EQ(members[1].doc, "upwards");
  const auto& enumerators = body<model::Enum>(compiled, "e").enumerators;
  EXPECT_EQ(enumerators[0].doc, "first");
  EXPECT_EQ(enumerators[1].doc, "second");
}

TEST(OncModel, TypesOfCHeadersAreKnown) {
  const Compiled compiled = compile_right_onc(
      "struct s { uint32_t a; int64_t b; u_long c; netobj d; des_block e; rpcvers_t f; netbuf g; bool_t h; "
      "};");
  EXPECT_EQ(members(compiled, "s"),
            "a: unsigned long, b: long long, c: unsigned long, d: sequence<octet, 1024>, e: octet[8], "
            "f: unsigned long, g: netbuf, h: boolean");
  EXPECT_EQ(members(compiled, "netbuf"), "maxlen: unsigned long, buf: sequence<octet>");
}

TEST(OncModel, TheFilesOwnDefinitionsWinOverThoseOfHeaders) {
  const Compiled compiled = compile_right_onc("typedef hyper uint32_t; struct netbuf { uint32_t a; };");
  EXPECT_EQ(members(compiled, "netbuf"), "a: uint32_t");
}

TEST(OncModel, ExternalTypesAreWhatTheCallerSays) {
  const frontend::OncOptions options{{{"uid_t", "unsigned int"}, {"key", "opaque[16]"}, {"us", "node"}}};
  const Compiled compiled =
      compile_right_onc("struct s { uid_t a; key b; us c; }; struct node { int v; };", options);
  EXPECT_EQ(members(compiled, "s"), "a: unsigned long, b: octet[16], c: node");
}

TEST(OncModel, ConstantsOfHeadersAreKnownFromTheCallerAndFromPassedLines) {
  const Compiled compiled = compile_right_onc(
      "%#define LENGTH 0x20 /* for C */\n%#define MACRO(a) 1\nstruct s { string a<LENGTH>; string b<MAX>; };",
      {{{"MAX", "7"}}});
  EXPECT_EQ(members(compiled, "s"), "a: string<32>, b: string<7>");
}

TEST(OncModel, AProcedureStandsForItsNumberWhereNothingElseHasItsName) {
  const Compiled compiled = compile_right_onc(
      "const LAST = F; program P { version V { void F() = 7; } = 1; version W { void G() = F; } = 2; } = 1;");
  EXPECT_EQ(operation(compiled, "P::W", "G").id, 7U);
  EXPECT_EQ(spelled(body<model::Constant>(compiled, "LAST").value), "7");
}

TEST(OncModel, ATypedefOfItsOwnNameSaysNothing) {
  const Compiled compiled = compile_right_onc("typedef struct s s; struct s { int a; };");
  EXPECT_EQ(members(compiled, "s"), "a: long");
}

TEST(OncModel, AWrongExternalTypeIsReportedAsSuch) {
  const frontend::OncOptions circle{{{"a", "b"}, {"b", "a"}}};
  const Compiled compiled = compile_onc("struct s { a x; };", circle);
  EXPECT_EQ(compiled.diagnostics.errors(), 1U) << compiled.printed();
}

TEST(OncModel, LinesForTheCCompilerAreIgnoredEverywhere) {
  const Compiled compiled = compile_right_onc(
      "%#include <x.h> /* it's C */\nstruct s {\n  int a;\n%#ifdef X \\\n  int no;\n  int b;\n%#endif\n};\n"
      "#pragma ident \"@(#)x\"\n");
  EXPECT_EQ(members(compiled, "s"), "a: long, b: long");
}

}  // namespace
}  // namespace oncec
