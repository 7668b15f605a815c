// What is defined, under which names.
#include "frontend/onc/declarations.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "frontend/literals.hpp"

namespace oncec::frontend::onc {

namespace {

/// The type of a constant: the smallest of four that holds it.
model::TypePointer type_of(const model::Value& value) {
  if (std::holds_alternative<bool>(value)) return make_type({model::Primitive::Boolean});
  if (std::holds_alternative<model::TextValue>(value)) return make_type({model::StringType{}});
  const auto& integer = std::get<model::IntegerValue>(value);
  const std::uint64_t magnitude = integer.magnitude;
  constexpr std::uint64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
  if (magnitude <= kInt32Max + (integer.negative ? 1U : 0U)) return make_type({model::Primitive::Int32});
  if (integer.negative) return make_type({model::Primitive::Int64});
  if (magnitude <= std::numeric_limits<std::uint32_t>::max()) return make_type({model::Primitive::UInt32});
  const bool fits_signed = magnitude <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  return make_type({fits_signed ? model::Primitive::Int64 : model::Primitive::UInt64});
}

}  // namespace

model::TypePointer make_type(model::Type type) {
  return std::make_shared<const model::Type>(std::move(type));
}

Declarations::Declarations(const Syntax& syntax, Reporter& reporter, model::Model& model, std::uint32_t begin)
    : syntax_(syntax),
      reporter_(reporter),
      model_(model),
      begin_(begin),
      names_(syntax, reporter),
      values_(syntax, names_, reporter) {
  for (const bool truth : {false, true}) {
    Symbol symbol;
    symbol.kind = Symbol::Kind::Constant;
    symbol.name.text = truth ? "TRUE" : "FALSE";
    symbol.is_built_in = true;
    symbol.value = truth;
    symbol.state = Symbol::State::Done;
    names_.declare(std::move(symbol));
  }
}

void Declarations::read() {
  if (syntax_.tree() == nullptr) return;
  for (Grammar::DefinitionContext* context : syntax_.tree()->definition()) collect(*context);
  offer_procedures();
  settle_constants();
  fill_structs();
  fill_unions();
  fill_typedefs();
  check_recursion();
  widen_small_elements();
  check_unions();
  fill_programs();
}

/// rpcgen makes constants of procedures: where nothing else has its name, a procedure's stands for its
/// number.
void Declarations::offer_procedures() {
  for (const auto& [version, context] : versions_) {
    for (Grammar::ProcedureDefinitionContext* procedure : context->procedureDefinition()) {
      Symbol symbol;
      symbol.kind = Symbol::Kind::Constant;
      symbol.name = names_.name(*procedure->IDENTIFIER()->getSymbol());
      symbol.written = procedure->value();
      names_.offer(std::move(symbol));
    }
  }
}

void Declarations::settle_constants() {
  for (Symbol* enumerator : enumerators_) values_.of(*enumerator);
  for (Symbol* constant : constants_) {
    const std::optional<model::Value>& value = values_.of(*constant);
    if (value) constant->declaration->body = model::Constant{type_of(*value), *value};
  }
}

// ----------------------------------------------------------------------------------------------- definitions

Declarations::Place Declarations::place(const antlr4::Token& name, std::string doc) const {
  return {names_.name(name).text, syntax_.range(name), std::move(doc), syntax_.is_included(name)};
}

void Declarations::collect(Grammar::DefinitionContext& context) {
  if (context.getStart()->getStartIndex() < begin_) {
    collect_built_in(context);
    return;
  }
  std::string doc = syntax_.comments(context).doc;
  if (auto* constant = context.constDefinition()) {
    collect_constant(*constant, std::move(doc));
  } else if (auto* alias = context.typedefDefinition()) {
    collect_typedef(*alias, std::move(doc));
  } else if (auto* enumeration = context.enumDefinition()) {
    collect_enum(*enumeration->enumBody(), place(*enumeration->IDENTIFIER()->getSymbol(), std::move(doc)));
  } else if (auto* structure = context.structDefinition()) {
    collect_struct(*structure->structBody(), place(*structure->IDENTIFIER()->getSymbol(), std::move(doc)));
  } else if (auto* choice = context.unionDefinition()) {
    collect_union(*choice->unionBody(), place(*choice->IDENTIFIER()->getSymbol(), std::move(doc)));
  } else if (auto* program = context.programDefinition()) {
    collect_program(*program, std::move(doc));
  }
}

/// Enters the name alone: the definition is read when somebody uses it.
void Declarations::collect_built_in(Grammar::DefinitionContext& context) {
  Symbol symbol;
  symbol.is_built_in = true;
  symbol.definition = &context;
  antlr4::tree::TerminalNode* name = nullptr;
  if (auto* constant = context.constDefinition()) {
    symbol.kind = Symbol::Kind::Constant;
    symbol.written = constant->value();
    name = constant->IDENTIFIER();
  } else {
    symbol.kind = Symbol::Kind::Type;
    if (auto* structure = context.structDefinition()) name = structure->IDENTIFIER();
    if (auto* alias = context.typedefDefinition()) name = alias->declaration()->IDENTIFIER();
  }
  if (name == nullptr) return;
  symbol.name = names_.name(*name->getSymbol());
  names_.declare(std::move(symbol));
}

model::Declaration* Declarations::define(const Place& place, Symbol symbol,
                                         decltype(model::Declaration::body) body) {
  Symbol* entered = nullptr;
  if (place.interface == nullptr) {
    symbol.name = {place.name, place.range};
    entered = names_.declare(std::move(symbol));
    if (entered == nullptr) return nullptr;
  }
  model::Declaration& declaration = model_.declarations.emplace_back();
  if (entered != nullptr) entered->declaration = &declaration;
  declaration.name = place.name;
  declaration.scope = place.interface;
  declaration.range = place.range;
  declaration.repository_id = "IDL:" + model::qualified_name(declaration, "/") + ":1.0";
  declaration.doc = place.doc;
  declaration.imported = place.is_imported;
  declaration.body = std::move(body);
  if (place.interface == nullptr) {
    model_.top_level.push_back(&declaration);
  } else {
    std::get<model::Interface>(place.interface->body).declarations.push_back(&declaration);
  }
  if (entered != nullptr && entered->kind == Symbol::Kind::Constant) constants_.push_back(entered);
  return &declaration;
}

model::Declaration* Declarations::define_type(const Place& place, decltype(model::Declaration::body) body) {
  Symbol symbol;
  symbol.kind = Symbol::Kind::Type;
  return define(place, std::move(symbol), std::move(body));
}

void Declarations::collect_constant(Grammar::ConstDefinitionContext& context, std::string doc) {
  Symbol symbol;
  symbol.kind = Symbol::Kind::Constant;
  symbol.written = context.value();
  if (context.STRING() != nullptr) {
    const antlr4::Token& text = *context.STRING()->getSymbol();
    symbol.state = Symbol::State::Done;
    std::optional<std::string> value;
    if (!syntax_.is_unterminated(text)) {
      value = text_literal(syntax_.text(text), syntax_.range(text), reporter_);
    }
    if (value) symbol.value = model::TextValue{std::move(*value)};
  }
  // Its type comes with its value.
  define(place(*context.IDENTIFIER()->getSymbol(), std::move(doc)), std::move(symbol), model::Constant{});
}

// ------------------------------------------------------------------------------------------------- the types

void Declarations::collect_typedef(Grammar::TypedefDefinitionContext& context, std::string doc) {
  Grammar::DeclarationContext& declaration = *context.declaration();
  if (refuse_void(declaration, "the type of a typedef")) return;
  const Place named = place(*declaration.IDENTIFIER()->getSymbol(), std::move(doc));
  const bool is_plain = declaration.STAR() == nullptr && declaration.arrayBound().empty();
  Place body = named;
  if (!is_plain) body.name += "_element";
  collect_in_place(declaration.typeSpecifier(), body);
  if (is_plain && in_place_.count(declaration.typeSpecifier()) != 0) return;
  antlr4::tree::TerminalNode* of = declaration.typeSpecifier()->IDENTIFIER();
  const bool is_named = of != nullptr && declaration.typeSpecifier()->children.size() == 2;
  if (is_plain && is_named && names_.name(*of->getSymbol()).text == named.name)
    return;  // C needs it: struct s is s
  if (model::Declaration* alias = define_type(named, model::Typedef{})) {
    typedefs_.push_back({alias, &declaration});
  }
}

/// The type of a member, an arm or a discriminator of `outer`.
void Declarations::collect_in_place(Grammar::DeclarationContext& context, const Place& outer) {
  if (context.IDENTIFIER() == nullptr || context.typeSpecifier() == nullptr) return;
  const Name name = names_.name(*context.IDENTIFIER()->getSymbol());
  Place inner = outer;
  inner.name += "_" + name.text;
  inner.range = name.range;
  inner.doc.clear();
  collect_in_place(context.typeSpecifier(), inner);
}

void Declarations::collect_in_place(Grammar::TypeSpecifierContext* context, const Place& place) {
  model::Declaration* made = nullptr;
  if (auto* enumeration = context->enumBody()) {
    made = collect_enum(*enumeration, place);
  } else if (auto* structure = context->structBody()) {
    made = collect_struct(*structure, place);
  } else if (auto* choice = context->unionBody()) {
    made = collect_union(*choice, place);
  } else {
    return;
  }
  in_place_[context] = made;
}

model::Declaration* Declarations::collect_enum(Grammar::EnumBodyContext& context, const Place& place) {
  model::Declaration* declaration = define_type(place, model::Enum{});
  if (declaration == nullptr) return nullptr;
  auto& body = std::get<model::Enum>(declaration->body);
  if (context.enumerator().empty() && !syntax_.is_damaged()) {
    reporter_.report(Message::EmptyBody, place.range, {"enum", place.name, "enumerator"});
  }
  Symbol* previous = nullptr;
  for (Grammar::EnumeratorContext* each : context.enumerator()) {
    Symbol symbol;
    symbol.kind = Symbol::Kind::Enumerator;
    symbol.name = names_.name(*each->IDENTIFIER()->getSymbol());
    symbol.written = each->value();
    symbol.previous = previous;
    symbol.declaration = declaration;
    symbol.index = body.enumerators.size();
    Symbol* entered = names_.declare(std::move(symbol));
    if (entered == nullptr) continue;
    enumerators_.push_back(entered);
    previous = entered;
    body.enumerators.push_back({entered->name.text, 0, {}, syntax_.comments(*each).doc, entered->name.range});
  }
  return declaration;
}

model::Declaration* Declarations::collect_struct(Grammar::StructBodyContext& context, const Place& place) {
  model::Declaration* declaration = define_type(place, model::Struct{});
  if (declaration == nullptr) return nullptr;
  structs_.push_back({declaration, &context});
  if (context.member().empty() && !syntax_.is_damaged()) {
    reporter_.report(Message::EmptyBody, place.range, {"struct", place.name, "member"});
  }
  for (Grammar::MemberContext* member : context.member()) collect_in_place(*member->declaration(), place);
  return declaration;
}

model::Declaration* Declarations::collect_union(Grammar::UnionBodyContext& context, const Place& place) {
  model::Declaration* declaration = define_type(place, model::Union{});
  if (declaration == nullptr) return nullptr;
  unions_.push_back({declaration, &context});
  const auto arms = context.unionArm();
  const bool has_case =
      std::any_of(arms.begin(), arms.end(), [](auto* arm) { return !arm->caseLabel().empty(); });
  if (!has_case && !syntax_.is_damaged()) {
    reporter_.report(Message::EmptyBody, place.range, {"union", place.name, "case"});
  }
  collect_in_place(*context.declaration(), place);
  for (Grammar::UnionArmContext* arm : arms) collect_in_place(*arm->declaration(), place);
  return declaration;
}

// -------------------------------------------------------------------------------------------------- programs

void Declarations::collect_program(Grammar::ProgramDefinitionContext& context, std::string doc) {
  const Place named = place(*context.IDENTIFIER()->getSymbol(), std::move(doc));
  Symbol symbol;
  symbol.kind = Symbol::Kind::Program;
  model::Declaration* program = define(named, std::move(symbol), model::Module{});
  if (program == nullptr) return;
  programs_.push_back({program, &context});
  if (context.versionDefinition().empty() && !syntax_.is_damaged()) {
    reporter_.report(Message::EmptyBody, named.range, {"program", named.name, "version"});
  }
  for (Grammar::VersionDefinitionContext* version : context.versionDefinition()) {
    collect_version(*version, *program);
  }
}

/// A program is a module, and its versions are the interfaces in it.
void Declarations::collect_version(Grammar::VersionDefinitionContext& context, model::Declaration& program) {
  const Place named = place(*context.IDENTIFIER()->getSymbol(), syntax_.comments(context).doc);
  auto& versions = std::get<model::Module>(program.body).members;
  const auto same = std::find_if(versions.begin(), versions.end(),
                                 [&](const model::Declaration* each) { return each->name == named.name; });
  if (same != versions.end()) {
    reporter_.report(Message::Redefined, named.range, {named.name})
        .note((*same)->range, "first defined here");
    return;
  }
  model::Declaration& version = model_.declarations.emplace_back();
  version.name = named.name;
  version.scope = &program;
  version.range = named.range;
  version.repository_id = "IDL:" + model::qualified_name(version, "/") + ":1.0";
  version.doc = named.doc;
  version.imported = named.is_imported;
  model::Interface interface;
  interface.defined = true;
  version.body = std::move(interface);
  versions.push_back(&version);
  versions_.push_back({&version, &context});
  if (context.procedureDefinition().empty() && !syntax_.is_damaged()) {
    reporter_.report(Message::EmptyBody, named.range, {"version", named.name, "procedure"});
  }
  for (Grammar::ProcedureDefinitionContext* procedure : context.procedureDefinition()) {
    const Name name = names_.name(*procedure->IDENTIFIER()->getSymbol());
    Place inner{name.text + "_result", name.range, {}, named.is_imported, &version};
    if (procedure->typeSpecifier() != nullptr) collect_in_place(procedure->typeSpecifier(), inner);
    std::size_t number = 0;
    for (Grammar::ArgumentContext* argument : procedure->argument()) {
      inner.name = name.text + "_arg" + std::to_string(++number);
      if (argument->typeSpecifier() != nullptr) collect_in_place(argument->typeSpecifier(), inner);
    }
  }
}

}  // namespace oncec::frontend::onc
