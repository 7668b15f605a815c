// What is OMG IDL and what is not, one construct a line. The verdicts are those of omniidl 4.2, an
// independent compiler, except where a reason is given: there OMG IDL 4.2, or this version's part of it, says
// otherwise.
#include <string>

#include <gtest/gtest.h>

#include "compile.hpp"

namespace oncec {
namespace {

struct Verdict {
  const char* idl;
  bool accepted;
  const char* why_not_omniidl = "";
};

constexpr Verdict kVerdicts[] = {
    {"struct A { long x; }; struct a { long y; };", false},
    {"typedef long Foo; struct S { foo x; };", false},
    {"struct S { long Module; };", false},
    {"struct S { long _module; long _new; };", true},
    {"typedef long foo; typedef short _foo;", false},
    {"typedef long Foo; struct S { Foo foo; };", false},
    {"interface I { struct D { long a; }; void f(in D d); };", false},
    {"interface I { void i(); };", false},
    {"module M { typedef long M; };", false},
    {"enum A { X, Y }; enum B { X, Z };", false},
    {"struct S { enum E { X } f; long X; };", false},
    {"interface I { void f(); void f(in long a); };", false},
    {"interface A { void f(); }; interface B : A { void f(); };", false},
    {"interface A { typedef long T; }; interface B : A { typedef short T; };", true},
    {"interface A { void f(); }; interface B { void f(); }; interface C : A, B {};", false},
    {"interface A { typedef long T; }; interface B { typedef short T; }; interface C : A, B { void g(in T "
     "t); };",
     false},
    {"interface A { void f(); }; interface B : A {}; interface C : A {}; interface D : B, C {};", true},
    {"interface A {}; interface B : A, A {};", false},
    {"interface A; interface B : A {};", false},
    {"interface A; interface B { void f(in A p); };", true},
    {"struct N; typedef sequence<N> NS; struct N { NS kids; };", true},
    {"struct N; struct M { N n; };", false},
    {"struct N { sequence<N> kids; };", true},
    {"struct N { N n; };", false},
    {"union U switch (long) { case 1: long a; case 1: short b; };", false},
    {"union U switch (boolean) { case TRUE: long a; case FALSE: short b; default: octet c; };", false},
    {"union U switch (octet) { case 1: long a; };", true, "7.4.13 extends the discriminators"},
    {"union U switch (float) { case 1: long a; };", false},
    {"module M { enum E { P, Q }; }; union U switch (M::E) { case M::P: long a; case M::Q: long b; };", true},
    {"union U switch (enum E { P, Q }) { case P: long a; };", true},
    {"union U switch (char) { case 'a': case 'b': default: long a; };", true},
    {"const octet A = 256;", false},
    {"const unsigned long A = -1;", false},
    {"const double D = 1 + 2.0;", false},
    {"const float F = 1;", false},
    {"const long L = 1 << 64;", false},
    {"const long L = 1 / 0;", false},
    {"const boolean B = 1;", false},
    {"const string S = \"a\" \"b\";", true},
    {"enum E { A }; const E X = A;", true},
    {"const long O = 010; const long H = 0xFFFFFFFF;", false},
    {"const unsigned long H = 0xFFFFFFFF;", true},
    {"const long B = A; const long A = 1;", false},
    {"typedef string<0> S;", false},
    {"const short N = 4; typedef sequence<long, N * 2> S; typedef long A[N][N];", true},
    {"interface I { void f(in sequence<long> s); };", true, "7.4.14 has anonymous types"},
    {"struct S { long a[3][2]; sequence<sequence<long> > m; };", true},
    {"interface I { oneway long f(); };", false},
    {"interface I { oneway void f(out long a); };", false},
    {"exception E {}; interface I { oneway void f() raises (E); };", false},
    {"struct E { long a; }; interface I { void f() raises (E); };", false},
    {"exception E {}; struct S { E e; };", false},
    {"interface I { void f() context (\"a.*\"); };", true},
    {"exception E {}; interface I { readonly attribute long a raises (E); };", true, "7.4.3 has it"},
    {"exception E {}; interface I { attribute long a getraises (E) setraises (E); };", true, "7.4.3 has it"},
    {"interface I { readonly attribute long a, b; };", true},
    {"module M {};", false},
    {"struct S {};", true, "7.4.13 has empty structs"},
    {"exception E {};", true},
    {"", true},
    {"struct A { long p; }; struct B : A { long q; };", true, "7.4.13 has inheritance of structs"},
    {"struct S { int8 a; uint64 b; };", true, "7.4.13 has the explicit integers"},
    {"struct S { long int8; };", true},
    {"@final struct S { @key long a; };", true, "7.4.15 has annotations"},
    {"struct S { @default(5) long a; };", true, "7.4.15 has annotations"},
    {"typedef sequence<sequence<long>> S;", true, "'>>' closes two, as in C++"},
    {"struct S { long a; }", false},
    {"module A::B { typedef long T; };", false},
    {"module M { typedef long A; }; module M { typedef A B; };", true},
    {"typedef long T; module M { struct S { T a; }; typedef short T; };", true},
    {"typedef long T; module M { typedef short T; struct S { ::T a; T b; }; };", true},
    {"enum E { A, B, };", false},
    {"const char A = '\\x41'; const char B = '\\101'; const char C = '\\'';", true},
    {"struct S\xc3\xa9 { long a; };", false},
    {"struct S$ { long a; };", false},
    {"struct S { long long a; unsigned long long b; long double c; };", true},
    {"struct S { unsigned a; };", false},
    {"struct S { int a; };", false},
    {"#include \"nosuch.idl\"", false},
    {"const wstring W = \"a\";", false},
    {"const wstring W = L\"a\\u00e9\";", true},
    {"const fixed F = 1.25d;", true},
    {"local interface L {}; interface I { void f(in L p); };", false},
    {"abstract interface A {}; interface B : A {};", true},
    {"native N; local interface I { void f(in N p); };", true},
    {"interface I { Object f(in any a, out CORBA::TypeCode t); };", true},
    {"interface I { void f(in CORBA::TypeCode t); };", true},
    {"interface I { void f(in CORBA::ServiceOption t); };", false},
    {"valuetype V { public long a; };", true},
    {"#pragma prefix \"x.y\"\ninterface I {};", true},
    {"interface I {};\n#pragma ID I \"IDL:z/I:1.0\"", true},
    {"interface I {};\n#pragma version I 2.3", true},
    {"#pragma foo bar\ninterface I {};", true},
    {"interface I {}; typeid I \"IDL:x/I:1.0\";", true, "7.4.6 has it"},
    {"module M { typeprefix M \"x\"; typedef long T; };", true, "7.4.6 has it"},
    {"import ::CORBA;", true, "7.4.6 has it"},
    {"import ::Nowhere;", false},
    {"typedef map<long, string> M;", true, "7.4.13 has maps"},
    {"bitset B { bitfield<3> a; };", true, "7.4.13 has bit types"},
    {"bitmask B { A, C };", true, "7.4.13 has bit types"},
    {"component C {};", true, "7.4.8 has components"},
    {"struct S { struct T { long a; } b; };", true},
    {"struct S { union U switch (long) { case 1: long a; }; };", false},
    {"union A switch (enum E { P }) { case P: long x; }; union B switch (enum E { P }) { case P: long x; };",
     true},
    {"valuetype V; valuetype V { private V next; };", true},
    {"valuetype A { public long x; }; valuetype B : A { public long x; };", false},
    {"valuetype A { public long x; }; valuetype B : truncatable A { public long y; };", true},
    {"interface I {}; valuetype V supports I { factory make(in long a); void run(); };", true},
    {"valuetype V { factory make(out long a); };", false},
    {"valuetype B sequence<long>; valuetype D : B { public long a; };", false},
    {"eventtype E { public long x; };", true, "7.4.9 has event types"},
    {"interface I { attribute fixed<5, 2> price; };", true},
    {"union U switch (wchar) { case L'a': long a; };", true, "7.4.13 extends the discriminators"},
    {"module M<typename T> { typedef T U; }; module M<long> N; struct S { N::U a; };", true, "7.4.12"},
    {"module M<typename T> { typedef T U; }; struct S { M::U a; };", false},
};

class Verdicts : public testing::TestWithParam<Verdict> {};

TEST_P(Verdicts, Hold) {
  const Compiled compiled = compile(GetParam().idl);
  EXPECT_EQ(compiled.diagnostics.errors() == 0, GetParam().accepted)
      << GetParam().idl << ' ' << GetParam().why_not_omniidl << '\n'
      << compiled.printed();
}

INSTANTIATE_TEST_SUITE_P(OmgIdl, Verdicts, testing::ValuesIn(kVerdicts));

}  // namespace
}  // namespace oncec
