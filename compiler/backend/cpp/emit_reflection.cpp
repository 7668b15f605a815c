// What a program can learn of its types at run time, and their text.
#include "backend/cpp/emit.hpp"
#include "backend/cpp/types.hpp"
#include "backend/wire.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

struct Field {
  std::string name;   // in the IDL
  std::string value;  // in C++
};

std::vector<Field> fields_of(const Declaration& declaration) {
  std::vector<Field> fields;
  if (const auto* const structure = std::get_if<model::Struct>(&declaration.body)) {
    for (const model::Member& member : structure->members) {
      fields.push_back({member.name, member_value(member, "value." + identifier(member.name))});
    }
  } else if (const auto* const exception = std::get_if<model::Exception>(&declaration.body)) {
    for (const model::Member& member : exception->members) {
      fields.push_back({member.name, member_value(member, "value." + exception_member_name(member.name))});
    }
  } else if (const auto* const bitset = std::get_if<model::Bitset>(&declaration.body)) {
    for (const model::BitField& field : bitset->fields) {
      if (!field.name.empty()) fields.push_back({field.name, "value." + identifier(field.name)});
    }
  } else if (const auto* const value = std::get_if<model::ValueType>(&declaration.body)) {
    for (const model::StateMember& member : value->state) {
      if (!member.is_public) continue;
      fields.push_back({member.name, member_value(member, "value." + identifier(member.name))});
    }
  }
  return fields;
}

const Declaration* base_of(const Declaration& declaration) {
  if (const auto* const structure = std::get_if<model::Struct>(&declaration.body)) return structure->base;
  if (const auto* const bitset = std::get_if<model::Bitset>(&declaration.body)) return bitset->base;
  if (const auto* const value = std::get_if<model::ValueType>(&declaration.body)) {
    return !value->bases.empty() && is_concrete_value(*value->bases.front()) ? value->bases.front() : nullptr;
  }
  return nullptr;
}

void emit_enumerators(Code& code, const Input& input, const Declaration& declaration) {
  const auto* const enumeration = std::get_if<model::Enum>(&declaration.body);
  const std::vector<model::Enumerator>& enumerators =
      enumeration != nullptr ? enumeration->enumerators : std::get<model::Bitmask>(declaration.body).flags;
  const std::string name = input.names.spell(declaration, Scope{});
  std::vector<std::string> all;
  all.reserve(enumerators.size());
  for (const model::Enumerator& enumerator : enumerators)
    all.push_back(name + "::" + identifier(enumerator.name));
  code.emit(
      R"(

    template <>
    struct once::Enumerators<$name$> {
      static constexpr std::string_view kName = $text$;
      $all$
    };
  )",
      {{"name", name},
       {"text", in_quotes(model::qualified_name(declaration))},
       {"all", list("static constexpr std::array<" + name + ", " + std::to_string(all.size()) + "> kAll = {",
                    all, "};", 2)}});
}

void emit_visits(Code& code, const Input& input, const Declaration& declaration) {
  if (std::holds_alternative<model::Union>(declaration.body)) {
    emit_union_visits(code, declaration);
    return;
  }
  if (const Declaration* const base = base_of(declaration)) {
    code.emit("Fields<$base$>::visit(value, visitor);", {{"base", "::" + input.names.qualified(*base)}});
  }
  for (const Field& field : fields_of(declaration)) {
    code.emit("visitor($text$, $value$);", {{"text", in_quotes(field.name)}, {"value", field.value}});
  }
}

}  // namespace

bool has_fields(const Declaration& declaration) {
  return std::holds_alternative<model::Struct>(declaration.body) ||
         std::holds_alternative<model::Union>(declaration.body) ||
         std::holds_alternative<model::Exception>(declaration.body) ||
         std::holds_alternative<model::Bitset>(declaration.body) || is_concrete_value(declaration);
}

void emit_reflection(Code& code, const Input& input, const Declaration& declaration) {
  if (!has_fields(declaration)) {
    emit_enumerators(code, input, declaration);
    return;
  }
  const bool is_empty = !std::holds_alternative<model::Union>(declaration.body) &&
                        base_of(declaration) == nullptr && fields_of(declaration).empty();
  code.emit(R"(

    template <>
    struct once::Fields<$name$> {
      static constexpr std::string_view kName = $text$;
      template <class Value, class Visitor>
      static void visit(Value&$value$, Visitor&&$visitor$) {
        $visits$
      }
    };
  )",
            {{"name", input.names.spell(declaration, Scope{})},
             {"text", in_quotes(model::qualified_name(declaration))},
             {"value", is_empty ? "" : " value"},
             {"visitor", is_empty ? "" : " visitor"},
             {"visits", [&] { emit_visits(code, input, declaration); }}});
}

void emit_text_declarations(Code& code, const Input& input, const Declaration& declaration) {
  if (!has_fields(declaration)) return;
  code.emit(R"(
    std::string to_string(const $name$& value);
    std::ostream& operator<<(std::ostream& out, const $name$& value);
  )",
            {{"name", codec_name(input, declaration)}});
}

void emit_text_definitions(Code& code, const Input& input, const Declaration& declaration) {
  if (!has_fields(declaration)) return;
  code.emit(R"(

    std::string to_string(const $name$& value) { return once::printed(value); }
    std::ostream& operator<<(std::ostream& out, const $name$& value) { return once::put(out, value); }
  )",
            {{"name", codec_name(input, declaration)}});
}

}  // namespace oncec::backend::cpp
