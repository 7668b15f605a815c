// A walk over all values of a graph, which leaves none that holds another.
#include <memory>
#include <utility>
#include <vector>

#include "roots.hpp"

namespace once::fuzz {
namespace {

using Values = std::vector<std::shared_ptr<ValueBase>>;

void take_apart(ValueBase& value, Values& found) {
  if (auto* const node = dynamic_cast<graphs::Node*>(&value)) {
    found.push_back(std::exchange(node->next, nullptr));
    if (auto* const marked = dynamic_cast<graphs::Marked*>(node)) {
      found.push_back(std::exchange(marked->other, nullptr));
    }
  } else if (auto* const tree = dynamic_cast<graphs::Tree*>(&value)) {
    found.push_back(std::exchange(tree->parent, nullptr));
    found.push_back(std::exchange(tree->whatever, nullptr));
    found.insert(found.end(), tree->children.begin(), tree->children.end());
    tree->children.clear();
  }
}

}  // namespace

ValueBreaker<graphs::Garden>::~ValueBreaker() {
  Values found{garden.one, garden.pair[0], garden.pair[1], garden.root, garden.whatever};
  found.insert(found.end(), garden.many.begin(), garden.many.end());
  if (garden.perhaps) found.push_back(*garden.perhaps);
  for (const auto& [name, node] : garden.named) found.push_back(node);
  if (garden.chosen._d() == 0) found.push_back(garden.chosen.list());
  while (!found.empty()) {
    const std::shared_ptr<ValueBase> value = std::move(found.back());
    found.pop_back();
    if (value != nullptr) take_apart(*value, found);
  }
}

}  // namespace once::fuzz
