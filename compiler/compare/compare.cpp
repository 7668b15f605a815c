// Matches declarations by their names.
#include "compare/compare.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compare/declarations.hpp"
#include "compare/interfaces.hpp"
#include "model/spelled.hpp"

namespace oncec::compare {
namespace {

using model::Declaration;

/// Those that can differ: modules only hold others, and built-in files are the same for both.
std::map<std::string, const Declaration*> by_name(const model::Model& model) {
  std::map<std::string, const Declaration*> result;
  for (const Declaration& declaration : model.declarations) {
    if (declaration.range.file == nullptr || std::holds_alternative<model::Module>(declaration.body))
      continue;
    const auto* const interface = std::get_if<model::Interface>(&declaration.body);
    if (interface != nullptr && !interface->defined) continue;
    result.emplace(model::qualified_name(declaration), &declaration);
  }
  return result;
}

Rule added(const Declaration& declaration) {
  return std::holds_alternative<model::Interface>(declaration.body) ? Rule::InterfaceAdded
                                                                    : Rule::DeclarationAdded;
}
Rule removed(const Declaration& declaration) {
  return std::holds_alternative<model::Interface>(declaration.body) ? Rule::InterfaceRemoved
                                                                    : Rule::DeclarationRemoved;
}

}  // namespace

std::vector<Difference> compare(const model::Model& before, const model::Model& after) {
  Differences differences;
  const auto old_names = by_name(before);
  const auto new_names = by_name(after);
  for (const Declaration& then : before.declarations) {
    const std::string name = model::qualified_name(then);
    const auto known = old_names.find(name);
    if (known == old_names.end() || known->second != &then || new_names.count(name) != 0) continue;
    differences.add(removed(then), then.range, {}, title_of(then) + " removed");
  }
  for (const Declaration& now : after.declarations) {
    const std::string name = model::qualified_name(now);
    const auto known = new_names.find(name);
    if (known == new_names.end() || known->second != &now) continue;
    const auto partner = old_names.find(name);
    if (partner == old_names.end()) {
      differences.add(added(now), {}, now.range, title_of(now) + " added");
      continue;
    }
    const Declaration& then = *partner->second;
    if (then.body.index() != now.body.index()) {
      differences.add(Rule::DeclarationKind, then.range, now.range,
                      quoted(name)
                          .append(" was ")
                          .append(model::described(then))
                          .append(", is ")
                          .append(model::described(now)));
    } else if (std::holds_alternative<model::Interface>(now.body)) {
      compare_interfaces(then, now, differences);
    } else {
      compare_declarations(then, now, differences);
    }
  }
  return std::move(differences).take();
}

}  // namespace oncec::compare
