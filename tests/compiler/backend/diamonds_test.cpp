// Types and bases that are reached in more ways than can be walked: every generator visits each once.
#include "../diamonds.hpp"

#include <gtest/gtest.h>

#include "backend/cpp/generator.hpp"
#include "backend/proto/generator.hpp"
#include "backend/wire.hpp"
#include "read.hpp"

namespace oncec::backend {
namespace {

using test::inheritance_diamonds;
using test::kDiamonds;
using test::struct_diamonds;
using test::topmost;
using test::union_diamonds;

/// The C++ source file, generated for the codecs.
std::string source_of(const model::Model& model,
                      std::vector<std::string> codecs = {"cdr", "xdr", "protobuf"}) {
  const Output output = cpp::generate(model, {"test", std::move(codecs)});
  for (const Problem& problem : output.problems) ADD_FAILURE() << problem.text;
  for (const GeneratedFile& file : output.files) {
    if (file.name == "test.once.cpp") return file.content;
  }
  ADD_FAILURE() << "no source file";
  return {};
}

/// An interface whose reply is a value of the topmost type.
std::string with_reply(const std::string& types) {
  return types + "interface I { " + topmost("S") + " f(); };";
}

TEST(Diamonds, OfStructsAreMeasured) {
  const auto model = read(with_reply(struct_diamonds("long a;")));
  EXPECT_GT(reply_bound(operation(*model, "I")), std::uint64_t{1} << 32);
  EXPECT_NE(source_of(*model).find("4294967295"), std::string::npos);  // the most that can be said
  EXPECT_TRUE(proto::generate(*model, "test").problems.empty());
}

TEST(Diamonds, OfUnionsAreMeasured) {
  const auto model = read(with_reply(union_diamonds()));
  EXPECT_EQ(reply_bound(operation(*model, "I")), 4u * (kDiamonds + 1) + 4u);  // XDR: a long under all labels
  source_of(*model);
}

TEST(Diamonds, OfStructsWithoutAnythingTakeNoOctets) {
  const auto model = read(with_reply(struct_diamonds("")));
  EXPECT_TRUE(takes_no_octets(find(*model, topmost("S"))));
  source_of(*model);
}

TEST(Diamonds, OfInterfacesHaveEachBaseOnce) {
  const auto model = read(inheritance_diamonds("interface") + "interface I : " + topmost("A") + ", " +
                          topmost("B") + " { long f(); };");
  EXPECT_EQ(model::all_bases(find(*model, "I")).size(), 2u * (kDiamonds + 1));
  source_of(*model);
}

TEST(Diamonds, OfValueTypesHaveEachBaseOnce) {
  const auto model = read(inheritance_diamonds("abstract valuetype") + "valuetype V : " + topmost("A") +
                          ", " + topmost("B") + " { public long x; };\ninterface I { V f(in V it); };");
  EXPECT_EQ(signature(operation(*model, "I")), "(v{i32})>(#0)");
  // Nobody has operations: the values are plain ones.
  EXPECT_NE(source_of(*model, {"cdr", "xdr"}).find("once::make_plain_value<V>"), std::string::npos);
}

}  // namespace
}  // namespace oncec::backend
