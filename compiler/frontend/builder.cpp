// Modules, constants, annotation declarations, and how a declaration gets into the model.
#include "frontend/builder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "frontend/builder_declare.hpp"
#include "frontend/literals.hpp"
#include "frontend/starts.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend {

namespace {

bool can_be_constant(model::Primitive primitive) {
  switch (primitive) {
    case model::Primitive::Any:
    case model::Primitive::Object:
    case model::Primitive::TypeCode:
    case model::Primitive::ValueBase: return false;
    default: return true;
  }
}

/// Which standard annotations mean something, and for what.
struct AllowedPlaces {
  std::string_view annotation;
  std::string_view kinds;
};
constexpr std::string_view kConstructed =
    "a module, a struct, a union, an enum, a bitmask, a bitset, an exception, a typedef";
constexpr std::array<AllowedPlaces, 13> kPlaces{
    {{"optional", "a member, a union's member"},
     {"external", "a member, a union's member"},
     {"position", "a flag"},
     {"value", "an enumerator"},
     {"default_literal", "an enumerator"},
     {"bit_bound", "an enum, a bitmask"},
     {"extensibility", kConstructed},
     {"final", kConstructed},
     {"appendable", kConstructed},
     {"mutable", kConstructed},
     {"key", "a member, a union's member, a discriminator"},
     {"must_understand", "a member, a union's member, a discriminator"},
     {"oneway", "an operation"}}};

/// Kinds are separated by commas: "a member" is not "a union's member".
bool lists(std::string_view kinds, std::string_view kind) {
  while (!kinds.empty()) {
    const std::size_t end = std::min(kinds.find(", "), kinds.size());
    if (kinds.substr(0, end) == kind) return true;
    kinds.remove_prefix(std::min(end + 2, kinds.size()));
  }
  return false;
}

}  // namespace

Builder::Builder(const Syntax& syntax, Reporter& reporter, model::Model& model, AnnotationRegistry& registry)
    : syntax_(syntax),
      reporter_(reporter),
      model_(model),
      names_(reporter),
      constants_(syntax, names_, reporter),
      annotations_(syntax, constants_, reporter, registry),
      ids_(syntax, names_, reporter) {
  names_.excuse(
      [&syntax](std::string_view name) { return syntax.has_unread_include() || syntax.is_suspect(name); });
  if (syntax.is_unbalanced()) names_.excuse_misplaced();
}

void Builder::build() {
  if (syntax_.tree() == nullptr) return;
  definitions(syntax_.tree()->definition(), syntax_.end_of_file(), names_.file_scope());
  report_unused_templates();
  close_gaps();
  report_never_defined();
  choose_starts(model_, reporter_);
  ids_.assign(model_);
}

void Builder::build_annotations() {
  for (Grammar::DefinitionContext* context : syntax_.tree()->definition()) {
    annotation_declaration(*context->annotationDeclaration(), names_.file_scope());
  }
}

// ---------------------------------------------------------------------------------------- what is declared

/// `end`: the token behind them.
void Builder::definitions(const std::vector<Grammar::DefinitionContext*>& contexts, const antlr4::Token& end,
                          Scope& scope) {
  for (Grammar::DefinitionContext* context : contexts) {
    ids_.obey_pragmas_before(*context->getStart(), scope);
    if (is_whole(*context)) definition(*context, scope);
  }
  ids_.obey_pragmas_before(end, scope);
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
  } else if (context.valueDeclaration() != nullptr) {
    value(*context.valueDeclaration(), annotations, scope, std::move(doc));
  } else if (context.typeIdDeclaration() != nullptr) {
    type_id(*context.typeIdDeclaration(), scope);
  } else if (context.typePrefixDeclaration() != nullptr) {
    type_prefix(*context.typePrefixDeclaration(), scope);
  } else if (context.importDeclaration() != nullptr) {
    import(*context.importDeclaration(), scope);
  } else if (context.componentDeclaration() != nullptr) {
    component(*context.componentDeclaration(), annotations, scope, std::move(doc));
  } else if (context.homeDeclaration() != nullptr) {
    home_declaration(*context.homeDeclaration(), annotations, scope, std::move(doc));
  } else if (context.portTypeDeclaration() != nullptr) {
    port_type(*context.portTypeDeclaration(), annotations, scope, std::move(doc));
  } else if (context.connectorDeclaration() != nullptr) {
    connector(*context.connectorDeclaration(), annotations, scope, std::move(doc));
  } else if (context.aliasDeclaration() != nullptr) {
    alias(*context.aliasDeclaration(), scope, std::move(doc));
  }
}

void Builder::module(Grammar::ModuleDeclarationContext& context, const Annotated& annotations, Scope& scope,
                     std::string doc) {
  if (context.instantiationRest() != nullptr) return instantiation(context, scope, std::move(doc));
  const Path path = constants_.path(*context.scopedName());
  if (path.from_file_scope || path.components.size() > 1) {
    reporter_.report(Message::NameQualified, path.range, {path.text()});
  }
  if (context.templateRest() != nullptr) return template_module(context, annotations, scope, std::move(doc));
  const Name& name = path.components.back();
  model::Declaration* declaration = declared_before<model::Module>(scope, name);
  if (declaration == nullptr) {
    declaration = &create(scope, name, model::Module{}, std::move(doc));
    declaration->annotations = read_annotations(annotations, scope, "a module");
    names_.open(scope, "module", name.text, declaration);
    publish(scope, *declaration);
  } else {
    if (declaration->doc.empty()) declaration->doc = std::move(doc);
    declaration->imported = declaration->imported && name.included;
  }
  if (context.definition().empty() && !syntax_.lost_something_in(context)) {
    reporter_.report(Message::EmptyBody, name.range, {"module", name.text, "declaration"});
  }
  ids_.enter_scope();
  definitions(context.definition(), *context.getStop(), *names_.scope_of(*declaration));
  ids_.leave_scope();
}

void Builder::constant(Grammar::ConstDeclarationContext& context, const Annotated& annotations, Scope& scope,
                       std::string doc) {
  const Name name = constants_.name(*context.identifier());
  const model::TypePointer of = type(*context.simpleType(), scope);
  if (of == nullptr) return declare_broken(scope, name);
  const model::Type& resolved = model::resolve(*of);
  const auto* primitive = std::get_if<model::Primitive>(&resolved.form);
  const auto* other = std::get_if<model::NamedType>(&resolved.form);
  const bool possible = (primitive != nullptr && can_be_constant(*primitive)) ||
                        std::holds_alternative<model::StringType>(resolved.form) ||
                        std::holds_alternative<model::FixedType>(resolved.form) ||
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

// ------------------------------------------------------------------------------------------ repository ids

void Builder::type_id(Grammar::TypeIdDeclarationContext& context, Scope& scope) {
  const Entity* entity = names_.resolve(scope, constants_.path(*context.scopedName()), Names::Use::Other);
  const std::optional<std::string> text = text_of(context.STRING());
  if (entity == nullptr || entity->kind != Entity::Kind::Declaration || !text) return;
  ids_.give_id(*entity->declaration, *text, syntax_.range(context));
}

void Builder::type_prefix(Grammar::TypePrefixDeclarationContext& context, Scope& scope) {
  const Path path = constants_.path(*context.scopedName());
  const Entity* entity = names_.resolve(scope, path, Names::Use::Other);
  const std::optional<std::string> text = text_of(context.STRING());
  if (entity == nullptr || !text) return;
  if (entity->kind != Entity::Kind::Declaration || names_.scope_of(*entity->declaration) == nullptr) {
    reporter_.report(Message::NotAScope, path.range, {path.text(), described(*entity)})
        .note(entity->range, "defined here");
    return;
  }
  ids_.give_prefix(*entity->declaration, *text, syntax_.range(context));
}

/// All that has been included is known here without being imported: the name must only exist. What CORBA
/// itself declares is built in.
void Builder::import(Grammar::ImportDeclarationContext& context, Scope& scope) {
  if (context.scopedName() == nullptr) return;
  const Path path = constants_.path(*context.scopedName());
  if (path.components.front().text != "CORBA") names_.resolve(scope, path, Names::Use::Other);
}

std::optional<std::string> Builder::text_of(const std::vector<antlr4::tree::TerminalNode*>& strings) const {
  std::string all;
  for (antlr4::tree::TerminalNode* piece : strings) {
    const antlr4::Token& token = *piece->getSymbol();
    if (syntax_.is_unterminated(token) || syntax_.text(token).empty()) return std::nullopt;
    const auto text = text_literal(syntax_.text(token), syntax_.range(token), reporter_);
    if (!text) return std::nullopt;
    all += *text;
  }
  return all;
}

// ------------------------------------------------------------------------------------------ into the model

std::deque<model::Declaration>& Builder::home() {
  if (in_annotation_) return model_.annotation_types;
  return generic_depth_ > 0 ? discarded_ : model_.declarations;
}

std::vector<const model::Declaration*>* Builder::list_of(Scope& scope) {
  if (scope.declaration == nullptr) return &scope == &names_.file_scope() ? &model_.top_level : nullptr;
  auto& body = scope.declaration->body;
  if (auto* module = std::get_if<model::Module>(&body)) return &module->members;
  if (auto* interface = std::get_if<model::Interface>(&body)) return &interface->declarations;
  if (auto* value = std::get_if<model::ValueType>(&body)) return &value->declarations;
  if (auto* unmapped = std::get_if<model::Unmapped>(&body)) return &unmapped->declarations;
  return nullptr;
}

/// True inside a struct, union or exception, where a member may declare its type.
bool Builder::is_in_place(const Scope& scope) {
  return scope.declaration != nullptr && (std::holds_alternative<model::Struct>(scope.declaration->body) ||
                                          std::holds_alternative<model::Union>(scope.declaration->body) ||
                                          std::holds_alternative<model::Exception>(scope.declaration->body));
}

Scope& Builder::scope_around(Scope& scope) {
  Scope* around = &scope;
  while (is_in_place(*around)) around = around->parent;
  return *around;
}

/// In the model the type of a member stands before what holds it, with a name of its own: S_T for T in S.
void Builder::take_out(Scope& scope, const Name& name, model::Declaration& declaration) {
  std::string path = name.text;
  Scope* around = &scope;
  for (; is_in_place(*around); around = around->parent) {
    declaration.name.insert(0, around->name + "_");
    path.insert(0, around->name + "/");
  }
  declaration.scope = around->declaration;
  ids_.in_place(declaration, path);
  if (name.text.empty()) return;
  Entity entity;
  entity.kind = Entity::Kind::Declaration;
  entity.declaration = &declaration;
  names_.declare(*around, {declaration.name, name.range, true, name.included}, std::move(entity));
}

/// A list is in the order of definition. What could not be entered into its scope is in no list.
void Builder::publish(Scope& scope, model::Declaration& declaration) {
  Scope& around = scope_around(scope);
  std::vector<const model::Declaration*>* list = list_of(around);
  const Entity* entity = around.find(declaration.name);
  if (list == nullptr || entity == nullptr || entity->declaration != &declaration) return;
  if (forward_.count(&declaration) != 0) slots_.emplace(&declaration, list->size());
  list->push_back(&declaration);
}

/// Takes a forward declaration off its list; the slot is closed when all has been read.
void Builder::withdraw(Scope& scope, const model::Declaration& declaration) {
  const auto slot = slots_.find(&declaration);
  std::vector<const model::Declaration*>* list = list_of(scope_around(scope));
  if (list == nullptr || slot == slots_.end()) return;
  (*list)[slot->second] = nullptr;
  slots_.erase(slot);
  lists_with_gaps_.insert(list);
}

void Builder::close_gaps() {
  for (std::vector<const model::Declaration*>* list : lists_with_gaps_) {
    list->erase(std::remove(list->begin(), list->end(), nullptr), list->end());
  }
}

void Builder::declare_broken(Scope& scope, const Name& name) {
  names_.declare(scope, name, Entity{});
}

void Builder::report_never_defined() {
  for (const auto& [declaration, is_told] : forward_) {
    if (!is_told || syntax_.is_suspect(declaration->name)) continue;
    if (std::holds_alternative<model::Interface>(declaration->body)) {
      reporter_.report(Message::InterfaceNeverDefined, declaration->range, {declaration->name});
      continue;
    }
    reporter_.report(Message::TypeNeverDefined, declaration->range,
                     {model::kind_of(*declaration), declaration->name});
  }
}

/// The words before a forward declaration are those before the definition.
void Builder::check_forward(const model::Declaration& declaration, const Name& name, std::string_view was,
                            std::string_view is) {
  if (was == is || forward_.count(&declaration) == 0) return;
  reporter_.report(Message::ForwardDiffers, name.range, {name.text, is, was})
      .note(declaration.range, "declared here");
}

void Builder::check_places(const std::vector<model::Annotation>& annotations, std::string_view kind) {
  for (const model::Annotation& annotation : annotations) {
    const auto place = std::find_if(kPlaces.begin(), kPlaces.end(), [&](const AllowedPlaces& each) {
      return each.annotation == annotation.name;
    });
    if (place != kPlaces.end() && !lists(place->kinds, kind)) {
      reporter_.report(Message::AnnotationWithoutEffect, annotation.range, {annotation.name, kind});
    }
  }
}

std::vector<model::Annotation> Builder::read_annotations(const Annotated& annotations, Scope& scope,
                                                         std::string_view kind) {
  std::vector<model::Annotation> read = annotations_.read(annotations, scope);
  refuse_operation_annotations(read, kind, reporter_);
  check_places(read, kind);
  return read;
}

std::string Builder::doc_of(antlr4::ParserRuleContext& context) const {
  return syntax_.doc(*context.getStart(),
                     context.getStop() != nullptr ? *context.getStop() : *context.getStart());
}

}  // namespace oncec::frontend
