// Constants, typedefs, enums, structs and exceptions in the header.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "backend/cpp/emit.hpp"
#include "backend/cpp/types.hpp"
#include "backend/wire.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

/// Where a declaration is used from that stands in `declaration`'s own scope.
Scope outer_scope(const Input& input, const Declaration& declaration) {
  Scope scope{input.names.path(declaration), {}};
  scope.path.pop_back();
  return scope;
}

void emit_constant(Code& code, const Input& input, const Declaration& declaration,
                   const model::Constant& constant, bool inside_interface) {
  const Scope scope = outer_scope(input, declaration);
  const std::string value = literal(input.names, constant.value, *constant.type, scope);
  const bool is_decimal = std::holds_alternative<model::FixedType>(model::resolve(*constant.type).form);
  code.emit(R"(
    $doc$
    $storage$ constexpr $type$ $name$$value$;
  )",
            {{"doc", doc_comment(declaration.doc)},
             {"storage", inside_interface ? "static" : "inline"},
             {"type", spell_constant(input.names, constant, scope)},
             {"name", input.names.name(declaration)},
             {"value", is_decimal ? "{" + value + "}" : " = " + value}});
}

void emit_enum(Code& code, const Input& input, const Declaration& declaration,
               const model::Enum& enumeration) {
  bool negative = false;
  for (const model::Enumerator& enumerator : enumeration.enumerators) {
    negative = negative || enumerator.value < 0;
  }
  code.emit(
      R"(
    $doc$
    enum class $name$ : $underlying$ {
      $enumerators$
    };
  )",
      {{"doc", doc_comment(declaration.doc)},
       {"name", input.names.name(declaration)},
       {"underlying", negative ? "std::int32_t" : "std::uint32_t"},
       {"enumerators", [&] {
          std::int64_t next = 0;
          for (const model::Enumerator& enumerator : enumeration.enumerators) {
            std::string text = identifier(enumerator.name);
            if (enumerator.value != next) text += " = " + std::to_string(enumerator.value);
            next = enumerator.value + 1;
            code.emit("$doc$\n$enumerator$,", {{"doc", doc_comment(enumerator.doc)}, {"enumerator", text}});
          }
        }}});
}

void emit_bitmask(Code& code, const Input& input, const Declaration& declaration,
                  const model::Bitmask& mask) {
  code.emit(R"(
    $doc$
    enum class $name$ : $underlying$ {
      $flags$
    };
  )",
            {{"doc", doc_comment(declaration.doc)},
             {"name", input.names.name(declaration)},
             {"underlying", spell_bits(mask.bit_bound)},
             {"flags", [&] {
                for (const model::Enumerator& flag : mask.flags) {
                  code.emit("$doc$\n$flag$ = $bit$,",
                            {{"doc", doc_comment(flag.doc)},
                             {"flag", identifier(flag.name)},
                             {"bit", hexadecimal(std::uint64_t{1} << flag.value) + "U"}});
                }
              }}});
}

void emit_bitset(Code& code, const Input& input, const Declaration& declaration,
                 const model::Bitset& bitset) {
  std::vector<std::string> names;
  for (const model::BitField& field : bitset.fields) names.push_back(identifier(field.name));
  const Scope inside = class_scope(input, declaration, names);
  const std::string name = input.names.name(declaration);
  code.emit(R"(
    $doc$
    struct $local_name$$base$ {
      $fields$

      bool operator==(const $name$&) const = default;
    };
  )",
            {{"doc", doc_comment(declaration.doc)},
             {"local_name", local_name(input, declaration)},
             {"base", bitset.base != nullptr
                          ? " : " + input.names.spell(*bitset.base, outer_scope(input, declaration))
                          : ""},
             {"fields",
              [&] {
                for (const model::BitField& field : bitset.fields) {
                  if (field.name.empty()) continue;
                  const std::string bits =
                      std::to_string(field.bits) + (field.bits == 1 ? " bit." : " bits.");
                  code.emit("$doc$\n$type$ $name${};",
                            {{"doc", doc_comment(field.doc.empty() ? bits : field.doc + "\n" + bits)},
                             {"type", spell(input.names, *field.type, inside)},
                             {"name", identifier(field.name)}});
                }
              }},
             {"name", name}});
}

struct MemberText {
  std::string name;
  std::string type;
  std::string initializer;
  std::string doc;
};

/// True for a sequence, a box or a map whose elements' type is only declared where `holder` is defined.
bool holds_incomplete(const Input& input, const Declaration& holder, const model::Type& type) {
  const model::Type* element = &model::resolve(type);
  const model::Type* outer = element;
  for (;;) {
    if (const auto* const sequence = std::get_if<model::SequenceType>(&element->form)) {
      element = &model::resolve(*sequence->element);
    } else if (const auto* const optional = std::get_if<model::OptionalType>(&element->form)) {
      element = &model::resolve(*optional->element);
    } else if (const auto* const map = std::get_if<model::MapType>(&element->form)) {
      element = &model::resolve(*map->value);
    } else {
      break;
    }
  }
  if (element == outer) return false;
  const auto defined = input.defined_at.find(declaration_of(*element));
  const auto here = input.defined_at.find(&holder);
  return defined != input.defined_at.end() && here != input.defined_at.end() &&
         defined->second > here->second;
}

std::vector<MemberText> member_texts(const Input& input, const Declaration& declaration,
                                     const std::vector<model::Member>& members,
                                     std::string (*name_of)(std::string_view)) {
  std::vector<std::string> member_names;
  member_names.reserve(members.size());
  for (const model::Member& member : members) member_names.push_back(name_of(member.name));
  const Scope scope = class_scope(input, declaration, member_names);
  std::vector<MemberText> texts;
  texts.reserve(members.size());
  for (const model::Member& member : members) {
    texts.push_back({name_of(member.name), spell_member(input.names, member, scope),
                     member_initializer(input, declaration, member, scope), doc_comment(member.doc)});
  }
  return texts;
}

void emit_members(Code& code, const std::vector<MemberText>& members) {
  for (const MemberText& member : members) {
    code.emit("$doc$\n$type$ $name$$initializer$;", {{"doc", member.doc},
                                                     {"type", member.type},
                                                     {"name", member.name},
                                                     {"initializer", member.initializer}});
  }
}

void emit_struct(Code& code, const Input& input, const Declaration& declaration,
                 const model::Struct& structure) {
  const auto members = member_texts(input, declaration, structure.members, member_name);
  const Scope scope = outer_scope(input, declaration);
  code.emit(R"(
    $doc$
    struct $local_name$$base$ {
      $members$
      $link$

      bool operator==(const $name$&) const = default;
    };
  )",
            {{"doc", doc_comment(declaration.doc)},
             {"local_name", local_name(input, declaration)},
             {"link",
              [&] {
                const model::Member* const link = link_of(declaration);
                if (link == nullptr) return;
                code.emit("static constexpr auto once_link = &$name$::$member$;  // for once::Box",
                          {{"name", input.names.name(declaration)}, {"member", identifier(link->name)}});
              }},
             {"base", structure.base != nullptr ? " : " + input.names.spell(*structure.base, scope) : ""},
             {"members", [&] { emit_members(code, members); }},
             {"name", input.names.name(declaration)}});
}

void emit_exception(Code& code, const Input& input, const Declaration& declaration,
                    const model::Exception& exception) {
  const auto members = member_texts(input, declaration, exception.members, exception_member_name);
  const std::string name = input.names.name(declaration);
  std::vector<std::string> parameters;
  std::vector<std::string> initializers;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const model::Member& member = exception.members[i];
    const bool moved = member.is_external || !is_scalar(*member.type);
    parameters.push_back(members[i].type + " " + members[i].name + "_value");
    initializers.push_back(members[i].name + "(" + (moved ? "std::move(" : "") + members[i].name + "_value" +
                           (moved ? "))" : ")"));
  }
  code.emit(R"(
    $doc$
    struct $local_name$ final : once::UserException {
      static constexpr std::string_view kRepositoryId = $id$;

      $members$

      $name$() = default;
      $constructor$

      std::string_view repository_id() const noexcept override { return kRepositoryId; }
      [[noreturn]] void raise() const override { throw *this; }
      bool operator==(const $name$&) const = default;
    };
  )",
            {{"doc", doc_comment(declaration.doc)},
             {"local_name", local_name(input, declaration)},
             {"id", in_quotes(declaration.repository_id)},
             {"members", [&] { emit_members(code, members); }},
             {"name", name},
             {"constructor", [&] {
                if (members.empty()) return;
                const std::string head = (members.size() == 1 ? "explicit " : "") + name + "(";
                const std::string one_line = list(head, parameters, ")") + list(" : ", initializers, " {}");
                if (one_line.find('\n') == std::string::npos && one_line.size() + 2 <= kColumns) {
                  code.emit("$constructor$", {{"constructor", one_line}});
                  return;
                }
                code.emit("$signature$\n    $initializers$",
                          {{"signature", list(head, parameters, ")", 2)},
                           {"initializers", list(": ", initializers, " {}", 6)}});
              }}});
}

}  // namespace

std::string hexadecimal(std::uint64_t number, std::size_t digits) {
  std::array<char, 16> text{};
  const std::string written{text.data(),
                            std::to_chars(text.data(), text.data() + text.size(), number, 16).ptr};
  return "0x" + std::string(digits - std::min(digits, written.size()), '0') + written;
}

std::string all_flags(const Declaration& declaration) {
  std::uint64_t all = 0;
  for (const model::Enumerator& flag : std::get<model::Bitmask>(declaration.body).flags) {
    all |= std::uint64_t{1} << flag.value;
  }
  return hexadecimal(all) + "U";
}

std::string member_initializer(const Input& input, const Declaration& holder, const model::Member& member,
                               const Scope& from) {
  // clang asks for the elements' destructor where it reads "{}".
  if (holds_incomplete(input, holder, *member.type)) return {};
  std::string start = initializer(input.names, *member.type, from);
  if (member.is_external && start == "{}") start.clear();
  return start;
}

std::string local_name(const Input& input, const Declaration& declaration) {
  std::vector<std::string> path = input.names.path(declaration);
  const std::size_t outside = input.names.namespaces(declaration).size();
  path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(outside));
  return join(path, "::");
}

Scope class_scope(const Input& input, const Declaration& declaration,
                  const std::vector<std::string>& members) {
  return {input.names.path(declaration), {members.begin(), members.end()}};
}

void emit_type(Code& code, const Input& input, const Declaration& declaration, bool inside_interface) {
  const bool is_short =
      declaration.doc.empty() && (std::holds_alternative<model::Constant>(declaration.body) ||
                                  std::holds_alternative<model::Typedef>(declaration.body));
  code.separate(is_short);
  if (const auto* const constant = std::get_if<model::Constant>(&declaration.body)) {
    emit_constant(code, input, declaration, *constant, inside_interface);
  } else if (const auto* const alias = std::get_if<model::Typedef>(&declaration.body)) {
    code.emit("$doc$\nusing $name$ = $type$;",
              {{"doc", doc_comment(declaration.doc)},
               {"name", input.names.name(declaration)},
               {"type", spell(input.names, *alias->type, outer_scope(input, declaration))}});
  } else if (const auto* const enumeration = std::get_if<model::Enum>(&declaration.body)) {
    emit_enum(code, input, declaration, *enumeration);
  } else if (const auto* const structure = std::get_if<model::Struct>(&declaration.body)) {
    emit_struct(code, input, declaration, *structure);
  } else if (const auto* const exception = std::get_if<model::Exception>(&declaration.body)) {
    emit_exception(code, input, declaration, *exception);
  } else if (const auto* const mask = std::get_if<model::Bitmask>(&declaration.body)) {
    emit_bitmask(code, input, declaration, *mask);
  } else if (const auto* const bitset = std::get_if<model::Bitset>(&declaration.body)) {
    emit_bitset(code, input, declaration, *bitset);
  } else if (std::holds_alternative<model::ValueType>(declaration.body)) {
    emit_value(code, input, declaration);
  } else if (const auto* const box = std::get_if<model::ValueBox>(&declaration.body)) {
    code.emit("$doc$\nusing $name$ = once::ValueBox<$type$>;",
              {{"doc", doc_comment(declaration.doc)},
               {"name", input.names.name(declaration)},
               {"type", spell(input.names, *box->type, outer_scope(input, declaration))}});
  } else if (std::holds_alternative<model::Native>(declaration.body)) {
    code.emit("$doc$\nclass $name$;  // native: the program defines it",
              {{"doc", doc_comment(declaration.doc)}, {"name", input.names.name(declaration)}});
  }
  if (is_short) code.short_one_done();
}

void emit_bitmask_functions(Code& code, const Input& input, const Declaration& declaration) {
  code.emit(R"(

    ONCE_BITMASK_OPERATORS($name$, $all$);
    /// The names of the flags that are set: "read | write"; "none".
    std::string to_string($name$ value);
    std::ostream& operator<<(std::ostream& out, $name$ value);
  )",
            {{"name", local_name(input, declaration)}, {"all", all_flags(declaration)}});
}

void emit_bitmask_definitions(Code& code, const Input& input, const Declaration& declaration) {
  const auto& mask = std::get<model::Bitmask>(declaration.body);
  const std::string name = local_name(input, declaration);
  code.emit(R"(

    std::string to_string($name$ value) {
      std::string text;
      $flags$
      return text.empty() ? "none" : text;
    }

    std::ostream& operator<<(std::ostream& out, $name$ value) { return out << to_string(value); }
  )",
            {{"name", name},
             {"flags", [&] {
                for (const model::Enumerator& flag : mask.flags) {
                  code.emit(
                      "if (once::is_set(value, $name$::$flag$)) text.append(text.empty() ? "
                      "\"\" : \" | \").append($text$);",
                      {{"name", name}, {"flag", identifier(flag.name)}, {"text", in_quotes(flag.name)}});
                }
              }}});
}

void emit_enum_functions(Code& code, const Input& input, const Declaration& declaration) {
  code.emit(R"(

    /// The enumerator's name; empty if `value` is none.
    std::string_view to_string($name$ value);
    std::ostream& operator<<(std::ostream& out, $name$ value);
  )",
            {{"name", local_name(input, declaration)}});
}

void emit_enum_definitions(Code& code, const Input& input, const Declaration& declaration) {
  const auto& enumeration = std::get<model::Enum>(declaration.body);
  const std::string name = local_name(input, declaration);
  code.emit(R"(

    std::string_view to_string($name$ value) {
      switch (value) {
        $cases$
      }
      return {};
    }

    std::ostream& operator<<(std::ostream& out, $name$ value) {
      const std::string_view text = to_string(value);
      return text.empty() ? out << $number$ : out << text;
    }
  )",
            {{"name", name},
             {"cases",
              [&] {
                std::set<std::int64_t> done;  // several names may have one value
                for (const model::Enumerator& enumerator : enumeration.enumerators) {
                  if (!done.insert(enumerator.value).second) continue;
                  code.emit("case $name$::$enumerator$: return $text$;",
                            {{"name", name},
                             {"enumerator", identifier(enumerator.name)},
                             {"text", in_quotes(enumerator.name)}});
                }
              }},
             {"number", "static_cast<std::underlying_type_t<" + name + ">>(value)"}});
}

}  // namespace oncec::backend::cpp
