// Template modules: what an instantiation is made of.
#include <string>

#include <gtest/gtest.h>

#include "compile.hpp"
#include "model/spelled.hpp"

namespace oncec {
namespace {

TEST(TemplateModule, IsBuiltAgainWithItsArguments) {
  const Compiled c = compile_right(
      "interface Owner {};"
      "module Lists<typename T, const unsigned long n, sequence<T> Every, interface I> {"
      "  const unsigned long kMost = n * 2;"
      "  typedef sequence<T, n> List;"
      "  struct Entry { T value; List more; Every all; I owner; };"
      "  interface Holder : I { void put(in Entry what); };"
      "};"
      "typedef sequence<string<8>> Names;"
      "module Lists<string<8>, 2 + 3, Names, Owner> Strings;"
      "struct User { Strings::Entry entry; };");
  EXPECT_EQ(spelled(*body<model::Typedef>(c, "Strings::List").type), "sequence<string<8>, 5>");
  const auto& entry = body<model::Struct>(c, "Strings::Entry");
  EXPECT_EQ(spelled(*entry.members[0].type), "string<8>");
  EXPECT_EQ(spelled(*entry.members[1].type), "Strings::List");
  EXPECT_EQ(spelled(*entry.members[2].type), "Names");
  EXPECT_EQ(spelled(*entry.members[3].type), "Owner");
  EXPECT_EQ(body<model::Interface>(c, "Strings::Holder").bases.front(), find(c, "Owner"));
  EXPECT_EQ(std::get<model::IntegerValue>(body<model::Constant>(c, "Strings::kMost").value).magnitude, 10U);
  EXPECT_EQ(find(c, "Strings::Entry")->repository_id, "IDL:Strings/Entry:1.0");
  // The template itself leaves nothing behind.
  EXPECT_EQ(c.model->top_level.size(), 4U);
}

TEST(TemplateModule, LooksUpOtherNamesWhereItStands) {
  const Compiled c = compile_right(
      "module A { typedef long Id; module Keyed<typename T> { struct Pair { Id key; T value; }; }; };"
      "module B { typedef short Id; module A::Keyed<Id> Shorts; };");
  const auto& pair = body<model::Struct>(c, "B::Shorts::Pair");
  EXPECT_EQ(spelled(*pair.members[0].type), "A::Id");
  EXPECT_EQ(spelled(*pair.members[1].type), "B::Id");
}

TEST(TemplateModule, InstantiatesAnotherThroughAnAlias) {
  const Compiled c = compile_right(
      "module Inner<typename T> { typedef sequence<T> List; };"
      "module Outer<typename X, const long n> { alias Inner<X> Parts; typedef Parts::List Rows[n]; };"
      "module Outer<double, 3> Doubles;");
  EXPECT_EQ(spelled(*body<model::Typedef>(c, "Doubles::Parts::List").type), "sequence<double>");
  EXPECT_EQ(spelled(*body<model::Typedef>(c, "Doubles::Rows").type), "Doubles::Parts::List[3]");
}

TEST(TemplateModule, StandsInTheModelIfNothingInstantiatesIt) {
  const Compiled c = compile_right("module Lists<typename T> { typedef sequence<T> List; };");
  ASSERT_EQ(c.model->top_level.size(), 1U);
  EXPECT_EQ(std::get<model::Unmapped>(c.model->top_level.front()->body).kind, "template module");
}

TEST(TemplateModule, IsCheckedWithoutAnInstantiation) {
  EXPECT_EQ(compile("module M<typename T> { struct S { T a; Unknown b; }; };").texts(),
            (std::vector<std::string>{"unknown name 'Unknown'"}));
}

TEST(Component, IsReadCheckedAndUnmapped) {
  const Compiled c = compile_right(
      "interface Service {}; eventtype Tick { public long at; }; valuetype Key { public long k; };"
      "component Base { provides Service offered; };"
      "component Machine : Base supports Service {"
      "  uses multiple Service helpers; uses Object any_one; emits Tick ticks; publishes Tick all; consumes "
      "Tick in_;"
      "  readonly attribute long speed; };"
      "home Machines manages Machine primarykey Key { factory make(in long speed); finder by_speed(in long "
      "speed);"
      "  struct Detail { long a; }; void stop(); };"
      "porttype Both { provides Service p; uses Service u; };"
      "connector Wire { mirrorport Both a; port Both b; };");
  EXPECT_EQ(body<model::Unmapped>(c, "Machine").kind, "component");
  EXPECT_EQ(body<model::Unmapped>(c, "Machines").declarations.size(), 1U);
  EXPECT_EQ(body<model::Unmapped>(c, "Wire").kind, "connector");
  EXPECT_EQ(compile("interface S {}; component A { provides S p; }; component B : A { uses S p; };").texts(),
            (std::vector<std::string>{"'p' is already inherited from 'A'"}));
}

}  // namespace
}  // namespace oncec
