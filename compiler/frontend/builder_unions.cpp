// Unions: what they switch on, their labels, and whether these cover everything.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "frontend/builder.hpp"
#include "frontend/builder_declare.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend {

namespace {

/// How many values the type has, where that is a number that labels can reach; else 0.
std::size_t value_count(const model::Type& type) {
  if (const auto* named = std::get_if<model::NamedType>(&type.form)) {
    return std::get<model::Enum>(named->declaration->body).enumerators.size();
  }
  switch (std::get<model::Primitive>(type.form)) {
    case model::Primitive::Boolean: return 2;
    case model::Primitive::Octet:
    case model::Primitive::Char:
    case model::Primitive::Int8:
    case model::Primitive::UInt8: return 256;
    case model::Primitive::Int16:
    case model::Primitive::UInt16: return 65536;
    default: return 0;
  }
}

/// A union switches on a bitmask as on the integer that it is.
model::TypePointer integer_of(const model::Bitmask& mask) {
  const auto make = [](model::Primitive primitive) {
    return std::make_shared<const model::Type>(model::Type{primitive});
  };
  if (mask.bit_bound <= 8) return make(model::Primitive::UInt8);
  if (mask.bit_bound <= 16) return make(model::Primitive::UInt16);
  return make(mask.bit_bound <= 32 ? model::Primitive::UInt32 : model::Primitive::UInt64);
}

bool can_discriminate(const model::Type& type) {
  if (const auto* named = std::get_if<model::NamedType>(&type.form)) {
    return std::holds_alternative<model::Enum>(named->declaration->body);
  }
  const auto* primitive = std::get_if<model::Primitive>(&type.form);
  if (primitive == nullptr) return false;
  switch (*primitive) {
    case model::Primitive::Void:
    case model::Primitive::Float32:
    case model::Primitive::Float64:
    case model::Primitive::Float128:
    case model::Primitive::Any:
    case model::Primitive::Object:
    case model::Primitive::TypeCode:
    case model::Primitive::ValueBase: return false;
    default: return true;
  }
}

}  // namespace

model::Declaration* Builder::union_declaration(Grammar::UnionDeclarationContext& context,
                                               const Annotated& annotations, Scope& scope, std::string doc) {
  const Name name = constants_.name(*context.identifier());
  if (context.SWITCH() == nullptr) return forward<model::Union>(scope, name, std::move(doc));

  model::Declaration& declaration = define<model::Union>(scope, name, std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "a union");
  Scope& inside = names_.open(scope, "union", name.text, &declaration);
  open_.insert(&declaration);
  auto& body = std::get<model::Union>(declaration.body);
  read_annotations(context.annotation(), scope, "a discriminator");
  body.discriminator = discriminator(*context.switchType(), scope, inside);
  if (context.unionCase().empty() && !syntax_.lost_something_in(context)) {
    reporter_.report(Message::EmptyBody, name.range, {"union", name.text, "case"});
  }
  // Labels mean what they mean outside: the union's members are none of them.
  UnionLabels labels{context.switchType()->enumDeclaration() != nullptr ? inside : scope, {}, {}};
  union_cases(context.unionCase(), inside, labels, body);
  open_.erase(&declaration);

  std::size_t deepest = 0;
  for (const model::UnionCase& each : body.cases) {
    if (!each.member) continue;
    deepest = std::max(deepest, depth(*each.member->type));
    if (is_local(*each.member->type)) local_.insert(&declaration);
  }
  depth_[&declaration] = deepest + 1;
  if (body.discriminator == nullptr) {  // without one there is no union
    withdraw(scope, declaration);
    return nullptr;
  }
  publish(scope, declaration);
  return &declaration;
}

/// An enum that is declared in place belongs to the union.
model::TypePointer Builder::discriminator(Grammar::SwitchTypeContext& context, Scope& scope, Scope& inside) {
  if (context.enumDeclaration() != nullptr) {
    const model::Declaration* in_place = enumeration(*context.enumDeclaration(), {}, inside, {});
    return std::make_shared<const model::Type>(model::Type{model::NamedType{in_place}});
  }
  model::TypePointer found = type(*context.simpleType(), scope);
  if (found == nullptr) return nullptr;
  if (const auto* named = std::get_if<model::NamedType>(&model::resolve(*found).form)) {
    if (const auto* mask = std::get_if<model::Bitmask>(&named->declaration->body)) return integer_of(*mask);
  }
  if (!can_discriminate(model::resolve(*found))) {
    reporter_.report(Message::DiscriminatorType, syntax_.range(*context.simpleType()), {spelled(*found)});
    return nullptr;
  }
  return found;
}

void Builder::union_cases(const std::vector<Grammar::UnionCaseContext*>& contexts, Scope& scope,
                          UnionLabels& labels, model::Union& out) {
  for (Grammar::UnionCaseContext* context : contexts) {
    if (is_whole(*context)) union_case(*context, scope, labels, out);
  }
  if (out.discriminator == nullptr) return;
  const std::size_t values = value_count(model::resolve(*out.discriminator));
  const auto* named = std::get_if<model::NamedType>(&model::resolve(*out.discriminator).form);
  const bool is_known = named == nullptr || incomplete_enums_.count(named->declaration) == 0;
  const bool covered = is_known && values != 0 && labels.taken.size() == values;
  if (!labels.default_place) {
    out.has_implicit_default = !covered;
  } else if (covered) {
    reporter_.report(Message::DefaultUnreachable, *labels.default_place,
                     {"'" + spelled(*out.discriminator) + "'"});
  }
}

void Builder::union_case(Grammar::UnionCaseContext& context, Scope& scope, UnionLabels& labels,
                         model::Union& out) {
  model::UnionCase current;
  for (Grammar::CaseLabelContext* label : context.caseLabel()) union_label(*label, out, labels, current);
  std::vector<model::Annotation> read = read_annotations(context.annotation(), scope, "a union's member");
  const model::TypePointer base = member_type(*context.typeSpecifier(), scope, read);
  model::Member member = member_of(*context.declarator(), base, std::move(read), doc_of(context), scope);
  const Name name = constants_.name(*context.declarator()->identifier());
  Entity entity;
  entity.kind = Entity::Kind::Member;
  const bool entered = names_.declare(scope, name, std::move(entity));
  if (entered && member.type != nullptr && !is_too_deep(*member.type, name.range)) {
    current.member = std::move(member);
  }
  if (current.range.file == nullptr) current.range = syntax_.range(*context.caseLabel(0));
  out.cases.push_back(std::move(current));
}

void Builder::union_label(Grammar::CaseLabelContext& context, const model::Union& of, UnionLabels& labels,
                          model::UnionCase& out) {
  if (context.DEFAULT() != nullptr) {
    const SourceRange range = syntax_.range(*context.DEFAULT()->getSymbol());
    if (labels.default_place) {
      reporter_.report(Message::DefaultRepeated, range).note(*labels.default_place, "first used here");
      return;
    }
    labels.default_place = range;
    out.is_default = true;
    out.range = range;
    return;
  }
  if (of.discriminator == nullptr || context.constExpression() == nullptr) return;
  std::optional<model::Value> value =
      constants_.evaluate(*context.constExpression(), *of.discriminator, labels.scope);
  if (!value) return;
  const SourceRange range = syntax_.range(*context.constExpression());
  const std::string text = spelled(*value);
  const auto [earlier, is_new] = labels.taken.try_emplace(text, range);
  if (!is_new) {
    reporter_.report(Message::LabelRepeated, range, {text}).note(earlier->second, "first used here");
    return;
  }
  out.labels.push_back(std::move(*value));
}

}  // namespace oncec::frontend
