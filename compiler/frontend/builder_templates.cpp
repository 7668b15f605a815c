// Template modules, their instantiations, and aliases, which instantiate one inside another.
#include <memory>
#include <utility>

#include "frontend/builder.hpp"
#include "frontend/builder_declare.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend {

namespace {

/// In one file, those included: each level of templates may multiply the one below it.
constexpr std::size_t kInstantiationsMax = 10'000;

std::string count_of(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

/// What a parameter takes, by the word that declares it.
template <typename... Bodies>
bool has_one_of(const model::Declaration& declaration) {
  return (std::holds_alternative<Bodies>(declaration.body) || ...);
}

bool fits(const model::Declaration& declaration, std::size_t word) {
  switch (word) {
    case Grammar::INTERFACE: return has_one_of<model::Interface>(declaration);
    case Grammar::VALUETYPE: return has_one_of<model::ValueType, model::ValueBox>(declaration);
    case Grammar::STRUCT: return has_one_of<model::Struct>(declaration);
    case Grammar::UNION: return has_one_of<model::Union>(declaration);
    case Grammar::EXCEPTION: return has_one_of<model::Exception>(declaration);
    case Grammar::ENUM: return has_one_of<model::Enum>(declaration);
    case Grammar::EVENTTYPE: {
      const auto* value = std::get_if<model::ValueType>(&declaration.body);
      return value != nullptr && value->event;
    }
    default: return true;
  }
}

std::string_view wanted(std::size_t word) {
  switch (word) {
    case Grammar::INTERFACE: return "an interface";
    case Grammar::VALUETYPE: return "a valuetype";
    case Grammar::EVENTTYPE: return "an eventtype";
    case Grammar::STRUCT: return "a struct";
    case Grammar::UNION: return "a union";
    case Grammar::EXCEPTION: return "an exception";
    case Grammar::ENUM: return "an enum";
    case Grammar::SEQUENCE: return "a sequence";
    case Grammar::CONST: return "a constant";
    default: return "a type";
  }
}

bool is_sequence(const model::Type& type) {
  return std::holds_alternative<model::SequenceType>(model::resolve(type).form);
}

}  // namespace

// --------------------------------------------------------------------------------------------- declaring one

void Builder::template_module(Grammar::ModuleDeclarationContext& context, const Annotated& annotations,
                              Scope& scope, std::string doc) {
  const Name name = constants_.path(*context.scopedName()).components.back();
  Grammar::TemplateRestContext& rest = *context.templateRest();
  ++generic_depth_;
  model::Unmapped body;
  body.kind = "template module";
  model::Declaration& declaration = create(scope, name, std::move(body), doc);
  declaration.annotations = read_annotations(annotations, scope, "a module");
  Scope& formals = names_.open(scope, "template", {}, nullptr);
  for (Grammar::FormalParameterContext* each : rest.formalParameter()) {
    if (each->simpleType() != nullptr) type(*each->simpleType(), formals);
    if (each->sequenceType() != nullptr) sequence(*each->sequenceType(), formals);
    declare_broken(formals, constants_.name(*each->identifier()));
  }
  if (rest.definition().empty() && !syntax_.lost_something_in(context)) {
    reporter_.report(Message::EmptyBody, name.range, {"module", name.text, "declaration"});
  }
  model::Declaration& checked = discarded_.emplace_back();
  checked.name = name.text;
  checked.body = model::Module{};
  Scope& inside = names_.open(formals, "module", name.text, &checked);
  ids_.enter_scope();
  definitions(rest.definition(), *context.getStop(), inside);
  ids_.leave_scope();
  --generic_depth_;
  templates_.emplace(&declaration, Template{&context, &scope, std::move(doc)});
  template_order_.push_back(&declaration);
}

/// One that is used by nobody is in the model for what it is; the others are there as their instantiations.
void Builder::report_unused_templates() {
  for (const model::Declaration* declaration : template_order_) {
    const Template& each = templates_.at(declaration);
    const Entity* entity = each.scope->find(declaration->name);
    const bool is_entered = entity != nullptr && entity->declaration == declaration;
    if (each.is_instantiated || !is_entered || declaration->imported) continue;
    std::vector<const model::Declaration*>* list = list_of(*each.scope);
    if (list != nullptr && generic_depth_ == 0)
      list->push_back(&model_.declarations.emplace_back(*declaration));
  }
}

// ---------------------------------------------------------------------------------------- instantiating it

Builder::Template* Builder::find_template(Grammar::ScopedNameContext& context, Scope& scope) {
  const model::Declaration* found = find_declaration<model::Unmapped>(context, scope, "a template module");
  if (found == nullptr) return nullptr;
  const auto known = templates_.find(found);
  if (known != templates_.end()) return &known->second;
  if (std::get<model::Unmapped>(found->body).kind == "template module") return nullptr;  // it is being read
  const Path path = constants_.path(context);
  reporter_.report(Message::NotOfKind, path.range, {path.text(), described(*found), "a template module"})
      .note(found->range, "defined here");
  return nullptr;
}

void Builder::instantiation(Grammar::ModuleDeclarationContext& context, Scope& scope, std::string doc) {
  Grammar::InstantiationRestContext& rest = *context.instantiationRest();
  const Name name = constants_.name(*rest.identifier());
  Template* found = find_template(*context.scopedName(), scope);
  if (found == nullptr) return declare_broken(scope, name);
  const auto formals = found->context->templateRest()->formalParameter();
  const auto actuals = rest.actualParameter();
  if (formals.size() != actuals.size()) {
    const Path path = constants_.path(*context.scopedName());
    reporter_.report(Message::TemplateArgumentCount, path.range,
                     {path.text(), count_of(formals.size(), "parameter"), std::to_string(actuals.size())});
    return declare_broken(scope, name);
  }
  // A parameter's type may name the parameters before it.
  Scope& bound = names_.open(*found->scope, "template", {}, nullptr);
  std::vector<std::optional<Entity>> arguments;
  for (std::size_t i = 0; i < formals.size(); ++i) {
    arguments.push_back(argument(*actuals[i], *formals[i], scope, bound));
    names_.declare(bound, constants_.name(*formals[i]->identifier()), arguments.back().value_or(Entity{}));
  }
  instantiate(*found, name, arguments, syntax_.range(*context.scopedName()), scope, std::move(doc));
}

/// The arguments of an alias are parameters of the template that it stands in.
void Builder::alias(Grammar::AliasDeclarationContext& context, Scope& scope, std::string doc) {
  const auto identifiers = context.identifier();
  const Name name = constants_.name(*identifiers.back());
  Template* found = find_template(*context.scopedName(), scope);
  if (found == nullptr) return declare_broken(scope, name);
  const std::size_t wanted_count = found->context->templateRest()->formalParameter().size();
  if (wanted_count != identifiers.size() - 1) {
    const Path path = constants_.path(*context.scopedName());
    reporter_.report(
        Message::TemplateArgumentCount, path.range,
        {path.text(), count_of(wanted_count, "parameter"), std::to_string(identifiers.size() - 1)});
    return declare_broken(scope, name);
  }
  std::vector<std::optional<Entity>> arguments;
  for (std::size_t i = 0; i < wanted_count; ++i) {
    const Name argument_name = constants_.name(*identifiers[i]);
    const Entity* entity =
        names_.resolve(scope, Path{false, {argument_name}, argument_name.range}, Names::Use::Other);
    arguments.push_back(entity == nullptr ? std::optional<Entity>{} : *entity);
  }
  if (generic_depth_ > 0) return declare_broken(scope, name);
  instantiate(*found, name, arguments, syntax_.range(*context.scopedName()), scope, std::move(doc));
}

void Builder::instantiate(Template& of, const Name& name, const std::vector<std::optional<Entity>>& arguments,
                          SourceRange place, Scope& scope, std::string doc) {
  of.is_instantiated = true;
  Grammar::TemplateRestContext& rest = *of.context->templateRest();
  if (generic_depth_ == 0 && instantiation_depth_ >= kNestingMax) {
    reporter_.report(Message::TooDeep, name.range, {std::to_string(kNestingMax)});
    return declare_broken(scope, name);
  }
  if (instantiations_ == kInstantiationsMax) {
    if (!std::exchange(too_many_instantiations_, true)) {
      reporter_.report(Message::TooManyInstantiations, name.range, {std::to_string(kInstantiationsMax)});
    }
    return declare_broken(scope, name);
  }
  ++instantiations_;
  ++instantiation_depth_;
  reporter_.begin_instantiation(place);
  Scope& bound = names_.open(*of.scope, "template", {}, nullptr);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    names_.declare(bound, constants_.name(*rest.formalParameter(i)->identifier()),
                   arguments[i].value_or(Entity{}));
  }
  model::Declaration& declaration =
      create(scope, name, model::Module{}, doc.empty() ? of.doc : std::move(doc));
  Scope& inside = names_.open(bound, "module", name.text, &declaration);
  ids_.enter_scope();
  definitions(rest.definition(), *of.context->getStop(), inside);
  ids_.leave_scope();
  reporter_.end_instantiation();
  --instantiation_depth_;
  publish(scope, declaration);
}

// ------------------------------------------------------------------------------------------------- arguments

/// What the parameter's name stands for; nothing (reported) if the argument is wrong.
std::optional<Entity> Builder::argument(Grammar::ActualParameterContext& context,
                                        Grammar::FormalParameterContext& formal, Scope& scope,
                                        Scope& formals) {
  if (formal.simpleType() != nullptr) return constant_argument(context, formal, scope, formals);
  const std::size_t word = formal.getStart()->getType();
  const auto refuse = [&]() -> std::optional<Entity> {
    reporter_.report(Message::TemplateArgumentKind, syntax_.range(context),
                     {constants_.name(*formal.identifier()).text, wanted(word)});
    return std::nullopt;
  };
  model::TypePointer given;
  if (context.unnamedType() != nullptr) {
    given = unnamed(*context.unnamedType(), scope);
  } else {
    // The name of a type, or an expression.
    Grammar::ConstExpressionContext& expression = *context.constExpression();
    Grammar::ScopedNameContext* name = expression.operand(0)->scopedName();
    const bool is_name =
        name != nullptr && expression.operand().size() == 1 && expression.operand(0)->unaryOperator().empty();
    if (!is_name) return refuse();
    const Path path = constants_.path(*name);
    const Entity* entity = names_.find(scope, path);
    if (entity != nullptr && entity->kind == Entity::Kind::Broken) return std::nullopt;
    if (word == Grammar::EXCEPTION) {
      const model::Declaration* exception = find_declaration<model::Exception>(*name, scope, "an exception");
      if (exception == nullptr) return std::nullopt;
      return *names_.find(scope, path);
    }
    given = named(*name, scope);
  }
  if (given == nullptr) return std::nullopt;
  const bool wants_sequence = word == Grammar::SEQUENCE;
  if (wants_sequence && !is_sequence(*given)) return refuse();
  if (const auto* type = std::get_if<model::NamedType>(&given->form)) {
    const auto* resolved = std::get_if<model::NamedType>(&model::resolve(*given).form);
    const bool has_kind = word == Grammar::TYPENAME || wants_sequence;
    if (!has_kind && (resolved == nullptr || !fits(*resolved->declaration, word))) return refuse();
    Entity entity;
    entity.kind = Entity::Kind::Declaration;
    entity.declaration =
        const_cast<model::Declaration*>(has_kind ? type->declaration : resolved->declaration);
    return entity;
  }
  if (word != Grammar::TYPENAME && !wants_sequence) return refuse();
  return bound_type(std::move(given));
}

/// A type without a name gets one that is looked through wherever it is used.
std::optional<Entity> Builder::bound_type(model::TypePointer type) {
  model::Declaration& declaration = discarded_.emplace_back();
  declaration.body = model::Typedef{type};
  depth_[&declaration] = depth(*type);
  bound_types_.emplace(&declaration, std::move(type));
  Entity entity;
  entity.kind = Entity::Kind::Declaration;
  entity.declaration = &declaration;
  return entity;
}

std::optional<Entity> Builder::constant_argument(Grammar::ActualParameterContext& context,
                                                 Grammar::FormalParameterContext& formal, Scope& scope,
                                                 Scope& formals) {
  const model::TypePointer of = type(*formal.simpleType(), formals);
  if (of == nullptr) return std::nullopt;
  if (context.constExpression() == nullptr) {
    reporter_.report(Message::TemplateArgumentKind, syntax_.range(context),
                     {constants_.name(*formal.identifier()).text, "a constant"});
    return std::nullopt;
  }
  std::optional<model::Value> value = constants_.evaluate(*context.constExpression(), *of, scope);
  if (!value) return std::nullopt;
  model::Declaration& declaration = discarded_.emplace_back();
  declaration.body = model::Constant{of, std::move(*value)};
  Entity entity;
  entity.kind = Entity::Kind::Declaration;
  entity.declaration = &declaration;
  return entity;
}

}  // namespace oncec::frontend
