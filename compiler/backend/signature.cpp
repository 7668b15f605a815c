// The text of an operation's types, and its fingerprint.
#include <algorithm>

#include "backend/wire.hpp"
#include "model/spelled.hpp"

namespace oncec::backend {
namespace {

using model::Declaration;
using model::Primitive;

std::string_view code_of(Primitive primitive) {
  switch (primitive) {
    case Primitive::Void: return "";
    case Primitive::Boolean: return "b";
    case Primitive::Octet:
    case Primitive::UInt8: return "o";
    case Primitive::Char: return "c";
    case Primitive::WChar: return "w";
    case Primitive::Int8: return "i8";
    case Primitive::Int16: return "i16";
    case Primitive::UInt16: return "u16";
    case Primitive::Int32: return "i32";
    case Primitive::UInt32: return "u32";
    case Primitive::Int64: return "i64";
    case Primitive::UInt64: return "u64";
    case Primitive::Float32: return "f32";
    case Primitive::Float64: return "f64";
    case Primitive::Float128: return "f128";
    case Primitive::Any: return "any";
    case Primitive::Object: return "r";
    case Primitive::TypeCode: return "typecode";
    case Primitive::ValueBase: return "valuebase";
  }
  return "";
}

std::string label(const model::Value& value) {
  if (const auto* const text = std::get_if<model::TextValue>(&value)) return "'" + text->text;
  return std::holds_alternative<model::IntegerValue>(value) ? spelled(value)
                                                            : std::to_string(number_of(value));
}

class Writer {
 public:
  std::string take() && { return std::move(text_); }

  void write(std::string_view text) { text_.append(text); }
  void write(const model::Type& type) { std::visit(*this, model::resolve(type).form); }
  void write(const std::vector<model::Member>& members) {
    for (const model::Member& member : members) {
      separate();
      write(*member.type);
    }
  }
  /// A comma, unless something has just been opened.
  void separate() {
    if (!text_.empty() && std::string_view{"({:;"}.find(text_.back()) == std::string_view::npos) write(",");
  }

  void operator()(Primitive primitive) { write(code_of(primitive)); }
  void operator()(const model::StringType& text) {
    write(text.wide ? "ws" : "s");
    write_bound(text.bound);
  }
  void operator()(const model::SequenceType& sequence) {
    write("[");
    write(*sequence.element);
    write_bound(sequence.bound);
    write("]");
  }
  void operator()(const model::MapType& map) {
    write("m(");
    write(*map.key);
    write(",");
    write(*map.value);
    write(")");
    write_bound(map.bound);
  }
  void operator()(const model::ArrayType& array) {
    write(*array.element);
    for (const std::uint64_t dimension : array.dimensions) write("*" + std::to_string(dimension));
  }
  void operator()(const model::FixedType& fixed) {
    write("d" + std::to_string(fixed.digits) + "." + std::to_string(fixed.scale));
  }
  void operator()(const model::OptionalType& optional) {
    write("?");
    write(*optional.element);
  }
  void operator()(const model::NamedType& named) {
    const Declaration* const declaration = named.declaration;
    if (std::holds_alternative<model::Interface>(declaration->body)) {
      write("r");
      return;
    }
    const auto known = std::find(written_.begin(), written_.end(), declaration);
    if (known != written_.end()) {
      write("#" + std::to_string(known - written_.begin()));
      return;
    }
    written_.push_back(declaration);
    if (const auto* const enumeration = std::get_if<model::Enum>(&declaration->body)) {
      write("e(");
      for (const model::Enumerator& enumerator : enumeration->enumerators) {
        separate();
        write(std::to_string(enumerator.value));
      }
      write(")");
    } else if (const auto* const structure = std::get_if<model::Struct>(&declaration->body)) {
      write("{");
      write_members(*structure);
      write("}");
    } else if (const auto* const onion = std::get_if<model::Union>(&declaration->body)) {
      write_union(*onion);
    } else if (const auto* const mask = std::get_if<model::Bitmask>(&declaration->body)) {
      write("x" + std::to_string(integer_bits(mask->bit_bound)) + "(");
      for (const model::Enumerator& flag : mask->flags) {
        separate();
        write(std::to_string(flag.value));
      }
      write(")");
    } else if (const auto* const value = std::get_if<model::ValueType>(&declaration->body)) {
      write("v{");
      for (const Declaration* const base : model::all_bases(*declaration)) {
        write_state(std::get<model::ValueType>(base->body));
      }
      write_state(*value);
      write("}");
    } else if (const auto* const box = std::get_if<model::ValueBox>(&declaration->body)) {
      write("v(");
      write(*box->type);
      write(")");
    } else if (const auto* const bitset = std::get_if<model::Bitset>(&declaration->body)) {
      write("y" + std::to_string(integer_bits(bitset->bits)) + "(");
      for (const model::BitField* const field : all_fields(*bitset)) {
        if (field->name.empty()) continue;
        separate();
        write(std::to_string(field->bits) + "@" + std::to_string(field->position) + ":");
        write(*field->type);
      }
      write(")");
    }
  }

 private:
  void write_bound(std::uint64_t bound) {
    if (bound != 0) write("<" + std::to_string(bound) + ">");
  }
  void write_members(const model::Struct& structure) {
    if (structure.base != nullptr) write_members(std::get<model::Struct>(structure.base->body));
    write(structure.members);
  }
  void write_state(const model::ValueType& value) {
    for (const model::StateMember& member : value.state) {
      separate();
      write(*member.type);
    }
  }
  void write_union(const model::Union& onion) {
    write("u(");
    write(*onion.discriminator);
    write("){");
    for (const model::UnionCase& arm : onion.cases) {
      for (const model::Value& value : arm.labels) {
        separate();
        write(label(value));
      }
      if (arm.is_default) {
        separate();
        write("default");
      }
      write(":");
      if (arm.member) write(*arm.member->type);
      write(";");
    }
    write("}");
  }

  std::string text_;
  std::vector<const Declaration*> written_;  // in the order of their numbers
};

}  // namespace

std::string signature(const model::Operation& operation) {
  using model::Direction;
  Writer writer;
  writer.write("(");
  for (const model::Parameter& parameter : operation.parameters) {
    if (parameter.direction == Direction::Out) continue;
    writer.separate();
    writer.write(*parameter.type);
  }
  writer.write(")>(");
  writer.write(*operation.result);
  for (const model::Parameter& parameter : operation.parameters) {
    if (parameter.direction == Direction::In) continue;
    writer.separate();
    writer.write(*parameter.type);
  }
  writer.write(")");
  for (const Declaration* const raised : operation.raises) {
    writer.write("!\"" + raised->repository_id + "\"(");
    writer.write(std::get<model::Exception>(raised->body).members);
    writer.write(")");
  }
  return std::move(writer).take();
}

std::uint32_t fingerprint(const model::Operation& operation) {
  std::uint32_t hash = 2166136261u;
  for (const char c : signature(operation)) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 16777619u;
  }
  return hash;
}

}  // namespace oncec::backend
