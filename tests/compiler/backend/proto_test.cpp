// What the .proto generator refuses that the front ends may let through, and how large replies can get in
// that codec. What it writes is compared in tests/compiler/outputs.
#include <gtest/gtest.h>

#include "backend/proto/fields.hpp"
#include "backend/proto/generator.hpp"
#include "backend/proto/message.hpp"
#include "backend/proto/octets.hpp"
#include "read.hpp"

namespace oncec::backend::proto {
namespace {

using model::Primitive;

model::TypePointer type(Primitive primitive) {
  return std::make_shared<model::Type>(model::Type{primitive});
}

/// The texts of the problems with a model of one declaration.
template <class Body>
std::vector<std::string> problems_of(Body body) {
  model::Model model;
  model::Declaration& declaration = model.declarations.emplace_back();
  declaration.name = "D";
  declaration.body = std::move(body);
  model.top_level.push_back(&declaration);
  const Output output = generate(model, "test");
  EXPECT_EQ(output.files.empty(), !output.problems.empty());
  std::vector<std::string> texts;
  for (const Problem& problem : output.problems) texts.push_back(problem.text);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(ProtoProblems, NameTypesThatHaveNoForm) {
  for (const auto& [primitive, name] : {std::pair{Primitive::Any, "any"},
                                        {Primitive::TypeCode, "TypeCode"},
                                        {Primitive::ValueBase, "ValueBase"}}) {
    model::Struct structure;
    structure.members.emplace_back().name = "m";
    const model::SequenceType sequence{type(primitive), 0};
    structure.members.back().type = std::make_shared<model::Type>(model::Type{sequence});
    EXPECT_EQ(problems_of(structure),
              Texts{"'m' is of type '" + std::string{name} + "', which has no form in Protocol Buffers"});
  }
  EXPECT_EQ(problems_of(model::Native{}), Texts{});  // a use of it is what has none
  EXPECT_EQ(problems_of(model::ValueType{}),
            Texts{"'D' is a valuetype, which has no form in Protocol Buffers"});
}

TEST(ProtoProblems, AreReportedOnceForAParameterThatGoesBothWays) {
  model::Operation operation;
  operation.name = "f";
  operation.result = type(Primitive::Void);
  operation.parameters.emplace_back().name = "p";
  operation.parameters.back().direction = model::Direction::InOut;
  operation.parameters.back().type = type(Primitive::Any);
  model::Interface interface;
  interface.members.emplace_back(operation);
  EXPECT_EQ(problems_of(interface).size(), 1u);
}

TEST(ProtoProblems, NameNumbersThatCannotBe) {
  const auto problems = [](const std::string& text) { return generate(*read(text), "test").problems; };
  EXPECT_TRUE(problems("struct S { @id(536870911) long a; };").empty());
  EXPECT_EQ(problems("struct S { @id(536870912) long a; };").size(), 1u);
  EXPECT_EQ(problems("struct S { @id(19999) long a; };").size(), 1u);
  EXPECT_TRUE(problems("union U switch (long) { case 1: @id(2) long a; };").empty());
  EXPECT_EQ(problems("union U switch (long) { case 1: @id(1) long a; };").size(), 1u);  // the discriminator's
}

TEST(ProtoProblems, AreThoseOfTheFileItself) {
  model::Model model;
  model::Declaration& declaration = model.declarations.emplace_back();
  declaration.name = "D";
  declaration.body = model::ValueType{};
  declaration.imported = true;
  EXPECT_TRUE(generate(model, "test").problems.empty());
}

std::vector<std::uint32_t> numbers_of(const std::vector<Field>& fields) {
  std::vector<std::uint32_t> numbers;
  for (const Field& field : fields) numbers.push_back(field.number);
  return numbers;
}
using Numbers = std::vector<std::uint32_t>;

TEST(ProtoFields, PassOverReservedNumbers) {
  const auto model =
      read("struct A { @id(18999) long x; long y; }; struct B { @id(19998) long x; long y; };");
  EXPECT_EQ(numbers_of(fields_of(find(*model, "A"))), (Numbers{18999, 20000}));
  EXPECT_EQ(numbers_of(fields_of(find(*model, "B"))), (Numbers{19998, 20000}));
}

TEST(ProtoFields, AreThoseThatGoThereAndThoseThatComeBack) {
  const auto model =
      read("interface I { long f(in long a, inout long b, out long c); void g(out long a); };");
  EXPECT_EQ(numbers_of(request_of(operation(*model, "I"))), (Numbers{1, 2}));
  EXPECT_EQ(numbers_of(reply_of(operation(*model, "I"))), (Numbers{1, 2, 3}));
  EXPECT_EQ(numbers_of(reply_of(operation(*model, "I", 1))), (Numbers{2}));
}

TEST(ProtoProblems, NameEnumeratorsThatDoNotFit) {
  model::Enum enumeration;
  enumeration.enumerators.emplace_back().name = "e";
  enumeration.enumerators.back().value = std::int64_t{1} << 31;
  EXPECT_EQ(
      problems_of(enumeration),
      Texts{
          "the value of enumerator 'e' does not fit the 32 bits, one of them the sign, of Protocol Buffers"});
}

TEST(ProtoComments, SpellTypesAsIdlDoes) {
  const auto model = read(
      "typedef long Cents; typedef uint8 Tiny; struct S { sequence<Cents, 3> a; @optional Tiny b; "
      "sequence<boolean, 2> c; "
      "sequence<long double> d; long e; };");
  const auto& members = std::get<model::Struct>(find(*model, "S").body).members;
  std::vector<std::string> texts;
  for (const model::Member& member : members) texts.push_back(lost_in_proto(*member.type));
  EXPECT_EQ(texts, (Texts{"sequence<long, 3>", "uint8", "sequence<boolean, 2>",
                          "sequence<long double>, 16 octets, the lowest first", ""}));
}

/// The bound of the reply of the only operation.
std::optional<std::uint64_t> bound_of(const std::string& result) {
  const auto model = read(
      "struct P { long x; octet y; };\nexception E { string<10> why; };\n"
      "typedef short Line[3];\ninterface I { " +
      result + "; };");
  return reply_bound(operation(*model, "I"));
}

TEST(ProtoReplyBound, CountsTagsAndTheLongestNumbers) {
  EXPECT_EQ(bound_of("void f()"), 0u);
  EXPECT_EQ(bound_of("long f()"), 1u + 10);
  EXPECT_EQ(bound_of("unsigned long f()"), 1u + 5);
  EXPECT_EQ(bound_of("string f()"), std::nullopt);
  EXPECT_EQ(bound_of("P f()"), 1u + 1 + (1 + 10) + (1 + 2));
  EXPECT_EQ(bound_of("P f(out double d)"), 1u + 1 + (1 + 10) + (1 + 2) + 1 + 8);
  EXPECT_GE(*bound_of("Line f()"), 1u + 1 + 3 * 10);
  // The exception's id takes "IDL:E:1.0", its message "why".
  EXPECT_EQ(bound_of("void f() raises (E)"), (1u + 1 + 9) + (1 + 1 + (1 + 1 + 10)));
}

}  // namespace
}  // namespace oncec::backend::proto
