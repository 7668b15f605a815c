// The labels that generated unions start with.
#include <string>

#include <gtest/gtest.h>

#include "backend/cpp/generator.hpp"
#include "frontend/onc/onc_rpc.hpp"
#include "read.hpp"

namespace oncec::backend::cpp {
namespace {

std::string header_of(const model::Model& model) {
  const Output output = generate(model, {"test", {"cdr"}});
  EXPECT_TRUE(output.problems.empty());
  for (const auto& file : output.files) {
    if (file.name == "test.once.hpp") return file.content;
  }
  ADD_FAILURE() << "no header";
  return {};
}

TEST(Union, DefaultStartsBelowZeroWhereAllOthersAreLabels) {
  std::string text = "union U switch (int8) { default: string rest; ";
  for (int i = 0; i < 128; ++i) text.append("case ").append(std::to_string(i)).append(": ");
  const std::string header = header_of(*read(text + "long number; };"));
  EXPECT_NE(header.find("std::int8_t discriminator_ = -1;"), std::string::npos) << header;
}

TEST(Union, DefaultStartsWithAnEnumeratorOfItsOwn) {
  Diagnostics diagnostics;
  const auto model = frontend::read_onc_rpc(
      "test.x", "enum e { A = 1, B = 1, C = 2 }; union u switch (e d) { default: int y; case A: int x; };",
      diagnostics);
  EXPECT_EQ(diagnostics.errors(), 0U);
  const std::string header = header_of(*model);
  EXPECT_NE(header.find("e discriminator_ = e::C;"), std::string::npos) << header;
}

TEST(Union, StartsWithAnArmThatEnds) {
  const std::string header =
      header_of(*read("union U switch (octet) { case 1: @external U inner; case 2: long last; };"));
  EXPECT_NE(header.find("/// With 'last' set."), std::string::npos) << header;
  EXPECT_NE(header.find("std::uint8_t discriminator_ = 2U;"), std::string::npos) << header;
}

}  // namespace
}  // namespace oncec::backend::cpp
