// Unions: what they switch on, their labels, and whether these cover everything.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "frontend/builder.hpp"
#include "frontend/builder_declare.hpp"
#include "frontend/spelled.hpp"

namespace oncec::frontend {

namespace {

bool is_same(const model::Value& a, const model::Value& b) {
  if (a.index() != b.index()) return false;
  if (const auto* integer = std::get_if<model::IntegerValue>(&a)) {
    const auto& other = std::get<model::IntegerValue>(b);
    return integer->magnitude == other.magnitude && integer->negative == other.negative;
  }
  if (const auto* text = std::get_if<model::TextValue>(&a))
    return text->text == std::get<model::TextValue>(b).text;
  if (const auto* truth = std::get_if<bool>(&a)) return *truth == std::get<bool>(b);
  const auto* enumerator = std::get_if<model::EnumeratorValue>(&a);
  return enumerator != nullptr && enumerator->index == std::get<model::EnumeratorValue>(b).index;
}

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

std::size_t label_count(const model::Union& body) {
  std::size_t count = 0;
  for (const model::UnionCase& each : body.cases) count += each.labels.size();
  return count;
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
  body.discriminator = discriminator(*context.switchType(), scope);
  if (context.unionCase().empty() && !syntax_.lost_something_in(context)) {
    reporter_.report(Message::EmptyBody, name.range, {"union", name.text, "case"});
  }
  union_cases(context.unionCase(), inside, body);
  open_.erase(&declaration);

  std::size_t deepest = 0;
  for (const model::UnionCase& each : body.cases) {
    if (each.member) deepest = std::max(deepest, depth(*each.member->type));
  }
  depth_[&declaration] = deepest + 1;
  if (body.discriminator == nullptr) {  // without one there is no union
    withdraw(scope, declaration);
    return nullptr;
  }
  publish(scope, declaration);
  return &declaration;
}

model::TypePointer Builder::discriminator(Grammar::SwitchTypeContext& context, Scope& scope) {
  model::TypePointer found;
  if (context.enumDeclaration() != nullptr) {
    // The enum becomes a sibling of the union, as if it had been declared before it.
    const model::Declaration* in_place = enumeration(*context.enumDeclaration(), {}, scope, {});
    return std::make_shared<const model::Type>(model::Type{model::NamedType{in_place}});
  }
  found = type(*context.simpleType(), scope);
  if (found != nullptr && !can_discriminate(model::resolve(*found))) {
    reporter_.report(Message::DiscriminatorType, syntax_.range(*context.simpleType()), {spelled(*found)});
    return nullptr;
  }
  return found;
}

void Builder::union_cases(const std::vector<Grammar::UnionCaseContext*>& contexts, Scope& scope,
                          model::Union& out) {
  std::vector<SourceRange> label_ranges;  // of all labels so far, in the order of out's
  for (Grammar::UnionCaseContext* context : contexts) {
    if (is_whole(*context)) union_case(*context, scope, out, label_ranges);
  }
  if (out.discriminator == nullptr) return;
  const std::size_t values = value_count(model::resolve(*out.discriminator));
  const auto* named = std::get_if<model::NamedType>(&model::resolve(*out.discriminator).form);
  const bool is_known = named == nullptr || incomplete_enums_.count(named->declaration) == 0;
  const bool covered = is_known && values != 0 && label_count(out) == values;
  const auto with_default = std::find_if(out.cases.begin(), out.cases.end(),
                                         [](const model::UnionCase& each) { return each.is_default; });
  if (with_default == out.cases.end()) {
    out.has_implicit_default = !covered;
  } else if (covered) {
    reporter_.report(Message::DefaultUnreachable, with_default->range,
                     {"'" + spelled(*out.discriminator) + "'"});
  }
}

void Builder::union_case(Grammar::UnionCaseContext& context, Scope& scope, model::Union& out,
                         std::vector<SourceRange>& label_ranges) {
  model::UnionCase current;
  for (Grammar::CaseLabelContext* label : context.caseLabel()) {
    union_label(*label, scope, out, current, label_ranges);
  }
  const model::TypePointer base = member_type(*context.typeSpecifier(), scope);
  Grammar::DeclaratorContext& declarator = *context.declarator();
  model::Member member;
  const Name name = constants_.name(*declarator.identifier());
  member.name = name.text;
  member.range = name.range;
  if (base != nullptr) member.type = with_sizes(base, declarator, scope);
  member.annotations = read_annotations(context.annotation(), scope, "a union's member");
  member.doc = doc_of(context);
  Entity entity;
  entity.kind = Entity::Kind::Member;
  const bool entered = names_.declare(scope, name, std::move(entity));
  if (entered && member.type != nullptr && !is_too_deep(*member.type, name.range)) {
    current.member = std::move(member);
  }
  if (current.range.file == nullptr) current.range = syntax_.range(*context.caseLabel(0));
  out.cases.push_back(std::move(current));
}

void Builder::union_label(Grammar::CaseLabelContext& context, Scope& scope, model::Union& out,
                          model::UnionCase& current, std::vector<SourceRange>& label_ranges) {
  if (context.DEFAULT() != nullptr) {
    const SourceRange range = syntax_.range(*context.DEFAULT()->getSymbol());
    const auto earlier = std::find_if(out.cases.begin(), out.cases.end(),
                                      [](const model::UnionCase& each) { return each.is_default; });
    if (earlier != out.cases.end() || current.is_default) {
      reporter_.report(Message::DefaultRepeated, range)
          .note(current.is_default ? current.range : earlier->range, "first used here");
      return;
    }
    current.is_default = true;
    current.range = range;
    return;
  }
  if (out.discriminator == nullptr || context.constExpression() == nullptr) return;
  // Labels mean what they mean outside: the union's members are none of them.
  std::optional<model::Value> value =
      constants_.evaluate(*context.constExpression(), *out.discriminator, *scope.parent);
  if (!value) return;
  const SourceRange range = syntax_.range(*context.constExpression());
  std::size_t position = 0;
  const auto check = [&](const model::UnionCase& each) {
    for (const model::Value& label : each.labels) {
      if (is_same(label, *value)) {
        reporter_.report(Message::LabelRepeated, range, {spelled(*value)})
            .note(label_ranges[position], "first used here");
        return true;
      }
      ++position;
    }
    return false;
  };
  if (std::any_of(out.cases.begin(), out.cases.end(), check) || check(current)) return;
  current.labels.push_back(std::move(*value));
  label_ranges.push_back(range);
}

}  // namespace oncec::frontend
