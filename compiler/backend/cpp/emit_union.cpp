// Unions: a class over std::variant whose discriminator always fits the arm that is set. Every case has an
// alternative of its own, std::monostate if it has no data; so has the rest of the discriminator's values if
// the IDL leaves it implicit.
#include <algorithm>

#include "backend/cpp/emit.hpp"
#include "backend/cpp/types.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;
using model::Primitive;
using model::Value;

/// A character as the model has it.
std::string utf8(std::uint64_t c) {
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))};
  return {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
          static_cast<char>(0x80 | (c & 0x3f))};
}

/// The n-th value of the discriminator's type, counted from its natural first.
Value nth_value(const model::Type& discriminator, std::uint64_t n) {
  if (const Declaration* const enumeration = declaration_of(discriminator)) {
    return model::EnumeratorValue{enumeration, n};
  }
  const Primitive* const primitive = primitive_of(discriminator);
  if (primitive != nullptr && *primitive == Primitive::Boolean) return n != 0;
  if (primitive != nullptr && (*primitive == Primitive::Char || *primitive == Primitive::WChar))
    return model::TextValue{utf8(n)};
  // Small signed numbers go on below zero, where there may be labels enough to get there.
  const std::uint64_t most = primitive != nullptr && *primitive == Primitive::Int8    ? 0x7f
                             : primitive != nullptr && *primitive == Primitive::Int16 ? 0x7fff
                                                                                      : ~std::uint64_t{0};
  return n > most ? model::IntegerValue{true, n - most} : model::IntegerValue{false, n};
}

/// The first value that no case names: what the default, written or implicit, starts with.
Value unnamed_value(const model::Union& onion) {
  std::vector<std::int64_t> named;
  for (const model::UnionCase& arm : onion.cases) {
    for (const Value& label : arm.labels) named.push_back(number_of(label));
  }
  const auto is_named = [&](const Value& value) {
    return std::find(named.begin(), named.end(), number_of(value)) != named.end();
  };
  std::uint64_t n = 0;
  while (is_named(nth_value(*onion.discriminator, n))) ++n;
  return nth_value(*onion.discriminator, n);
}

struct ArmText {
  std::size_t index = 0;
  const model::UnionCase* arm = nullptr;  // nullptr: the implicit default
  std::string name;                       // empty: no data
  std::string type;
  std::string state;  // what the variant has for it
  std::string parameter;
  std::string first_label;
  bool several_labels = false;
};

struct UnionText {
  std::string name;        // "Value"
  std::string local_name;  // "Account::Value"
  std::string discriminator;
  std::vector<ArmText> arms;
  std::size_t start = 0;    // the arm that a new union has set
  std::string start_value;  // what is in it, where that is not the arm's own first value
};

UnionText describe(const Input& input, const Declaration& declaration) {
  const auto& onion = std::get<model::Union>(declaration.body);
  std::vector<std::string> members = {"arm_of", "_d"};
  for (const model::UnionCase& arm : onion.cases) {
    if (arm.member) members.push_back(union_arm_name(arm.member->name, declaration.name));
  }
  const Scope scope = class_scope(input, declaration, members);
  UnionText text;
  text.name = input.names.name(declaration);
  text.local_name = local_name(input, declaration);
  text.discriminator = spell(input.names, *onion.discriminator, scope);
  for (const model::UnionCase& arm : onion.cases) {
    ArmText& made = text.arms.emplace_back();
    made.index = text.arms.size() - 1;
    made.arm = &arm;
    made.state = "std::monostate";
    if (arm.member) {
      made.name = union_arm_name(arm.member->name, declaration.name);
      made.type = spell(input.names, *arm.member->type, scope);
      made.state = spell_member(input.names, *arm.member, scope);
      made.parameter = spell_parameter(input.names, *arm.member->type, scope);
    }
    made.first_label = literal(input.names, arm.labels.empty() ? unnamed_value(onion) : arm.labels.front(),
                               *onion.discriminator, scope);
    made.several_labels = arm.labels.size() > 1 || arm.is_default;
  }
  if (onion.has_implicit_default) {
    ArmText& made = text.arms.emplace_back();
    made.index = text.arms.size() - 1;
    made.state = "std::monostate";
    made.first_label = literal(input.names, unnamed_value(onion), *onion.discriminator, scope);
  }
  text.start = onion.start;
  if (text.start < onion.cases.size() && onion.cases[text.start].member) {
    const model::Member& member = *onion.cases[text.start].member;
    text.start_value = initial_value(input.names, *member.type, codec_scope(input, declaration));
  }
  return text;
}

std::vector<std::string> labels_of(const Input& input, const Declaration& declaration, const ArmText& arm) {
  std::vector<std::string> labels;
  if (arm.arm == nullptr) return labels;
  const auto& onion = std::get<model::Union>(declaration.body);
  const Scope scope = class_scope(input, declaration);
  for (const Value& label : arm.arm->labels) {
    labels.push_back(literal(input.names, label, *onion.discriminator, scope));
  }
  return labels;
}

void emit_arm(Code& code, const Input& input, const Declaration& declaration, const UnionText& text,
              const ArmText& arm) {
  std::vector<std::string> labels = labels_of(input, declaration, arm);
  if (arm.arm->is_default) labels.emplace_back("any other");
  const std::string& doc = arm.arm->member->doc;
  const std::string note = (labels.size() == 1 ? "Label: " : "Labels: ") + join(labels, ", ") + ".";
  code.emit(R"(

    $doc$
    const $type$& $name$() const { return $value$; }
    $type$& $name$() { return $value$; }
    void $name$($parameter$ value$label$);
  )",
            {{"doc", doc_comment(doc.empty() ? note : doc + "\n" + note)},
             {"type", arm.type},
             {"name", arm.name},
             {"value", member_value(*arm.arm->member, "std::get<" + std::to_string(arm.index) + ">(state_)")},
             {"parameter", arm.parameter},
             {"label", arm.several_labels ? ", " + text.discriminator + " label = " + arm.first_label : ""}});
}

/// True if the variant's own first state is that of a new union.
bool has_plain_start(const UnionText& text) {
  return text.start == 0 && text.start_value.empty();
}

std::vector<std::string> state_types(const UnionText& text) {
  std::vector<std::string> types;
  for (const ArmText& arm : text.arms) types.push_back(arm.state);
  return types;
}

}  // namespace

void emit_union(Code& code, const Input& input, const Declaration& declaration) {
  const UnionText text = describe(input, declaration);
  const ArmText& start = text.arms[text.start];
  code.emit(R"(

    $doc$
    class $local_name$ {
     public:
      /// $first$.
      $name$()$default$;

      /// The discriminator: the label of what is set.
      $discriminator$ _d() const { return discriminator_; }
      /// Takes another label of what is set, or one without data. Throws std::invalid_argument if an arm must be
      /// set for it.
      void _d($discriminator$ label);

      // An arm's readers throw std::bad_variant_access if it is not set; its writer sets it, and throws
      // std::invalid_argument for a label of something else.
      $arms$

      bool operator==(const $name$&) const = default;

     private:
      friend struct once::Coding<$name$>;
      friend struct once::Fields<$name$>;

      static std::size_t arm_of($discriminator$ label);

      $discriminator$ discriminator_ = $label$;
      $state$
    };
  )",
            {{"doc", doc_comment(declaration.doc)},
             {"local_name", text.local_name},
             {"first", start.name.empty() ? "Without data" : "With '" + start.name + "' set"},
             {"name", text.name},
             {"default", has_plain_start(text) ? " = default" : ""},
             {"discriminator", text.discriminator},
             {"arms",
              [&] {
                for (const ArmText& arm : text.arms) {
                  if (!arm.name.empty()) emit_arm(code, input, declaration, text, arm);
                }
              }},
             {"label", start.first_label},
             {"state", list("std::variant<", state_types(text), "> state_;", 2)}});
}

void emit_union_visits(Code& code, const Declaration& declaration) {
  const auto& onion = std::get<model::Union>(declaration.body);
  code.emit(R"(
    visitor("_d", std::as_const(value.discriminator_));
    switch (value.state_.index()) {
      $arms$
      default: break;
    }
  )",
            {{"arms", [&] {
                for (std::size_t i = 0; i < onion.cases.size(); ++i) {
                  if (!onion.cases[i].member) continue;
                  const model::Member& member = *onion.cases[i].member;
                  const std::string index = std::to_string(i);
                  code.emit("case $index$: visitor($text$, $value$); break;",
                            {{"index", index},
                             {"text", in_quotes(member.name)},
                             {"value", member_value(member, "std::get<" + index + ">(value.state_)")}});
                }
              }}});
}

void emit_union_definitions(Code& code, const Input& input, const Declaration& declaration) {
  const UnionText text = describe(input, declaration);
  const bool has_default = std::any_of(text.arms.begin(), text.arms.end(), [](const ArmText& arm) {
    return arm.arm == nullptr || arm.arm->is_default;
  });
  const bool has_empty =
      std::any_of(text.arms.begin(), text.arms.end(), [](const ArmText& arm) { return arm.name.empty(); });
  if (!has_plain_start(text)) {
    code.emit(R"(

      $local_name$::$name$() : state_(std::in_place_index<$start$>$value$) {}
    )",
              {{"local_name", text.local_name},
               {"name", text.name},
               {"start", std::to_string(text.start)},
               {"value", text.start_value.empty() ? "" : ", " + text.start_value}});
  }
  code.emit(R"(

    std::size_t $union$::arm_of($discriminator$ label) {
      switch ($label$) {
        $cases$
        $default$
      }
      $no_arm$
    }

    void $union$::_d($discriminator$ label) {
      const std::size_t arm = arm_of(label);
      $change$
      discriminator_ = label;
    }
  )",
            {{"union", text.local_name},
             {"discriminator", text.discriminator},
             {"label", text.discriminator == "bool" ? "int{label}" : "label"},  // compilers warn of bool
             {"cases",
              [&] {
                for (const ArmText& arm : text.arms) {
                  for (const std::string& label : labels_of(input, declaration, arm)) {
                    code.emit("case $label$: return $index$;",
                              {{"label", label}, {"index", std::to_string(arm.index)}});
                  }
                }
              }},
             {"default",
              [&] {
                for (const ArmText& arm : text.arms) {
                  if (arm.arm != nullptr && !arm.arm->is_default) continue;
                  code.emit("default: return $index$;", {{"index", std::to_string(arm.index)}});
                }
              }},
             {"no_arm", has_default ? "" : "return std::variant_npos;"},
             {"change", [&] {
                const std::string thrown =
                    "throw std::invalid_argument(\"" + text.name + ": the label belongs to another arm\");";
                if (!has_empty) {
                  code.emit("if (arm != state_.index()) $thrown$", {{"thrown", thrown}});
                  return;
                }
                code.emit(R"(
                  if (arm != state_.index()) {
                    switch (arm) {
                      $cases$
                      default: $thrown$
                    }
                  }
                )",
                          {{"cases",
                            [&] {
                              for (const ArmText& arm : text.arms) {
                                if (!arm.name.empty()) continue;
                                code.emit("case $index$: state_.emplace<$index$>(); break;",
                                          {{"index", std::to_string(arm.index)}});
                              }
                            }},
                           {"thrown", thrown}});
              }}});
  for (const ArmText& arm : text.arms) {
    if (arm.name.empty()) continue;
    code.emit(R"(

      void $union$::$name$($parameter$ value$label$) {
        $check$
        state_.emplace<$index$>(value);
        discriminator_ = $stored$;
      }
    )",
              {{"union", text.local_name},
               {"name", arm.name},
               {"parameter", arm.parameter},
               {"label", arm.several_labels ? ", " + text.discriminator + " label" : ""},
               {"check", arm.several_labels ? "if (arm_of(label) != " + std::to_string(arm.index) +
                                                  ") throw std::invalid_argument(\"" + text.name +
                                                  ": the label is not one of '" + arm.name + "'\");"
                                            : ""},
               {"index", std::to_string(arm.index)},
               {"stored", arm.several_labels ? "label" : arm.first_label}});
  }
}

void emit_union_codec(Code& code, const Input& input, const Declaration& declaration) {
  const UnionText text = describe(input, declaration);
  code.emit(
      R"(

    template <once::EncoderType E>
    void once::Coding<$union$>::write(E& encoder, const Value& value) {
      $nesting$
      encode(encoder, value.discriminator_);
      switch (value.state_.index()) {
        $encode$
        default: break;
      }
    }

    template <once::DecoderType D>
    void once::Coding<$union$>::read(D& decoder, Value& value) {
      $nested$
      decltype(value.discriminator_) label{};
      decode(decoder, label);
      switch (Value::arm_of(label)) {
        $decode$
        $unknown$
      }
      value.discriminator_ = label;
    }
  )",
      {{"union", coding_name(input, declaration)},
       {"nesting", [&] { emit_nesting(code, declaration, "encoder"); }},
       {"encode",
        [&] {
          for (const ArmText& arm : text.arms) {
            if (arm.name.empty()) continue;
            const model::Member& member = *arm.arm->member;
            const std::string value =
                member_value(member, "std::get<" + std::to_string(arm.index) + ">(value.state_)");
            code.emit("case $index$: $encode$ break;", {{"index", std::to_string(arm.index)},
                                                        {"encode", encode_statement(*member.type, value)}});
          }
        }},
       {"nested", [&] { emit_nesting(code, declaration, "decoder"); }},
       {"decode",
        [&] {
          for (const ArmText& arm : text.arms) {
            const std::string place = "value.state_.emplace<" + std::to_string(arm.index) + ">()";
            const model::Member* const member = arm.name.empty() ? nullptr : &*arm.arm->member;
            std::string decode =
                (member != nullptr ? decode_member(*member, place) : place + ";") + " break;";
            if (member != nullptr && member->is_external) {
              decode =
                  "{\n  auto& arm = " + place + ";\n  " + decode_member(*member, "arm") + "\n  break;\n}";
            }
            code.emit("case $index$: $decode$", {{"index", std::to_string(arm.index)}, {"decode", decode}});
          }
        }},
       {"unknown", "default: decoder.fail(once::Errc::invalid_value); return;"}});
}

}  // namespace oncec::backend::cpp
