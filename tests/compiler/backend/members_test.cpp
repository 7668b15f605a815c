// How members of classes begin.
#include <gtest/gtest.h>

#include "backend/cpp/generator.hpp"
#include "model/model.hpp"

namespace oncec::backend::cpp {
namespace {

model::TypePointer type(model::Type form) {
  return std::make_shared<model::Type>(std::move(form));
}

/// Something with a member `map<long, S>`, and S, which contains itself, behind it: the header of the two.
template <class Body>
std::string header_with(Body (*holder)(model::Member)) {
  model::Model model;
  model::Declaration& first = model.declarations.emplace_back();
  model::Declaration& second = model.declarations.emplace_back();
  const model::TypePointer itself = type({model::NamedType{&second}});
  first.name = "Holder";
  first.body =
      holder({"all", type({model::MapType{type({model::Primitive::Int32}), itself, 0}}), {}, {}, {}});
  second.name = "S";
  second.body = model::Struct{nullptr, {{"parts", type({model::SequenceType{itself, 0}}), {}, {}, {}}}};
  const Output output = generate(model, {"test", {"cdr"}});
  EXPECT_TRUE(output.problems.empty());
  return output.files.empty() ? "" : output.files.front().content;
}

model::Struct struct_of(model::Member member) {
  return {nullptr, {std::move(member)}};
}
model::ValueType value_of(model::Member member) {
  model::ValueType value;
  value.defined = true;
  value.state = {{std::move(member), true}};
  return value;
}

TEST(Members, OfTypesThatAreNotCompleteYetBeginByThemselves) {
  for (const std::string& header : {header_with(struct_of), header_with(value_of)}) {
    EXPECT_LT(header.find("struct S;"), header.find("struct Holder")) << header;
    EXPECT_NE(header.find("std::map<std::int32_t, S> all;"), std::string::npos) << header;
    EXPECT_NE(header.find("std::vector<S> parts{};"), std::string::npos) << header;
  }
}

}  // namespace
}  // namespace oncec::backend::cpp
