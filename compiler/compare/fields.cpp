// Matches two lists by name, then tells what is left over and what stands elsewhere.
#include "compare/fields.hpp"

#include <algorithm>

#include "compare/types.hpp"
#include "model/spelled.hpp"

namespace oncec::compare {
namespace {

std::string wire_text(const Fields& fields) {
  std::vector<const model::Type*> types;
  types.reserve(fields.size());
  for (const Field& field : fields) types.push_back(field.type);
  return compare::wire_text(types);
}

std::string names(const Fields& fields) {
  std::string text;
  for (const Field& field : fields) text += (text.empty() ? "" : ", ") + field.name;
  return text;
}

}  // namespace

Fields named(const std::vector<backend::proto::Field>& numbered) {
  Fields fields;
  for (const backend::proto::Field& field : numbered) {
    if (field.name == nullptr) continue;
    const bool is_external = field.member != nullptr && field.member->is_external;
    fields.push_back({*field.name, field.type, field.number, field.range, is_external});
  }
  return fields;
}

void compare_field_types(const std::string& what, const model::Type& before, const model::Type& after,
                         Rule other, SourceRange old_range, SourceRange new_range, Differences& differences) {
  const TypeChange change = compare_types(before, after);
  if (change == TypeChange::None) return;
  const Rule rule = change == TypeChange::Renamed ? Rule::TypeRenamed
                    : change == TypeChange::Bound ? Rule::BoundChanged
                                                  : other;
  differences.add(rule, old_range, new_range,
                  what + " was " + quoted(spelled(before)) + ", is " + quoted(spelled(after)));
}

bool in_order(const std::vector<std::size_t>& partners) {
  std::vector<std::size_t> known;
  std::copy_if(partners.begin(), partners.end(), std::back_inserter(known),
               [](std::size_t partner) { return partner != kNone; });
  return std::is_sorted(known.begin(), known.end());
}

void compare_fields(const Fields& before, const Fields& after, const FieldRules& rules, SourceRange old_owner,
                    SourceRange new_owner, Differences& differences) {
  const std::vector<std::size_t> partner = partners(before, after, [&](std::size_t k, std::size_t i) {
    return before[k].number == after[i].number &&
           compare_types(*before[k].type, *after[i].type) == TypeChange::None;
  });
  std::vector<bool> kept(before.size(), false);
  bool renumbered = false;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (partner[i] == kNone) continue;
    kept[partner[i]] = true;
    renumbered = renumbered || before[partner[i]].number != after[i].number;
  }

  bool other_list = false;
  for (std::size_t k = 0; k < before.size(); ++k) {
    if (kept[k]) continue;
    other_list = true;
    differences
        .add(rules.removed, before[k].range, new_owner,
             rules.noun + " " + quoted(before[k].name) + " removed from " + rules.owner)
        .effects.protobuf = renumbered;
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    const Field& now = after[i];
    const std::string what = rules.noun + " " + quoted(now.name) + " of " + rules.owner;
    if (partner[i] == kNone) {
      other_list = true;
      differences
          .add(rules.added, old_owner, now.range,
               rules.noun + " " + quoted(now.name) + " added to " + rules.owner)
          .effects.protobuf = renumbered;
      continue;
    }
    const Field& then = before[partner[i]];
    if (then.name != now.name) {
      differences.add(rules.renamed, then.range, now.range, what + " was " + quoted(then.name));
    }
    compare_field_types(what, *then.type, *now.type, rules.type, then.range, now.range, differences);
    if (then.is_external != now.is_external) {
      differences.add(Rule::TypeRenamed, then.range, now.range,
                      what + (now.is_external ? " is @external now" : " is no longer @external"));
    }
  }

  if (!in_order(partner)) {
    const bool silent = wire_text(before) == wire_text(after);
    differences
        .add(silent ? rules.swapped : rules.moved, old_owner, new_owner,
             rules.noun + "s of " + rules.owner + " were in the order (" + names(before) + "), are in (" +
                 names(after) + ")")
        .effects.protobuf = renumbered;
  } else if (renumbered && !other_list) {
    differences.add(rules.id, old_owner, new_owner,
                    rules.noun + " of " + rules.owner + " has another number");
  }
}

}  // namespace oncec::compare
