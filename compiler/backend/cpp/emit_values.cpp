// Value types: their classes, how their state is encoded and decoded, and what makes a file's types known to
// the program; see once/codec/value_type.hpp.
#include <algorithm>

#include "backend/cpp/emit.hpp"
#include "backend/cpp/types.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

const model::ValueType& value_of(const Declaration& declaration) {
  return std::get<model::ValueType>(declaration.body);
}

/// The base that has state; nullptr if there is none.
const Declaration* concrete_base(const model::ValueType& value) {
  return !value.bases.empty() && !value_of(*value.bases.front()).is_abstract ? value.bases.front() : nullptr;
}

/// True if the program has to say what its operations do, and make the values.
bool has_operations(const Declaration& declaration) {
  const std::vector<const Declaration*> bases = model::all_bases(declaration);
  return !value_of(declaration).members.empty() ||
         std::any_of(bases.begin(), bases.end(),
                     [](const Declaration* base) { return !value_of(*base).members.empty(); });
}

std::string bases_of(const Input& input, const model::ValueType& value, const Scope& scope) {
  std::vector<std::string> bases;
  for (const Declaration* const base : value.bases) {
    bases.push_back((value_of(*base).is_abstract ? "virtual " : "") + input.names.spell(*base, scope));
  }
  if (bases.empty()) bases.emplace_back("virtual once::ValueBase");
  return join(bases, ", ");
}

void emit_state(Code& code, const Input& input, const Declaration& declaration, const Scope& scope,
                bool is_public) {
  for (const model::StateMember& member : value_of(declaration).state) {
    if (member.is_public != is_public) continue;
    code.emit("$doc$\n$type$ $name$$initializer$;",
              {{"doc", doc_comment(member.doc)},
               {"type", spell_member(input.names, member, scope)},
               {"name", identifier(member.name)},
               {"initializer", member_initializer(input, declaration, member, scope)}});
  }
}

void emit_private_state(Code& code, const Input& input, const Declaration& declaration, const Scope& scope,
                        const std::string& name) {
  const model::ValueType& value = value_of(declaration);
  if (std::all_of(value.state.begin(), value.state.end(),
                  [](const model::StateMember& member) { return member.is_public; })) {
    return;
  }
  code.emit(R"(
    protected:
     $members$

     template <once::EncoderType E>
     friend once::ValueLink encode_state(E& encoder, const $name$& value, std::size_t part);
     template <once::DecoderType D>
     friend once::ValuePlace decode_state(D& decoder, $name$& value, std::size_t part);
  )",
            {{"members", [&] { emit_state(code, input, declaration, scope, false); }}, {"name", name}});
}

void emit_operations(Code& code, const Input& input, const model::ValueType& value, const Scope& scope) {
  for (const model::InterfaceMember& member : value.members) {
    if (const auto* const attribute = std::get_if<model::Attribute>(&member)) {
      code.emit("$doc$\nvirtual $type$ $name$() const = 0;",
                {{"doc", doc_comment(attribute->doc)},
                 {"type", spell(input.names, *attribute->type, scope)},
                 {"name", identifier(attribute->name)}});
      if (attribute->readonly) continue;
      code.emit("virtual void $name$($type$ value) = 0;",
                {{"type", spell_parameter(input.names, *attribute->type, scope)},
                 {"name", identifier(attribute->name)}});
      continue;
    }
    const auto& operation = std::get<model::Operation>(member);
    std::vector<std::string> parameters;
    for (const model::Parameter& parameter : operation.parameters) {
      const std::string type = parameter.direction == model::Direction::In
                                   ? spell_parameter(input.names, *parameter.type, scope)
                                   : spell(input.names, *parameter.type, scope) + "&";
      parameters.push_back(type + " " + parameter_name(parameter.name));
    }
    code.emit("$doc$\n$signature$",
              {{"doc", doc_comment(operation.doc)},
               {"signature",
                list("virtual " + spell(input.names, *operation.result, scope) + " " +
                         identifier(operation.cpp_name.empty() ? operation.name : operation.cpp_name) + "(",
                     parameters, ") = 0;", 2)}});
  }
}

bool is_reference(const model::StateMember& member) {
  if (member.is_external) return false;
  const model::Type& resolved = model::resolve(*member.type);
  if (const auto* const primitive = std::get_if<model::Primitive>(&resolved.form)) {
    return *primitive == model::Primitive::ValueBase;
  }
  const auto* const named = std::get_if<model::NamedType>(&resolved.form);
  return named != nullptr && std::holds_alternative<model::ValueType>(named->declaration->body);
}

/// How many references the state has, the bases' included: so many times its coders return before the end.
std::size_t count_references(const model::ValueType& value) {
  const Declaration* const base = concrete_base(value);
  const auto own = std::count_if(value.state.begin(), value.state.end(),
                                 [](const model::StateMember& member) { return is_reference(member); });
  return (base != nullptr ? count_references(value_of(*base)) : 0) + static_cast<std::size_t>(own);
}

/// Writes the body of encode_state or decode_state.
class State {
 public:
  State(Code& code, const Input& input, const Declaration& declaration, bool encodes)
      : code_(code), value_(value_of(declaration)), encodes_(encodes) {
    if (const Declaration* const base = concrete_base(value_)) {
      base_references_ = count_references(value_of(*base));
      base_call_ = std::string{encodes ? "encode_state(encoder, static_cast<const "
                                       : "decode_state(decoder, static_cast<"} +
                   input.names.spell(*base, codec_scope(input, declaration)) + "&>(value), ";
    }
  }

  bool is_empty() const { return base_call_.empty() && value_.state.empty(); }
  bool has_parts() const { return count_references(value_) != 0; }

  void emit() const {
    if (!base_call_.empty() && value_.state.empty()) {
      code_.emit("return $call$$part$);", {{"call", base_call_}, {"part", has_parts() ? "part" : "0"}});
      return;
    }
    if (base_references_ != 0) {
      code_.emit("if (part < $count$) return $call$part);",
                 {{"count", std::to_string(base_references_)}, {"call", base_call_}});
    }
    if (count_references(value_) != base_references_) {
      code_.emit("switch (part) {\n  $cases$\n}", {{"cases", [&] { cases(); }}});
      return;
    }
    members(0, value_.state.size());
    code_.emit("return {};");
  }

 private:
  void cases() const {
    std::size_t part = base_references_;
    std::size_t next = 0;
    while (next != value_.state.size()) {
      std::size_t reference = next;
      while (reference != value_.state.size() && !is_reference(value_.state[reference])) ++reference;
      if (reference == value_.state.size()) break;
      const std::string place = "value." + identifier(value_.state[reference].name);
      code_.emit("case $part$:\n  $members$\n  return once::$function$($place$);",
                 {{"part", std::to_string(part++)},
                  {"members", [&] { members(next, reference); }},
                  {"function", encodes_ ? "link_of" : "place_of"},
                  {"place", place}});
      next = reference + 1;
    }
    code_.emit("default:\n  $members$\n  return {};",
               {{"members", [&] { members(next, value_.state.size()); }}});
  }
  /// Those from `begin` on and before `end`. Before the first of all stands what is left of the base.
  void members(std::size_t begin, std::size_t end) const {
    if (begin == 0 && !base_call_.empty()) {
      code_.emit("$call$$part$);", {{"call", base_call_}, {"part", std::to_string(base_references_)}});
    }
    for (std::size_t i = begin; i < end; ++i) {
      const model::StateMember& member = value_.state[i];
      const std::string place = "value." + identifier(member.name);
      code_.emit("$text$",
                 {{"text", encodes_ ? encode_member(member, place) : decode_member(member, place)}});
    }
  }

  Code& code_;
  const model::ValueType& value_;
  bool encodes_;
  std::string base_call_;  // empty without a base
  std::size_t base_references_ = 0;
};

}  // namespace

bool is_concrete_value(const Declaration& declaration) {
  const auto* const value = std::get_if<model::ValueType>(&declaration.body);
  return value != nullptr && value->defined && !value->is_abstract;
}

void emit_value(Code& code, const Input& input, const Declaration& declaration) {
  const model::ValueType& value = value_of(declaration);
  Scope outside{input.names.path(declaration), {}};
  outside.path.pop_back();
  std::vector<std::string> names;
  for (const model::StateMember& member : value.state) names.push_back(identifier(member.name));
  const Scope scope = class_scope(input, declaration, names);
  const std::string name = input.names.name(declaration);
  code.emit(R"(
    $doc$
    struct $name$ : $bases$ {
      $type$

      $public$

      $operations$

     $private$
    };
  )",
            {{"doc", doc_comment(declaration.doc)},
             {"name", name},
             {"bases", bases_of(input, value, outside)},
             {"type",
              [&] {
                if (value.is_abstract) return;
                code.emit(R"(
                  static once::ValueType kValueType;
                  const once::ValueType& once_value_type() const override { return kValueType; }
                )");
              }},
             {"public", [&] { emit_state(code, input, declaration, scope, true); }},
             {"operations", [&] { emit_operations(code, input, value, scope); }},
             {"private", [&] { emit_private_state(code, input, declaration, scope, name); }}});
}

void emit_state_declaration(Code& code, const Input& input, const Declaration& declaration) {
  code.emit(R"(
    template <once::EncoderType E>
    once::ValueLink encode_state(E& encoder, const $name$& value, std::size_t part);
    template <once::DecoderType D>
    once::ValuePlace decode_state(D& decoder, $name$& value, std::size_t part);
    std::string to_string(const $name$& value);
    std::ostream& operator<<(std::ostream& out, const $name$& value);
  )",
            {{"name", codec_name(input, declaration)}});
}

void emit_state_definitions(Code& code, const Input& input, const Declaration& declaration) {
  const std::string name = codec_name(input, declaration);
  const State encoded{code, input, declaration, true};
  const State decoded{code, input, declaration, false};
  code.emit(R"(

    template <once::EncoderType E>
    once::ValueLink encode_state(E&$encoder$, const $name$&$value$, std::size_t$part$) {
      $encode$
    }

    template <once::DecoderType D>
    once::ValuePlace decode_state(D&$decoder$, $name$&$value$, std::size_t$part$) {
      $decode$
    }
  )",
            {{"name", name},
             {"encoder", encoded.is_empty() ? "" : " encoder"},
             {"decoder", encoded.is_empty() ? "" : " decoder"},
             {"value", encoded.is_empty() ? "" : " value"},
             {"part", encoded.has_parts() ? " part" : ""},
             {"encode", [&] { encoded.emit(); }},
             {"decode", [&] { decoded.emit(); }}});
}

void emit_value_registration(Code& code, const Input& input,
                             const std::vector<const Declaration*>& declarations) {
  std::vector<std::string> types;
  types.reserve(declarations.size());
  for (const Declaration* const declaration : declarations) {
    types.push_back("&::" + input.names.qualified(*declaration) + "::kValueType");
  }
  code.emit(R"(

    namespace {
    $types$
    }  // namespace
  )",
            {{"types", list("const once::RegisteredValueTypes kValueTypesOfFile{", types, "};", 4)}});
}

void emit_value_definition(Code& code, const Input& input, const Declaration& declaration) {
  const model::ValueType& value = value_of(declaration);
  const Scope scope = codec_scope(input, declaration);
  const std::string name = codec_name(input, declaration);
  std::vector<std::string> codecs = {name};
  for (const std::string& codec : input.options.codecs) {
    if (codec == "cdr") {
      codecs.emplace_back("once::Cdr");
      code.emit(R"(
        template once::ValueLink encode_state(once::Cdr::Encoder&, const $name$&, std::size_t);
        template once::ValuePlace decode_state(once::CdrDecoder<std::endian::little>&, $name$&, std::size_t);
        template once::ValuePlace decode_state(once::CdrDecoder<std::endian::big>&, $name$&, std::size_t);
      )",
                {{"name", name}});
    } else if (codec == "xdr") {
      codecs.emplace_back("once::Xdr");
      code.emit(R"(
        template once::ValueLink encode_state(once::XdrEncoder&, const $name$&, std::size_t);
        template once::ValuePlace decode_state(once::XdrDecoder&, $name$&, std::size_t);
      )",
                {{"name", name}});
    }
  }
  const std::string base =
      value.truncatable ? "&" + input.names.spell(*value.bases.front(), scope) + "::kValueType" : "nullptr";
  const std::string make = has_operations(declaration) ? "nullptr" : "once::make_plain_value<" + name + ">";
  code.emit(R"(

    constinit once::ValueType $name$::kValueType{
        $id$, $base$,
        $make$,
        once::value_coders<$codecs$>()};
  )",
            {{"name", name},
             {"id", in_quotes(declaration.repository_id)},
             {"base", base},
             {"make", make},
             {"codecs", join(codecs, ", ")}});
}

}  // namespace oncec::backend::cpp
