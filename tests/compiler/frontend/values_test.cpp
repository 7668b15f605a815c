// Value types, event types, boxes; abstract and local interfaces.
#include <string>

#include <gtest/gtest.h>

#include "compile.hpp"
#include "model/spelled.hpp"

namespace oncec {
namespace {

TEST(ValueType, HasStateOperationsAndFactories) {
  const Compiled c = compile_right(
      "exception Bad {}; interface Walks { void walk(); };"
      "valuetype Node supports Walks {"
      "\n  /// What it is.\n  public string label;\n"
      "  private Node next, others[2];"
      "  typedef long Levels;"
      "  factory make(in string label) raises (Bad);"
      "  Levels depth(in boolean all);"
      "  readonly attribute long size; };");
  const auto& node = body<model::ValueType>(c, "Node");
  EXPECT_TRUE(node.defined);
  EXPECT_EQ(node.supports.front(), find(c, "Walks"));
  ASSERT_EQ(node.state.size(), 3U);
  EXPECT_TRUE(node.state[0].is_public);
  EXPECT_EQ(node.state[0].doc, "What it is.");
  EXPECT_FALSE(node.state[1].is_public);
  EXPECT_EQ(spelled(*node.state[2].type), "Node[2]");
  ASSERT_EQ(node.factories.size(), 1U);
  EXPECT_EQ(spelled(*node.factories[0].result), "Node");
  EXPECT_EQ(node.factories[0].raises.front(), find(c, "Bad"));
  EXPECT_EQ(node.members.size(), 2U);
  EXPECT_EQ(node.declarations.size(), 1U);
}

TEST(ValueType, InheritsAndMayBeTruncatable) {
  const Compiled c = compile_right(
      "abstract valuetype Shape { void draw(); };"
      "valuetype Base : Shape { public long a; };"
      "valuetype Derived : truncatable Base, Shape { public long b; };"
      "custom valuetype Odd : Base { public long c; }; eventtype Tick : Shape { public long at; };"
      "valuetype Later; struct Holder { Later one; sequence<Later> many; }; valuetype Later { public Holder "
      "h; };");
  const auto& derived = body<model::ValueType>(c, "Derived");
  EXPECT_TRUE(derived.truncatable);
  EXPECT_EQ(derived.bases.size(), 2U);
  EXPECT_TRUE(body<model::ValueType>(c, "Odd").custom);
  EXPECT_FALSE(body<model::ValueType>(c, "Odd").truncatable);
  EXPECT_TRUE(body<model::ValueType>(c, "Tick").event);
  EXPECT_TRUE(body<model::ValueType>(c, "Shape").is_abstract);
  EXPECT_EQ(compile("valuetype A { public long x; }; custom valuetype B : truncatable A { public long y; };")
                .texts(),
            (std::vector<std::string>{"'truncatable' contradicts 'custom'"}));
  EXPECT_EQ(compile("valuetype A; valuetype B : A { public long y; }; valuetype A { public long y; };")
                .diagnostics.errors(),
            1U);
}

TEST(ValueBox, HoldsAType) {
  const Compiled c =
      compile_right("valuetype Longs sequence<long>; valuetype Pair struct Two { long a; long b; };");
  EXPECT_EQ(spelled(*body<model::ValueBox>(c, "Longs").type), "sequence<long>");
  EXPECT_EQ(spelled(*body<model::ValueBox>(c, "Pair").type), "Two");
}

TEST(Interface, MayBeAbstractOrLocal) {
  const Compiled c = compile_right(
      "abstract interface A { void f(); }; local interface L : A { void g(in any x); }; abstract interface F;"
      "local interface G; abstract interface F {}; local interface G {};");
  EXPECT_TRUE(body<model::Interface>(c, "A").abstract);
  EXPECT_TRUE(body<model::Interface>(c, "L").local);
  EXPECT_TRUE(body<model::Interface>(c, "F").abstract);
  EXPECT_TRUE(body<model::Interface>(c, "G").local);
}

TEST(LaterKeywords, MayBeNames) {
  compile_right(
      "struct typeid { long import; }; typedef typeid component; interface home { component typeprefix(in "
      "typeid x);"
      " typeid import(in long finder); long finder(in long primarykey); };"
      "struct local { component bitset; typeid bitmask; home port; long bitfield; };");
}

}  // namespace
}  // namespace oncec
