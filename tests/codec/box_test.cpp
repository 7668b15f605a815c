// Boxes as values. Long lists are in bomb_test.cpp.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <once/codec/box.hpp>

namespace codec_test {
namespace {

struct BoxedTree {
  std::string label;
  once::Box<BoxedTree> left;
  once::Box<BoxedTree> right;
  bool operator==(const BoxedTree&) const = default;
};

/// A list whose nodes hold lists, and whose link is not the last member.
struct Node {
  std::vector<Node> inner;
  once::Box<Node> next;
  int value = 0;
  static constexpr auto once_link = &Node::next;
  bool operator==(const Node&) const = default;
};

Node list_of(int nodes, int value) {
  Node first;
  first.value = value;
  for (int i = 1; i < nodes; ++i) {
    Node before;
    before.value = value - i;
    before.next = std::move(first);
    first = std::move(before);
  }
  return first;
}

TEST(Box, HoldsAValueOrNone) {
  once::Box<BoxedTree> box;
  EXPECT_FALSE(box.has_value());
  EXPECT_THROW((void)box.value(), std::bad_optional_access);
  box.emplace().label = "root";
  ASSERT_TRUE(box);
  EXPECT_EQ(box->label, "root");
  EXPECT_EQ(&*box, &box.value());
  box = std::nullopt;
  EXPECT_FALSE(box);
}

TEST(Box, CopiesAllThatIsInIt) {
  const BoxedTree tree{"a", BoxedTree{"b", {}, BoxedTree{"c", {}, {}}}, BoxedTree{"d", {}, {}}};
  BoxedTree copy = tree;
  EXPECT_TRUE(copy == tree);
  copy.left->right->label = "other";
  EXPECT_EQ(tree.left->right->label, "c");
  EXPECT_FALSE(copy == tree);
}

TEST(Box, MayBeGivenAPartOfItself) {
  BoxedTree tree{"a", BoxedTree{"b", BoxedTree{"c", BoxedTree{"d", {}, {}}, {}}, {}}, {}};
  tree.left = *tree.left->left;
  EXPECT_EQ(tree.left->label, "c");
  tree.left = tree.left->left;
  EXPECT_EQ(tree.left->label, "d");
  tree.left = tree;
  EXPECT_EQ(tree.left->left->label, "d");
  tree.left = std::move(tree.left->left);
  EXPECT_EQ(tree.left->label, "d");
}

TEST(Box, ComparesAndCopiesListsOfLists) {
  Node all = list_of(3, 10);
  all.next->inner = {list_of(2, 5), list_of(4, 7)};
  const Node copy = all;
  EXPECT_TRUE(copy == all);
  EXPECT_TRUE(all == all);
  EXPECT_EQ(copy.next->inner[1].next->next->next->value, 7);
  all.next->inner[1].next->next->next->value = 8;
  EXPECT_FALSE(copy == all);
  all = copy;
  EXPECT_TRUE(copy == all);
  all.next->next->value = 0;  // behind the lists
  EXPECT_FALSE(copy == all);
}

}  // namespace
}  // namespace codec_test
