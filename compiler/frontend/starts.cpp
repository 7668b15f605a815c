// A declaration is settled once a new value of it is known to end: all that it holds is settled. A union
// needs one arm for that. It waits for its first arm as long as anything else can be settled, and takes
// another only then; so a new union has its first arm set unless that leads back to it.
#include "frontend/starts.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace oncec::frontend {

namespace {

using model::Declaration;

/// What is part of every value of the type: a struct or union; nullptr if there is no such thing.
const Declaration* held(const model::Type& type) {
  const model::Type* element = &model::resolve(type);
  while (const auto* array = std::get_if<model::ArrayType>(&element->form)) {
    element = &model::resolve(*array->element);
  }
  const auto* named = std::get_if<model::NamedType>(&element->form);
  if (named == nullptr) return nullptr;
  const auto& body = named->declaration->body;
  const bool holds =
      std::holds_alternative<model::Struct>(body) || std::holds_alternative<model::Union>(body);
  return holds ? named->declaration : nullptr;
}

class Starts {
 public:
  explicit Starts(model::Model& model) {
    for (Declaration& declaration : model.declarations) waiting_.push_back(&declaration);
    unsettled_.insert(waiting_.begin(), waiting_.end());
  }

  /// Settles what can be settled.
  void settle() {
    do {
      settle_all_waiting();
    } while (settle_a_union_by_another_arm());
  }

  /// What a declaration that cannot be settled fails on: a member that leads back to it, or a base.
  struct Circle {
    const Declaration* holder = nullptr;
    const model::Member* member = nullptr;
  };
  /// nullopt: everything is settled.
  std::optional<Circle> circle() const {
    if (waiting_.empty()) return std::nullopt;
    // Who always goes on to something that is not settled comes into a circle in the end.
    const Declaration* at = waiting_.front();
    for (std::size_t i = 0; i < waiting_.size(); ++i) at = next(*at).first;
    const Declaration* const first = at;
    Circle found{at, next(*at).second};
    do {
      const auto [following, member] = next(*at);
      if (member != nullptr && (found.member == nullptr || member->is_external)) found = {at, member};
      at = following;
    } while (at != first);
    return found;
  }

  void forgive(const Declaration* declaration) {
    unsettled_.erase(declaration);
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), declaration));
  }

 private:
  /// What is not in the model, since it was wrong, holds nobody up.
  bool is_settled(const Declaration* declaration) const { return unsettled_.count(declaration) == 0; }
  bool is_settled(const model::UnionCase& arm) const {
    return !arm.member || is_settled(held(*arm.member->type));
  }

  bool can_settle(const Declaration& declaration) const {
    if (const auto* structure = std::get_if<model::Struct>(&declaration.body)) {
      return is_settled(structure->base) &&
             std::all_of(structure->members.begin(), structure->members.end(),
                         [&](const model::Member& member) { return is_settled(held(*member.type)); });
    }
    const auto* choice = std::get_if<model::Union>(&declaration.body);
    return choice == nullptr || choice->cases.empty() || is_settled(choice->cases.front());
  }

  void settle_all_waiting() {
    for (std::size_t before = waiting_.size() + 1; waiting_.size() < before;) {
      before = waiting_.size();
      const auto settle_now = [&](const Declaration* declaration) {
        if (!can_settle(*declaration)) return false;
        unsettled_.erase(declaration);
        return true;
      };
      waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), settle_now), waiting_.end());
    }
  }

  bool settle_a_union_by_another_arm() {
    for (Declaration* declaration : waiting_) {
      auto* choice = std::get_if<model::Union>(&declaration->body);
      if (choice == nullptr) continue;
      const auto arm = std::find_if(choice->cases.begin(), choice->cases.end(),
                                    [&](const model::UnionCase& each) { return is_settled(each); });
      if (arm == choice->cases.end() && !choice->has_implicit_default) continue;
      choice->start = static_cast<std::size_t>(arm - choice->cases.begin());
      forgive(declaration);
      return true;
    }
    return false;
  }

  /// The first thing that is held and is not settled, and by which member; a base is held by none.
  std::pair<const Declaration*, const model::Member*> next(const Declaration& declaration) const {
    if (const auto* choice = std::get_if<model::Union>(&declaration.body)) {
      const model::Member& member = *choice->cases.front().member;
      return {held(*member.type), &member};
    }
    const auto& structure = std::get<model::Struct>(declaration.body);
    if (!is_settled(structure.base)) return {structure.base, nullptr};
    const auto member =
        std::find_if(structure.members.begin(), structure.members.end(),
                     [&](const model::Member& each) { return !is_settled(held(*each.type)); });
    return {held(*member->type), &*member};
  }

  std::vector<Declaration*> waiting_;
  std::unordered_set<const Declaration*> unsettled_;  // the same, for looking up
};

}  // namespace

void choose_starts(model::Model& model, Reporter& reporter) {
  Starts starts(model);
  starts.settle();
  while (const auto circle = starts.circle()) {
    // Without a member it is one of bases alone, and reported as such.
    if (circle->member != nullptr) {
      reporter.report(Message::ContainsItselfWithoutEnd, circle->member->range, {circle->holder->name});
    }
    starts.forgive(circle->holder);
    starts.settle();
  }
}

}  // namespace oncec::frontend
