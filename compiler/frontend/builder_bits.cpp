// Bitmasks and bitsets: which bits they have.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "frontend/builder.hpp"
#include "frontend/builder_declare.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend {

namespace {

constexpr std::uint64_t kBitsMax = 64;

/// How many bits a field of the type can have; 0 if there is none of the type.
std::uint64_t width_of(const model::Type& type) {
  const auto* primitive = std::get_if<model::Primitive>(&model::resolve(type).form);
  if (primitive == nullptr) return 0;
  switch (*primitive) {
    case model::Primitive::Boolean: return 1;
    case model::Primitive::Octet:
    case model::Primitive::Int8:
    case model::Primitive::UInt8: return 8;
    case model::Primitive::Int16:
    case model::Primitive::UInt16: return 16;
    case model::Primitive::Int32:
    case model::Primitive::UInt32: return 32;
    case model::Primitive::Int64:
    case model::Primitive::UInt64: return 64;
    default: return 0;
  }
}

/// The smallest type that holds so many bits.
model::Primitive type_for(std::uint64_t bits) {
  if (bits == 1) return model::Primitive::Boolean;
  if (bits <= 8) return model::Primitive::Octet;
  if (bits <= 16) return model::Primitive::UInt16;
  return bits <= 32 ? model::Primitive::UInt32 : model::Primitive::UInt64;
}

}  // namespace

// -------------------------------------------------------------------------------------------------- bitmasks

model::Declaration* Builder::bitmask(Grammar::BitmaskDeclarationContext& context,
                                     const Annotated& annotations, Scope& scope, std::string doc) {
  const Name name = constants_.name(*context.identifier());
  model::Declaration& declaration = create(scope, name, model::Bitmask{}, std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "a bitmask");
  auto& body = std::get<model::Bitmask>(declaration.body);
  if (const model::Annotation* given = find(declaration.annotations, "bit_bound")) {
    const std::optional<std::uint64_t> bits = number(*given, "value");
    if (bits && (*bits == 0 || *bits > kBitsMax)) {
      reporter_.report(Message::BitBound, given->range, {std::to_string(*bits), std::to_string(kBitsMax)});
    } else if (bits) {
      body.bit_bound = static_cast<std::uint32_t>(*bits);
    }
  }
  EnumeratorValues positions;
  for (Grammar::EnumeratorContext* each : context.enumerator()) flag(*each, scope, declaration, positions);
  publish(scope, declaration);
  return &declaration;
}

/// A flag's name belongs to the scope round its bitmask, like an enumerator's.
void Builder::flag(Grammar::EnumeratorContext& context, Scope& scope, model::Declaration& declaration,
                   EnumeratorValues& positions) {
  auto& body = std::get<model::Bitmask>(declaration.body);
  const Name name = constants_.name(*context.identifier());
  model::Enumerator flag;
  flag.name = name.text;
  flag.range = name.range;
  flag.annotations = read_annotations(context.annotation(), scope, "a flag");
  flag.doc = doc_of(context);
  flag.value = positions.next;
  SourceRange place = name.range;
  if (const model::Annotation* given = find(flag.annotations, "position")) {
    if (const std::optional<std::uint64_t> position = number(*given, "value")) {
      flag.value = static_cast<std::int64_t>(*position);
      place = given->range;
    }
  }
  positions.next = flag.value + 1;
  Entity entity;
  entity.kind = Entity::Kind::Enumerator;
  entity.declaration = &declaration;
  entity.index = body.flags.size();
  if (flag.value >= std::int64_t{body.bit_bound}) {
    reporter_.report(Message::BitPosition, place,
                     {std::to_string(flag.value), std::to_string(body.bit_bound)});
    return declare_broken(scope, name);
  }
  const auto [same, is_new] = positions.taken.try_emplace(flag.value, place);
  if (!is_new) {
    reporter_.report(Message::BitPositionRepeated, place, {std::to_string(flag.value)})
        .note(same->second, "first used here");
  }
  if (names_.declare(scope, name, std::move(entity))) body.flags.push_back(std::move(flag));
}

// --------------------------------------------------------------------------------------------------- bitsets

model::Declaration* Builder::bitset(Grammar::BitsetDeclarationContext& context, const Annotated& annotations,
                                    Scope& scope, std::string doc) {
  const Name name = constants_.name(*context.identifier());
  model::Bitset body;
  if (context.scopedName() != nullptr) {
    body.base = find_declaration<model::Bitset>(*context.scopedName(), scope, "a bitset", Message::NotABase);
  }
  model::Declaration& declaration = create(scope, name, std::move(body), std::move(doc));
  declaration.annotations = read_annotations(annotations, scope, "a bitset");
  Scope& inside = names_.open(scope, "bitset", name.text, &declaration);
  auto& out = std::get<model::Bitset>(declaration.body);
  if (out.base != nullptr) {
    inside.names = names_.scope_of(*out.base)->names;
    out.bits = std::get<model::Bitset>(out.base->body).bits;
  }
  for (Grammar::BitFieldContext* each : context.bitField()) {
    if (is_whole(*each)) bit_field(*each, inside, out);
  }
  if (out.bits > kBitsMax) {
    reporter_.report(Message::BitsetTooWide, name.range, {std::to_string(out.bits)});
  }
  if (context.bitField().empty() && !syntax_.lost_something_in(context)) {
    reporter_.report(Message::EmptyBody, name.range, {"bitset", name.text, "bitfield"});
  }
  publish(scope, declaration);
  return &declaration;
}

/// One width and type for each of the names; without a name, bits that nobody uses.
void Builder::bit_field(Grammar::BitFieldContext& context, Scope& scope, model::Bitset& out) {
  const std::optional<std::uint64_t> bits = constants_.bound(*context.constExpression(), scope);
  if (!bits) return;
  model::BitField field;
  field.type = bit_field_type(context, scope, *bits);
  if (field.type == nullptr) return;
  field.bits = static_cast<std::uint32_t>(*bits);
  field.annotations = read_annotations(context.annotation(), scope, "a bitfield");
  field.doc = doc_of(context);
  field.range = syntax_.range(*context.constExpression());
  if (context.identifier().empty()) {
    field.position = out.bits;
    out.bits += field.bits;
    out.fields.push_back(std::move(field));
    return;
  }
  for (Grammar::IdentifierContext* each : context.identifier()) {
    const Name name = constants_.name(*each);
    field.name = name.text;
    field.range = name.range;
    field.position = out.bits;
    Entity entity;
    entity.kind = Entity::Kind::Member;
    if (!names_.declare(scope, name, std::move(entity))) continue;
    out.bits += field.bits;
    out.fields.push_back(field);
  }
}

model::TypePointer Builder::bit_field_type(Grammar::BitFieldContext& context, Scope& scope,
                                           std::uint64_t bits) {
  model::TypePointer found;
  std::uint64_t width = kBitsMax;
  if (context.simpleType() != nullptr) {
    found = type(*context.simpleType(), scope);
    if (found == nullptr) return nullptr;
    width = width_of(*found);
    if (width == 0) {
      reporter_.report(Message::BitFieldType, syntax_.range(*context.simpleType()), {spelled(*found)});
      return nullptr;
    }
  }
  if (bits > width) {
    reporter_.report(Message::BitFieldWidth, syntax_.range(*context.constExpression()),
                     {std::to_string(bits), std::to_string(width)});
    return nullptr;
  }
  return found != nullptr ? found : std::make_shared<const model::Type>(model::Type{type_for(bits)});
}

}  // namespace oncec::frontend
