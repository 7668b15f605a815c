// Lists of things with a name, a type and a place in an order: members, arguments, results.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/proto/fields.hpp"
#include "compare/difference.hpp"
#include "model/model.hpp"

namespace oncec::compare {

struct Field {
  std::string name;
  const model::Type* type = nullptr;
  std::uint64_t number = 0;  // in Protocol Buffers
  SourceRange range;
  bool is_external = false;
};
using Fields = std::vector<Field>;

/// Those that have a name: all but an operation's return value.
Fields named(const std::vector<backend::proto::Field>& numbered);

/// Which rules speak of such a list, and how it is called.
struct FieldRules {
  Rule added, removed, type, moved, swapped, renamed, id;
  std::string noun;   // "member"
  std::string owner;  // "struct 'shop::Item'"
};

/// `before` and `after`: where the whole stands, for fields that are not there.
void compare_fields(const Fields& before, const Fields& after, const FieldRules& rules, SourceRange old_owner,
                    SourceRange new_owner, Differences& differences);

/// Adds what compare_types says about the two; `other`: the rule for types that have nothing in common.
void compare_field_types(const std::string& what, const model::Type& before, const model::Type& after,
                         Rule other, SourceRange old_range, SourceRange new_range, Differences& differences);

/// For each of `after`, its partner's index in `before`: the one of its name, or, if both are left over, the
/// one that `may_be_renamed` accepts.
inline constexpr std::size_t kNone = ~std::size_t{0};

template <class List, class Renamed>
std::vector<std::size_t> partners(const List& before, const List& after, Renamed may_be_renamed) {
  std::vector<std::size_t> result(after.size(), kNone);
  std::vector<bool> taken(before.size(), false);
  for (const bool by_name : {true, false}) {
    for (std::size_t i = 0; i < after.size(); ++i) {
      for (std::size_t k = 0; k < before.size() && result[i] == kNone; ++k) {
        if (taken[k] || !(by_name ? before[k].name == after[i].name : may_be_renamed(k, i))) continue;
        result[i] = k;
        taken[k] = true;
      }
    }
  }
  return result;
}

/// True if no two that are in both lists changed their order.
bool in_order(const std::vector<std::size_t>& partners);

}  // namespace oncec::compare
