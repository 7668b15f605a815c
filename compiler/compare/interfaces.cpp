// Operations are matched by their numbers, which is what travels; those left over, by their names.
#include "compare/interfaces.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compare/fields.hpp"
#include "compare/types.hpp"
#include "model/spelled.hpp"

namespace oncec::compare {
namespace {

using model::Declaration;
using model::Operation;

/// An operation, and the interface that declares it.
struct Entry {
  const Operation* operation;
  const Declaration* declared_in;
};

void add_own(const Declaration& interface, std::vector<Entry>& entries) {
  for (const model::InterfaceMember& member : std::get<model::Interface>(interface.body).members) {
    if (const auto* const operation = std::get_if<Operation>(&member)) {
      entries.push_back({operation, &interface});
    } else {
      const auto& attribute = std::get<model::Attribute>(member);
      entries.push_back({&attribute.reader, &interface});
      if (attribute.writer) entries.push_back({&*attribute.writer, &interface});
    }
  }
}

/// With the bases' operations, each once.
std::vector<Entry> all_operations(const Declaration& interface) {
  std::vector<Entry> entries;
  std::vector<const Declaration*> queue{&interface};
  std::set<const Declaration*> seen;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    if (!seen.insert(queue[i]).second) continue;
    add_own(*queue[i], entries);
    const auto& bases = std::get<model::Interface>(queue[i]->body).bases;
    queue.insert(queue.end(), bases.begin(), bases.end());
  }
  return entries;
}

const Entry* find_id(const std::vector<Entry>& entries, std::uint32_t id) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.operation->id == id; });
  return found == entries.end() ? nullptr : &*found;
}
const Entry* find_name(const std::vector<Entry>& entries, const std::string& name) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.operation->name == name; });
  return found == entries.end() ? nullptr : &*found;
}

/// "operation 'pay' of interface 'shop::Till'", "reading of attribute 'total' …".
std::string text_of(const Entry& entry) {
  const std::string owner = " of interface " + quoted(model::qualified_name(*entry.declared_in));
  const std::string& name = entry.operation->name;
  if (name.rfind("_get_", 0) == 0) return "reading of attribute " + quoted(name.substr(5)) + owner;
  if (name.rfind("_set_", 0) == 0) return "writing of attribute " + quoted(name.substr(5)) + owner;
  return "operation " + quoted(name) + owner;
}

std::string_view name_of(const Operation& operation) {
  switch (operation.semantics) {
    case model::Semantics::Maybe: return "@maybe";
    case model::Semantics::AtLeastOnce: return "@idempotent";
    case model::Semantics::AtMostOnce: return "@at_most_once";
    case model::Semantics::ExactlyOnce: return "@exactly_once";
  }
  return {};
}

Rule rule_of(model::Semantics before, model::Semantics after) {
  using model::Semantics;
  if (before == Semantics::ExactlyOnce || after == Semantics::ExactlyOnce) return Rule::ExactlyOnce;
  switch (before) {
    case Semantics::Maybe:
      return after == Semantics::AtLeastOnce ? Rule::MaybeToIdempotent : Rule::MaybeToAtMostOnce;
    case Semantics::AtLeastOnce:
      return after == Semantics::Maybe ? Rule::IdempotentToMaybe : Rule::IdempotentToAtMostOnce;
    default: return after == Semantics::Maybe ? Rule::AtMostOnceToMaybe : Rule::AtMostOnceToIdempotent;
  }
}

bool returns_value(const Operation& operation) {
  const auto* const primitive = std::get_if<model::Primitive>(&model::resolve(*operation.result).form);
  return primitive == nullptr || *primitive != model::Primitive::Void;
}

void compare_arguments(const Operation& before, const Operation& after, const std::string& owner,
                       Differences& differences) {
  const FieldRules arguments{Rule::ArgumentAdded,
                             Rule::ArgumentRemoved,
                             Rule::ArgumentType,
                             Rule::ArgumentMoved,
                             Rule::ArgumentSwapped,
                             Rule::ArgumentRenamed,
                             Rule::ArgumentId,
                             "argument",
                             owner};
  compare_fields(named(backend::proto::request_of(before)), named(backend::proto::request_of(after)),
                 arguments, before.range, after.range, differences);
}

void compare_results(const Operation& before, const Operation& after, const std::string& owner,
                     Differences& differences) {
  const bool value_before = returns_value(before);
  const bool value_after = returns_value(after);
  if (value_before && value_after) {
    compare_field_types("result of " + owner, *before.result, *after.result, Rule::ResultType, before.range,
                        after.range, differences);
  } else if (value_before != value_after) {
    differences.add(Rule::ResultType, before.range, after.range,
                    "result of " + owner + " was " + quoted(spelled(*before.result)) + ", is " +
                        quoted(spelled(*after.result)));
  }
  const FieldRules results{Rule::ResultAdded,
                           Rule::ResultRemoved,
                           Rule::ResultType,
                           Rule::ResultMoved,
                           Rule::ResultSwapped,
                           Rule::ResultRenamed,
                           Rule::ResultId,
                           "result",
                           owner};
  const Fields old_results = named(backend::proto::reply_of(before));
  const Fields new_results = named(backend::proto::reply_of(after));
  const std::size_t known = differences.count();
  compare_fields(old_results, new_results, results, before.range, after.range, differences);
  // A result that is the only one comes without a struct, and its name is nowhere in C++.
  const bool structs = new_results.size() + (value_after ? 1 : 0) > 1;
  if (!structs) differences.make_compatible(Rule::ResultRenamed, known);
}

void compare_raises(const Operation& before, const Operation& after, const std::string& owner,
                    Differences& differences) {
  const auto has = [](const std::vector<const Declaration*>& list, const Declaration& exception) {
    return std::any_of(list.begin(), list.end(), [&](const Declaration* each) {
      return each->repository_id == exception.repository_id;
    });
  };
  bool same_set = true;
  for (const Declaration* const exception : before.raises) {
    if (has(after.raises, *exception)) continue;
    same_set = false;
    differences.add(Rule::RaisesRemoved, before.range, after.range,
                    owner + " no longer raises " + quoted(model::qualified_name(*exception)));
  }
  for (const Declaration* const exception : after.raises) {
    if (has(before.raises, *exception)) continue;
    same_set = false;
    differences.add(Rule::RaisesAdded, before.range, after.range,
                    owner + " raises " + quoted(model::qualified_name(*exception)) + " now");
  }
  const bool same_order = std::equal(
      before.raises.begin(), before.raises.end(), after.raises.begin(), after.raises.end(),
      [](const Declaration* a, const Declaration* b) { return a->repository_id == b->repository_id; });
  if (same_set && !same_order) {
    differences.add(Rule::RaisesMoved, before.range, after.range,
                    owner + " raises its exceptions in another order");
  }
}

std::string limit(std::uint32_t value, std::string_view unit, std::string_view otherwise) {
  return value == 0 ? std::string{otherwise} : std::to_string(value).append(unit);
}

void compare_manner(const Operation& before, const Operation& after, const std::string& owner,
                    Differences& differences) {
  if (before.semantics != after.semantics) {
    differences.add(rule_of(before.semantics, after.semantics), before.range, after.range,
                    owner + " was " + std::string{name_of(before)} + ", is " + std::string{name_of(after)});
  }
  if (before.deadline_ms != after.deadline_ms) {
    differences.add(Rule::DeadlineChanged, before.range, after.range,
                    "deadline of " + owner + " was " +
                        limit(before.deadline_ms, " ms", "the client's default") + ", is " +
                        limit(after.deadline_ms, " ms", "the client's default"));
  }
  if (before.orphan != after.orphan) {
    const bool cancels = after.orphan == model::OrphanPolicy::Cancel;
    differences.add(Rule::OrphanChanged, before.range, after.range,
                    owner + (cancels ? " is cancelled now when its caller is gone"
                                     : " goes on now when its caller is gone"));
  }
  if (before.reply_max != after.reply_max) {
    differences.add(Rule::ReplyMaxChanged, before.range, after.range,
                    "largest reply of " + owner + " was " +
                        limit(before.reply_max, " octets", "by its types") + ", is " +
                        limit(after.reply_max, " octets", "by its types"));
  }
}

void compare_operations(const Entry& before, const Entry& after, Differences& differences) {
  const Operation& then = *before.operation;
  const Operation& now = *after.operation;
  const std::string owner = text_of(after);
  const bool renamed = then.name != now.name;
  if (then.id != now.id) {
    const bool is_procedure = std::get<model::Interface>(after.declared_in->body).onc_program.has_value();
    differences.add(is_procedure ? Rule::ProcedureNumber : Rule::OperationId, then.range, now.range,
                    owner + " had the number " + std::to_string(then.id) + ", has " + std::to_string(now.id));
  } else if (renamed) {
    differences.add(Rule::OperationRenamed, then.range, now.range, owner + " was " + quoted(then.name));
  }
  if (!renamed && then.cpp_name != now.cpp_name) {
    differences.add(Rule::CppNameChanged, then.range, now.range,
                    owner + " was " + quoted(then.cpp_name.empty() ? then.name : then.cpp_name) +
                        " in C++, is " + quoted(now.cpp_name.empty() ? now.name : now.cpp_name));
  }
  compare_arguments(then, now, owner, differences);
  compare_results(then, now, owner, differences);
  compare_raises(then, now, owner, differences);
  compare_manner(then, now, owner, differences);
}

std::set<std::string> base_names(const Declaration& interface) {
  std::set<std::string> names;
  for (const Declaration* const base : std::get<model::Interface>(interface.body).bases) {
    names.insert(model::qualified_name(*base));
  }
  return names;
}

/// `lost`: operations of a base are not to be found any more. Else they have only been taken over.
void compare_bases(const Declaration& before, const Declaration& after, bool lost, Differences& differences) {
  const std::string owner = "interface " + quoted(model::qualified_name(after));
  const std::set<std::string> old_bases = base_names(before);
  const std::set<std::string> new_bases = base_names(after);
  for (const std::string& base : old_bases) {
    if (new_bases.count(base) != 0) continue;
    differences
        .add(Rule::BaseRemoved, before.range, after.range, owner + " no longer inherits from " + quoted(base))
        .effects = lost ? info(Rule::BaseRemoved).effects : Effects{.source = true};
  }
  for (const std::string& base : new_bases) {
    if (old_bases.count(base) != 0) continue;
    differences.add(Rule::BaseAdded, before.range, after.range,
                    owner + " inherits from " + quoted(base) + " now");
  }
}

void compare_program(const Declaration& before, const Declaration& after, Differences& differences) {
  const auto& then = std::get<model::Interface>(before.body).onc_program;
  const auto& now = std::get<model::Interface>(after.body).onc_program;
  if (!then || !now) return;
  const std::string owner = "interface " + quoted(model::qualified_name(after));
  const auto compare_numbers = [&](Rule rule, std::string_view what, std::uint32_t old_number,
                                   std::uint32_t new_number) {
    if (old_number == new_number) return;
    std::string text = owner;
    text.append(" had the ").append(what).append(" number ").append(std::to_string(old_number));
    differences.add(rule, before.range, after.range, text + ", has " + std::to_string(new_number));
  };
  compare_numbers(Rule::ProgramNumber, "program", then->program, now->program);
  compare_numbers(Rule::VersionNumber, "version", then->version, now->version);
}

}  // namespace

void compare_interfaces(const Declaration& before, const Declaration& after, Differences& differences) {
  // What a base declares, on both sides, is told where the bases are compared.
  const std::vector<Entry> old_entries = all_operations(before);
  const std::vector<Entry> new_entries = all_operations(after);
  std::set<const Operation*> matched;
  bool lost_inherited = false;
  for (const Entry& then : old_entries) {
    const Entry* now = find_id(new_entries, then.operation->id);
    if (now == nullptr) now = find_name(new_entries, then.operation->name);
    const bool own = then.declared_in == &before;
    if (now == nullptr) {
      lost_inherited = lost_inherited || !own;
      if (!own) continue;
      differences.add(Rule::OperationRemoved, then.operation->range, after.range, text_of(then) + " removed");
      continue;
    }
    matched.insert(now->operation);
    if (own || now->declared_in == &after) compare_operations(then, *now, differences);
  }
  for (const Entry& now : new_entries) {
    if (now.declared_in != &after || matched.count(now.operation) != 0) continue;
    differences.add(Rule::OperationAdded, before.range, now.operation->range, text_of(now) + " added");
  }
  compare_bases(before, after, lost_inherited, differences);
  compare_program(before, after, differences);
}

}  // namespace oncec::compare
