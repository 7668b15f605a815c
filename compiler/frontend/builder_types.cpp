// Types, and the declarations that make them: typedef, struct, enum, exception.
#include <algorithm>
#include <memory>
#include <utility>

#include "frontend/builder.hpp"
#include "frontend/builder_declare.hpp"
#include "frontend/spelled.hpp"

namespace oncec::frontend {

namespace {

model::TypePointer make(model::Type type) {
  return std::make_shared<const model::Type>(std::move(type));
}

}  // namespace

void Builder::type_declaration(Grammar::TypeDeclarationContext& context, const Annotated& annotations,
                               Scope& scope, std::string doc) {
  if (context.typedefDeclaration() != nullptr) {
    typedef_declaration(*context.typedefDeclaration(), annotations, scope, doc);
  } else if (context.constructedType() != nullptr) {
    constructed(*context.constructedType(), annotations, scope, std::move(doc));
  }
}

void Builder::typedef_declaration(Grammar::TypedefDeclarationContext& context, const Annotated& annotations,
                                  Scope& scope, const std::string& doc) {
  Grammar::TypeSpecifierContext& specifier = *context.typeSpecifier();
  model::TypePointer base;
  if (specifier.simpleType() != nullptr) {
    base = held_type(*specifier.simpleType(), scope);
  } else if (const model::Declaration* in_place = constructed(*specifier.constructedType(), {}, scope, {})) {
    base = make({model::NamedType{in_place}});
    if (!is_complete(*base, syntax_.range(specifier))) base = nullptr;
  }
  const std::vector<model::Annotation> read = read_annotations(annotations, scope, "a typedef");
  for (Grammar::DeclaratorContext* declarator : context.declarator()) {
    const Name name = constants_.name(*declarator->identifier());
    const model::TypePointer of = base == nullptr ? nullptr : with_sizes(base, *declarator, scope);
    if (of == nullptr || is_too_deep(*of, name.range)) {
      declare_broken(scope, name);
      continue;
    }
    model::Declaration& declaration = create(scope, name, model::Typedef{of}, doc);
    declaration.annotations = read;
    depth_[&declaration] = depth(*of);
    publish(scope, declaration);
  }
}

model::Declaration* Builder::constructed(Grammar::ConstructedTypeContext& context,
                                         const Annotated& annotations, Scope& scope, std::string doc) {
  if (context.structDeclaration() != nullptr) {
    return structure(*context.structDeclaration(), annotations, scope, std::move(doc));
  }
  if (context.unionDeclaration() != nullptr) {
    return union_declaration(*context.unionDeclaration(), annotations, scope, std::move(doc));
  }
  return enumeration(*context.enumDeclaration(), annotations, scope, std::move(doc));
}

// ------------------------------------------------------------------------------------ structs and exceptions

model::Declaration* Builder::structure(Grammar::StructDeclarationContext& context,
                                       const Annotated& annotations, Scope& scope, std::string doc) {
  const Name name = constants_.name(*context.identifier());
  if (context.LEFT_BRACE() == nullptr) return forward<model::Struct>(scope, name, std::move(doc));

  model::Declaration& declaration = define<model::Struct>(scope, name, std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "a struct");
  Scope& inside = names_.open(scope, "struct", name.text, &declaration);
  open_.insert(&declaration);
  auto& body = std::get<model::Struct>(declaration.body);
  if (context.scopedName() != nullptr) {
    body.base = struct_base(*context.scopedName(), scope);
    // A member may not have the name of an inherited one.
    if (body.base != nullptr) inside.names = names_.scope_of(*body.base)->names;
  }
  body.members = members(context.member(), inside);
  open_.erase(&declaration);

  std::size_t deepest = body.base != nullptr ? depth_[body.base] : 0;
  for (const model::Member& member : body.members) deepest = std::max(deepest, depth(*member.type));
  depth_[&declaration] = deepest + 1;
  publish(scope, declaration);
  return &declaration;
}

const model::Declaration* Builder::struct_base(Grammar::ScopedNameContext& context, Scope& scope) {
  const Path path = constants_.path(context);
  const Entity* entity = names_.resolve(scope, path, Names::Use::Type);
  if (entity == nullptr) return nullptr;
  const bool is_struct = entity->kind == Entity::Kind::Declaration &&
                         std::holds_alternative<model::Struct>(entity->declaration->body);
  if (!is_struct) {
    reporter_.report(Message::NotABase, path.range, {path.text(), described(*entity), "a struct"})
        .note(entity->range, "defined here");
    return nullptr;
  }
  if (names_.scope_of(*entity->declaration) == nullptr || open_.count(entity->declaration) != 0) {
    reporter_.report(Message::IncompleteBase, path.range, {path.text()}).note(entity->range, "declared here");
    return nullptr;
  }
  return entity->declaration;
}

void Builder::exception(Grammar::ExceptionDeclarationContext& context, const Annotated& annotations,
                        Scope& scope, std::string doc) {
  const Name name = constants_.name(*context.identifier());
  model::Declaration& declaration = create(scope, name, model::Exception{}, std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "an exception");
  Scope& inside = names_.open(scope, "exception", name.text, &declaration);
  std::get<model::Exception>(declaration.body).members = members(context.member(), inside);
  publish(scope, declaration);
}

std::vector<model::Member> Builder::members(const std::vector<Grammar::MemberContext*>& contexts,
                                            Scope& scope) {
  std::vector<model::Member> out;
  for (Grammar::MemberContext* context : contexts) {
    if (is_whole(*context)) member(*context, scope, out);
  }
  return out;
}

void Builder::member(Grammar::MemberContext& context, Scope& scope, std::vector<model::Member>& out) {
  const model::TypePointer base = member_type(*context.typeSpecifier(), scope);
  const std::vector<model::Annotation> read = read_annotations(context.annotation(), scope, "a member");
  const model::Annotation* optional = find(read, "optional");
  const std::string doc = doc_of(context);
  for (Grammar::DeclaratorContext* declarator : context.declarator()) {
    model::Member member;
    const Name name = constants_.name(*declarator->identifier());
    member.name = name.text;
    member.range = name.range;
    if (base != nullptr) member.type = with_sizes(base, *declarator, scope);
    if (member.type != nullptr && optional != nullptr && is_true(*optional, "value")) {
      member.type = make({model::OptionalType{member.type}});
    }
    member.annotations = read;
    member.doc = doc;
    Entity entity;
    entity.kind = Entity::Kind::Member;
    if (!names_.declare(scope, name, std::move(entity)) || member.type == nullptr) continue;
    if (!is_too_deep(*member.type, name.range)) out.push_back(std::move(member));
  }
}

// ----------------------------------------------------------------------------------------------------- enums

model::Declaration* Builder::enumeration(Grammar::EnumDeclarationContext& context,
                                         const Annotated& annotations, Scope& scope, std::string doc) {
  const Name name = constants_.name(*context.identifier());
  model::Declaration& declaration = create(scope, name, model::Enum{}, std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "an enum");
  EnumeratorValues values;
  for (Grammar::EnumeratorContext* each : context.enumerator()) enumerator(*each, scope, declaration, values);
  publish(scope, declaration);
  return &declaration;
}

/// An enumerator's name belongs to the scope round its enum.
void Builder::enumerator(Grammar::EnumeratorContext& context, Scope& scope, model::Declaration& declaration,
                         EnumeratorValues& values) {
  auto& enumerators = std::get<model::Enum>(declaration.body).enumerators;
  const Name name = constants_.name(*context.identifier());
  model::Enumerator enumerator;
  enumerator.name = name.text;
  if (!in_annotation_) enumerator.range = name.range;  // a built-in file does not live as long as the model
  enumerator.annotations = read_annotations(context.annotation(), scope, "an enumerator");
  enumerator.doc = doc_of(context);
  enumerator.value = values.next;
  const model::Annotation* given = find(enumerator.annotations, "value");
  if (const model::Value* value = given == nullptr ? nullptr : given->argument("value")) {
    const auto* integer = std::get_if<model::IntegerValue>(value);
    if (integer == nullptr || integer->magnitude > (integer->negative ? 1ULL << 31U : (1ULL << 31U) - 1)) {
      reporter_.report(Message::ValueRange, given->range, {spelled(*value), "an enumerator (long)"});
    } else {
      enumerator.value = static_cast<std::int64_t>(integer->magnitude) * (integer->negative ? -1 : 1);
    }
  }
  values.next = enumerator.value + 1;
  const auto [same, is_new] = values.taken.try_emplace(enumerator.value, name.range);
  if (!is_new) {
    reporter_.report(Message::EnumeratorValueRepeated, name.range, {std::to_string(enumerator.value)})
        .note(same->second, "first used here");
  }
  Entity entity;
  entity.kind = Entity::Kind::Enumerator;
  entity.declaration = &declaration;
  entity.index = enumerators.size();
  if (names_.declare(scope, name, std::move(entity))) {
    enumerators.push_back(std::move(enumerator));
  } else {
    incomplete_enums_.insert(&declaration);
  }
}

// ----------------------------------------------------------------------------------------------- type names

model::TypePointer Builder::member_type(Grammar::TypeSpecifierContext& context, Scope& scope) {
  if (context.simpleType() == nullptr) {
    Grammar::ConstructedTypeContext& in_place = *context.constructedType();
    const antlr4::Token& keyword = *in_place.getStart();
    const bool is_forward =
        (in_place.structDeclaration() != nullptr && in_place.structDeclaration()->LEFT_BRACE() == nullptr) ||
        (in_place.unionDeclaration() != nullptr && in_place.unionDeclaration()->LEFT_BRACE() == nullptr);
    const std::string word(syntax_.text(keyword));
    if (is_forward) {
      Grammar::IdentifierContext& identifier = in_place.structDeclaration() != nullptr
                                                   ? *in_place.structDeclaration()->identifier()
                                                   : *in_place.unionDeclaration()->identifier();
      reporter_.report(Message::ForwardInPlace, syntax_.range(keyword),
                       {word, constants_.name(identifier).text});
    } else {
      reporter_.report(Message::Unsupported, syntax_.range(keyword),
                       {word + " inside a " + std::string(scope.kind)});
    }
    return nullptr;
  }
  return held_type(*context.simpleType(), scope);
}

/// A type that is held by value, and so must be complete.
model::TypePointer Builder::held_type(Grammar::SimpleTypeContext& context, Scope& scope) {
  model::TypePointer found = type(context, scope);
  if (found == nullptr || !is_complete(*found, syntax_.range(context))) return nullptr;
  return found;
}

model::TypePointer Builder::type(Grammar::SimpleTypeContext& context, Scope& scope) {
  if (context.primitiveType() != nullptr) return primitive(*context.primitiveType());
  if (context.sequenceType() != nullptr) return sequence(*context.sequenceType(), scope);
  if (context.stringType() != nullptr) return string(*context.stringType(), scope);
  if (context.scopedName() != nullptr) return named(*context.scopedName(), scope);
  const antlr4::Token& word = *context.getStart();
  if (in_annotation_ && word.getType() == Grammar::ANY) return make({model::Primitive::Any});
  reporter_.report(Message::Unsupported, syntax_.range(word), {syntax_.text(word)});
  return nullptr;
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
  return make({Primitive::Char});
}

model::TypePointer Builder::sequence(Grammar::SequenceTypeContext& context, Scope& scope) {
  read_annotations(context.annotation(), scope, "an element");
  const model::TypePointer element = type(*context.simpleType(), scope);
  std::uint64_t bound = 0;
  if (context.constExpression() != nullptr) {
    const std::optional<std::uint64_t> given = constants_.bound(*context.constExpression(), scope);
    if (!given) return nullptr;
    bound = *given;
  }
  if (element == nullptr) return nullptr;
  return make({model::SequenceType{element, bound}});
}

model::TypePointer Builder::string(Grammar::StringTypeContext& context, Scope& scope) {
  if (context.constExpression() == nullptr) return make({model::StringType{}});
  const std::optional<std::uint64_t> bound = constants_.bound(*context.constExpression(), scope);
  if (!bound) return nullptr;
  return make({model::StringType{false, *bound}});
}

model::TypePointer Builder::named(Grammar::ScopedNameContext& context, Scope& scope) {
  const Path path = constants_.path(context);
  if (path.components.size() == 1 && !path.from_file_scope) {
    // int8 and its like are names: a file that has declared one means its own.
    const model::Primitive built_in = built_in_type(path.components.front().text);
    if (built_in != model::Primitive::Void && !names_.is_visible(scope, path.components.front().text)) {
      return make({built_in});
    }
  }
  const Entity* entity = names_.resolve(scope, path, Names::Use::Type);
  if (entity == nullptr) return nullptr;
  if (entity->kind == Entity::Kind::Declaration) {
    const auto& body = entity->declaration->body;
    const bool is_type = !std::holds_alternative<model::Module>(body) &&
                         !std::holds_alternative<model::Constant>(body) &&
                         !std::holds_alternative<model::Exception>(body);
    if (is_type) return make({model::NamedType{entity->declaration}});
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
  const bool is_interface = std::holds_alternative<model::Interface>(named->declaration->body);
  const bool is_forward = std::find(forward_.begin(), forward_.end(), named->declaration) != forward_.end();
  if (is_interface || !is_forward) return true;
  reporter_.report(Message::IncompleteType, range, {named->declaration->name})
      .note(named->declaration->range, "declared here");
  return false;
}

/// How deep values of the type nest, apart from recursion.
std::size_t Builder::depth(const model::Type& type) const {
  if (const auto* sequence = std::get_if<model::SequenceType>(&type.form))
    return 1 + depth(*sequence->element);
  if (const auto* array = std::get_if<model::ArrayType>(&type.form)) return 1 + depth(*array->element);
  const auto* named = std::get_if<model::NamedType>(&type.form);
  const auto known = named == nullptr ? depth_.end() : depth_.find(named->declaration);
  return known == depth_.end() ? 0 : known->second;
}

bool Builder::is_too_deep(const model::Type& type, SourceRange range) {
  if (depth(type) < kNestingMax) return false;
  reporter_.report(Message::TooDeep, range, {std::to_string(kNestingMax)});
  return true;
}

}  // namespace oncec::frontend
