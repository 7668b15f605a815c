// What is the ONC RPC language and what is not, one construct a line. The verdicts are those of rpcgen,
// except where a reason is given: there RFC 4506, RFC 5531 or common sense says otherwise.
#include <string>

#include <gtest/gtest.h>

#include "compile_onc.hpp"

namespace oncec {
namespace {

struct Verdict {
  const char* text;
  bool accepted;
  const char* why_not_rpcgen = "";
};

constexpr Verdict kVerdicts[] = {
    {"struct s { unsigned a; unsigned b<>; };", true},
    {"const A = 1;\nconst B = A;", true},
    {"const A = 0X1F;", true, "C's hexadecimal numbers have both"},
    {"const A = 0x1F;\nconst B = -1;\nconst C = 017;", true},
    {"const A = 1 + 2;", false},
    {"const A = \"abc\";", true},
    {"enum e { A, B, };", false},
    {"enum e { A = 1 << 2 };", false},
    {"enum e { A = 1, B = A };", true},
    {"union u switch (int d) { case -1: int x; default: void; };", true},
    {"union u switch (int d) { case 'a': int x; default: void; };", true},
    {"union u switch (int d) { default: void; case 1: int x; };", true,
     "the order of the arms has no meaning"},
    {"union u switch (int d) { default: void; };", false},
    {"union u switch (int d) { case 1: case 2: int x; };", true},
    {"union u switch (bool d) { case TRUE: int x; case FALSE: void; };", true},
    {"union u switch (unsigned d) { case 1: int x; };", true},
    {"union u switch (hyper d) { case 1: int x; };", false, "RFC 4506, 4.15: int, unsigned int or an enum"},
    {"union u switch (nosuch d) { case 1: int x; };", false, "nothing says what it is"},
    {"union u switch (int d) { case 1: int x; case 1: int y; };", false,
     "RFC 4506, 6.4: labels are distinct"},
    {"struct s { struct { int a; } b; };", true, "RFC 4506, 6.3"},
    {"struct s { struct t { int a; } b; };", false},
    {"struct s { enum { A, B } b; };", true, "RFC 4506, 6.3"},
    {"struct s { union switch (int d) { case 1: int x; } u; };", true, "RFC 4506, 6.3"},
    {"typedef struct { int a; } s;", true, "RFC 4506, 6.3"},
    {"struct s { int a; };\ntypedef struct s t;\ntypedef struct s *p;", true},
    {"typedef enum { A, B } e;", true, "RFC 4506, 6.3"},
    {"struct s { string a; };", false},
    {"struct s { string a[10]; };", false},
    {"struct s { string *a; };", false},
    {"struct s { string *a<>; };", false},
    {"struct s { opaque a; };", false},
    {"typedef opaque *a;", false},
    {"struct s { int *a<>; };", false},
    {"typedef int x[2][3];", false},
    {"struct s { void; };", false},
    {"typedef void v;", false},
    {"struct s { };", false},
    {"union u switch (int d) { };", false},
    {"enum e { };", false},
    {"program P { } = 1;", false},
    {"program P { version V { } = 1; } = 1;", false},
    {"program P { version V { int f() = 1; } = 1; } = 1;", true},
    {"program P { version V { int f(int, string, struct s *) = 1; } = 1; } = 1;\nstruct s { int a; };", true},
    {"program P { version V { int f(int a) = 1; } = 1; } = 1;", true},
    {"program P { version V { string f(string) = 1; string g(string<20>) = 2; } = 1; } = 1;", true},
    {"program P { version V { void f(string a<>) = 1; } = 1; } = 1;", true},
    {"program P { version V { void f(opaque) = 1; } = 1; } = 1;", false},
    {"program P { version V { void f(int<>) = 1; } = 1; } = 1;", false},
    {"program P { version V { void f(int *) = 1; } = 1; } = 1;", true},
    {"program P { version V { int *f(void) = 1; } = 1; } = 1;", false},
    {"struct s { int a; };\nprogram P { version V { struct s f(struct s) = 1; } = 1; } = 1;", true},
    {"program P { version V { string<10> f(void) = 1; } = 1; } = 1;", false},
    {"const N = 5;\nprogram P { version V { int f(void) = N; } = N; } = N;", true},
    {"program P { version V { int f(void) = 1; } = 1; } = -1;", false,
     "RFC 5531, 12.3: program numbers are unsigned"},
    {"program P { version V1 { int f(void) = 1; } = 1; version V2 { int f(int) = 1; } = 2; } = 1;", true},
    {"program P { version V1 { int f(void) = 1; int g(void) = 1; } = 1; } = 1;", false,
     "RFC 5531, 12.3: procedure numbers are distinct"},
    {"program P { version V1 { void NULLP(void) = 0; int g(void) = 1; } = 1; } = 1;", true},
    {"struct s { nosuch a; };", false, "nothing says what it is"},
    {"struct s { int a; };\nstruct s { int b; };", false, "RFC 4506, 6.4: a name is defined once"},
    {"struct s { int a; int a; };", false, "RFC 4506, 6.4: members are distinct"},
    {"struct s { quadruple q; };", true},
    {"struct s { long long q; };", false},
    {"struct s { hyper a; unsigned hyper b; hyper int c; };", true},
    {"// x\nstruct s { int a; };", true, "a preprocessor takes them out, or should"},
    {" %int x;\nstruct s { int a; };", true},
    {"struct s { int a; %int b;\n };", false},
    {"struct s { int a;\n%#ifdef X\nint b;\n%#endif\n};", true},
    {"%#define X(a) \\\n% (a)\nstruct s { int a; };", true, "a '%' line goes on as C's would"},
    {"%#define X(a) \\\n (a)\nstruct s { int a; };", true, "a '%' line goes on as C's would"},
    {"#pragma ident \"x\"\nstruct s { int a; };", true, "nobody's business"},
    {"#ident \"x\"\nstruct s { int a; };", true, "nobody's business"},
    {"struct s { int unix; };", true},
    {"struct linux { int a; };", true},
    {"struct class { int new; int delete; int template; };", true},
    {"typedef int vector;", true, "RFC 4506 reserves no such name"},
    {"typedef int pointer;\nstruct q { pointer p; };", true, "RFC 4506 reserves no such name"},
    {"struct n { int v; n *next; };", true},
    {"struct n { int v; n next; };", false, "no value is large enough"},
    {"struct n { n kids<>; };", true},
    {"struct s { int *a; s *b; string *c; };", false},
    {"struct s { int a; }", false},
    {"struct s {\r\n int a;\r\n};\r", true},
    {"struct s$ { int a; };", false},
    {"namespace x { struct s { int a; }; }", false},
    {"struct s { bool a<4>; char b[3]; short c; unsigned short d; unsigned char e; float f; double g; long "
     "h; unsigned long i; };",
     true},
    {"struct s { int a[0]; };", false, "an array of nothing says nothing"},
    {"struct s { int a[-1]; };", false, "RFC 4506, 6.4: sizes are unsigned"},
    {"struct s { int a[NOSUCH]; };", false, "nothing says what it is"},
    {"struct s { opaque a<\"x\">; };", false},
    {"enum a { X = 1 };\nenum b { X = 2 };", false,
     "RFC 4506, 6.4: enumerators share the namespace of the file"},
    {"struct string { int a; };", false},
    {"struct s { int version; int program; };", false},
    // Not asked of rpcgen, or of no interest to it.
    {"", true},
    {"const A = B; const B = 2; struct s { t a[A]; }; typedef int t;", true},
    {"const A = B; const B = A;", false},
    {"typedef a *b; typedef b *a;", false},
    {"typedef struct n *list; struct n { int v; list next; };", true},
    {"struct a { b x; }; struct b { a y[2]; };", false},
    {"struct a { b x<>; }; struct b { a *y; };", true},
    {"union u switch (int d) { case 1: u again; };", false},
    {"union u switch (int d) { case 1: u *again; default: void; };", true},
    {"enum e { A = 1 }; union u switch (e d) { case B: void; }; const B = 1;", true},
    {"enum e { A = 1 }; union u switch (e d) { case 2: void; };", false},
    {"union u switch (bool d) { case 0: void; case TRUE: int x; };", true},
    {"union u switch (bool d) { case 0: void; case FALSE: int x; };", false},
    {"union u switch (unsigned d) { case -1: void; };", false},
    {"union u switch (int d) { case 1: void; default: void; default: void; };", false},
    {"union u switch (int *d) { case 1: void; };", false},
    {"union u switch (string d<>) { case 1: void; };", false},
    {"enum e { A }; struct s { int A; };", true},
    {"enum e { A }; const A = 1;", false},
    {"enum e { A = 4294967296 };", false},
    {"const N = -1; struct s { int a[N]; };", false},
    {"struct s { int a<0>; };", false},
    {"struct s { int a<4294967296>; };", false},
    {"const T = \"text\"; struct s { int a[T]; };", false},
    {"struct s { int a; }; union s u;", false},
    {"struct s { int a; }; struct t { union s u; };", false},
    {"struct s { uint32_t a; u_char b; netobj c; rpcprog_t d; netbuf e; des_block f; quad_t g; bool_t h; };",
     true},
    {"typedef hyper uint32_t; typedef uint32_t t;", true},
    {"const TRUE = 1; union u switch (bool d) { case TRUE: void; };", true},
    {"program P { version V { void f(void, int) = 1; } = 1; } = 1;", false},
    {"program P { version V { void f(int a, int a) = 1; } = 1; } = 1;", false},
    {"program P { version V { void f() = 1; void f() = 2; } = 1; } = 1;", false},
    {"program P { version V { void f() = 1; } = 1; version V { void f() = 1; } = 2; } = 1;", false},
    {"program P { version V { void f() = 1; } = 1; version W { void f() = 1; } = 1; } = 1;", false},
    {"program P { version V { struct { int a; } f(enum { A } x) = 1; } = 1; } = 1;", true},
    {"struct P { int a; }; program P { version V { void f() = 1; } = 1; } = 1;", false},
};

class OncVerdicts : public testing::TestWithParam<Verdict> {};

TEST_P(OncVerdicts, IsAsRpcgenSays) {
  const Compiled compiled = compile_onc(GetParam().text);
  EXPECT_EQ(compiled.diagnostics.errors() == 0, GetParam().accepted)
      << GetParam().text << '\n'
      << compiled.printed() << GetParam().why_not_rpcgen;
}

INSTANTIATE_TEST_SUITE_P(OncRpc, OncVerdicts, testing::ValuesIn(kVerdicts));

}  // namespace
}  // namespace oncec
