// Descriptions of the declared types, for `any`: specializations of once::TypeCodeOf; see
// once/codec/type_code.hpp.
#include <algorithm>

#include "backend/cpp/emit.hpp"
#include "backend/cpp/types.hpp"
#include "backend/wire.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;
using model::Primitive;

std::string_view kind_of(Primitive primitive) {
  switch (primitive) {
    case Primitive::Void: return "Void";
    case Primitive::Boolean: return "Boolean";
    case Primitive::Octet:
    case Primitive::UInt8: return "Octet";
    case Primitive::Char: return "Char";
    case Primitive::WChar: return "WChar";
    case Primitive::Int8: return "Int8";
    case Primitive::Int16: return "Short";
    case Primitive::UInt16: return "UShort";
    case Primitive::Int32: return "Long";
    case Primitive::UInt32: return "ULong";
    case Primitive::Int64: return "LongLong";
    case Primitive::UInt64: return "ULongLong";
    case Primitive::Float32: return "Float";
    case Primitive::Float64: return "Double";
    case Primitive::Float128: return "LongDouble";
    case Primitive::Any: return "Any";
    case Primitive::TypeCode: return "TypeCode";
    case Primitive::Object:
    case Primitive::ValueBase: break;
  }
  return {};
}

std::string basic(std::string_view kind) {
  return "types.basic(TypeKind::" + std::string{kind} + ")";
}

std::string bound_of(std::uint64_t bound) {
  return bound == 0 ? "" : ", " + std::to_string(bound);
}

/// The integer that bitmasks and bitsets are on the wire.
std::string_view kind_of_bits(std::uint32_t bits) {
  switch (integer_bits(bits)) {
    case 8: return "Octet";
    case 16: return "UShort";
    case 32: return "ULong";
    default: return "ULongLong";
  }
}

std::string names_of(const Declaration& declaration) {
  return in_quotes(declaration.repository_id) + ", " + in_quotes(declaration.name);
}

/// The expression that describes a type and is its place.
struct Describer {
  const Names& names;

  std::string of(const model::Type& type) const { return std::visit(*this, type.form); }

  std::string operator()(Primitive primitive) const {
    if (primitive == Primitive::Object) {
      return R"(types.object_reference("IDL:omg.org/CORBA/Object:1.0", "Object"))";
    }
    return basic(kind_of(primitive));
  }
  std::string operator()(const model::StringType& text) const {
    return std::string{text.wide ? "types.wstring(" : "types.string("} +
           (text.bound == 0 ? "" : std::to_string(text.bound)) + ")";
  }
  std::string operator()(const model::SequenceType& sequence) const {
    return "types.sequence(" + of(*sequence.element) + bound_of(sequence.bound) + ")";
  }
  std::string operator()(const model::MapType& map) const {
    return "types.map(" + of(*map.key) + ", " + of(*map.value) + bound_of(map.bound) + ")";
  }
  std::string operator()(const model::ArrayType& array) const {
    std::string result = of(*array.element);
    for (auto dimension = array.dimensions.rbegin(); dimension != array.dimensions.rend(); ++dimension) {
      result.insert(0, "types.array(").append(", ").append(std::to_string(*dimension)).append(")");
    }
    return result;
  }
  std::string operator()(const model::FixedType& fixed) const {
    return "types.fixed(" + std::to_string(fixed.digits) + ", " + std::to_string(fixed.scale) + ")";
  }
  std::string operator()(const model::OptionalType& optional) const {
    return "types.optional(" + of(*optional.element) + ")";
  }
  std::string operator()(const model::NamedType& named) const {
    const Declaration& declaration = *named.declaration;
    if (const auto* const alias = std::get_if<model::Typedef>(&declaration.body)) {
      return "types.alias(" + names_of(declaration) + ", " + of(*alias->type) + ")";
    }
    if (std::holds_alternative<model::Interface>(declaration.body)) {
      return "types.object_reference(" + names_of(declaration) + ")";
    }
    return "TypeCodeOf<::" + names.qualified(declaration) + ">::describe(types)";
  }
};

/// A union's label as its discriminator's number.
std::string label_of(const model::Value& value) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 62;  // of those that need no cast, the sign apart
  const std::int64_t number = number_of(value);
  if (-kLargest <= number && number <= kLargest) return std::to_string(number);
  return "static_cast<std::int64_t>(" + std::to_string(static_cast<std::uint64_t>(number)) + "U)";
}

class Writer {
 public:
  Writer(Code& code, const Input& input, const Declaration& declaration)
      : code_(code), describer_{input.names}, declaration_(declaration) {}

  /// The kind that the type is declared as; an enum whose numbers are not its enumerators' places has none.
  std::string_view kind() const {
    if (const auto* const enumeration = std::get_if<model::Enum>(&declaration_.body)) {
      const auto& all = enumeration->enumerators;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].value != static_cast<std::int64_t>(i)) return {};
      }
      return "Enum";
    }
    if (std::holds_alternative<model::Union>(declaration_.body)) return "Union";
    return std::holds_alternative<model::Exception>(declaration_.body) ? "Exception" : "Struct";
  }

  void parts() {
    if (const auto* const enumeration = std::get_if<model::Enum>(&declaration_.body)) {
      for (const model::Enumerator& enumerator : enumeration->enumerators) {
        code_.emit("types.enumerator(self, $name$);", {{"name", in_quotes(enumerator.name)}});
      }
    } else if (const auto* const structure = std::get_if<model::Struct>(&declaration_.body)) {
      members(*structure);
    } else if (const auto* const exception = std::get_if<model::Exception>(&declaration_.body)) {
      members(exception->members);
    } else if (const auto* const mask = std::get_if<model::Bitmask>(&declaration_.body)) {
      member("bits", basic(kind_of_bits(mask->bit_bound)));
    } else if (const auto* const set = std::get_if<model::Bitset>(&declaration_.body)) {
      member("bits", basic(kind_of_bits(set->bits)));
    } else if (const auto* const onion = std::get_if<model::Union>(&declaration_.body)) {
      arms(*onion);
    }
  }

 private:
  void member(std::string_view name, const std::string& type) {
    code_.emit("types.member(self, $name$, $type$);", {{"name", in_quotes(name)}, {"type", type}});
  }
  void members(const std::vector<model::Member>& all) {
    for (const model::Member& one : all) member(one.name, describer_.of(*one.type));
  }
  void members(const model::Struct& structure) {
    if (structure.base != nullptr) members(std::get<model::Struct>(structure.base->body));
    members(structure.members);
  }
  void arms(const model::Union& onion) {
    code_.emit("types.discriminator(self, $type$);", {{"type", describer_.of(*onion.discriminator)}});
    for (const model::UnionCase& arm : onion.cases) {
      const std::string name = in_quotes(arm.member ? arm.member->name : "");
      const std::string type = arm.member ? describer_.of(*arm.member->type) : basic("Void");
      for (const model::Value& label : arm.labels) {
        code_.emit("types.arm(self, $label$, $name$, $type$);",
                   {{"label", label_of(label)}, {"name", name}, {"type", type}});
      }
      if (arm.is_default) {
        code_.emit("types.default_arm(self, $name$, $type$);", {{"name", name}, {"type", type}});
      }
    }
  }

  Code& code_;
  Describer describer_;
  const Declaration& declaration_;
};

/// True for types that say `any` or `TypeCode` themselves.
bool mentions_any(const model::Type& type) {
  if (const auto* const primitive = std::get_if<Primitive>(&type.form)) {
    return *primitive == Primitive::Any || *primitive == Primitive::TypeCode;
  }
  if (const auto* const sequence = std::get_if<model::SequenceType>(&type.form)) {
    return mentions_any(*sequence->element);
  }
  if (const auto* const array = std::get_if<model::ArrayType>(&type.form))
    return mentions_any(*array->element);
  if (const auto* const optional = std::get_if<model::OptionalType>(&type.form)) {
    return mentions_any(*optional->element);
  }
  const auto* const map = std::get_if<model::MapType>(&type.form);
  return map != nullptr && mentions_any(*map->value);
}

template <class Member>
bool mentions_any(const std::vector<Member>& members) {
  return std::any_of(members.begin(), members.end(),
                     [](const Member& member) { return mentions_any(*member.type); });
}

bool mentions_any(const model::InterfaceMember& member) {
  if (const auto* const attribute = std::get_if<model::Attribute>(&member)) {
    return mentions_any(*attribute->type);
  }
  const auto& operation = std::get<model::Operation>(member);
  return mentions_any(*operation.result) ||
         std::any_of(operation.parameters.begin(), operation.parameters.end(),
                     [](const model::Parameter& parameter) { return mentions_any(*parameter.type); });
}

bool mentions_any(const Declaration& declaration) {
  if (const auto* const alias = std::get_if<model::Typedef>(&declaration.body))
    return mentions_any(*alias->type);
  if (const auto* const structure = std::get_if<model::Struct>(&declaration.body)) {
    return mentions_any(structure->members);
  }
  if (const auto* const exception = std::get_if<model::Exception>(&declaration.body)) {
    return mentions_any(exception->members);
  }
  if (const auto* const onion = std::get_if<model::Union>(&declaration.body)) {
    return std::any_of(onion->cases.begin(), onion->cases.end(), [](const model::UnionCase& arm) {
      return arm.member && mentions_any(*arm.member->type);
    });
  }
  const auto in_operations = [](const std::vector<model::InterfaceMember>& members) {
    return std::any_of(members.begin(), members.end(),
                       [](const model::InterfaceMember& member) { return mentions_any(member); });
  };
  if (const auto* const value = std::get_if<model::ValueType>(&declaration.body)) {
    return mentions_any(value->state) || in_operations(value->members);
  }
  if (const auto* const box = std::get_if<model::ValueBox>(&declaration.body))
    return mentions_any(*box->type);
  const auto* const interface = std::get_if<model::Interface>(&declaration.body);
  return interface != nullptr && in_operations(interface->members);
}

}  // namespace

bool has_type_code(const Input& input, const Declaration& declaration) {
  if (!input.described.this_one || holds_values(declaration)) return false;
  return !holds(declaration, [&input](const Declaration& part) {
    const bool is_reference = std::holds_alternative<model::Interface>(part.body);  // these all have one
    return part.imported && !is_reference && !input.described.included.contains(part.range.file);
  });
}

DescribedFiles described_files(const model::Model& model, const Options& options) {
  DescribedFiles files;
  files.this_one = options.type_codes;
  for (const Declaration& declaration : model.declarations) {
    if (!options.type_codes && !mentions_any(declaration)) continue;
    if (declaration.imported) {
      files.included.insert(declaration.range.file);
    } else {
      files.this_one = true;
    }
  }
  return files;
}

void emit_type_code(Code& code, const Input& input, const Declaration& declaration) {
  code.emit(R"(

    template <>
    struct once::TypeCodeOf<$name$> {
      static TypeIndex describe(TypeCodeBuilder& types);
    };
  )",
            {{"name", input.names.spell(declaration, Scope{})}});
}

void emit_type_code_definition(Code& code, const Input& input, const Declaration& declaration) {
  Writer writer{code, input, declaration};
  const std::string_view kind = writer.kind();
  code.emit(R"(

    once::TypeIndex once::TypeCodeOf<$name$>::describe(TypeCodeBuilder& types) {
      $body$
    }
  )",
            {{"name", input.names.spell(declaration, Scope{})},
             {"body", [&] {
                if (kind.empty()) {
                  code.emit("return types.alias($names$, $type$);",
                            {{"names", names_of(declaration)}, {"type", basic("ULong")}});
                  return;
                }
                code.emit("const auto [self, is_new] = types.declare(TypeKind::$kind$, $names$);",
                          {{"kind", kind}, {"names", names_of(declaration)}});
                code.emit("if (!is_new) return self;");
                writer.parts();
                code.emit("return self;");
              }}});
}

}  // namespace oncec::backend::cpp
