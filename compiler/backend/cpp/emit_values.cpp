// Value types: their classes, how their state is encoded and decoded, and the table by which a file's types
// are found; see once/codec/value_type.hpp.
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
bool has_operations(const model::ValueType& value) {
  return !value.members.empty() ||
         std::any_of(value.bases.begin(), value.bases.end(),
                     [](const Declaration* base) { return has_operations(value_of(*base)); });
}

std::string bases_of(const Input& input, const model::ValueType& value, const Scope& scope) {
  std::vector<std::string> bases;
  for (const Declaration* const base : value.bases) {
    bases.push_back((value_of(*base).is_abstract ? "virtual " : "") + input.names.spell(*base, scope));
  }
  if (bases.empty()) bases.emplace_back("virtual once::ValueBase");
  return join(bases, ", ");
}

void emit_state(Code& code, const Input& input, const model::ValueType& value, const Scope& scope,
                bool is_public) {
  for (const model::StateMember& member : value.state) {
    if (member.is_public != is_public) continue;
    // What holds others is empty without being told; their type may be incomplete here.
    const auto& form = model::resolve(*member.type).form;
    const bool holds = std::holds_alternative<model::SequenceType>(form) ||
                       std::holds_alternative<model::OptionalType>(form);
    code.emit("$doc$\n$type$ $name$$initializer$;",
              {{"doc", doc_comment(member.doc)},
               {"type", spell(input.names, *member.type, scope)},
               {"name", identifier(member.name)},
               {"initializer", holds ? "" : initializer(input.names, *member.type, scope)}});
  }
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
             {"public", [&] { emit_state(code, input, value, scope, true); }},
             {"operations", [&] { emit_operations(code, input, value, scope); }},
             {"private", [&] {
                if (std::all_of(value.state.begin(), value.state.end(),
                                [](const model::StateMember& member) { return member.is_public; })) {
                  return;
                }
                code.printer().blank_line();
                code.emit("\n protected:");
                emit_state(code, input, value, scope, false);
                code.emit(R"(
                  template <once::EncoderType E>
                  friend void encode_state(E& encoder, const $name$& value);
                  template <once::DecoderType D>
                  friend void decode_state(D& decoder, $name$& value);
                )",
                          {{"name", name}});
              }}});
}

void emit_state_declaration(Code& code, const Input& input, const Declaration& declaration) {
  code.emit(R"(
    template <once::EncoderType E>
    void encode_state(E& encoder, const $name$& value);
    template <once::DecoderType D>
    void decode_state(D& decoder, $name$& value);
  )",
            {{"name", codec_name(input, declaration)}});
}

void emit_state_definitions(Code& code, const Input& input, const Declaration& declaration) {
  const model::ValueType& value = value_of(declaration);
  const Declaration* const base = concrete_base(value);
  const std::string name = codec_name(input, declaration);
  const bool is_empty = base == nullptr && value.state.empty();
  const auto emit_direction = [&](bool encodes) {
    if (base != nullptr) {
      code.emit(
          "$verb$_state($coder$, static_cast<$base$&>(value));",
          {{"verb", encodes ? "encode" : "decode"},
           {"coder", encodes ? "encoder" : "decoder"},
           {"base", (encodes ? "const " : "") + input.names.spell(*base, codec_scope(input, declaration))}});
    }
    for (const model::StateMember& member : value.state) {
      const std::string place = "value." + identifier(member.name);
      code.emit("$text$", {{"text", encodes ? encode_statement(*member.type, place)
                                            : decode_statement(*member.type, place)}});
    }
  };
  code.emit(R"(

    template <once::EncoderType E>
    void encode_state(E&$encoder$, const $name$&$value$) {
      $encode$
    }

    template <once::DecoderType D>
    void decode_state(D&$decoder$, $name$&$value$) {
      $decode$
    }
  )",
            {{"name", name},
             {"encoder", is_empty ? "" : " encoder"},
             {"decoder", is_empty ? "" : " decoder"},
             {"value", is_empty ? "" : " value"},
             {"encode", [&] { emit_direction(true); }},
             {"decode", [&] { emit_direction(false); }}});
}

void emit_value_table(Code& code, const Input& input) {
  code.emit(R"(

    namespace {
    const once::ValueType* const kValueTypesOfFile[] = {
      $types$
      nullptr};
    }  // namespace
  )",
            {{"types", [&] {
                for (const Declaration& declaration : input.model.declarations) {
                  if (!is_concrete_value(declaration)) continue;
                  code.emit("&$name$::kValueType,", {{"name", "::" + input.names.qualified(declaration)}});
                }
              }}});
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
        template void encode_state(once::Cdr::Encoder&, const $name$&);
        template void decode_state(once::CdrDecoder<std::endian::little>&, $name$&);
        template void decode_state(once::CdrDecoder<std::endian::big>&, $name$&);
      )",
                {{"name", name}});
    } else if (codec == "xdr") {
      codecs.emplace_back("once::Xdr");
      code.emit(R"(
        template void encode_state(once::XdrEncoder&, const $name$&);
        template void decode_state(once::XdrDecoder&, $name$&);
      )",
                {{"name", name}});
    }
  }
  const std::string base =
      value.truncatable ? "&" + input.names.spell(*value.bases.front(), scope) + "::kValueType" : "nullptr";
  const std::string make =
      has_operations(value)
          ? "nullptr"
          : "[]() -> std::shared_ptr<once::ValueBase> { return once::make_value<" + name + ">(); }";
  code.emit(R"(

    constinit once::ValueType $name$::kValueType{
        $id$, $base$,
        $make$,
        once::value_coders<$codecs$>(), kValueTypesOfFile};
  )",
            {{"name", name},
             {"id", quoted(declaration.repository_id)},
             {"base", base},
             {"make", make},
             {"codecs", join(codecs, ", ")}});
}

}  // namespace oncec::backend::cpp
