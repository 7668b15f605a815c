// From the model's operations and attributes to C++ functions.
#include "backend/cpp/operations.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <set>

#include "backend/cpp/types.hpp"
#include "backend/proto/octets.hpp"
#include "backend/wire.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;
using model::Direction;

const model::Interface& interface_of(const Declaration& declaration) {
  return std::get<model::Interface>(declaration.body);
}

OperationPlan plan_function(const model::Operation& operation, const Declaration& owner,
                            std::string_view stem, std::string plumbing) {
  OperationPlan result;
  result.operation = &operation;
  result.owner = &owner;
  result.doc = operation.doc;
  result.name = identifier(stem);
  result.try_name = "try_" + std::string{stem};
  result.async_name = "async_" + std::string{stem};
  result.traits = owner.name + "_" + plumbing;
  result.plumbing = std::move(plumbing);
  if (!is_void(*operation.result)) result.results.push_back({"result", operation.result.get()});
  for (const model::Parameter& parameter : operation.parameters) {
    const Item item{parameter_name(parameter.name), parameter.type.get()};
    if (parameter.direction != Direction::Out) result.arguments.push_back(item);
    if (parameter.direction != Direction::In) result.results.push_back(item);
  }
  if (result.results.size() > 1) result.result_struct = pascal_case(stem) + "Result";
  return result;
}

// What a stub, a servant or a reference has besides its operations.
constexpr std::initializer_list<const char*> kInterfaceNames = {
    "with",     "ref",      "Stub",           "Servant", "CoServant",   "Interface",
    "StubBase", "dispatch", "find_operation", "is_a",    "interface_id"};

void put_underscore(OperationPlan& plan) {
  plan.name += "_";
  plan.try_name += "_";
  plan.async_name += "_";
}

/// Operations of `interface` whose name generated code needs give way, as other names do: `try_pay` beside
/// `pay` is `try_pay_`. Only its bases and itself count, so that it has the same names wherever it is
/// inherited. What was named by @cpp_name keeps that name.
void give_way(const Declaration& interface, std::vector<OperationPlan>& plans) {
  const std::vector<const Declaration*> bases = all_bases(interface);
  const auto is_base = [&](const OperationPlan& plan) {
    return std::find(bases.begin(), bases.end(), plan.owner) != bases.end();
  };
  const auto is_in_the_way = [&](const OperationPlan& plan, const OperationPlan& other) {
    if (plan.name == other.try_name || plan.name == other.async_name) return true;
    return is_base(other) && (plan.try_name == other.name || plan.async_name == other.name);
  };
  for (OperationPlan& plan : plans) {
    if (plan.owner != &interface || !plan.operation->cpp_name.empty()) continue;
    const bool is_taken =
        std::find(kInterfaceNames.begin(), kInterfaceNames.end(), plan.name) != kInterfaceNames.end();
    if (is_taken || std::any_of(plans.begin(), plans.end(), [&](const OperationPlan& other) {
          return (is_base(other) || other.owner == &interface) && is_in_the_way(plan, other);
        })) {
      put_underscore(plan);
    }
  }
}

std::string_view stem_of(const model::Operation& operation, const std::string& idl_name) {
  return operation.cpp_name.empty() ? std::string_view{idl_name} : std::string_view{operation.cpp_name};
}

void plan_own(const Declaration& interface, std::vector<OperationPlan>& plans) {
  for (const model::InterfaceMember& member : interface_of(interface).members) {
    if (const auto* const operation = std::get_if<model::Operation>(&member)) {
      const std::string_view stem = stem_of(*operation, operation->name);
      plans.push_back(plan_function(*operation, interface, stem, std::string{stem}));
      continue;
    }
    const auto& attribute = std::get<model::Attribute>(member);
    const std::string_view stem = stem_of(attribute.reader, attribute.name);
    plans.push_back(plan_function(attribute.reader, interface, stem, std::string{stem}));
    plans.back().doc = attribute.doc;
    if (attribute.writer) {
      plans.push_back(plan_function(*attribute.writer, interface, stem, "set_" + std::string{stem}));
      plans.back().doc = attribute.doc;
    }
  }
  give_way(interface, plans);
}

/// Finds two operations that need the same C++ name. Names are claimed in order; the later one is reported.
class Claims {
 public:
  Claims(const Declaration& interface, std::vector<Problem>& problems)
      : interface_(interface), problems_(problems) {}

  void reserve(std::initializer_list<const char*> names) {
    for (const char* const name : names) holders_.emplace(name, nullptr);
  }
  /// `shared`: the reader and the writer of an attribute are overloads.
  void claim(const std::string& name, const OperationPlan& plan) {
    const auto [place, is_new] = holders_.emplace(name, &plan);
    if (is_new || reported_.contains(plan.operation) || is_overload(place->second, plan)) return;
    reported_.insert(plan.operation);
    std::string text = "'" + shown(plan) + "' needs the C++ name '" + name + "', which ";
    text += place->second != nullptr ? "'" + shown(*place->second) + "' has" : "generated code has";
    const bool own = plan.owner == &interface_;
    problems_.push_back(
        {own ? plan.operation->range : interface_.range, text + "; @cpp_name(\"...\") gives it another"});
  }

 private:
  static bool is_overload(const OperationPlan* other, const OperationPlan& plan) {
    return other != nullptr && other->owner == plan.owner && other->name == plan.name &&
           other->plumbing != plan.plumbing &&
           (plan.plumbing == "set_" + other->plumbing || other->plumbing == "set_" + plan.plumbing);
  }
  /// The name in the IDL; an attribute's operations are called after it.
  static std::string shown(const OperationPlan& plan) {
    const std::string& name = plan.operation->name;
    return name.starts_with("_get_") || name.starts_with("_set_") ? name.substr(5) : name;
  }

  const Declaration& interface_;
  std::vector<Problem>& problems_;
  std::map<std::string, const OperationPlan*> holders_;
  std::set<const model::Operation*> reported_;
};

void check_names(const Names& names, const InterfacePlan& plan, std::vector<Problem>& problems) {
  Claims claims{*plan.declaration, problems};
  claims.reserve(kInterfaceNames);
  for (const OperationPlan& operation : plan.all) {
    claims.claim(operation.name, operation);
    claims.claim(operation.try_name, operation);
    claims.claim(operation.async_name, operation);
    claims.claim("prepare_" + operation.plumbing, operation);
    claims.claim("finish_" + operation.plumbing, operation);
  }
  Claims structs{*plan.declaration, problems};
  structs.reserve({"Ref", "Stub", "Servant", "CoServant", "interface_id"});
  std::set<std::string> taken;
  for (const Declaration* const declaration : interface_of(*plan.declaration).declarations) {
    taken.insert(names.name(*declaration));
  }
  for (const OperationPlan& operation : plan.own) {
    if (operation.result_struct.empty()) continue;
    structs.claim(operation.result_struct, operation);
    if (taken.contains(operation.result_struct)) {
      problems.push_back({operation.operation->range,
                          "'" + operation.name + "' needs the C++ name '" + operation.result_struct +
                              "' for its results; @cpp_name(\"...\") gives it another"});
    }
  }
}

}  // namespace

bool in_transaction(const OperationPlan& operation) {
  return operation.operation->semantics == model::Semantics::ExactlyOnce;
}

bool needs_store(const InterfacePlan& interface) {
  return std::any_of(interface.all.begin(), interface.all.end(), in_transaction);
}

InterfacePlan plan(const Names& names, const Declaration& interface, std::vector<Problem>& problems) {
  InterfacePlan result;
  result.declaration = &interface;
  for (const Declaration* const base : all_bases(interface)) plan_own(*base, result.all);
  plan_own(interface, result.all);
  std::copy_if(result.all.begin(), result.all.end(), std::back_inserter(result.own),
               [&](const OperationPlan& plan) { return plan.owner == &interface; });
  check_names(names, result, problems);
  return result;
}

std::string spell_result(const Names& names, const OperationPlan& operation, const Scope& from) {
  if (operation.results.empty()) return "void";
  if (operation.results.size() == 1) return spell(names, *operation.results.front().type, from);
  // Not a declaration of the model: found in the interface, which is.
  const std::vector<std::string> owner = names.path(*operation.owner);
  const bool inside =
      from.path.size() >= owner.size() && std::equal(owner.begin(), owner.end(), from.path.begin());
  return inside && !from.hidden.contains(operation.result_struct)
             ? operation.result_struct
             : names.spell(*operation.owner, from) + "::" + operation.result_struct;
}

std::uint32_t reply_max(const model::Operation& operation, bool with_protobuf) {
  if (operation.reply_max != 0) return operation.reply_max;
  constexpr std::uint64_t kUnbounded = 65'536;
  std::uint64_t bound = reply_bound(operation).value_or(kUnbounded);
  if (with_protobuf) bound = std::max(bound, proto::reply_bound(operation).value_or(kUnbounded));
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(bound, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace oncec::backend::cpp
