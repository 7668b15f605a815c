// Operations, attributes, inheritance, and what annotations make of them.
#include <string>

#include <gtest/gtest.h>

#include "compile.hpp"
#include "frontend/interface_rules.hpp"

namespace oncec {
namespace {

using model::Semantics;

TEST(Operations, HaveParametersResultsAndExceptions) {
  const Compiled c = compile_right(
      "exception E {}; exception G {};"
      "interface I { long f(in string a, out sequence<long, 3> b, inout I c) raises (E, G); void h(); };");
  const model::Operation& f = operation(c, "I", "f");
  ASSERT_EQ(f.parameters.size(), 3U);
  EXPECT_EQ(f.parameters[0].direction, model::Direction::In);
  EXPECT_EQ(f.parameters[1].direction, model::Direction::Out);
  EXPECT_EQ(f.parameters[2].direction, model::Direction::InOut);
  EXPECT_EQ(std::get<model::NamedType>(f.parameters[2].type->form).declaration, find(c, "I"));
  ASSERT_EQ(f.raises.size(), 2U);
  EXPECT_EQ(f.raises[1], find(c, "G"));
  EXPECT_EQ(std::get<model::Primitive>(operation(c, "I", "h").result->form), model::Primitive::Void);
}

TEST(Semantics, AreAtMostOnceUnlessSomethingIsSaid) {
  const Compiled c = compile_right(
      "interface I { void a(); @at_most_once void b(); @idempotent void c(); @exactly_once void d();"
      " oneway void e(); @maybe void f(in long x); @maybe oneway void g(); @oneway void h(); };");
  EXPECT_EQ(operation(c, "I", "a").semantics, Semantics::AtMostOnce);
  EXPECT_EQ(operation(c, "I", "b").semantics, Semantics::AtMostOnce);
  EXPECT_EQ(operation(c, "I", "c").semantics, Semantics::AtLeastOnce);
  EXPECT_EQ(operation(c, "I", "d").semantics, Semantics::ExactlyOnce);
  EXPECT_EQ(operation(c, "I", "e").semantics, Semantics::Maybe);
  EXPECT_EQ(operation(c, "I", "f").semantics, Semantics::Maybe);
  EXPECT_EQ(operation(c, "I", "g").semantics, Semantics::Maybe);
  EXPECT_TRUE(operation(c, "I", "h").oneway);
  EXPECT_EQ(operation(c, "I", "h").semantics, Semantics::Maybe);
}

TEST(Operations, TakeDeadlinesLimitsAndNames) {
  const Compiled c = compile_right(
      "interface I { @deadline_ms(500) @reply_max(4096) @orphan(cancel) @cpp_name(\"other\") @id(7) void f();"
      " @orphan(continue) void g(); };");
  const model::Operation& f = operation(c, "I", "f");
  EXPECT_EQ(f.deadline_ms, 500U);
  EXPECT_EQ(f.reply_max, 4096U);
  EXPECT_EQ(f.orphan, model::OrphanPolicy::Cancel);
  EXPECT_EQ(f.cpp_name, "other");
  EXPECT_EQ(f.id, 7U);
  EXPECT_EQ(operation(c, "I", "g").orphan, model::OrphanPolicy::Continue);
}

TEST(OperationIds, AreFnv1aOfTheName) {
  EXPECT_EQ(frontend::operation_id(""), 0x811C9DC5U);
  EXPECT_EQ(frontend::operation_id("a"), 0xE40C292CU);
  EXPECT_EQ(frontend::operation_id("foobar"), 0xBF9CF968U);
  const Compiled c =
      compile_right("interface I { void deposit(); readonly attribute long balance; attribute long x; };");
  EXPECT_EQ(operation(c, "I", "deposit").id, frontend::operation_id("deposit"));
  EXPECT_EQ(attribute(c, "I", "balance").reader.id, frontend::operation_id("_get_balance"));
  EXPECT_EQ(attribute(c, "I", "x").writer->id, frontend::operation_id("_set_x"));
}

TEST(Attributes, AreAReaderAndPerhapsAWriter) {
  const Compiled c = compile_right(
      "exception E {}; exception F {};"
      "interface I { readonly attribute long a raises (E); attribute string b getraises (E) setraises (E, F);"
      " readonly attribute short c, d; @exactly_once attribute long e; @at_most_once readonly attribute long "
      "f;"
      " @deadline_ms(5) attribute long g; };");
  const model::Attribute& a = attribute(c, "I", "a");
  EXPECT_TRUE(a.readonly);
  EXPECT_FALSE(a.writer.has_value());
  EXPECT_EQ(a.reader.name, "_get_a");
  EXPECT_EQ(a.reader.semantics, Semantics::AtLeastOnce);
  EXPECT_EQ(a.reader.raises.size(), 1U);
  const model::Attribute& b = attribute(c, "I", "b");
  ASSERT_TRUE(b.writer.has_value());
  EXPECT_EQ(b.writer->name, "_set_b");
  EXPECT_EQ(b.writer->semantics, Semantics::AtMostOnce);
  EXPECT_EQ(b.writer->parameters.size(), 1U);
  EXPECT_EQ(b.reader.raises.size(), 1U);
  EXPECT_EQ(b.writer->raises.size(), 2U);
  EXPECT_EQ(attribute(c, "I", "d").reader.name, "_get_d");
  EXPECT_EQ(attribute(c, "I", "e").writer->semantics, Semantics::ExactlyOnce);
  EXPECT_EQ(attribute(c, "I", "e").reader.semantics, Semantics::AtLeastOnce);
  EXPECT_EQ(attribute(c, "I", "f").reader.semantics, Semantics::AtMostOnce);
  EXPECT_EQ(attribute(c, "I", "g").reader.deadline_ms, 5U);
  EXPECT_EQ(attribute(c, "I", "g").writer->deadline_ms, 5U);
}

TEST(Interfaces, InheritFromSeveral) {
  const Compiled c = compile_right(
      "interface A { void first(); }; interface B { void second(); typedef long T; const short N = 3; };"
      "interface C : A, B { void third(in T x); typedef string T2; };");
  const auto& interface = body<model::Interface>(c, "C");
  EXPECT_EQ(interface.bases, (std::vector<const model::Declaration*>{find(c, "A"), find(c, "B")}));
  EXPECT_EQ(interface.members.size(), 1U);
  EXPECT_EQ(body<model::Interface>(c, "B").declarations.size(), 2U);
}

TEST(Interfaces, MayBeDeclaredForwardAndUsed) {
  const Compiled c = compile_right(
      "interface A; interface B { void f(in A x); A g(); }; interface A { B h(); }; interface A;");
  EXPECT_TRUE(body<model::Interface>(c, "A").defined);
  EXPECT_EQ(c.model->top_level.size(), 2U);
  EXPECT_EQ(c.model->top_level.back(), find(c, "A"));
}

TEST(Interfaces, ThatAreNeverDefinedAreKnownAsSuch) {
  const Compiled c = compile("interface A; interface B { void f(in A x); };");
  EXPECT_EQ(c.diagnostics.errors(), 0U);
  EXPECT_FALSE(body<model::Interface>(c, "A").defined);
}

TEST(Bank, OfTheDocumentationIsUnderstood) {
  const Compiled c = compile_right(R"(
// #include <once.idl> would declare @maybe @idempotent @at_most_once @exactly_once @deadline_ms @orphan @reply_max
module bank {
  typedef unsigned long long Cents;
  exception InsufficientFunds { Cents missing; };
  struct Receipt { unsigned long long number; Cents balance; };

  interface Watcher { oneway void changed(in string<32> account, in Cents balance); };   // oneway is @maybe

  interface Account {
    readonly attribute Cents balance;                           // reading an attribute is @idempotent
    Cents deposit(in Cents amount);                             // at most once: the default
    @idempotent @deadline_ms(500) string<4096> statement(in unsigned short year);
    @exactly_once Receipt transfer(in Account to, in Cents amount) raises (InsufficientFunds);
    @orphan(cancel) Cents audit(out sequence<Receipt, 10000> receipts);   // cancelled when its caller is gone
    void watch(in Watcher who);
  };
  interface Bank { Account open(in string<32> owner); };
};
)");
  EXPECT_EQ(body<model::Interface>(c, "bank::Account").members.size(), 6U);
  EXPECT_EQ(operation(c, "bank::Account", "transfer").semantics, Semantics::ExactlyOnce);
  EXPECT_EQ(operation(c, "bank::Account", "audit").orphan, model::OrphanPolicy::Cancel);
  EXPECT_EQ(find(c, "bank::Account")->repository_id, "IDL:bank/Account:1.0");
}

}  // namespace
}  // namespace oncec
