// Types by name and in place, and what must be known of them.
#include <algorithm>
#include <memory>
#include <utility>

#include "frontend/builder.hpp"
#include "frontend/builder_declare.hpp"
#include "frontend/fixed_number.hpp"

namespace oncec::frontend {

namespace {

model::TypePointer make(model::Type type) {
  return std::make_shared<const model::Type>(std::move(type));
}

bool is_forward(Grammar::ConstructedTypeContext& context) {
  return (context.structDeclaration() != nullptr && context.structDeclaration()->LEFT_BRACE() == nullptr) ||
         (context.unionDeclaration() != nullptr && context.unionDeclaration()->LEFT_BRACE() == nullptr);
}

bool is_type(const model::Declaration& declaration) {
  const auto* unmapped = std::get_if<model::Unmapped>(&declaration.body);
  if (unmapped != nullptr) return unmapped->kind == "component" || unmapped->kind == "home";
  return !std::holds_alternative<model::Module>(declaration.body) &&
         !std::holds_alternative<model::Constant>(declaration.body) &&
         !std::holds_alternative<model::Exception>(declaration.body);
}

}  // namespace

/// A type that is held by value, and so must be complete; it may be declared here.
model::TypePointer Builder::held_type(Grammar::TypeSpecifierContext& context, Scope& scope) {
  if (context.simpleType() != nullptr) return held_type(*context.simpleType(), scope);
  Grammar::ConstructedTypeContext& in_place = *context.constructedType();
  if (is_forward(in_place)) {
    const antlr4::Token& keyword = *in_place.getStart();
    Grammar::IdentifierContext& identifier = in_place.structDeclaration() != nullptr
                                                 ? *in_place.structDeclaration()->identifier()
                                                 : *in_place.unionDeclaration()->identifier();
    reporter_.report(Message::ForwardInPlace, syntax_.range(keyword),
                     {syntax_.text(keyword), constants_.name(identifier).text});
    return nullptr;
  }
  const model::Declaration* declared = constructed(in_place, {}, scope, {});
  return declared == nullptr ? nullptr : make({model::NamedType{declared}});
}

model::TypePointer Builder::held_type(Grammar::SimpleTypeContext& context, Scope& scope) {
  model::TypePointer found = type(context, scope);
  if (found == nullptr || !is_complete(*found, syntax_.range(context))) return nullptr;
  return found;
}

model::TypePointer Builder::type(Grammar::SimpleTypeContext& context, Scope& scope) {
  if (context.unnamedType() != nullptr) return unnamed(*context.unnamedType(), scope);
  return named(*context.scopedName(), scope);
}

model::TypePointer Builder::unnamed(Grammar::UnnamedTypeContext& context, Scope& scope) {
  if (context.primitiveType() != nullptr) return primitive(*context.primitiveType());
  if (context.sequenceType() != nullptr) return sequence(*context.sequenceType(), scope);
  if (context.mapType() != nullptr) return map(*context.mapType(), scope);
  if (context.stringType() != nullptr) return string(*context.stringType(), scope);
  return fixed(*context.fixedType(), scope);
}

model::TypePointer Builder::primitive(Grammar::PrimitiveTypeContext& context) const {
  using model::Primitive;
  const std::size_t longs = context.LONG().size();
  if (context.UNSIGNED() != nullptr) {
    if (context.SHORT() != nullptr) return make({Primitive::UInt16});
    return make({longs == 2 ? Primitive::UInt64 : Primitive::UInt32});
  }
  if (context.DOUBLE() != nullptr) return make({longs == 1 ? Primitive::Float128 : Primitive::Float64});
  if (longs != 0) return make({longs == 2 ? Primitive::Int64 : Primitive::Int32});
  if (context.SHORT() != nullptr) return make({Primitive::Int16});
  if (context.FLOAT() != nullptr) return make({Primitive::Float32});
  if (context.BOOLEAN() != nullptr) return make({Primitive::Boolean});
  if (context.OCTET() != nullptr) return make({Primitive::Octet});
  if (context.WCHAR() != nullptr) return make({Primitive::WChar});
  if (context.ANY() != nullptr) return make({Primitive::Any});
  if (context.OBJECT() != nullptr) return make({Primitive::Object});
  if (context.VALUEBASE() != nullptr) return make({Primitive::ValueBase});
  return make({Primitive::Char});
}

std::optional<std::uint64_t> Builder::bound(Grammar::ConstExpressionContext* context, Scope& scope) {
  return context == nullptr ? std::optional<std::uint64_t>{0} : constants_.bound(*context, scope);
}

model::TypePointer Builder::sequence(Grammar::SequenceTypeContext& context, Scope& scope) {
  read_annotations(context.annotation(), scope, "an element");
  const model::TypePointer element = type(*context.simpleType(), scope);
  const std::optional<std::uint64_t> given = bound(context.constExpression(), scope);
  if (element == nullptr || !given) return nullptr;
  return make({model::SequenceType{element, *given}});
}

model::TypePointer Builder::map(Grammar::MapTypeContext& context, Scope& scope) {
  read_annotations(context.annotation(), scope, "an element");
  const model::TypePointer key = held_type(*context.simpleType(0), scope);
  const model::TypePointer value = type(*context.simpleType(1), scope);
  const std::optional<std::uint64_t> given = bound(context.constExpression(), scope);
  if (key == nullptr || value == nullptr || !given) return nullptr;
  return make({model::MapType{key, value, *given}});
}

model::TypePointer Builder::string(Grammar::StringTypeContext& context, Scope& scope) {
  const std::optional<std::uint64_t> given = bound(context.constExpression(), scope);
  if (!given) return nullptr;
  return make({model::StringType{context.WSTRING() != nullptr, *given}});
}

model::TypePointer Builder::fixed(Grammar::FixedTypeContext& context, Scope& scope) {
  if (context.constExpression().empty()) {
    if (dynamic_cast<Grammar::ConstDeclarationContext*>(context.parent->parent->parent) != nullptr ||
        dynamic_cast<Grammar::FormalParameterContext*>(context.parent->parent->parent) != nullptr) {
      return make({model::FixedType{}});
    }
    reporter_.report(Message::FixedWithoutDigits, syntax_.range(context));
    return nullptr;
  }
  Grammar::ConstExpressionContext& scale_expression = *context.constExpression(1);
  const std::optional<std::uint64_t> digits = constants_.bound(*context.constExpression(0), scope);
  const std::optional<model::Value> scale =
      constants_.evaluate(scale_expression, model::Type{model::Primitive::UInt32}, scope);
  if (!digits || !scale) return nullptr;
  const std::uint64_t behind = std::get<model::IntegerValue>(*scale).magnitude;
  if (*digits > FixedNumber::kDigitsMax) {
    reporter_.report(Message::FixedDigits, syntax_.range(*context.constExpression(0)),
                     {std::to_string(*digits)});
    return nullptr;
  }
  if (behind > *digits) {
    reporter_.report(Message::FixedScale, syntax_.range(scale_expression),
                     {std::to_string(behind), std::to_string(*digits)});
    return nullptr;
  }
  return make({model::FixedType{static_cast<std::uint32_t>(*digits), static_cast<std::uint32_t>(behind)}});
}

/// It is a type of its own even where nothing declares it.
bool Builder::is_type_code(const Scope& scope, const Path& path) const {
  const std::size_t size = path.components.size();
  if (path.components.back().text != "TypeCode" || size > 2) return false;
  if (const Entity* entity = names_.find(scope, path)) {
    return entity->kind == Entity::Kind::Declaration &&
           model::qualified_name(*entity->declaration) == "CORBA::TypeCode";
  }
  if (size == 2) return path.components.front().text == "CORBA";
  for (const Scope* around = &scope; around != nullptr; around = around->parent) {
    if (around->kind == "module" && around->name == "CORBA") return true;
  }
  return false;
}

model::TypePointer Builder::named(Grammar::ScopedNameContext& context, Scope& scope) {
  const Path path = constants_.path(context);
  if (path.components.size() == 1 && !path.from_file_scope) {
    // int8 and its like are names: a file that has declared one means its own.
    const model::Primitive built_in = built_in_type(path.components.front().text);
    if (built_in != model::Primitive::Void && names_.find(scope, path) == nullptr) return make({built_in});
  }
  if (is_type_code(scope, path)) return make({model::Primitive::TypeCode});
  const Entity* entity = names_.resolve(scope, path, Names::Use::Type);
  if (entity == nullptr) return nullptr;
  if (entity->kind == Entity::Kind::Declaration && is_type(*entity->declaration)) {
    const auto argument = bound_types_.find(entity->declaration);
    return argument != bound_types_.end() ? argument->second : make({model::NamedType{entity->declaration}});
  }
  reporter_.report(Message::NotAType, path.range, {path.text(), described(*entity)})
      .note(entity->range, "defined here");
  return nullptr;
}

model::TypePointer Builder::with_sizes(model::TypePointer element, Grammar::DeclaratorContext& context,
                                       Scope& scope) {
  constexpr std::uint64_t kElementsMax = 0xFFFFFFFF;
  model::ArrayType array{std::move(element), {}};
  std::uint64_t elements = 1;
  for (Grammar::ArraySizeContext* size : context.arraySize()) {
    const std::optional<std::uint64_t> given = constants_.bound(*size->constExpression(), scope);
    if (!given) return nullptr;
    if (*given > kElementsMax / elements) {
      reporter_.report(Message::ArrayTooLarge, syntax_.range(*size));
      return nullptr;
    }
    elements *= *given;
    array.dimensions.push_back(*given);
  }
  if (array.dimensions.empty()) return array.element;
  return make({std::move(array)});
}

// ---------------------------------------------------------------------------------- what holds what by value

/// Reports a type that is held by value before it is defined, itself included.
bool Builder::is_complete(const model::Type& type, SourceRange range) {
  const model::Type& resolved = model::resolve(type);
  if (const auto* array = std::get_if<model::ArrayType>(&resolved.form))
    return is_complete(*array->element, range);
  const auto* named = std::get_if<model::NamedType>(&resolved.form);
  if (named == nullptr) return true;
  if (open_.count(named->declaration) != 0) {
    reporter_.report(Message::ContainsItself, range, {named->declaration->name});
    return false;
  }
  const auto& body = named->declaration->body;
  const bool is_reference = std::holds_alternative<model::Interface>(body) ||
                            std::holds_alternative<model::ValueType>(body) ||
                            std::holds_alternative<model::Unmapped>(body);
  if (is_reference || forward_.count(named->declaration) == 0) return true;
  reporter_.report(Message::IncompleteType, range, {named->declaration->name})
      .note(named->declaration->range, "declared here");
  return false;
}

/// How deep values of the type nest, apart from recursion.
std::size_t Builder::depth(const model::Type& type) const {
  if (const auto* sequence = std::get_if<model::SequenceType>(&type.form))
    return 1 + depth(*sequence->element);
  if (const auto* array = std::get_if<model::ArrayType>(&type.form)) return 1 + depth(*array->element);
  if (const auto* optional = std::get_if<model::OptionalType>(&type.form))
    return 1 + depth(*optional->element);
  if (const auto* map = std::get_if<model::MapType>(&type.form)) {
    // Together: else typedefs of maps of maps would stand for types with more parts than can be written out.
    return 1 + depth(*map->key) + depth(*map->value);
  }
  const auto* named = std::get_if<model::NamedType>(&type.form);
  const auto known = named == nullptr ? depth_.end() : depth_.find(named->declaration);
  return known == depth_.end() ? 0 : known->second;
}

/// Local interfaces, and whatever holds one: they never leave their process.
bool Builder::is_local(const model::Type& type) const {
  if (const auto* sequence = std::get_if<model::SequenceType>(&type.form))
    return is_local(*sequence->element);
  if (const auto* array = std::get_if<model::ArrayType>(&type.form)) return is_local(*array->element);
  if (const auto* optional = std::get_if<model::OptionalType>(&type.form))
    return is_local(*optional->element);
  if (const auto* map = std::get_if<model::MapType>(&type.form)) {
    return is_local(*map->key) || is_local(*map->value);
  }
  const auto* named = std::get_if<model::NamedType>(&type.form);
  if (named == nullptr) return false;
  const auto* interface = std::get_if<model::Interface>(&named->declaration->body);
  return interface != nullptr ? interface->local : local_.count(named->declaration) != 0;
}

bool Builder::is_too_deep(const model::Type& type, SourceRange range) {
  if (depth(type) < kNestingMax) return false;
  reporter_.report(Message::TooDeep, range, {std::to_string(kNestingMax)});
  return true;
}

}  // namespace oncec::frontend
