// Descriptions of types: made, looked through, compared, printed.
#include <algorithm>
#include <ostream>
#include <set>

#include <once/base/assert.hpp>
#include <once/codec/print.hpp>
#include <once/codec/type_code.hpp>

namespace once {

using detail::TypeGraph;
using detail::TypeMember;
using detail::TypeNode;

std::string_view to_string(TypeKind kind) {
  constexpr std::array<std::string_view, 34> kNames = {
      "tk_null",           "tk_void",       "tk_short",
      "tk_long",           "tk_ushort",     "tk_ulong",
      "tk_float",          "tk_double",     "tk_boolean",
      "tk_char",           "tk_octet",      "tk_any",
      "tk_TypeCode",       "tk_Principal",  "tk_objref",
      "tk_struct",         "tk_union",      "tk_enum",
      "tk_string",         "tk_sequence",   "tk_array",
      "tk_alias",          "tk_except",     "tk_longlong",
      "tk_ulonglong",      "tk_longdouble", "tk_wchar",
      "tk_wstring",        "tk_fixed",      "tk_value",
      "tk_value_box",      "tk_native",     "tk_abstract_interface",
      "tk_local_interface"};
  if (kind == TypeKind::Int8) return "tk_int8";
  const auto number = static_cast<std::size_t>(kind);
  return number < kNames.size() ? kNames[number] : std::string_view{};
}

const TypeNode& TypeCode::node() const {
  static const TypeNode none;
  return graph_ != nullptr ? (*graph_)[index_] : none;
}

TypeCode TypeCode::basic(TypeKind kind) {
  constexpr std::uint32_t kKinds = 34;  // CORBA's, each at its number; and behind them int8
  static const auto all = [] {
    auto graph = std::make_shared<TypeGraph>(kKinds + 1);
    for (std::uint32_t i = 0; i < kKinds; ++i) (*graph)[i].kind = static_cast<TypeKind>(i);
    graph->back().kind = TypeKind::Int8;
    return graph;
  }();
  return {all, kind == TypeKind::Int8 ? kKinds : static_cast<TypeIndex>(kind)};
}

TypeCode TypeCode::resolved() const {
  // Neither the builder nor the decoder makes an alias of itself.
  TypeCode type = *this;
  while (type.kind() == TypeKind::Alias) type = type.content();
  return type;
}

namespace {

/// Two types from which pairs of types follow that have to be the same. Each pair is looked at once, so that
/// types which contain themselves come to an end.
class Comparison {
 public:
  Comparison(const TypeCode& a, const TypeCode& b, bool exactly) : a_(a), b_(b), exactly_(exactly) {}

  bool run() {
    expect(a_.index(), b_.index());
    while (!open_.empty()) {
      const auto [a, b] = open_.back();
      open_.pop_back();
      if (!agree(resolved(a_.at(a)), resolved(b_.at(b)))) return false;
    }
    return true;
  }

 private:
  void expect(TypeIndex a, TypeIndex b) {
    if (seen_.emplace(a, b).second) open_.emplace_back(a, b);
  }
  TypeCode resolved(const TypeCode& type) const { return exactly_ ? type : type.resolved(); }

  bool agree(const TypeCode& left, const TypeCode& right) {
    const TypeNode& a = left.node();
    const TypeNode& b = right.node();
    if (a.kind != b.kind || a.scale != b.scale || a.default_arm != b.default_arm ||
        a.members.size() != b.members.size()) {
      return false;
    }
    if (exactly_ ? a.id != b.id || a.name != b.name : a.id != b.id && !a.id.empty() && !b.id.empty()) {
      return false;
    }
    const bool is_limit =
        a.kind == TypeKind::String || a.kind == TypeKind::WString || a.kind == TypeKind::Sequence;
    if ((exactly_ || !is_limit) && a.bound != b.bound) return false;
    expect(a.content, b.content);
    for (std::size_t i = 0; i < a.members.size(); ++i) {
      const TypeMember& x = a.members[i];
      const TypeMember& y = b.members[i];
      if (x.label != y.label || x.visibility != y.visibility || (exactly_ && x.name != y.name)) return false;
      expect(x.type, y.type);
    }
    return true;
  }

  const TypeCode& a_;
  const TypeCode& b_;
  bool exactly_;
  std::set<std::pair<TypeIndex, TypeIndex>> seen_;
  std::vector<std::pair<TypeIndex, TypeIndex>> open_;
};

std::string with_bound(std::string_view text, std::uint32_t bound) {
  return std::string{text} + (bound == 0 ? "" : "<" + std::to_string(bound) + ">");
}

}  // namespace

bool TypeCode::same(const TypeCode& a, const TypeCode& b, bool exactly) {
  return (a.graph_ == b.graph_ && a.index_ == b.index_) || Comparison{a, b, exactly}.run();
}

std::string to_string(const TypeCode& type) {
  switch (type.kind()) {
    case TypeKind::String: return with_bound("string", type.bound());
    case TypeKind::WString: return with_bound("wstring", type.bound());
    case TypeKind::Fixed:
      return "fixed<" + std::to_string(type.digits()) + ", " + std::to_string(type.scale()) + ">";
    case TypeKind::Sequence: {
      const std::string bound = type.bound() == 0 ? "" : ", " + std::to_string(type.bound());
      return "sequence<" + to_string(type.content()) + bound + ">";
    }
    case TypeKind::Array: return to_string(type.content()) + "[" + std::to_string(type.bound()) + "]";
    default: break;
  }
  if (!type.name().empty()) return detail::shown(type.name());
  const std::string_view kind = to_string(type.kind());
  return std::string{kind.substr(std::min<std::size_t>(kind.size(), 3))};  // without "tk_"
}

std::ostream& operator<<(std::ostream& out, const TypeCode& type) {
  return out << to_string(type);
}

TypeIndex TypeCodeBuilder::add(TypeNode node) {
  graph_.push_back(std::move(node));
  return static_cast<TypeIndex>(graph_.size() - 1);
}

TypeIndex TypeCodeBuilder::bounded(TypeKind kind, std::uint32_t bound, TypeIndex content) {
  const auto known = std::find_if(graph_.begin(), graph_.end(), [&](const TypeNode& node) {
    return node.kind == kind && node.bound == bound && node.content == content;
  });
  if (known != graph_.end()) return static_cast<TypeIndex>(known - graph_.begin());
  TypeNode node;
  node.kind = kind;
  node.bound = bound;
  node.content = content;
  return add(std::move(node));
}

TypeIndex TypeCodeBuilder::basic(TypeKind kind) {
  return bounded(kind, 0, kNoType);
}

TypeIndex TypeCodeBuilder::fixed(std::uint32_t digits, std::uint32_t scale) {
  TypeNode node;
  node.kind = TypeKind::Fixed;
  node.bound = digits;
  node.scale = static_cast<std::int16_t>(scale);
  return add(std::move(node));
}

TypeIndex TypeCodeBuilder::optional(TypeIndex element) {
  TypeNode node;
  node.kind = TypeKind::Union;
  node.content = basic(TypeKind::Boolean);
  node.members.push_back({"value", element, 1});
  return add(std::move(node));
}

TypeIndex TypeCodeBuilder::map(TypeIndex key, TypeIndex value, std::uint32_t bound) {
  TypeNode entry;
  entry.kind = TypeKind::Struct;
  entry.members.push_back({"key", key});
  entry.members.push_back({"value", value});
  return sequence(add(std::move(entry)), bound);
}

TypeIndex TypeCodeBuilder::alias(std::string_view id, std::string_view name, TypeIndex content) {
  const auto [type, is_new] = declare(TypeKind::Alias, id, name);
  if (is_new) graph_[type].content = content;
  return type;
}

TypeIndex TypeCodeBuilder::object_reference(std::string_view id, std::string_view name) {
  return declare(TypeKind::ObjectReference, id, name).type;
}

TypeCodeBuilder::Declared TypeCodeBuilder::declare(TypeKind kind, std::string_view id,
                                                   std::string_view name) {
  const auto known = named_.find(id);
  if (known != named_.end()) return {known->second, false};
  TypeNode node;
  node.kind = kind;
  node.id = id;
  node.name = name;
  const TypeIndex type = add(std::move(node));
  if (!id.empty()) named_.emplace(id, type);
  return {type, true};
}

void TypeCodeBuilder::member(TypeIndex type, std::string_view name, TypeIndex member_type) {
  graph_[type].members.push_back({std::string{name}, member_type});
}

void TypeCodeBuilder::discriminator(TypeIndex type, TypeIndex discriminator) {
  graph_[type].content = discriminator;
}

void TypeCodeBuilder::arm(TypeIndex type, std::int64_t label, std::string_view name, TypeIndex arm_type) {
  graph_[type].members.push_back({std::string{name}, arm_type, label});
}

void TypeCodeBuilder::default_arm(TypeIndex type, std::string_view name, TypeIndex arm_type) {
  graph_[type].default_arm = static_cast<std::int32_t>(graph_[type].members.size());
  arm(type, 0, name, arm_type);
}

TypeIndex TypeCodeBuilder::import(const TypeCode& type) {
  if (type.graph() == nullptr) return basic(TypeKind::Null);
  const auto offset = static_cast<TypeIndex>(graph_.size());
  const auto moved = [offset](TypeIndex index) { return index == kNoType ? kNoType : index + offset; };
  for (TypeNode node : *type.graph()) {
    node.content = moved(node.content);
    for (TypeMember& member : node.members) member.type = moved(member.type);
    add(std::move(node));
  }
  return moved(type.index());
}

std::int64_t detail::TypeNode::arm_of(std::int64_t label) const {
  const auto found = std::lower_bound(arms.begin(), arms.end(), std::pair{label, std::uint32_t{0}});
  if (found != arms.end() && found->first == label) return found->second;
  return default_arm;
}

void detail::index_labels(TypeGraph& graph) {
  for (TypeNode& node : graph) {
    node.arms.clear();
    if (node.kind != TypeKind::Union) continue;
    for (std::uint32_t i = 0; i < node.members.size(); ++i) {
      if (static_cast<std::int64_t>(i) != node.default_arm) node.arms.emplace_back(node.members[i].label, i);
    }
    std::sort(node.arms.begin(), node.arms.end());
  }
}

TypeCode TypeCodeBuilder::finish(TypeIndex type) {
  named_.clear();
  detail::index_labels(graph_);
  return {std::make_shared<const TypeGraph>(std::exchange(graph_, {})), type};
}

}  // namespace once
