// One function per kind of declaration.
#include "compare/declarations.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compare/fields.hpp"
#include "compare/types.hpp"
#include "model/spelled.hpp"

namespace oncec::compare {
namespace {

using model::Declaration;

bool same_value(const model::Value& a, const model::Value& b) {
  const double* const x = std::get_if<double>(&a);
  const double* const y = std::get_if<double>(&b);
  return x != nullptr && y != nullptr ? *x == *y : a.index() == b.index() && spelled(a) == spelled(b);
}

// --- Members.

const FieldRules kMemberRules{Rule::MemberAdded,
                              Rule::MemberRemoved,
                              Rule::MemberType,
                              Rule::MemberMoved,
                              Rule::MemberSwapped,
                              Rule::MemberRenamed,
                              Rule::MemberId,
                              "member",
                              ""};

/// What is no message in Protocol Buffers is numbered by its places.
template <class List>
void add_members(const List& members, Fields& fields) {
  for (const auto& member : members) {
    fields.push_back({member.name, member.type.get(), fields.size() + 1, member.range});
  }
}

/// A value type's bases, and itself behind them.
std::vector<const model::ValueType*> with_bases(const Declaration& declaration) {
  std::vector<const model::ValueType*> values;
  for (const Declaration* const base : model::all_bases(declaration)) {
    values.push_back(&std::get<model::ValueType>(base->body));
  }
  values.push_back(&std::get<model::ValueType>(declaration.body));
  return values;
}

/// A value type's state, the bases' before its own, as it travels.
Fields state_of(const Declaration& declaration) {
  Fields fields;
  for (const model::ValueType* const value : with_bases(declaration)) add_members(value->state, fields);
  return fields;
}

void compare_members(const Declaration& before, const Declaration& after, const Fields& old_fields,
                     const Fields& new_fields, Differences& differences) {
  FieldRules rules = kMemberRules;
  rules.owner = title_of(after);
  compare_fields(old_fields, new_fields, rules, before.range, after.range, differences);
}

// --- Enumerators.

void compare_enumerators(const Declaration& before, const Declaration& after,
                         const std::vector<model::Enumerator>& old_list,
                         const std::vector<model::Enumerator>& new_list, Differences& differences) {
  const std::string owner = title_of(after);
  const std::vector<std::size_t> partner = partners(old_list, new_list, [&](std::size_t k, std::size_t i) {
    return old_list[k].value == new_list[i].value;
  });
  bool same_values = old_list.size() == new_list.size();
  for (std::size_t i = 0; same_values && i < new_list.size(); ++i) {
    same_values = old_list[i].value == new_list[i].value;
  }
  std::vector<bool> kept(old_list.size(), false);
  for (const std::size_t k : partner) {
    if (k != kNone) kept[k] = true;
  }
  for (std::size_t k = 0; k < old_list.size(); ++k) {
    if (kept[k]) continue;
    differences.add(Rule::EnumeratorRemoved, old_list[k].range, after.range,
                    "enumerator " + quoted(old_list[k].name) + " removed from " + owner);
  }
  for (std::size_t i = 0; i < new_list.size(); ++i) {
    const model::Enumerator& now = new_list[i];
    if (partner[i] == kNone) {
      differences.add(Rule::EnumeratorAdded, before.range, now.range,
                      "enumerator " + quoted(now.name) + " added to " + owner);
      continue;
    }
    const model::Enumerator& then = old_list[partner[i]];
    const std::string what = "enumerator " + quoted(now.name) + " of " + owner;
    if (then.name != now.name) {
      differences.add(Rule::EnumeratorRenamed, then.range, now.range, what + " was " + quoted(then.name));
    }
    if (then.value != now.value) {
      differences.add(same_values ? Rule::EnumeratorSwapped : Rule::EnumeratorValue, then.range, now.range,
                      what + " was " + std::to_string(then.value) + ", is " + std::to_string(now.value));
    }
  }
  if (!in_order(partner) && !same_values) {
    differences.add(Rule::EnumeratorMoved, before.range, after.range,
                    "enumerators of " + owner + " have another order");
  }
}

// --- Unions.

std::string labels_of(const model::UnionCase& arm) {
  std::string text;
  for (const model::Value& label : arm.labels) text += (text.empty() ? "" : ", ") + spelled(label);
  if (arm.is_default) text += text.empty() ? "default" : ", default";
  return text;
}

struct Arm {
  std::string name;  // "" without data
  const model::UnionCase* arm = nullptr;
  std::string labels;
  SourceRange range;
  std::uint64_t number = 0;  // in Protocol Buffers
};

std::vector<Arm> arms_of(const model::Union& onion) {
  std::vector<Arm> arms;
  for (const model::UnionCase& arm : onion.cases) {
    arms.push_back({arm.member ? arm.member->name : "", &arm, labels_of(arm),
                    arm.member ? arm.member->range : arm.range});
  }
  for (const backend::proto::Field& field : backend::proto::fields_of(onion)) {
    arms[field.arm].number = field.number;
  }
  return arms;
}

std::string wire_text(const Declaration& declaration) {
  const model::Type type{model::NamedType{&declaration}};
  return compare::wire_text({&type});
}

void compare_arms(const Declaration& before, const Declaration& after, Differences& differences) {
  const std::vector<Arm> old_arms = arms_of(std::get<model::Union>(before.body));
  const std::vector<Arm> new_arms = arms_of(std::get<model::Union>(after.body));
  const std::string owner = title_of(after);
  const bool same_text = wire_text(before) == wire_text(after);
  const std::vector<std::size_t> partner = partners(old_arms, new_arms, [&](std::size_t k, std::size_t i) {
    return old_arms[k].labels == new_arms[i].labels;
  });
  std::vector<bool> kept(old_arms.size(), false);
  bool renumbered = false;
  for (std::size_t i = 0; i < new_arms.size(); ++i) {
    if (partner[i] == kNone) continue;
    kept[partner[i]] = true;
    renumbered = renumbered || old_arms[partner[i]].number != new_arms[i].number;
  }
  const std::size_t known = differences.count();
  for (std::size_t k = 0; k < old_arms.size(); ++k) {
    if (kept[k]) continue;
    differences.add(Rule::ArmRemoved, old_arms[k].range, after.range,
                    "case " + old_arms[k].labels + " removed from " + owner);
  }
  for (std::size_t i = 0; i < new_arms.size(); ++i) {
    const Arm& now = new_arms[i];
    if (partner[i] == kNone) {
      differences.add(Rule::ArmAdded, before.range, now.range, "case " + now.labels + " added to " + owner);
      continue;
    }
    const Arm& then = old_arms[partner[i]];
    const std::string what = "member " + quoted(now.name) + " of " + owner;
    const bool data = then.arm->member.has_value() && now.arm->member.has_value();
    if (data && then.name != now.name) {
      differences.add(Rule::ArmRenamed, then.range, now.range, what + " was " + quoted(then.name));
    }
    if (data) {
      compare_field_types(what, *then.arm->member->type, *now.arm->member->type, Rule::ArmType, then.range,
                          now.range, differences);
    } else if (then.arm->member.has_value() != now.arm->member.has_value()) {
      differences.add(Rule::ArmType, then.range, now.range,
                      "case " + now.labels + " of " + owner +
                          (now.arm->member ? " has data now" : " has no data any more"));
    }
    if (then.labels != now.labels) {
      differences.add(same_text ? Rule::ArmSwapped : Rule::ArmLabels, then.range, now.range,
                      what + " had the labels (" + then.labels + "), has (" + now.labels + ")");
    }
  }
  if (!in_order(partner) && !same_text) {
    differences.add(Rule::ArmMoved, before.range, after.range, "cases of " + owner + " have another order")
        .effects.protobuf = renumbered;
  } else if (renumbered && differences.count() == known) {
    differences.add(Rule::ArmId, before.range, after.range, "member of " + owner + " has another number");
  }
}

/// Dispatches on the body; both have the same alternative.
struct Comparison {
  const Declaration& before;
  const Declaration& after;
  Differences& differences;

  template <class Body>
  const Body& old_of(const Body&) const {
    return std::get<Body>(before.body);
  }

  void operator()(const model::Constant& now) const {
    const model::Constant& then = old_of(now);
    const std::string owner = title_of(after);
    compare_field_types(owner, *then.type, *now.type, Rule::TypeRenamed, before.range, after.range,
                        differences);
    if (same_value(then.value, now.value)) return;
    differences.add(Rule::ConstantChanged, before.range, after.range,
                    owner + " was " + spelled(then.value) + ", is " + spelled(now.value));
  }
  void operator()(const model::Typedef& now) const {
    compare_field_types(title_of(after), *old_of(now).type, *now.type, Rule::TypedefType, before.range,
                        after.range, differences);
  }
  void operator()(const model::Enum& now) const {
    compare_enumerators(before, after, old_of(now).enumerators, now.enumerators, differences);
  }
  void operator()(const model::Bitmask& now) const {
    const model::Bitmask& then = old_of(now);
    compare_enumerators(before, after, then.flags, now.flags, differences);
    if (then.bit_bound == now.bit_bound) return;
    differences.add(Rule::TypedefType, before.range, after.range,
                    title_of(after) + " had " + std::to_string(then.bit_bound) + " bits, has " +
                        std::to_string(now.bit_bound));
  }
  void operator()(const model::Bitset& now) const {
    const model::Bitset& then = old_of(now);
    Fields old_fields;
    Fields new_fields;
    add_members(then.fields, old_fields);
    add_members(now.fields, new_fields);
    compare_members(before, after, old_fields, new_fields, differences);
    if (widths(then) == widths(now)) return;
    differences.add(Rule::TypedefType, before.range, after.range, title_of(after) + " has other widths");
  }
  void operator()(const model::Struct& now) const {
    const model::Struct& then = old_of(now);
    compare_messages();
    const std::string old_base = then.base == nullptr ? "" : model::qualified_name(*then.base);
    const std::string new_base = now.base == nullptr ? "" : model::qualified_name(*now.base);
    if (old_base == new_base) return;
    differences.add(Rule::StructBase, before.range, after.range,
                    title_of(after) + " had the base " + quoted(old_base) + ", has " + quoted(new_base));
  }
  void operator()(const model::Exception&) const { compare_messages(); }
  void operator()(const model::Union& now) const {
    const std::size_t known = differences.count();
    compare_field_types("discriminator of " + title_of(after), *old_of(now).discriminator, *now.discriminator,
                        Rule::DiscriminatorType, before.range, after.range, differences);
    if (differences.count() == known) compare_arms(before, after, differences);
  }
  void operator()(const model::ValueType& now) const {
    const model::ValueType& then = old_of(now);
    compare_members(before, after, state_of(before), state_of(after), differences);
    const std::string owner = title_of(after);
    if (names_of(then.bases) != names_of(now.bases)) {
      differences.add(
          Rule::ValueBase, before.range, after.range,
          owner + " had the bases (" + names_of(then.bases) + "), has (" + names_of(now.bases) + ")");
    }
    if (then.truncatable != now.truncatable) {
      differences.add(Rule::ValueTruncatable, before.range, after.range,
                      owner + (now.truncatable ? " can be truncated now" : " can no longer be truncated"));
    }
    const std::vector<std::string> old_class = class_of(before);
    const std::vector<std::string> new_class = class_of(after);
    report_missing(old_class, new_class, owner + " no longer has ");
    report_missing(new_class, old_class, owner + " has got ");
  }
  void operator()(const model::ValueBox& now) const {
    compare_field_types(title_of(after), *old_of(now).type, *now.type, Rule::TypedefType, before.range,
                        after.range, differences);
  }
  void operator()(const model::Module&) const {}
  void operator()(const model::Interface&) const {}
  void operator()(const model::Native&) const {}
  void operator()(const model::Unmapped&) const {}

 private:
  void compare_messages() const {
    compare_members(before, after, named(backend::proto::fields_of(before)),
                    named(backend::proto::fields_of(after)), differences);
  }
  static std::vector<std::uint32_t> widths(const model::Bitset& bits) {
    std::vector<std::uint32_t> result;
    for (const model::BitField& field : bits.fields) result.push_back(field.bits);
    return result;
  }
  static std::string names_of(const std::vector<const Declaration*>& declarations) {
    std::string names;
    for (const Declaration* const one : declarations) {
      names.append(names.empty() ? "" : ", ").append(model::qualified_name(*one));
    }
    return names;
  }
  /// What a value type's class, or a base, has besides its state as it travels, as text.
  static std::vector<std::string> class_of(const Declaration& declaration) {
    std::vector<std::string> parts;
    for (const model::ValueType* const value : with_bases(declaration)) add_class(*value, parts);
    return parts;
  }
  static void add_class(const model::ValueType& value, std::vector<std::string>& parts) {
    for (const model::StateMember& member : value.state) {
      if (member.is_public) parts.push_back("public " + quoted(member.name));
    }
    for (const model::InterfaceMember& member : value.members) {
      if (const auto* const attribute = std::get_if<model::Attribute>(&member)) {
        parts.push_back(std::string{attribute->readonly ? "readonly " : ""} + "attribute " +
                        quoted(spelled(*attribute->type) + " " + attribute->name));
        continue;
      }
      const auto& operation = std::get<model::Operation>(member);
      std::string text;
      for (const model::Parameter& parameter : operation.parameters) {
        text.append(text.empty() ? "" : ", ");
        if (parameter.direction != model::Direction::In) text.append("&");
        text.append(spelled(*parameter.type));
      }
      parts.push_back("operation " +
                      quoted(spelled(*operation.result) + " " + operation.name + "(" + text + ")"));
    }
  }
  /// Reports those of `all` that `others` lacks.
  void report_missing(const std::vector<std::string>& all, const std::vector<std::string>& others,
                      const std::string& text) const {
    for (const std::string& one : all) {
      if (std::find(others.begin(), others.end(), one) != others.end()) continue;
      differences.add(Rule::ValueClass, before.range, after.range, text + one);
    }
  }
};

}  // namespace

std::string title_of(const Declaration& declaration) {
  return std::string{model::kind_of(declaration)} + " " + quoted(model::qualified_name(declaration));
}

void compare_declarations(const Declaration& before, const Declaration& after, Differences& differences) {
  std::visit(Comparison{before, after, differences}, after.body);
}

}  // namespace oncec::compare
