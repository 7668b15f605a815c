// Components, homes, ports and connectors: checked, and kept in the model as things that Once has no use for.
#include <utility>

#include "frontend/builder.hpp"
#include "frontend/builder_declare.hpp"
#include "frontend/builder_initializer.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend {

namespace {

std::string with_article(std::string_view kind) {
  return "a " + std::string(kind);
}

}  // namespace

/// A declaration of that kind, or nullptr if there is no body to read.
model::Declaration* Builder::unmapped(std::string_view kind, Grammar::IdentifierContext& identifier,
                                      bool has_body, const Annotated& annotations, Scope& scope,
                                      std::string doc) {
  const Name name = constants_.name(identifier);
  const model::Declaration* before = declared_before<model::Unmapped>(scope, name);
  if (before != nullptr) check_forward(*before, name, described(*before), with_article(kind));
  model::Unmapped body;
  body.kind = kind;
  if (!has_body) {
    if (model::Declaration* declaration = forward<model::Unmapped>(scope, name, std::move(doc))) {
      declaration->body = std::move(body);
      publish(scope, *declaration);
    }
    return nullptr;
  }
  model::Declaration& declaration = define<model::Unmapped>(scope, name, std::move(doc));
  declaration.body = std::move(body);
  declaration.annotations = read_annotations(annotations, scope, with_article(kind));
  names_.open(scope, kind, name.text, &declaration);
  publish(scope, declaration);
  return &declaration;
}

const model::Declaration* Builder::find_unmapped(std::string_view kind, Grammar::ScopedNameContext& context,
                                                 Scope& scope, Message wrong) {
  const std::string wanted = with_article(kind);
  const model::Declaration* found = find_declaration<model::Unmapped>(context, scope, wanted, wrong);
  if (found == nullptr || std::get<model::Unmapped>(found->body).kind == kind) return found;
  const Path path = constants_.path(context);
  reporter_.report(wrong, path.range, {path.text(), described(*found), wanted})
      .note(found->range, "defined here");
  return nullptr;
}

void Builder::unmapped_base(std::string_view kind, Grammar::ScopedNameContext* context, Scope& outer,
                            Scope& inside) {
  if (context == nullptr) return;
  const model::Declaration* base = find_unmapped(kind, *context, outer, Message::NotABase);
  if (base == nullptr) return;
  if (Scope* of_base = names_.scope_of(*base); of_base != nullptr && of_base != &inside) {
    inside.bases.push_back(of_base);
    return;
  }
  const Path path = constants_.path(*context);
  reporter_.report(Message::IncompleteBase, path.range, {path.text()}).note(base->range, "declared here");
}

void Builder::component(Grammar::ComponentDeclarationContext& context, const Annotated& annotations,
                        Scope& scope, std::string doc) {
  const bool has_body = context.LEFT_BRACE() != nullptr;
  model::Declaration* declaration =
      unmapped("component", *context.identifier(), has_body, annotations, scope, std::move(doc));
  if (declaration == nullptr) return;
  Scope& inside = *names_.scope_of(*declaration);
  unmapped_base("component", context.scopedName(), scope, inside);
  InterfaceRules rules(reporter_);
  supported(context.supportsClause(), scope, inside, declaration->name, rules);
  std::vector<model::InterfaceMember> members;
  Holder holder{inside, members, rules, true};
  ports(context.portItem(), holder);
}

void Builder::port_type(Grammar::PortTypeDeclarationContext& context, const Annotated& annotations,
                        Scope& scope, std::string doc) {
  const bool has_body = context.LEFT_BRACE() != nullptr;
  model::Declaration* declaration =
      unmapped("porttype", *context.identifier(), has_body, annotations, scope, std::move(doc));
  if (declaration == nullptr) return;
  if (context.portItem().empty() && !syntax_.lost_something_in(context)) {
    reporter_.report(Message::EmptyBody, declaration->range, {"porttype", declaration->name, "port"});
  }
  InterfaceRules rules(reporter_);
  std::vector<model::InterfaceMember> members;
  Holder holder{*names_.scope_of(*declaration), members, rules, true};
  ports(context.portItem(), holder);
}

void Builder::connector(Grammar::ConnectorDeclarationContext& context, const Annotated& annotations,
                        Scope& scope, std::string doc) {
  model::Declaration* declaration =
      unmapped("connector", *context.identifier(), true, annotations, scope, std::move(doc));
  Scope& inside = *names_.scope_of(*declaration);
  unmapped_base("connector", context.scopedName(), scope, inside);
  InterfaceRules rules(reporter_);
  std::vector<model::InterfaceMember> members;
  Holder holder{inside, members, rules, true};
  ports(context.portItem(), holder);
}

// ----------------------------------------------------------------------------------------------------- ports

void Builder::ports(const std::vector<Grammar::PortItemContext*>& contexts, Holder& holder) {
  for (Grammar::PortItemContext* context : contexts) {
    if (is_whole(*context)) port(*context, holder);
  }
}

void Builder::port(Grammar::PortItemContext& context, Holder& holder) {
  const Annotated annotations = context.annotation();
  if (context.attributeDeclaration() != nullptr) {
    return attributes(*context.attributeDeclaration(), annotations, doc_of(context), holder);
  }
  read_annotations(annotations, holder.scope, "a port");
  if (context.providesPort() != nullptr) {
    Grammar::ProvidesPortContext& port = *context.providesPort();
    if (port.scopedName() != nullptr)
      find_declaration<model::Interface>(*port.scopedName(), holder.scope, "an interface");
    declare_port(*port.identifier(), holder.scope);
  } else if (context.usesPort() != nullptr) {
    Grammar::UsesPortContext& port = *context.usesPort();
    if (port.scopedName() != nullptr)
      find_declaration<model::Interface>(*port.scopedName(), holder.scope, "an interface");
    declare_port(*port.identifier(), holder.scope);
  } else if (context.extendedPort() != nullptr) {
    find_unmapped("porttype", *context.extendedPort()->scopedName(), holder.scope);
    declare_port(*context.extendedPort()->identifier(), holder.scope);
  } else if (context.eventPort() != nullptr) {
    Grammar::ScopedNameContext& name = *context.eventPort()->scopedName();
    const model::Declaration* event = find_declaration<model::ValueType>(name, holder.scope, "an eventtype");
    if (event != nullptr && !std::get<model::ValueType>(event->body).event) {
      const Path path = constants_.path(name);
      reporter_.report(Message::NotOfKind, path.range, {path.text(), described(*event), "an eventtype"})
          .note(event->range, "defined here");
    }
    declare_port(*context.eventPort()->identifier(), holder.scope);
  }
}

void Builder::declare_port(Grammar::IdentifierContext& identifier, Scope& scope) {
  const Name name = constants_.name(identifier);
  for (Scope* base : scope.bases) {
    const Entity* entity = base->find(name.text);
    if (entity == nullptr) entity = Names::inherited(*base, name.text);
    if (entity == nullptr) continue;
    reporter_.report(Message::OverridesInherited, name.range, {name.text, base->name})
        .note(entity->range, "defined here");
    return;
  }
  Entity entity;
  entity.kind = Entity::Kind::Member;
  names_.declare(scope, name, std::move(entity));
}

// ----------------------------------------------------------------------------------------------------- homes

void Builder::home_declaration(Grammar::HomeDeclarationContext& context, const Annotated& annotations,
                               Scope& scope, std::string doc) {
  model::Declaration* declaration =
      unmapped("home", *context.identifier(), true, annotations, scope, std::move(doc));
  Scope& inside = *names_.scope_of(*declaration);
  unmapped_base("home", context.scopedName(), scope, inside);
  InterfaceRules rules(reporter_);
  supported(context.supportsClause(), scope, inside, declaration->name, rules);
  Grammar::ManagesClauseContext& manages = *context.managesClause();
  const model::Declaration* managed = find_unmapped("component", *manages.scopedName(0), scope);
  if (manages.scopedName().size() > 1) {
    find_declaration<model::ValueType>(*manages.scopedName(1), scope, "a valuetype");
  }
  model::TypePointer result;
  if (managed != nullptr)
    result = std::make_shared<const model::Type>(model::Type{model::NamedType{managed}});

  std::vector<model::InterfaceMember> members;
  Holder holder{inside, members, rules, true};
  for (Grammar::HomeItemContext* each : context.homeItem()) {
    if (!is_whole(*each)) continue;
    const Annotated before = each->annotation();
    if (each->interfaceExport() != nullptr) {
      item(*each->interfaceExport(), before, doc_of(*each), holder);
    } else if (each->factoryDeclaration() != nullptr) {
      initializer(*each->factoryDeclaration(), before, doc_of(*each), result, holder);
    } else if (each->finderDeclaration() != nullptr) {
      initializer(*each->finderDeclaration(), before, doc_of(*each), result, holder);
    }
  }
}

}  // namespace oncec::frontend
