// Types, in all the forms that a declaration can have.
#include <limits>
#include <optional>
#include <string_view>

#include "frontend/onc/declarations.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend::onc {

namespace {

/// The type that words alone name; Void if it is another.
model::Primitive primitive(Grammar::TypeSpecifierContext& context) {
  const bool is_unsigned = context.UNSIGNED() != nullptr;
  if (context.HYPER() != nullptr) return is_unsigned ? model::Primitive::UInt64 : model::Primitive::Int64;
  if (context.SHORT() != nullptr) return is_unsigned ? model::Primitive::UInt16 : model::Primitive::Int16;
  if (context.CHAR() != nullptr) return is_unsigned ? model::Primitive::UInt8 : model::Primitive::Int8;
  if (is_unsigned) return model::Primitive::UInt32;
  if (context.INT() != nullptr || context.LONG() != nullptr) return model::Primitive::Int32;
  if (context.FLOAT() != nullptr) return model::Primitive::Float32;
  if (context.DOUBLE() != nullptr) return model::Primitive::Float64;
  if (context.QUADRUPLE() != nullptr) return model::Primitive::Float128;
  if (context.BOOL() != nullptr) return model::Primitive::Boolean;
  return model::Primitive::Void;
}

/// "a struct" where `struct T` is written; empty where the name stands alone.
std::string_view written_kind(Grammar::TypeSpecifierContext& context) {
  if (context.STRUCT() != nullptr) return "a struct";
  if (context.UNION() != nullptr) return "a union";
  if (context.ENUM() != nullptr) return "an enum";
  return {};
}

bool is_small(const model::Type& type) {
  const auto* primitive = std::get_if<model::Primitive>(&model::resolve(type).form);
  return primitive != nullptr && *primitive == model::Primitive::UInt8;
}

}  // namespace

// ---------------------------------------------------------------------------------------------- declarations

bool Declarations::refuse_void(Grammar::DeclarationContext& context, std::string_view what) {
  if (context.VOID_() == nullptr) return false;
  reporter_.report(Message::VoidMember, syntax_.range(*context.VOID_()->getSymbol()), {what});
  return true;
}

void Declarations::fill_structs() {
  for (const auto& [declaration, context] : structs_) fill_struct(*declaration, *context);
}

void Declarations::fill_struct(model::Declaration& declaration, Grammar::StructBodyContext& context) {
  std::unordered_map<std::string, SourceRange> seen;
  for (Grammar::MemberContext* each : context.member()) {
    Grammar::DeclarationContext& written = *each->declaration();
    if (refuse_void(written, "a struct's member")) continue;
    const Declared of = declared(written);
    const auto [first, is_new] = seen.emplace(of.name.text, of.name.range);
    if (!is_new && !of.name.text.empty()) {
      reporter_.report(Message::Redefined, of.name.range, {of.name.text})
          .note(first->second, "first defined here");
    }
    const model::TypePointer member = type(of);
    if (member == nullptr) continue;
    std::get<model::Struct>(declaration.body)
        .members.push_back({of.name.text, member, {}, syntax_.comments(*each).doc, of.name.range});
  }
}

void Declarations::fill_typedefs() {
  for (const auto& [declaration, context] : typedefs_) {
    model::TypePointer of = type(declared(*context));
    if (of == nullptr) of = make_type({model::Primitive::Int32});  // so that uses have something to look at
    declaration->body = model::Typedef{std::move(of)};
  }
}

Declarations::Declared Declarations::declared(Grammar::DeclarationContext& context) const {
  return {context.typeSpecifier(), context.STAR() != nullptr, context.arrayBound(),
          names_.name(*context.IDENTIFIER()->getSymbol()), syntax_.range(context)};
}

model::TypePointer Declarations::type(const Declared& declared) {
  const bool is_opaque = declared.type->OPAQUE() != nullptr;
  if (is_opaque || declared.type->STRING_() != nullptr) return text_type(declared, is_opaque);
  model::TypePointer base = base_type(*declared.type);
  if (declared.bounds.size() > 1) {
    reporter_.report(Message::SeveralDimensions, syntax_.range(*declared.bounds[1]));
    return nullptr;
  }
  if (declared.is_pointer && !declared.bounds.empty()) {
    reporter_.report(Message::PointerAndArray, syntax_.range(*declared.bounds.front()));
    return nullptr;
  }
  const std::optional<std::uint64_t> size =
      declared.bounds.empty() ? std::optional<std::uint64_t>{0} : bound(*declared.bounds.front());
  if (base == nullptr || !size) return nullptr;
  if (declared.is_pointer) return make_type({model::OptionalType{base}});
  if (declared.bounds.empty()) return base;
  if (declared.bounds.front()->LEFT_BRACKET() != nullptr) return make_type({model::ArrayType{base, {*size}}});
  return make_type({model::SequenceType{base, *size}});
}

/// `string s<>`, `opaque o[4]`: what they are depends on the brackets.
model::TypePointer Declarations::text_type(const Declared& declared, bool is_opaque) {
  const bool is_fixed = declared.bounds.size() == 1 && declared.bounds.front()->LEFT_BRACKET() != nullptr;
  if (declared.is_pointer || declared.bounds.size() != 1 || (is_fixed && !is_opaque)) {
    reporter_.report(is_opaque ? Message::OpaqueForm : Message::StringForm, declared.range,
                     {declared.name.text});
    return nullptr;
  }
  const std::optional<std::uint64_t> size = bound(*declared.bounds.front());
  if (!size) return nullptr;
  if (!is_opaque) return make_type({model::StringType{false, *size}});
  const model::TypePointer octet = make_type({model::Primitive::Octet});
  if (is_fixed) return make_type({model::ArrayType{octet, {*size}}});
  return make_type({model::SequenceType{octet, *size}});
}

/// The size in brackets; 0 for `<>`, which is also what 2^32 - 1 means.
std::optional<std::uint64_t> Declarations::bound(Grammar::ArrayBoundContext& context) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (context.value() == nullptr) return 0;
  const std::optional<model::IntegerValue> size = values_.integer(*context.value());
  if (!size) return std::nullopt;
  const bool is_too_small = size->negative || size->magnitude == 0;
  if (is_too_small || size->magnitude > kMax) {
    reporter_.report(is_too_small ? Message::BoundTooSmall : Message::BoundTooLarge,
                     syntax_.range(*context.value()), {spelled(model::Value{*size})});
    return std::nullopt;
  }
  const bool is_unbounded = size->magnitude == kMax && context.LEFT_ANGLE() != nullptr;
  return is_unbounded ? 0 : size->magnitude;
}

// ----------------------------------------------------------------------------------------------------- names

model::TypePointer Declarations::base_type(Grammar::TypeSpecifierContext& context) {
  if (const auto found = in_place_.find(&context); found != in_place_.end()) {
    return found->second != nullptr ? make_type({model::NamedType{found->second}}) : nullptr;
  }
  const model::Primitive known = primitive(context);
  if (known != model::Primitive::Void) return make_type({known});
  return context.IDENTIFIER() != nullptr ? named_type(context) : nullptr;
}

model::TypePointer Declarations::named_type(Grammar::TypeSpecifierContext& context) {
  const Name name = names_.name(*context.IDENTIFIER()->getSymbol());
  Symbol* symbol = names_.resolve(name, Names::Wanted::Type);
  if (symbol == nullptr) return nullptr;
  if (symbol->kind != Symbol::Kind::Type) {
    reporter_.report(Message::NotAType, name.range, {name.text, described(*symbol)})
        .note(symbol->name.range, "defined here");
    return nullptr;
  }
  if (symbol->is_built_in) return built_in_type(*symbol);
  const std::string_view written = written_kind(context);
  const bool is_alias = std::holds_alternative<model::Typedef>(symbol->declaration->body);
  if (!written.empty() && !is_alias && described(*symbol) != written) {
    reporter_
        .report(Message::WrongTypeKeyword, syntax_.range(context), {name.text, described(*symbol), written})
        .note(symbol->name.range, "defined here");
    return nullptr;
  }
  return make_type({model::NamedType{symbol->declaration}});
}

/// A typedef that everybody knows stands for its type; a struct is defined where it is used first.
model::TypePointer Declarations::built_in_type(Symbol& symbol) {
  if (symbol.state == Symbol::State::Busy) {
    reporter_.report(Message::DefinedInCircle, symbol.name.range, {symbol.name.text});
    return nullptr;
  }
  if (symbol.state == Symbol::State::Done) return symbol.type;
  symbol.state = Symbol::State::Busy;
  if (auto* alias = symbol.definition->typedefDefinition()) {
    symbol.type = type(declared(*alias->declaration()));
  } else {
    model::Declaration& declaration = model_.declarations.emplace_back();
    declaration.name = symbol.name.text;
    declaration.range = symbol.name.range;
    declaration.repository_id = "IDL:" + declaration.name + ":1.0";
    declaration.body = model::Struct{};
    model_.top_level.push_back(&declaration);
    fill_struct(declaration, *symbol.definition->structDefinition()->structBody());
    symbol.type = make_type({model::NamedType{&declaration}});
  }
  symbol.state = Symbol::State::Done;
  return symbol.type;
}

// ------------------------------------------------------------------------------------------ arrays of octets

/// Each element of an array of unsigned char travels in four octets, unlike opaque data. Octets in sequences
/// are packed everywhere else, so that here they become the next larger type, whose wire form is the same.
model::TypePointer Declarations::widened(const model::TypePointer& type) const {
  if (const auto* sequence = std::get_if<model::SequenceType>(&type->form)) {
    if (!is_small(*sequence->element)) return type;
    return make_type({model::SequenceType{make_type({model::Primitive::UInt16}), sequence->bound}});
  }
  if (const auto* array = std::get_if<model::ArrayType>(&type->form)) {
    if (!is_small(*array->element)) return type;
    return make_type({model::ArrayType{make_type({model::Primitive::UInt16}), array->dimensions}});
  }
  return type;
}

void Declarations::widen_small_elements() {
  for (model::Declaration& declaration : model_.declarations) {
    if (auto* structure = std::get_if<model::Struct>(&declaration.body)) {
      for (model::Member& member : structure->members) member.type = widened(member.type);
    } else if (auto* choice = std::get_if<model::Union>(&declaration.body)) {
      for (model::UnionCase& arm : choice->cases) {
        if (arm.member) arm.member->type = widened(arm.member->type);
      }
    } else if (auto* alias = std::get_if<model::Typedef>(&declaration.body)) {
      alias->type = widened(alias->type);
    }
  }
}

}  // namespace oncec::frontend::onc
