// A random `graphs::All`, the same for both programs of the test, with boxes or without. `World` says how the
// program makes and links values. References may lead anywhere, so that there are shared values and cycles.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "driver.h"

/// One of `all`, or now and then nil.
template <class Reference>
Reference random_reference(const std::vector<Reference>& all) {
  const std::uint32_t index = random_below(static_cast<std::uint32_t>(all.size()) + 1);
  return index == all.size() ? Reference{} : all[index];
}

template <class Reference>
std::vector<Reference> random_references(const std::vector<Reference>& all) {
  std::vector<Reference> some(random_below(4));
  for (Reference& one : some) one = random_reference(all);
  return some;
}

inline std::string random_string() {
  std::string text(random_below(6), ' ');
  for (char& c : text) c = random_char();
  return text;
}

template <class World>
typename World::All random_graph(World world, bool has_boxes) {
  std::vector<typename World::Label> labels;
  for (std::uint32_t i = has_boxes ? random_below(3) : 0; i != 0; --i)
    labels.push_back(world.label(random_string()));
  std::vector<typename World::Place> places;
  for (std::uint32_t i = has_boxes ? random_below(3) : 0; i != 0; --i) {
    const auto x = static_cast<std::int32_t>(random_bits(32));
    const auto y = static_cast<std::int32_t>(random_bits(32));
    places.push_back(world.place(x, y));
  }

  std::vector<typename World::Node> nodes;
  for (std::uint32_t i = random_below(7); i != 0; --i) {
    const std::uint32_t kind = random_below(3);
    nodes.push_back(kind == 0 ? world.node() : kind == 1 ? world.marked(random_string()) : world.quiet());
  }
  for (const auto& node : nodes) {
    const auto number = static_cast<std::int32_t>(random_bits(32));
    const auto next = random_reference(nodes);
    world.fill_node(node, number, next);
    world.fill_marked(node, random_reference(nodes));
  }

  std::vector<typename World::Tree> trees;
  for (std::uint32_t i = random_below(6); i != 0; --i) {
    const std::uint32_t kind = random_below(3);
    trees.push_back(kind == 0 ? world.tree() : kind == 1 ? world.leaf() : world.bark());
  }
  for (const auto& tree : trees) {
    const std::string name = random_string();
    const auto children = random_references(trees);
    const auto parent = random_reference(trees);
    const auto text = random_reference(labels);
    world.fill_tree(tree, name, children, parent, text, random_reference(places));
    const auto color = static_cast<std::uint8_t>(random_bits(8));
    const double weight = random_double();
    world.fill_leaf(tree, color, weight);
    const auto age = static_cast<std::int16_t>(random_bits(16));
    world.fill_bark(tree, age, random_reference(trees));
  }
  const auto list = random_references(nodes);
  const auto roots = random_references(trees);
  const auto text = random_reference(labels);
  return world.all(list, roots, text, random_reference(labels));
}
