// What declares types: typedef, native, struct, exception, enum.
#include <algorithm>
#include <memory>
#include <utility>

#include "frontend/builder.hpp"
#include "frontend/builder_declare.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend {

void Builder::type_declaration(Grammar::TypeDeclarationContext& context, const Annotated& annotations,
                               Scope& scope, std::string doc) {
  if (context.typedefDeclaration() != nullptr) {
    typedef_declaration(*context.typedefDeclaration(), annotations, scope, doc);
  } else if (context.nativeDeclaration() != nullptr) {
    native(*context.nativeDeclaration(), annotations, scope, std::move(doc));
  } else if (context.constructedType() != nullptr) {
    constructed(*context.constructedType(), annotations, scope, std::move(doc));
  }
}

void Builder::typedef_declaration(Grammar::TypedefDeclarationContext& context, const Annotated& annotations,
                                  Scope& scope, const std::string& doc) {
  const model::TypePointer base = held_type(*context.typeSpecifier(), scope);
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
    if (is_local(*of)) local_.insert(&declaration);
    publish(scope, declaration);
  }
}

void Builder::native(Grammar::NativeDeclarationContext& context, const Annotated& annotations, Scope& scope,
                     std::string doc) {
  model::Declaration& declaration =
      create(scope, constants_.name(*context.identifier()), model::Native{}, std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "a native type");
  publish(scope, declaration);
}

model::Declaration* Builder::constructed(Grammar::ConstructedTypeContext& context,
                                         const Annotated& annotations, Scope& scope, std::string doc) {
  if (context.structDeclaration() != nullptr) {
    return structure(*context.structDeclaration(), annotations, scope, std::move(doc));
  }
  if (context.unionDeclaration() != nullptr) {
    return union_declaration(*context.unionDeclaration(), annotations, scope, std::move(doc));
  }
  if (context.bitsetDeclaration() != nullptr) {
    return bitset(*context.bitsetDeclaration(), annotations, scope, std::move(doc));
  }
  if (context.bitmaskDeclaration() != nullptr) {
    return bitmask(*context.bitmaskDeclaration(), annotations, scope, std::move(doc));
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
  body.members = members(context.member(), inside, declaration);
  open_.erase(&declaration);

  std::size_t deepest = body.base != nullptr ? depth_[body.base] : 0;
  for (const model::Member& member : body.members) deepest = std::max(deepest, depth(*member.type));
  depth_[&declaration] = deepest + 1;
  publish(scope, declaration);
  return &declaration;
}

const model::Declaration* Builder::struct_base(Grammar::ScopedNameContext& context, Scope& scope) {
  const model::Declaration* base =
      find_declaration<model::Struct>(context, scope, "a struct", Message::NotABase);
  if (base == nullptr) return nullptr;
  if (names_.scope_of(*base) == nullptr || open_.count(base) != 0) {
    const Path path = constants_.path(context);
    reporter_.report(Message::IncompleteBase, path.range, {path.text()}).note(base->range, "declared here");
    return nullptr;
  }
  return base;
}

void Builder::exception(Grammar::ExceptionDeclarationContext& context, const Annotated& annotations,
                        Scope& scope, std::string doc) {
  const Name name = constants_.name(*context.identifier());
  model::Declaration& declaration = create(scope, name, model::Exception{}, std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "an exception");
  Scope& inside = names_.open(scope, "exception", name.text, &declaration);
  std::get<model::Exception>(declaration.body).members = members(context.member(), inside, declaration);
  publish(scope, declaration);
}

std::vector<model::Member> Builder::members(const std::vector<Grammar::MemberContext*>& contexts,
                                            Scope& scope, const model::Declaration& of) {
  std::vector<model::Member> out;
  for (Grammar::MemberContext* context : contexts) {
    if (is_whole(*context)) member(*context, scope, out);
  }
  const auto holds_local = [&](const model::Member& each) { return is_local(*each.type); };
  if (std::any_of(out.begin(), out.end(), holds_local)) local_.insert(&of);
  return out;
}

void Builder::member(Grammar::MemberContext& context, Scope& scope, std::vector<model::Member>& out) {
  const std::vector<model::Annotation> read = read_annotations(context.annotation(), scope, "a member");
  const model::TypePointer base = member_type(*context.typeSpecifier(), scope, read);
  const std::string doc = doc_of(context);
  for (Grammar::DeclaratorContext* declarator : context.declarator()) {
    model::Member member = member_of(*declarator, base, read, doc, scope);
    const Name name = constants_.name(*declarator->identifier());
    Entity entity;
    entity.kind = Entity::Kind::Member;
    if (!names_.declare(scope, name, std::move(entity)) || member.type == nullptr) continue;
    if (!is_too_deep(*member.type, name.range)) out.push_back(std::move(member));
  }
}

/// Behind @optional and @external a type need only be declared.
model::TypePointer Builder::member_type(Grammar::TypeSpecifierContext& context, Scope& scope,
                                        const std::vector<model::Annotation>& annotations) {
  const bool is_apart = is_set(annotations, "optional") || is_set(annotations, "external");
  if (is_apart && context.simpleType() != nullptr) return type(*context.simpleType(), scope);
  return held_type(context, scope);
}

model::Member Builder::member_of(Grammar::DeclaratorContext& declarator, const model::TypePointer& base,
                                 std::vector<model::Annotation> annotations, std::string doc, Scope& scope) {
  const Name name = constants_.name(*declarator.identifier());
  const bool is_optional = is_set(annotations, "optional");
  model::Member member;
  member.name = name.text;
  member.range = name.range;
  if (base != nullptr) member.type = with_sizes(base, declarator, scope);
  if (member.type != nullptr && is_optional) {
    member.type = std::make_shared<const model::Type>(model::Type{model::OptionalType{member.type}});
  }
  member.is_external = !is_optional && is_set(annotations, "external");
  member.annotations = std::move(annotations);
  member.doc = std::move(doc);
  return member;
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
  enumerator.range = name.range;
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

}  // namespace oncec::frontend
