// Modules, constants, annotation declarations, and how a declaration gets into the model.
#include "frontend/builder.hpp"

#include <algorithm>
#include <utility>

#include "frontend/builder_declare.hpp"
#include "frontend/spelled.hpp"

namespace oncec::frontend {

Builder::Builder(const Syntax& syntax, Reporter& reporter, model::Model& model, AnnotationRegistry& registry)
    : syntax_(syntax),
      reporter_(reporter),
      model_(model),
      names_(reporter),
      constants_(syntax, names_, reporter),
      annotations_(syntax, constants_, reporter, registry) {
  names_.excuse(
      [&syntax](std::string_view name) { return syntax.has_unread_include() || syntax.is_suspect(name); });
  if (syntax.is_unbalanced()) names_.excuse_misplaced();
}

void Builder::build() {
  if (syntax_.tree() == nullptr) return;
  definitions(syntax_.tree()->definition(), names_.file_scope());
  report_never_defined();
}

void Builder::build_annotations() {
  for (Grammar::DefinitionContext* context : syntax_.tree()->definition()) {
    annotation_declaration(*context->annotationDeclaration(), names_.file_scope());
  }
}

// ---------------------------------------------------------------------------------------- what is declared

void Builder::definitions(const std::vector<Grammar::DefinitionContext*>& contexts, Scope& scope) {
  for (Grammar::DefinitionContext* context : contexts) {
    if (is_whole(*context)) definition(*context, scope);
  }
}

void Builder::definition(Grammar::DefinitionContext& context, Scope& scope) {
  const Annotated annotations = context.annotation();
  std::string doc = doc_of(context);
  if (context.annotationDeclaration() != nullptr) {
    annotation_declaration(*context.annotationDeclaration(), scope);
  } else if (context.moduleDeclaration() != nullptr) {
    module(*context.moduleDeclaration(), annotations, scope, std::move(doc));
  } else if (context.constDeclaration() != nullptr) {
    constant(*context.constDeclaration(), annotations, scope, std::move(doc));
  } else if (context.typeDeclaration() != nullptr) {
    type_declaration(*context.typeDeclaration(), annotations, scope, std::move(doc));
  } else if (context.exceptionDeclaration() != nullptr) {
    exception(*context.exceptionDeclaration(), annotations, scope, std::move(doc));
  } else if (context.interfaceDeclaration() != nullptr) {
    interface(*context.interfaceDeclaration(), annotations, scope, std::move(doc));
  }
}

void Builder::module(Grammar::ModuleDeclarationContext& context, const Annotated& annotations, Scope& scope,
                     std::string doc) {
  const Name name = constants_.name(*context.identifier());
  model::Declaration* declaration = declared_before<model::Module>(scope, name);
  if (declaration == nullptr) {
    declaration = &create(scope, name, model::Module{}, std::move(doc));
    declaration->annotations = read_annotations(annotations, scope, "a module");
    names_.open(scope, "module", name.text, declaration);
    publish(scope, *declaration);
  } else if (declaration->doc.empty()) {
    declaration->doc = std::move(doc);
  }
  if (context.definition().empty() && !syntax_.lost_something_in(context)) {
    reporter_.report(Message::EmptyBody, name.range, {"module", name.text, "declaration"});
  }
  definitions(context.definition(), *names_.scope_of(*declaration));
}

void Builder::constant(Grammar::ConstDeclarationContext& context, const Annotated& annotations, Scope& scope,
                       std::string doc) {
  const Name name = constants_.name(*context.identifier());
  const model::TypePointer of = type(*context.simpleType(), scope);
  if (of == nullptr) return declare_broken(scope, name);
  const model::Type& resolved = model::resolve(*of);
  const auto* primitive = std::get_if<model::Primitive>(&resolved.form);
  const auto* other = std::get_if<model::NamedType>(&resolved.form);
  const bool possible = primitive != nullptr || std::holds_alternative<model::StringType>(resolved.form) ||
                        (other != nullptr && std::holds_alternative<model::Enum>(other->declaration->body));
  if (!possible) {
    reporter_.report(Message::ConstantType, syntax_.range(*context.simpleType()), {spelled(*of)});
    return declare_broken(scope, name);
  }
  std::optional<model::Value> value = constants_.evaluate(*context.constExpression(), *of, scope);
  if (!value) return declare_broken(scope, name);
  model::Declaration& declaration =
      create(scope, name, model::Constant{of, std::move(*value)}, std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "a constant");
  publish(scope, declaration);
}

// ---------------------------------------------------------------------------- annotations that are declared

void Builder::annotation_declaration(Grammar::AnnotationDeclarationContext& context, Scope& scope) {
  Grammar::AnnotationNameContext& name = *context.annotationName();
  const std::string text(syntax_.text(first_token(name)));
  Scope& inside = names_.open(scope, "annotation", text, nullptr);
  std::vector<AnnotationParameter> parameters;
  in_annotation_ = true;
  for (Grammar::AnnotationMemberContext* member : context.annotationMember()) {
    if (is_whole(*member)) annotation_member(*member, inside, parameters);
  }
  in_annotation_ = false;
  if (text.empty()) return;
  if (!annotations_.registry().emplace(text, std::move(parameters)).second) {
    reporter_.report(Message::Redefined, syntax_.range(name), {"@" + text});
  }
}

void Builder::annotation_member(Grammar::AnnotationMemberContext& context, Scope& scope,
                                std::vector<AnnotationParameter>& parameters) {
  if (context.annotationParameter() != nullptr) {
    annotation_parameter(*context.annotationParameter(), scope, parameters);
  } else if (context.enumDeclaration() != nullptr) {
    enumeration(*context.enumDeclaration(), {}, scope, {});
  } else if (context.constDeclaration() != nullptr) {
    constant(*context.constDeclaration(), {}, scope, {});
  } else if (context.typedefDeclaration() != nullptr) {
    typedef_declaration(*context.typedefDeclaration(), {}, scope, {});
  }
}

void Builder::annotation_parameter(Grammar::AnnotationParameterContext& context, Scope& scope,
                                   std::vector<AnnotationParameter>& parameters) {
  const Name name = constants_.name(*context.identifier());
  AnnotationParameter parameter{name.text, type(*context.simpleType(), scope), std::nullopt};
  if (context.constExpression() != nullptr && parameter.type != nullptr) {
    parameter.default_value = constants_.evaluate(*context.constExpression(), *parameter.type, scope);
    if (!parameter.default_value) parameter.type = nullptr;
  }
  Entity entity;
  entity.kind = Entity::Kind::Member;
  if (names_.declare(scope, name, std::move(entity))) parameters.push_back(std::move(parameter));
}

// ------------------------------------------------------------------------------------- into the model with
// it

std::vector<const model::Declaration*>* Builder::list_of(Scope& scope) {
  if (scope.declaration == nullptr) return &scope == &names_.file_scope() ? &model_.top_level : nullptr;
  if (auto* module = std::get_if<model::Module>(&scope.declaration->body)) return &module->members;
  if (auto* interface = std::get_if<model::Interface>(&scope.declaration->body))
    return &interface->declarations;
  return nullptr;
}

/// A list is in the order of definition. What could not be entered into its scope is in no list.
void Builder::publish(Scope& scope, model::Declaration& declaration) {
  std::vector<const model::Declaration*>* list = list_of(scope);
  const Entity* entity = scope.find(declaration.name);
  if (list == nullptr || entity == nullptr || entity->declaration != &declaration) return;
  list->push_back(&declaration);
}

void Builder::withdraw(Scope& scope, const model::Declaration& declaration) {
  std::vector<const model::Declaration*>* list = list_of(scope);
  if (list != nullptr) list->erase(std::remove(list->begin(), list->end(), &declaration), list->end());
}

void Builder::declare_broken(Scope& scope, const Name& name) {
  names_.declare(scope, name, Entity{});
}

void Builder::report_never_defined() {
  for (const model::Declaration* declaration : forward_) {
    if (std::holds_alternative<model::Interface>(declaration->body)) {
      reporter_.report(Message::InterfaceNeverDefined, declaration->range, {declaration->name});
    } else {
      const bool is_union = std::holds_alternative<model::Union>(declaration->body);
      reporter_.report(Message::TypeNeverDefined, declaration->range,
                       {is_union ? "union" : "struct", declaration->name});
    }
  }
}

std::vector<model::Annotation> Builder::read_annotations(const Annotated& annotations, Scope& scope,
                                                         std::string_view kind) {
  std::vector<model::Annotation> read = annotations_.read(annotations, scope);
  refuse_operation_annotations(read, kind, reporter_);
  return read;
}

std::string Builder::doc_of(antlr4::ParserRuleContext& context) const {
  return syntax_.doc(*context.getStart(),
                     context.getStop() != nullptr ? *context.getStop() : *context.getStart());
}

}  // namespace oncec::frontend
