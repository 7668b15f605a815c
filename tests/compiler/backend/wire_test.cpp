#include "backend/wire.hpp"

#include <gtest/gtest.h>

#include "../../golden/extended_model.hpp"
#include "read.hpp"

namespace oncec::backend {
namespace {

std::string signature_of(const std::string& declarations, const std::string& operation_text) {
  const auto model = read("module m { " + declarations + " interface I { " + operation_text + " }; };");
  return signature(operation(*model, "m::I"));
}

TEST(Signature, WritesTypesOut) {
  EXPECT_EQ(signature_of("", "void f();"), "()>()");
  EXPECT_EQ(
      signature_of("", "double f(in boolean a, in octet b, in char c, in short d, in unsigned long long e);"),
      "(b,o,c,i16,u64)>(f64)");
  EXPECT_EQ(signature_of("", "string<8> f(in string a, in sequence<long> b, in sequence<string<2>, 5> c);"),
            "(s,[i32],[s<2><5>])>(s<8>)");
  EXPECT_EQ(signature_of("typedef long A[2][3];", "void f(in A x);"), "(i32*2*3)>()");
  EXPECT_EQ(signature_of("struct S { long a; @optional string b; };", "void f(in S x);"), "({i32,?s})>()");
  EXPECT_EQ(signature_of("", "void f(in I other);"), "(r)>()");
}

TEST(Signature, HasWhatComesBackAfterWhatGoes) {
  EXPECT_EQ(signature_of("", "long f(in short a, inout char b, out double c);"), "(i16,c)>(i32,c,f64)");
  EXPECT_EQ(signature_of("exception E { string<200> why; };", "void f() raises (E);"),
            "()>()!\"IDL:m/E:1.0\"(s<200>)");
}

TEST(Signature, WritesUnionsAndEnums) {
  EXPECT_EQ(
      signature_of(
          "enum K { a, b, @value(6) c }; union U switch (K) { case a: long x; case b: case c: string y; };",
          "void f(in U x);"),
      "(u(e(0,1,6)){0:i32;1,6:s;})>()");
  EXPECT_EQ(signature_of("union U switch (char) { case 'x': long a; default: octet b; };", "void f(in U x);"),
            "(u(c){'x:i32;default:o;})>()");
}

TEST(Signature, WritesWhatItKnowsByNumber) {
  EXPECT_EQ(signature_of("struct T { sequence<T> children; };", "void f(in T x, in T y);"), "({[#0]},#0)>()");
  EXPECT_EQ(signature_of("struct A { long x; }; struct B : A { A more; };", "void f(in B x, in A y);"),
            "({i32,{i32}},#1)>()");
}

/// Of an operation that takes a value of the type of that name in extended_model.hpp.
model::Operation taking(const test::ExtendedModel& extended, const std::string& name) {
  model::Operation operation;
  operation.result = std::make_shared<model::Type>(model::Type{model::Primitive::Void});
  operation.parameters = {{"it",
                           model::Direction::Out,
                           std::make_shared<model::Type>(model::Type{model::NamedType{&extended.find(name)}}),
                           {},
                           {}}};
  return operation;
}

TEST(Signature, WritesExtendedTypes) {
  const test::ExtendedModel extended;
  const auto result = [&](const std::string& name) {
    const std::string all = signature(taking(extended, name));
    return all.substr(4, all.size() - 5);  // without "()>(" and ")"
  };
  EXPECT_EQ(result("Texts"), "{w,ws,ws<5>,[w],w*2,[ws<3><2>]}");
  EXPECT_EQ(result("Numbers"), "{d7.2,d31.0,d4.4,[d7.2<3>]}");
  EXPECT_EQ(result("Maps"),
            "{m(s,i32),m(s<4>,[i16<2>])<3>,m(e(0,1),f64)<2>,m(w,m(d7.2,ws)),m(x8(0,1,7),y16(3@0:o,1@3:b,10@6:"
            "i16))}");
  EXPECT_EQ(result("Flags"), "{x8(0,1,7),y16(3@0:o,1@3:b,10@6:i16),[#1<4>],r,[r<2>]}");
  EXPECT_EQ(result("directory"), "{?{u64,s<255>,?#1},b}");
  EXPECT_EQ(result("by_wchar"), "u(w){'\xe2\x82\xac,'a:i64;default:;}");
}

TEST(Signature, KnowsNoNames) {
  EXPECT_EQ(signature_of("struct S { long a; }; typedef S T;", "void f(in T x);"),
            signature_of("struct Other { long b; };", "void g(in Other y);"));
}

TEST(Fingerprint, IsFnv1aOfTheSignature) {
  const auto model = read("interface I { void f(); };");
  // FNV-1a of "()>()", reckoned by hand from its definition.
  std::uint32_t hash = 2166136261u;
  for (const char c : std::string{"()>()"}) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  EXPECT_EQ(fingerprint(operation(*model, "I")), hash);
}

std::optional<std::uint64_t> bound_of(const std::string& declarations, const std::string& operation_text) {
  const auto model = read("module m { " + declarations + " interface I { " + operation_text + " }; };");
  return reply_bound(operation(*model, "m::I"));
}

TEST(ReplyBound, IsTheLargerOfBothCodecs) {
  EXPECT_EQ(bound_of("", "void f();"), 0u);
  EXPECT_EQ(bound_of("", "octet f();"), 4u);                    // XDR
  EXPECT_EQ(bound_of("", "unsigned long long f();"), 7u + 8u);  // CDR with its gap
  EXPECT_EQ(bound_of("", "string<6> f();"), 3u + 4u + 7u);      // CDR with its NUL
  EXPECT_EQ(bound_of("", "sequence<octet, 9> f();"), 7u + 9u);
  EXPECT_EQ(bound_of("", "sequence<char, 9> f();"), 4u + 9u * 4u);      // XDR has no characters
  EXPECT_EQ(bound_of("", "sequence<double, 10> f();"), 7u + 7u + 80u);  // one gap before all
}

TEST(ReplyBound, CountsTheLargestExceptionWithItsId) {
  const std::string id = "IDL:m/E:1.0";
  EXPECT_EQ(bound_of("exception E { octet a; };", "void f() raises (E);"), 4u + 12u + 4u);
}

TEST(ReplyBound, KnowsExtendedTypes) {
  const test::ExtendedModel extended;
  const auto bound = [&](const std::string& name) { return reply_bound(taking(extended, name)); };
  EXPECT_EQ(bound("Money"), 4u);
  EXPECT_EQ(bound("Rights"), 4u);
  EXPECT_EQ(bound("Wide"), 7u + 8u);
  EXPECT_EQ(bound("LongHeader"), 4u);
  EXPECT_EQ(bound("Texts"), std::nullopt);
  EXPECT_EQ(bound("by_int8"), 4u + 4u + (4u + 4u));  // XDR: discriminator, flag, a wstring of two
  EXPECT_EQ(bound("directory"), std::nullopt);       // a list
  const std::uint64_t reference = 3 + 4 + 256 + 7 + 16 * (1 + 3 + 4 + 256 + 3) + 7 + 1024;
  EXPECT_GE(bound("Flags").value(), 3 * reference);
}

TEST(ReplyBound, IsMissingWhereTheTypesSetNone) {
  EXPECT_EQ(bound_of("", "string f();"), std::nullopt);
  EXPECT_EQ(bound_of("struct T { sequence<T, 2> children; };", "T f();"), std::nullopt);
  EXPECT_EQ(bound_of("exception E { string a; };", "void f() raises (E);"), std::nullopt);
}

TEST(ContainsItself, SeesThroughOtherTypes) {
  const auto model = read(R"(
    struct Leaf { long a; };
    struct Tree { sequence<Tree> children; Leaf one; };
    struct B;
    struct A { sequence<B> all; };
    union U switch (long) { case 1: sequence<A> many; };
    struct B { U other; };
  )");
  EXPECT_FALSE(contains_itself(find(*model, "Leaf")));
  for (const char* const name : {"Tree", "A", "B", "U"})
    EXPECT_TRUE(contains_itself(find(*model, name))) << name;
}

TEST(HoldsReferences, LooksInside) {
  const test::ExtendedModel extended;
  EXPECT_TRUE(holds_references(extended.find("Flags")));
  EXPECT_FALSE(holds_references(extended.find("Maps")));
  const auto model =
      read("interface I {}; struct A { sequence<I> all; }; struct B { @optional A one; }; struct C {};");
  EXPECT_TRUE(holds_references(find(*model, "B")));
  EXPECT_FALSE(holds_references(find(*model, "C")));
}

TEST(LinkOf, IsTheLastOptionalOfTheStructItself) {
  const test::ExtendedModel extended;
  const auto link = [&](const std::string& name) -> std::string {
    const model::Member* const member = link_of(extended.find(name));
    return member != nullptr ? member->name : "";
  };
  EXPECT_EQ(link("entry"), "next");  // through a typedef
  EXPECT_EQ(link("tree"), "right");
  EXPECT_EQ(link("stack"), "below");
  EXPECT_EQ(link("wife"), "");
  EXPECT_EQ(link("directory"), "");
}

TEST(TakesNoOctets, LooksInside) {
  const auto model = read(R"(
    struct Empty {};
    typedef Empty Three[3];
    struct Nothing : Empty { Three none; };
    struct Perhaps { @optional Empty one; };
  )");
  EXPECT_TRUE(takes_no_octets(find(*model, "Empty")));
  EXPECT_TRUE(takes_no_octets(find(*model, "Nothing")));
  EXPECT_FALSE(takes_no_octets(find(*model, "Perhaps")));
}

}  // namespace
}  // namespace oncec::backend
