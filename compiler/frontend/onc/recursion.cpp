// A type may hold itself through '*' or '<>' only; and a typedef may not be made of itself at all.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "frontend/onc/declarations.hpp"
#include "frontend/token_stream.hpp"

namespace oncec::frontend::onc {

namespace {

/// Walks over what types hold by value, each declaration once.
class Recursion {
 public:
  explicit Recursion(Reporter& reporter) : reporter_(reporter) {}

  /// How many types deep a value is, itself included; 0 while that is being found out.
  std::size_t depth(model::Declaration& declaration, std::size_t on_path) {
    const auto [entry, is_new] = depth_.emplace(&declaration, 0);
    if (!is_new) return entry->second;
    std::size_t deepest = 0;
    if (on_path >= kNestingMax) {
      reporter_.report(Message::TooDeep, declaration.range, {std::to_string(kNestingMax)});
      break_typedef(declaration);
    } else if (auto* structure = std::get_if<model::Struct>(&declaration.body)) {
      for (const model::Member& member : structure->members) {
        deepest = std::max(deepest, member_depth(declaration, *member.type, member.range, on_path));
      }
    } else if (auto* choice = std::get_if<model::Union>(&declaration.body)) {
      for (const model::UnionCase& arm : choice->cases) {
        if (!arm.member) continue;
        deepest = std::max(deepest, member_depth(declaration, *arm.member->type, arm.member->range, on_path));
      }
    } else if (auto* alias = std::get_if<model::Typedef>(&declaration.body)) {
      deepest = member_depth(declaration, *alias->type, declaration.range, on_path);
    }
    return depth_[&declaration] = deepest + 1;
  }

 private:
  /// What is held by value, or, in a typedef, what it is made of in any way that other typedefs are.
  static const model::Declaration* held(const model::Declaration& holder, const model::Type& type) {
    if (const auto* named = std::get_if<model::NamedType>(&type.form)) return named->declaration;
    if (const auto* array = std::get_if<model::ArrayType>(&type.form)) return held(holder, *array->element);
    const model::Type* element = nullptr;
    if (const auto* sequence = std::get_if<model::SequenceType>(&type.form))
      element = sequence->element.get();
    if (const auto* optional = std::get_if<model::OptionalType>(&type.form))
      element = optional->element.get();
    if (element == nullptr || !std::holds_alternative<model::Typedef>(holder.body)) return nullptr;
    const model::Declaration* inner = held(holder, *element);
    const bool is_alias = inner != nullptr && std::holds_alternative<model::Typedef>(inner->body);
    return is_alias ? inner : nullptr;
  }

  std::size_t member_depth(model::Declaration& holder, const model::Type& type, SourceRange range,
                           std::size_t on_path) {
    const model::Declaration* inner = held(holder, type);
    if (inner == nullptr) return 0;
    // The model's own, and this is its maker.
    const std::size_t found = depth(const_cast<model::Declaration&>(*inner), on_path + 1);
    if (found != 0) return found;
    const bool is_alias = std::holds_alternative<model::Typedef>(holder.body);
    reporter_.report(is_alias ? Message::DefinedInCircle : Message::ContainsItselfByValue, range,
                     {inner->name});
    break_typedef(holder);
    return 0;
  }

  /// So that nobody follows it for ever.
  static void break_typedef(model::Declaration& declaration) {
    if (auto* alias = std::get_if<model::Typedef>(&declaration.body)) {
      alias->type = make_type({model::Primitive::Int32});
    }
  }

  Reporter& reporter_;
  std::unordered_map<const model::Declaration*, std::size_t> depth_;
};

}  // namespace

void Declarations::check_recursion() {
  Recursion recursion(reporter_);
  for (model::Declaration& declaration : model_.declarations) recursion.depth(declaration, 0);
}

}  // namespace oncec::frontend::onc
