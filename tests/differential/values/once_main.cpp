// Once's side of the differential test of value types.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <once/codec/cdr.hpp>

#include "graphs.once.hpp"
#include "random_graph.hpp"

namespace {

struct World {
  using All = graphs::All;
  using Label = graphs::Label;
  using Place = graphs::Place;
  using Node = std::shared_ptr<graphs::Node>;
  using Tree = std::shared_ptr<graphs::Tree>;

  Label label(const std::string& text) { return std::make_shared<std::string>(text); }
  Place place(std::int32_t x, std::int32_t y) { return std::make_shared<graphs::Point>(graphs::Point{x, y}); }
  Node node() { return once::make_value<graphs::Node>(); }
  Node quiet() { return once::make_value<graphs::Quiet>(); }
  Node marked(const std::string& mark) {
    auto value = once::make_value<graphs::Marked>();
    value->mark = mark;
    return value;
  }
  void fill_node(const Node& node, std::int32_t number, const Node& next) {
    node->number = number;
    node->next = next;
  }
  void fill_marked(const Node& node, const Node& other) {
    if (auto* const marked = dynamic_cast<graphs::Marked*>(node.get())) marked->other = other;
  }
  Tree tree() { return once::make_value<graphs::Tree>(); }
  Tree leaf() { return once::make_value<graphs::Leaf>(); }
  Tree bark() { return once::make_value<graphs::Bark>(); }
  void fill_tree(const Tree& tree, const std::string& name, const std::vector<Tree>& children,
                 const Tree& parent, const Label& text, const Place& where) {
    tree->name = name;
    tree->children = children;
    tree->parent = parent;
    tree->text = text;
    tree->where = where;
  }
  void fill_leaf(const Tree& tree, std::uint8_t color, double weight) {
    auto* const leaf = dynamic_cast<graphs::Leaf*>(tree.get());
    if (leaf == nullptr) return;
    leaf->color = color;
    leaf->weight = weight;
  }
  void fill_bark(const Tree& tree, std::int16_t age, const Tree& over) {
    auto* const bark = dynamic_cast<graphs::Bark*>(tree.get());
    if (bark == nullptr) return;
    bark->age = age;
    bark->over = std::dynamic_pointer_cast<graphs::Leaf>(over);
  }
  All all(const std::vector<Node>& list, const std::vector<Tree>& roots, const Label& text,
          const Label& again) {
    return {list, roots, text, again};
  }
};

long write(const graphs::All& all, char* out) {
  once::Buffer buffer;
  once::Cdr::Encoder encoder{buffer};
  encode(encoder, all);
  if (!encoder.finish()) return -1;
  std::memcpy(out, buffer.data(), buffer.size());
  return static_cast<long>(buffer.size());
}

template <bool has_boxes>
long encode_random(char* out) {
  return write(random_graph(World{}, has_boxes), out);
}

long recode(char* in, long size, char* out) {
  once::CdrDecoder<std::endian::native> decoder{
      once::ByteView{reinterpret_cast<const std::uint8_t*>(in), static_cast<std::size_t>(size)}};
  graphs::All all;
  decode(decoder, all);
  return decoder.finish() ? write(all, out) : -1;
}

}  // namespace

int main(int argc, char** argv) {
  const tested_type types[] = {{"values", encode_random<false>, recode},
                               {"boxes", encode_random<true>, recode}};
  return run(types, 2, argc, argv);
}
