// What the C++ generator refuses, at its place.
#include <gtest/gtest.h>

#include "backend/cpp/generator.hpp"
#include "read.hpp"

namespace oncec::backend::cpp {
namespace {

/// "line:column: text" of every problem.
std::vector<std::string> texts_of(const Output& output) {
  EXPECT_EQ(output.files.empty(), !output.problems.empty());
  std::vector<std::string> result;
  for (const Problem& problem : output.problems) {
    const auto place = problem.range.file->line_column(problem.range.begin);
    result.push_back(std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + problem.text);
  }
  return result;
}
std::vector<std::string> problems_of(const std::string& text) {
  const auto model = read(text);
  return texts_of(generate(*model, {"test", {"cdr"}}));
}

using Texts = std::vector<std::string>;

/// A declaration in one line of a file of its own, so that a problem has a place.
struct ByHand {
  ByHand() { model.files.push_back(std::make_unique<SourceFile>("hand.idl", "0123456789")); }
  model::Declaration& add(std::string name, decltype(model::Declaration::body) body, std::uint32_t place) {
    model::Declaration& made = model.declarations.emplace_back();
    made.name = std::move(name);
    made.body = std::move(body);
    made.range = at(place);
    return made;
  }
  SourceRange at(std::uint32_t place) const { return {model.files.front().get(), place, place + 1}; }
  model::Member member(std::string name, model::Type type, std::uint32_t place) const {
    return {std::move(name), std::make_shared<model::Type>(std::move(type)), {}, {}, at(place)};
  }
  Texts problems() const { return texts_of(generate(model, {"hand", {"xdr"}})); }

  model::Model model;
};

TEST(Problems, MapsNeedKeysWithAnOrder) {
  const auto type = [](model::Type form) { return std::make_shared<model::Type>(std::move(form)); };
  const auto map = [&](model::Type key) {
    return model::Type{model::MapType{type(std::move(key)), type({model::Primitive::Float32}), 0}};
  };
  ByHand hand;
  const auto& color = hand.add("Color", model::Enum{{{"red", 0, {}, {}, {}}}}, 0);
  const auto& point = hand.add("Point", model::Struct{}, 1);
  hand.add("S",
           model::Struct{
               nullptr,
               {hand.member("fine", map({model::StringType{}}), 2),
                hand.member("colors", map({model::NamedType{&color}}), 3),
                hand.member("prices", map({model::FixedType{5, 2}}), 4),
                hand.member("points", map({model::NamedType{&point}}), 5),
                hand.member("lists", {model::SequenceType{type(map({model::Primitive::Float64})), 0}}, 6)}},
           7);
  const std::string why =
      " is a map whose keys have no order in C++: they may be integers, characters, strings, enums, bitmasks "
      "or "
      "fixed-point numbers";
  EXPECT_EQ(hand.problems(), (Texts{"1:6: 'points'" + why, "1:7: 'lists'" + why}));
}

TEST(Problems, WhatIsLocalStaysInLocalInterfaces) {
  const auto type = [](const model::Declaration& declaration) {
    return std::make_shared<model::Type>(model::Type{model::NamedType{&declaration}});
  };
  ByHand hand;
  const auto& cookie = hand.add("Cookie", model::Native{}, 0);
  const auto& alias = hand.add("Alias", model::Typedef{type(cookie)}, 1);
  model::Interface interface;
  interface.defined = true;
  interface.local = true;
  model::Operation operation;
  operation.name = "take";
  operation.result = std::make_shared<model::Type>(model::Type{model::Primitive::Void});
  operation.parameters = {{"it", model::Direction::In, type(alias), {}, hand.at(4)}};
  interface.members = {operation};
  const auto& local = hand.add("Local", interface, 2);
  EXPECT_EQ(hand.problems(), Texts{});
  interface.local = false;
  hand.add("Remote", interface, 3);
  hand.add("S", model::Struct{nullptr, {hand.member("l", {model::NamedType{&local}}, 6)}}, 5);
  EXPECT_EQ(
      hand.problems(),
      (Texts{
          "1:5: 'it' is of type 'Cookie', which is native: it stays in one program, and may be used in local "
          "interfaces only",
          "1:7: 'l' is of type 'Local', which is a local interface: it stays in one program, and may be used "
          "in local interfaces only"}));
}

TEST(Problems, FunctionsOfOneOperationGiveWayToThoseOfAnother) {
  EXPECT_EQ(problems_of("interface I {\n  void pay();\n  void try_pay();\n  void try_try_pay();\n};"),
            Texts{});
  EXPECT_EQ(problems_of("interface A { void try_pay(); };\ninterface B : A { void pay(); };"), Texts{});
  EXPECT_EQ(problems_of("interface I { void with(); void dispatch(); attribute long ref; };"), Texts{});
}

TEST(Problems, NamesThatAreGivenDoNotGiveWay) {
  EXPECT_EQ(problems_of("interface I {\n  void pay();\n  @cpp_name(\"try_pay\") void other();\n};"),
            Texts{"3:29: 'other' needs the C++ name 'try_pay', which 'pay' has; @cpp_name(\"...\") gives it "
                  "another"});
  EXPECT_EQ(problems_of("interface I { @cpp_name(\"with\") void other(); };"),
            Texts{"1:38: 'other' needs the C++ name 'with', which generated code has; @cpp_name(\"...\") "
                  "gives it another"});
}

TEST(Problems, InheritedOperationsThatMeetAreReportedAtTheInterface) {
  EXPECT_EQ(
      problems_of("interface A { void pay(); };\ninterface B { void try_pay(); };\ninterface C : A, B {};"),
      Texts{"3:11: 'try_pay' needs the C++ name 'try_pay', which 'pay' has; @cpp_name(\"...\") gives it "
            "another"});
}

TEST(Problems, ResultStructsNeedANameOfTheirOwn) {
  EXPECT_EQ(
      problems_of("interface I {\n  struct FindResult { long a; };\n  long find(out long b);\n};").size(),
      1u);
  EXPECT_EQ(problems_of("interface I { long get_all(out long a); long getAll(out long b); };").size(), 1u);
}

TEST(Problems, AttributesAreOverloadsAndNoProblem) {
  EXPECT_EQ(problems_of("interface I { attribute long a; readonly attribute long b; };"), Texts{});
}

}  // namespace
}  // namespace oncec::backend::cpp
