// omniORB's side of the differential test of value types.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "graphsSK.cc"
#include "random_graph.hpp"

namespace {

struct World {
  using All = graphs::All;
  using Label = graphs::Label*;
  using Place = graphs::Place*;
  using Node = graphs::Node*;
  using Tree = graphs::Tree*;

  Label label(const std::string& text) { return new graphs::Label(text.c_str()); }
  Place place(std::int32_t x, std::int32_t y) {
    graphs::Point point;
    point.x = x;
    point.y = y;
    return new graphs::Place(point);
  }
  Node node() { return new OBV_graphs::Node; }
  Node quiet() { return new OBV_graphs::Quiet; }
  Node marked(const std::string& mark) {
    auto* const value = new OBV_graphs::Marked;
    value->mark(mark.c_str());
    return value;
  }
  void fill_node(Node node, std::int32_t number, Node next) {
    node->number(number);
    node->next(next);
  }
  void fill_marked(Node node, Node other) {
    if (auto* const marked = dynamic_cast<graphs::Marked*>(node)) marked->other(other);
  }
  Tree tree() { return new OBV_graphs::Tree; }
  Tree leaf() { return new OBV_graphs::Leaf; }
  Tree bark() { return new OBV_graphs::Bark; }
  void fill_tree(Tree tree, const std::string& name, const std::vector<Tree>& children, Tree parent,
                 Label text, Place where) {
    tree->name(name.c_str());
    graphs::Trees list;
    fill(list, children);
    tree->children(list);
    tree->parent(parent);
    tree->text(text);
    tree->where(where);
  }
  void fill_leaf(Tree tree, std::uint8_t color, double weight) {
    auto* const leaf = dynamic_cast<graphs::Leaf*>(tree);
    if (leaf == nullptr) return;
    leaf->color(color);
    leaf->weight(weight);
  }
  void fill_bark(Tree tree, std::int16_t age, Tree over) {
    auto* const bark = dynamic_cast<graphs::Bark*>(tree);
    if (bark == nullptr) return;
    bark->age(age);
    bark->over(dynamic_cast<graphs::Leaf*>(over));
  }
  All all(const std::vector<Node>& list, const std::vector<Tree>& roots, Label text, Label again) {
    All all;
    fill(all.list, list);
    fill(all.roots, roots);
    CORBA::add_ref(text);
    CORBA::add_ref(again);
    all.text = text;
    all.again = again;
    return all;
  }

 private:
  template <class List, class Value>
  static void fill(List& list, const std::vector<Value>& values) {
    list.length(static_cast<CORBA::ULong>(values.size()));
    for (CORBA::ULong i = 0; i < list.length(); ++i) {
      CORBA::add_ref(values[i]);
      list[i] = values[i];
    }
  }
};

long write(const graphs::All& all, char* out) {
  // Of a size that is enough: omniORB does not end when a stream grows inside of a chunk.
  cdrMemoryStream stream(1 << 16, true);
  all >>= stream;
  std::memcpy(out, stream.bufPtr(), stream.bufSize());
  return static_cast<long>(stream.bufSize());
}

template <bool has_boxes>
long encode_random(char* out) {
  return write(random_graph(World{}, has_boxes), out);
}

long recode(char* in, long size, char* out) {
  try {
    cdrMemoryStream stream(in, static_cast<CORBA::ULong>(size));
    graphs::All all;
    all <<= stream;
    return write(all, out);
  } catch (const CORBA::SystemException& exception) {
    fprintf(stderr, "%s\n", exception.NP_minorString() != nullptr ? exception.NP_minorString() : "refused");
    return -1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  int none = 0;
  const CORBA::ORB_var orb = CORBA::ORB_init(none, nullptr);
  orb->register_value_factory("IDL:graphs/Node:1.0", new graphs::Node_init);
  orb->register_value_factory("IDL:graphs/Marked:1.0", new graphs::Marked_init);
  orb->register_value_factory("IDL:graphs/Quiet:1.0", new graphs::Quiet_init);
  orb->register_value_factory("IDL:graphs/Tree:1.0", new graphs::Tree_init);
  orb->register_value_factory("IDL:graphs/Leaf:1.0", new graphs::Leaf_init);
  orb->register_value_factory("IDL:graphs/Bark:1.0", new graphs::Bark_init);
  const tested_type types[] = {{"values", encode_random<false>, recode},
                               {"boxes", encode_random<true>, recode}};
  return run(types, 2, argc, argv);
}
