// Value types and event types: what they inherit and support, their state and factories; value boxes.
#include <algorithm>
#include <memory>
#include <utility>

#include "frontend/builder.hpp"
#include "frontend/builder_declare.hpp"
#include "frontend/builder_initializer.hpp"

namespace oncec::frontend {

namespace {

/// "an abstract valuetype": the words that a declaration and its definition share.
std::string_view words_for(const model::ValueType& body) {
  if (body.event) return body.is_abstract ? "an abstract eventtype" : "an eventtype";
  return body.is_abstract ? "an abstract valuetype" : "a valuetype";
}

std::string_view word_for(const model::ValueType& body) {
  return body.event ? "eventtype" : "valuetype";
}

}  // namespace

void Builder::value(Grammar::ValueDeclarationContext& context, const Annotated& annotations, Scope& scope,
                    std::string doc) {
  if (context.typeSpecifier() != nullptr) return value_box(context, annotations, scope, std::move(doc));
  const Name name = constants_.name(*context.identifier());
  model::ValueType flags;
  flags.is_abstract = context.ABSTRACT() != nullptr;
  flags.event = context.EVENTTYPE() != nullptr;
  const model::Declaration* before = declared_before<model::ValueType>(scope, name);
  if (before != nullptr) {
    const auto& earlier = std::get<model::ValueType>(before->body);
    check_forward(*before, name, words_for(earlier), words_for(flags));
  }
  if (context.LEFT_BRACE() == nullptr) {
    if (model::Declaration* declaration = forward<model::ValueType>(scope, name, std::move(doc))) {
      declaration->body = flags;
      publish(scope, *declaration);
    }
    return;
  }
  model::Declaration& declaration = define<model::ValueType>(scope, name, std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "a valuetype");
  Scope& inside = names_.open(scope, word_for(flags), name.text, &declaration);
  publish(scope, declaration);
  flags.custom = context.CUSTOM() != nullptr;
  declaration.body = flags;
  auto& body = std::get<model::ValueType>(declaration.body);
  InterfaceRules rules(reporter_);
  value_bases(context, scope, inside, declaration, rules);
  body.supports = supported(context.supportsClause(), scope, inside, declaration.name, rules);

  Holder holder{inside, body.members, rules, false};
  ids_.enter_scope();
  for (Grammar::ValueItemContext* each : context.valueItem()) {
    ids_.obey_pragmas_before(*each->getStart(), inside);
    if (is_whole(*each)) value_item(*each, declaration, holder);
  }
  ids_.obey_pragmas_before(*context.getStop(), inside);
  ids_.leave_scope();
  body.defined = true;
}

void Builder::value_box(Grammar::ValueDeclarationContext& context, const Annotated& annotations, Scope& scope,
                        std::string doc) {
  const Name name = constants_.name(*context.identifier());
  for (antlr4::tree::TerminalNode* word : {context.ABSTRACT(), context.CUSTOM(), context.EVENTTYPE()}) {
    if (word == nullptr) continue;
    const antlr4::Token& token = *word->getSymbol();
    reporter_.report(Message::BoxModified, syntax_.range(token), {syntax_.text(token)});
  }
  const model::TypePointer held = held_type(*context.typeSpecifier(), scope);
  if (held == nullptr || is_too_deep(*held, name.range)) return declare_broken(scope, name);
  model::Declaration& declaration = create(scope, name, model::ValueBox{held}, std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "a valuetype");
  depth_[&declaration] = depth(*held) + 1;
  publish(scope, declaration);
}

void Builder::value_bases(Grammar::ValueDeclarationContext& context, Scope& outer, Scope& inside,
                          model::Declaration& declaration, InterfaceRules& rules) {
  if (context.valueBases() == nullptr) return;
  auto& body = std::get<model::ValueType>(declaration.body);
  std::size_t deepest = 0;
  for (Grammar::ScopedNameContext* each : context.valueBases()->scopedName()) {
    const model::Declaration* base =
        find_declaration<model::ValueType>(*each, outer, "a valuetype", Message::NotABase);
    if (base == nullptr) continue;
    const auto& inherited = std::get<model::ValueType>(base->body);
    const Path path = constants_.path(*each);
    if (!inherited.defined && syntax_.is_suspect(base->name)) continue;
    if (!inherited.defined) {
      reporter_.report(Message::IncompleteBase, path.range, {path.text()}).note(base->range, "declared here");
    } else if (std::find(body.bases.begin(), body.bases.end(), base) != body.bases.end()) {
      reporter_.report(Message::BaseRepeated, path.range, {path.text()});
    } else if (body.is_abstract && !inherited.is_abstract) {
      reporter_.report(Message::AbstractInherits, path.range,
                       {word_for(body), declaration.name, path.text()});
    } else if (!inherited.is_abstract && !body.bases.empty()) {
      reporter_.report(Message::ConcreteBaseNotFirst, path.range, {path.text()});
    } else if (depth_[base] + 1 >= kNestingMax) {
      reporter_.report(Message::TooDeep, path.range, {std::to_string(kNestingMax)});
    } else {
      body.bases.push_back(base);
      inside.bases.push_back(names_.scope_of(*base));
      rules.inherit(declaration.name, *base, path.range);
      deepest = std::max(deepest, depth_[base] + 1);
    }
  }
  depth_[&declaration] = deepest;
  if (context.valueBases()->TRUNCATABLE() == nullptr) return;
  const auto* first = body.bases.empty() ? nullptr : std::get_if<model::ValueType>(&body.bases.front()->body);
  body.truncatable = first != nullptr && !first->is_abstract && !body.custom;
  if (body.truncatable) return;
  const antlr4::Token& word = *context.valueBases()->TRUNCATABLE()->getSymbol();
  if (body.custom) {
    reporter_.report(Message::AnnotationContradicts, syntax_.range(word), {"truncatable", "custom"});
  } else if (first != nullptr || context.valueBases()->scopedName().empty()) {
    reporter_.report(Message::TruncatableWithoutBase, syntax_.range(word));
  }
}

/// Also of components and homes. Any number of abstract interfaces, and one other.
std::vector<const model::Declaration*> Builder::supported(Grammar::SupportsClauseContext* context,
                                                          Scope& outer, Scope& inside,
                                                          const std::string& name, InterfaceRules& rules) {
  std::vector<const model::Declaration*> out;
  if (context == nullptr) return out;
  const model::Declaration* concrete = nullptr;
  for (Grammar::ScopedNameContext* each : context->scopedName()) {
    const model::Declaration* found = find_declaration<model::Interface>(*each, outer, "an interface");
    if (found == nullptr) continue;
    const auto& interface = std::get<model::Interface>(found->body);
    const Path path = constants_.path(*each);
    if (!interface.defined) {
      reporter_.report(Message::IncompleteBase, path.range, {path.text()})
          .note(found->range, "declared here");
    } else if (std::find(out.begin(), out.end(), found) != out.end()) {
      reporter_.report(Message::BaseRepeated, path.range, {path.text()});
    } else if (!interface.abstract && concrete != nullptr && inside.kind != "component" &&
               inside.kind != "home") {
      reporter_.report(Message::SupportsSeveral, path.range, {name, concrete->name, found->name});
    } else {
      if (!interface.abstract) concrete = found;
      out.push_back(found);
      inside.bases.push_back(names_.scope_of(*found));
      rules.inherit(name, *found, path.range);
    }
  }
  return out;
}

void Builder::value_item(Grammar::ValueItemContext& context, model::Declaration& declaration,
                         Holder& holder) {
  const Annotated annotations = context.annotation();
  std::string doc = doc_of(context);
  if (context.interfaceExport() != nullptr) {
    return item(*context.interfaceExport(), annotations, std::move(doc), holder);
  }
  auto& body = std::get<model::ValueType>(declaration.body);
  if (body.is_abstract) {
    antlr4::ParserRuleContext& inner = context.stateMember() != nullptr
                                           ? static_cast<antlr4::ParserRuleContext&>(*context.stateMember())
                                           : *context.factoryDeclaration();
    const std::string_view what = context.stateMember() != nullptr ? "state" : "a factory";
    reporter_.report(Message::AbstractHasState, syntax_.range(*inner.getStart()),
                     {word_for(body), declaration.name, what});
  }
  if (context.stateMember() != nullptr) {
    return state(*context.stateMember(), annotations, doc, declaration, holder);
  }
  const auto self = std::make_shared<const model::Type>(model::Type{model::NamedType{&declaration}});
  std::optional<model::Operation> factory =
      initializer(*context.factoryDeclaration(), annotations, std::move(doc), self, holder);
  if (factory) body.factories.push_back(std::move(*factory));
}

void Builder::state(Grammar::StateMemberContext& context, const Annotated& annotations,
                    const std::string& doc, model::Declaration& declaration, Holder& holder) {
  auto& body = std::get<model::ValueType>(declaration.body);
  const std::vector<model::Annotation> read = read_annotations(annotations, holder.scope, "a member");
  const model::TypePointer base = member_type(*context.typeSpecifier(), holder.scope, read);
  for (Grammar::DeclaratorContext* declarator : context.declarator()) {
    model::StateMember member{member_of(*declarator, base, read, doc, holder.scope)};
    member.is_public = context.PUBLIC() != nullptr;
    const Name name = constants_.name(*declarator->identifier());
    Entity entity;
    entity.kind = Entity::Kind::Member;
    const bool entered =
        holder.rules.may_declare(name) && names_.declare(holder.scope, name, std::move(entity));
    if (!entered || member.type == nullptr || is_too_deep(*member.type, name.range)) continue;
    if (is_local(*member.type)) local_.insert(&declaration);
    body.state.push_back(std::move(member));
  }
}

}  // namespace oncec::frontend
