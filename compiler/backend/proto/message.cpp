// From types to fields.
#include "backend/proto/message.hpp"

#include <algorithm>

#include "backend/output.hpp"
#include "model/spelled.hpp"

namespace oncec::backend::proto {
namespace {

using model::Declaration;
using model::Primitive;

std::string_view scalar(Primitive primitive) {
  switch (primitive) {
    case Primitive::Boolean: return "bool";
    case Primitive::Octet:
    case Primitive::UInt8:
    case Primitive::Char:
    case Primitive::WChar:
    case Primitive::UInt16:
    case Primitive::UInt32: return "uint32";
    case Primitive::Int8:
    case Primitive::Int16:
    case Primitive::Int32: return "int32";
    case Primitive::Int64: return "int64";
    case Primitive::UInt64: return "uint64";
    case Primitive::Float32: return "float";
    case Primitive::Float64: return "double";
    case Primitive::Float128: return "bytes";
    case Primitive::Object: return ".once.ObjectRef";
    default: return {};  // check.cpp has reported it
  }
}

bool is_octet(const model::Type& type) {
  const auto* const primitive = std::get_if<Primitive>(&model::resolve(type).form);
  return primitive != nullptr && (*primitive == Primitive::Octet || *primitive == Primitive::UInt8);
}

/// The element of an array and of the arrays that are its elements; octets stay together.
const model::Type& leaf_of(const model::Type& type) {
  const model::Type& resolved = model::resolve(type);
  const auto* const array = std::get_if<model::ArrayType>(&resolved.form);
  if (array == nullptr) return resolved;
  return is_octet(*array->element) ? resolved : leaf_of(*array->element);
}

bool is_octet_block(const model::Type& type) {
  const model::Type& resolved = model::resolve(type);
  if (const auto* const sequence = std::get_if<model::SequenceType>(&resolved.form)) {
    return is_octet(*sequence->element);
  }
  const auto* const array = std::get_if<model::ArrayType>(&resolved.form);
  return array != nullptr && array->dimensions.size() == 1 && is_octet(*array->element);
}

/// What a field can hold once: no sequence, no map, no optional.
bool is_single(const model::Type& type) {
  const model::Type& resolved = model::resolve(type);
  if (is_octet_block(resolved)) return true;
  return !std::holds_alternative<model::SequenceType>(resolved.form) &&
         !std::holds_alternative<model::ArrayType>(resolved.form) &&
         !std::holds_alternative<model::MapType>(resolved.form) &&
         !std::holds_alternative<model::OptionalType>(resolved.form);
}

/// True for messages: a field of theirs tells by itself whether it is there.
bool is_message(const model::Type& type) {
  const model::Type& resolved = model::resolve(type);
  if (const auto* const primitive = std::get_if<Primitive>(&resolved.form))
    return *primitive == Primitive::Object;
  const auto* const named = std::get_if<model::NamedType>(&resolved.form);
  if (named == nullptr) return false;
  return !std::holds_alternative<model::Enum>(named->declaration->body) &&
         !std::holds_alternative<model::Bitmask>(named->declaration->body) &&
         !std::holds_alternative<model::Bitset>(named->declaration->body);
}

/// True if the field's type alone does not tell what may be in it.
struct SaysLess {
  bool operator()(Primitive primitive) const {
    switch (primitive) {
      case Primitive::Octet:
      case Primitive::UInt8:
      case Primitive::Char:
      case Primitive::WChar:
      case Primitive::Int8:
      case Primitive::Int16:
      case Primitive::UInt16:
      case Primitive::Float128: return true;
      default: return false;
    }
  }
  bool operator()(const model::StringType& text) const { return text.bound != 0 || text.wide; }
  bool operator()(const model::SequenceType& sequence) const {
    return sequence.bound != 0 || (!is_octet(*sequence.element) && of(*sequence.element));
  }
  bool operator()(const model::MapType& map) const {
    return map.bound != 0 || of(*map.key) || of(*map.value);
  }
  bool operator()(const model::ArrayType&) const { return true; }
  bool operator()(const model::FixedType&) const { return true; }
  bool operator()(const model::OptionalType& optional) const { return of(*optional.element); }
  bool operator()(const model::NamedType& named) const {
    if (const auto* const alias = std::get_if<model::Typedef>(&named.declaration->body))
      return of(*alias->type);
    return std::holds_alternative<model::Interface>(named.declaration->body) ||
           std::holds_alternative<model::Bitmask>(named.declaration->body) ||
           std::holds_alternative<model::Bitset>(named.declaration->body);
  }
  bool of(const model::Type& type) const { return std::visit(*this, type.form); }
};

std::uint32_t bits_of(const Declaration& declaration) {
  if (const auto* const mask = std::get_if<model::Bitmask>(&declaration.body)) return mask->bit_bound;
  return std::get<model::Bitset>(declaration.body).bits;
}

}  // namespace

std::string comment(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (!result.empty()) result.push_back('\n');
    result.append("//").append(line.empty() ? "" : " ").append(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string lost_in_proto(const model::Type& type) {
  if (!SaysLess{}.of(type)) return {};
  const model::Type& resolved = model::resolve(type);
  const auto* const optional = std::get_if<model::OptionalType>(&resolved.form);  // this the field says
  std::string text = spelled(optional != nullptr ? *optional->element : resolved, {.typedefs = false});
  if (text.find("long double") != std::string::npos) text += ", 16 octets, the lowest first";
  return text;
}

std::string Message::declared_type(const Declaration& declaration) {
  if (std::holds_alternative<model::Interface>(declaration.body)) {
    has_references_ = true;
    return ".once.ObjectRef";
  }
  if (std::holds_alternative<model::Bitmask>(declaration.body) ||
      std::holds_alternative<model::Bitset>(declaration.body)) {
    return bits_of(declaration) > 32 ? "uint64" : "uint32";
  }
  const std::string& name = names_.name(declaration);
  const std::string package = names_.package(declaration.range);
  if (package == names_.package(place_) && !is_word_of_proto(name)) return name;
  return (package.empty() ? "." : "." + package + ".") + name;
}

/// The name of a message inside this one: not that of any type, which it would hide.
std::string Message::wrapper(const std::string& name, const std::string& suffix) {
  std::string chosen = pascal_case(name) + suffix;
  const auto is_taken = [&] {
    return names_.knows(chosen) || std::any_of(inner_.begin(), inner_.end(),
                                               [&](const Inner& inner) { return inner.name == chosen; });
  };
  while (is_taken()) chosen.push_back('_');
  return field_names_.add(chosen, static_cast<std::uint32_t>(inner_.size()));
}

/// A value that is there, once: a message of one field around it if need be.
std::string Message::element_type(const model::Type& type, const std::string& name) {
  const model::Type& resolved = model::resolve(type);
  if (!is_single(resolved)) {
    Inner inner{wrapper(name, "Value"), {Message{names_, place_}}};
    inner.message.front().add_plain(resolved, "value", 1);
    has_references_ = has_references_ || inner.message.front().has_references_;
    inner_.push_back(inner);
    return inner.name;
  }
  if (is_octet_block(resolved)) return "bytes";
  if (const auto* const primitive = std::get_if<Primitive>(&resolved.form)) {
    has_references_ = has_references_ || *primitive == Primitive::Object;
    return std::string{scalar(*primitive)};
  }
  if (const auto* const named = std::get_if<model::NamedType>(&resolved.form)) {
    return declared_type(*named->declaration);
  }
  return "string";  // and fixed
}

std::string Message::map_type(const model::MapType& map, const std::string& name) {
  const model::Type& key = model::resolve(*map.key);
  const std::string key_type = element_type(key, name + "_key");
  const std::string value_type = element_type(*map.value, name);
  const bool is_key = key_type == "string" || key_type == "bool" || key_type == "int32" ||
                      key_type == "int64" || key_type == "uint32" || key_type == "uint64";
  if (is_key) {
    field_names_.add(pascal_case(name) + "Entry", 0);  // protoc's own
    return "map<" + key_type + ", " + value_type + ">";
  }
  Inner inner{wrapper(name, "Item"), {Message{names_, place_}}};
  inner.message.front().lines_ = {{key_type, "key", 1, "", "", false},
                                  {value_type, "value", 2, "", "", false}};
  inner_.push_back(inner);
  return "repeated " + inner.name;
}

std::string Message::field_type(const model::Type& type, const std::string& name) {
  const model::Type& resolved = model::resolve(type);
  if (is_octet_block(resolved)) return "bytes";
  if (const auto* const sequence = std::get_if<model::SequenceType>(&resolved.form)) {
    return "repeated " + element_type(*sequence->element, name);
  }
  if (const auto* const array = std::get_if<model::ArrayType>(&resolved.form)) {
    if (is_octet(*array->element)) return "repeated bytes";
    return "repeated " + element_type(leaf_of(resolved), name);
  }
  if (const auto* const map = std::get_if<model::MapType>(&resolved.form)) return map_type(*map, name);
  if (const auto* const optional = std::get_if<model::OptionalType>(&resolved.form)) {
    const model::Type& element = model::resolve(*optional->element);
    const std::string inner = element_type(element, name);
    return is_single(element) && !is_message(element) ? "optional " + inner : inner;
  }
  return element_type(resolved, name);
}

void Message::add_plain(const model::Type& type, const std::string& name, std::uint32_t number) {
  Line line;
  line.name = field_names_.add(name, number);
  line.number = number;
  line.type = field_type(type, name);
  lines_.push_back(std::move(line));
}

void Message::add_line(std::string type, const Field& field, const std::string& name, bool in_oneof) {
  lines_.push_back({std::move(type), name, field.number, field.doc != nullptr ? *field.doc : "",
                    lost_in_proto(*field.type), in_oneof});
}

void Message::add(const Field& field) {
  const std::string& idl_name = field.name != nullptr ? *field.name : "result";
  const std::string name = field_names_.add(idl_name, field.number);
  add_line(field_type(*field.type, idl_name), field, name, false);
}

void Message::add_to_oneof(const Field& field) {
  const std::string name = field_names_.add(*field.name, field.number);
  add_line(element_type(*field.type, *field.name), field, name, true);
}

void Message::add_discriminator(const model::Type& type) {
  Line line;
  line.type = "optional " + element_type(type, "discriminator");
  line.name = field_names_.add("discriminator", 1);
  line.number = 1;
  line.remark = lost_in_proto(type);
  lines_.push_back(std::move(line));
  field_names_.add("arm", 0);  // the oneof
}

void Message::write_line(Printer& printer, const Line& line) const {
  printer.emit("$doc$\n$type$ $name$ = $number$;$remark$",
               {{"doc", comment(line.doc)},
                {"type", line.type},
                {"name", line.name},
                {"number", std::to_string(line.number)},
                {"remark", line.remark.empty() ? "" : "  // " + line.remark}});
}

void Message::write(Printer& printer, const std::string& name, std::string_view doc) const {
  printer.blank_line();
  if (lines_.empty()) {
    printer.emit("$doc$\nmessage $name$ {}", {{"doc", comment(doc)}, {"name", name}});
    return;
  }
  const bool has_oneof =
      std::any_of(lines_.begin(), lines_.end(), [](const Line& line) { return line.in_oneof; });
  printer.emit(R"(
    $doc$
    message $name$ {
      $inner$
      $lines$
      $oneof$
    }
  )",
               {{"doc", comment(doc)},
                {"name", name},
                {"inner",
                 [&] {
                   for (const Inner& inner : inner_) inner.message.front().write(printer, inner.name, "");
                   if (!inner_.empty()) printer.blank_line();
                 }},
                {"lines",
                 [&] {
                   for (const Line& line : lines_) {
                     if (!line.in_oneof) write_line(printer, line);
                   }
                 }},
                {"oneof", [&] {
                   if (!has_oneof) return;
                   printer.emit(R"(
                     oneof arm {
                       $lines$
                     }
                   )",
                                {{"lines", [&] {
                                    for (const Line& line : lines_) {
                                      if (line.in_oneof) write_line(printer, line);
                                    }
                                  }}});
                 }}});
}

}  // namespace oncec::backend::proto
