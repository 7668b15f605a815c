// External values.
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <once/codec/external.hpp>

namespace codec_test {
namespace {

struct Text {
  std::string text = "new";
  bool operator==(const Text&) const = default;
};

TEST(External, IsANewValueAtFirst) {
  const once::External<Text> text;
  EXPECT_EQ(text->text, "new");
  EXPECT_TRUE(text == once::External<Text>{Text{}});
  EXPECT_FALSE(text == once::External<Text>{Text{"other"}});
}

TEST(External, IsAValue) {
  once::External<Text> one = Text{"one"};
  once::External<Text> two = one;
  EXPECT_TRUE(one == two);
  two->text = "two";
  EXPECT_EQ(one->text, "one");
  one = two;
  EXPECT_EQ(one->text, "two");
  EXPECT_NE(&*one, &*two);
  *one = {"three"};
  EXPECT_EQ(one->text, "three");
}

TEST(External, IsANewValueAfterMoving) {
  once::External<Text> one = Text{"one"};
  const once::External<Text> two = std::move(one);
  EXPECT_EQ(two->text, "one");
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): that is the question
  EXPECT_EQ(one->text, "new");
}

struct Chain {
  std::string name;
  once::External<Text> text;
  std::unique_ptr<once::External<Chain>> next;
};

TEST(External, TakesWhatIsInsideOfIt) {
  once::External<Chain> chain;
  chain->name = "outer";
  chain->next = std::make_unique<once::External<Chain>>();
  (*chain->next)->name = "inner";
  once::External<Chain>& inner = *chain->next;
  chain = std::move(inner);
  EXPECT_EQ(chain->name, "inner");
}

}  // namespace
}  // namespace codec_test
