// Unions: what they switch on, and their labels.
#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "frontend/onc/declarations.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend::onc {

namespace {

/// Integers of at most 32 bits, bool and enums. C's short ones are int on the wire.
bool can_switch_on(const model::Type& type) {
  if (const auto* named = std::get_if<model::NamedType>(&type.form)) {
    return std::holds_alternative<model::Enum>(named->declaration->body);
  }
  const auto* primitive = std::get_if<model::Primitive>(&type.form);
  if (primitive == nullptr) return false;
  switch (*primitive) {
    case model::Primitive::Boolean:
    case model::Primitive::Int8:
    case model::Primitive::UInt8:
    case model::Primitive::Int16:
    case model::Primitive::UInt16:
    case model::Primitive::Int32:
    case model::Primitive::UInt32: return true;
    default: return false;
  }
}

std::pair<std::int64_t, std::int64_t> range_of(model::Primitive primitive) {
  const auto of = [](auto zero) {
    using Limits = std::numeric_limits<decltype(zero)>;
    return std::pair<std::int64_t, std::int64_t>{Limits::min(), Limits::max()};
  };
  switch (primitive) {
    case model::Primitive::Boolean: return {0, 1};
    case model::Primitive::Int8: return of(std::int8_t{});
    case model::Primitive::UInt8: return of(std::uint8_t{});
    case model::Primitive::Int16: return of(std::int16_t{});
    case model::Primitive::UInt16: return of(std::uint16_t{});
    case model::Primitive::UInt32: return of(std::uint32_t{});
    default: return of(std::int32_t{});
  }
}

/// How many values the type has, where that is a number that labels can reach; else 0.
std::size_t value_count(const model::Type& type) {
  if (const auto* named = std::get_if<model::NamedType>(&type.form)) {
    std::set<std::int64_t> values;
    for (const model::Enumerator& each : std::get<model::Enum>(named->declaration->body).enumerators) {
      values.insert(each.value);
    }
    return values.size();
  }
  const auto [least, most] = range_of(std::get<model::Primitive>(type.form));
  return most - least < 65536 ? static_cast<std::size_t>(most - least + 1) : 0;
}

}  // namespace

/// Everything but the labels, which need the discriminator's type to the bottom of all typedefs.
void Declarations::fill_unions() {
  for (const auto& [declaration, context] : unions_) fill_union(*declaration, *context);
}

void Declarations::fill_union(model::Declaration& declaration, Grammar::UnionBodyContext& context) {
  Grammar::DeclarationContext& discriminator = *context.declaration();
  auto& body = std::get<model::Union>(declaration.body);
  if (!refuse_void(discriminator, "what a union switches on")) {
    body.discriminator = type(declared(discriminator));
  }
  std::unordered_map<std::string, SourceRange> seen;
  for (Grammar::UnionArmContext* each : context.unionArm()) {
    model::UnionCase& arm = body.cases.emplace_back();
    arm.range = syntax_.range(*each->getStart());
    Grammar::DeclarationContext& written = *each->declaration();
    if (written.VOID_() != nullptr) {
      if (written.IDENTIFIER() != nullptr) refuse_void(written, "the type of a member");
      continue;
    }
    const Declared of = declared(written);
    const auto [first, is_new] = seen.emplace(of.name.text, of.name.range);
    if (!is_new && !of.name.text.empty()) {
      reporter_.report(Message::Redefined, of.name.range, {of.name.text})
          .note(first->second, "first defined here");
    }
    if (const model::TypePointer member = type(of)) {
      arm.member = model::Member{of.name.text, member, {}, syntax_.comments(*each).doc, of.name.range};
    }
  }
}

void Declarations::check_unions() {
  for (const auto& [declaration, context] : unions_) check_union(*declaration, *context);
}

void Declarations::check_union(model::Declaration& declaration, Grammar::UnionBodyContext& context) {
  auto& body = std::get<model::Union>(declaration.body);
  if (body.discriminator == nullptr) return;
  const model::Type& type = model::resolve(*body.discriminator);
  if (!can_switch_on(type)) {
    reporter_.report(Message::SwitchType, syntax_.range(*context.declaration()),
                     {"'" + syntax_.text(*context.declaration()) + "'"});
    return;
  }
  std::unordered_map<std::int64_t, SourceRange> seen;  // two that are the same on the wire are the same
  const model::UnionCase* first_default = nullptr;
  std::size_t index = 0;
  for (Grammar::UnionArmContext* arm_context : context.unionArm()) {
    model::UnionCase& arm = body.cases[index++];
    if (arm_context->DEFAULT() != nullptr) {
      if (first_default != nullptr) {
        reporter_.report(Message::DefaultRepeated, arm.range).note(first_default->range, "first used here");
        continue;
      }
      arm.is_default = true;
      first_default = &arm;
    }
    for (Grammar::CaseLabelContext* each : arm_context->caseLabel()) {
      std::optional<model::Value> value = label(*each, type);
      if (!value) continue;
      const SourceRange range = syntax_.range(*each->value());
      const auto [first, is_new] = seen.emplace(number_of(*value), range);
      if (is_new) {
        arm.labels.push_back(std::move(*value));
      } else {
        reporter_.report(Message::LabelRepeated, range, {spelled(*value)})
            .note(first->second, "first used here");
      }
    }
  }
  if (first_default == nullptr || value_count(type) == 0 || seen.size() < value_count(type)) return;
  if (first_default->member) {
    reporter_.report(Message::DefaultNeverReached, first_default->range,
                     {"'" + syntax_.text(*context.declaration()->typeSpecifier()) + "'"});
  }
  body.cases.erase(body.cases.begin() + (first_default - body.cases.data()));
}

/// The label as a value of the discriminator's type.
std::optional<model::Value> Declarations::label(Grammar::CaseLabelContext& context,
                                                const model::Type& discriminator) {
  Grammar::ValueContext& written = *context.value();
  const std::optional<model::Value> value = values_.evaluate(written);
  if (!value) return std::nullopt;
  if (std::holds_alternative<model::TextValue>(*value)) {
    reporter_.report(Message::ValueKind, syntax_.range(written), {"a string", "a label"});
    return std::nullopt;
  }
  const std::optional<std::int64_t> number = std::holds_alternative<bool>(*value)
                                                 ? std::optional{number_of(*value)}
                                                 : to_signed(std::get<model::IntegerValue>(*value));
  if (const auto* named = std::get_if<model::NamedType>(&discriminator.form)) {
    const auto& enumerators = std::get<model::Enum>(named->declaration->body).enumerators;
    const auto found = std::find_if(enumerators.begin(), enumerators.end(),
                                    [&](const model::Enumerator& each) { return each.value == number; });
    if (found != enumerators.end()) {
      return model::EnumeratorValue{named->declaration,
                                    static_cast<std::size_t>(found - enumerators.begin())};
    }
    reporter_
        .report(Message::LabelNotInEnum, syntax_.range(written),
                {"'" + syntax_.text(written) + "'", named->declaration->name})
        .note(named->declaration->range, "defined here");
    return std::nullopt;
  }
  const model::Primitive primitive = std::get<model::Primitive>(discriminator.form);
  const auto [least, most] = range_of(primitive);
  if (!number || *number < least || *number > most) {
    reporter_.report(Message::ValueRange, syntax_.range(written),
                     {spelled(*value), "what the union switches on"});
    return std::nullopt;
  }
  if (primitive == model::Primitive::Boolean) return *number != 0;
  const bool is_negative = *number < 0;
  return model::IntegerValue{is_negative, static_cast<std::uint64_t>(is_negative ? -*number : *number)};
}

}  // namespace oncec::frontend::onc
