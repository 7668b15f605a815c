// encode and decode as Protocol Buffers: a call of the runtime per field. The numbers are those of the .proto
// file.
#include "backend/cpp/emit_protobuf.hpp"

#include <algorithm>

#include "backend/cpp/emit.hpp"
#include "backend/cpp/types.hpp"
#include "backend/proto/fields.hpp"
#include "backend/wire.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

/// A field, and the expressions that it is in C++: as it is kept, as it is read, and as it is decoded into.
struct Access {
  Access(const proto::Field& what, std::string place)
      : field(what), kept(std::move(place)), value(kept), decoded(kept) {
    if (field.member == nullptr) return;
    value = member_value(*field.member, kept);
    if (field.member->is_external) decoded = "once::protobuf::charged(reader, " + kept + ")";
  }

  proto::Field field;
  std::string kept;
  std::string value;
  std::string decoded;
};

std::string shape_of(const model::Type& type);

/// once::protobuf::Shape of the bound and what is inside; empty if there is nothing to say.
std::string shape(std::uint64_t bound, std::vector<std::string> inner) {
  while (!inner.empty() && inner.back().empty()) inner.pop_back();
  if (bound == 0 && inner.empty()) return {};
  std::string text = "once::protobuf::Shape<";
  text += bound != 0 ? std::to_string(bound) : "once::kUnbounded";
  for (const std::string& each : inner) text += ", " + (each.empty() ? "once::protobuf::Shape<>" : each);
  return text + ">";
}

/// The bounds that the C++ type does not have.
struct ShapeOf {
  std::string operator()(const model::StringType& text) const { return shape(text.bound, {}); }
  std::string operator()(const model::SequenceType& sequence) const {
    return shape(sequence.bound, {shape_of(*sequence.element)});
  }
  std::string operator()(const model::MapType& map) const {
    return shape(map.bound, {shape_of(*map.key), shape_of(*map.value)});
  }
  std::string operator()(const model::OptionalType& optional) const {
    return shape(0, {shape_of(*optional.element)});
  }
  std::string operator()(const model::ArrayType& array) const {
    std::string text = shape_of(*array.element);
    for (std::size_t i = 0; i < array.dimensions.size(); ++i) text = shape(0, {text});
    return text;
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

std::string shape_of(const model::Type& type) {
  return std::visit(ShapeOf{}, model::resolve(type).form);
}

/// As a template's arguments: "<…>", or nothing.
std::string shape_arguments(const model::Type& type) {
  const std::string text = shape_of(type);
  return text.empty() ? "" : "<" + text + ">";
}

/// True for what an ArrayFiller reads: every array but one of octets, which travels as a block.
bool is_filled(const model::Type& type) {
  const auto* const array = std::get_if<model::ArrayType>(&model::resolve(type).form);
  if (array == nullptr) return false;
  const model::Primitive* const primitive = primitive_of(*array->element);
  const bool is_octet = primitive != nullptr &&
                        (*primitive == model::Primitive::Octet || *primitive == model::Primitive::UInt8);
  return !is_octet || array->dimensions.size() > 1;
}

/// In the order of their numbers, as the library does.
void emit_encode_fields(Code& code, std::vector<Access> fields, std::string_view sink) {
  std::stable_sort(fields.begin(), fields.end(),
                   [](const Access& x, const Access& y) { return x.field.number < y.field.number; });
  for (const Access& access : fields) {
    code.emit("once::protobuf::encode_field$shape$($sink$, $number$, $value$);",
              {{"shape", shape_arguments(*access.field.type)},
               {"sink", sink},
               {"number", std::to_string(access.field.number)},
               {"value", access.value}});
  }
}

void emit_clear_fields(Code& code, const std::vector<Access>& fields) {
  for (const Access& access : fields) {
    code.emit("once::protobuf::clear($value$);", {{"value", access.kept}});
  }
}

/// The loop over the fields of the message that is open.
void emit_decode_fields(Code& code, const std::vector<Access>& fields) {
  for (const Access& access : fields) {
    if (!is_filled(*access.field.type)) continue;
    code.emit("once::protobuf::ArrayFiller fill_$number${$value$};",
              {{"number", std::to_string(access.field.number)}, {"value", access.decoded}});
  }
  code.emit(R"(
    while (const std::uint32_t tag = reader.next_tag()) {
      switch (once::protobuf::number_of(tag)) {
        $cases$
        default: reader.skip(tag);
      }
    }
  )",
            {{"cases", [&] {
                for (const Access& access : fields) {
                  const std::string number = std::to_string(access.field.number);
                  const bool filled = is_filled(*access.field.type);
                  code.emit("case $number$: $function$$shape$(reader, tag$value$); break;",
                            {{"number", number},
                             {"function",
                              filled ? "fill_" + number + ".decode_field" : "once::protobuf::decode_field"},
                             {"shape", shape_arguments(*access.field.type)},
                             {"value", filled ? "" : ", " + access.decoded}});
                }
              }}});
  for (const Access& access : fields) {
    if (!is_filled(*access.field.type)) continue;
    code.emit("fill_$number$.finish(reader);", {{"number", std::to_string(access.field.number)}});
  }
}

void emit_enum(Code& code, const std::string& name, const model::Enum& enumeration) {
  const auto zero = std::find_if(enumeration.enumerators.begin(), enumeration.enumerators.end(),
                                 [](const model::Enumerator& enumerator) { return enumerator.value == 0; });
  const model::Enumerator& start =
      zero != enumeration.enumerators.end() ? *zero : enumeration.enumerators.front();
  code.emit(R"(

    void decode(once::protobuf::Nothing, $name$& value) {
      value = $name$::$start$;
    }
  )",
            {{"name", name}, {"start", identifier(start.name)}});
}

void emit_bitmask(Code& code, const std::string& name, const Declaration& declaration) {
  code.emit(R"(

    std::uint64_t encode(once::protobuf::Bits, const $name$& value, bool& right) {
      const auto bits = static_cast<std::uint64_t>(value);
      right = (bits & ~std::uint64_t{$all$}) == 0;
      return bits;
    }

    bool decode(once::protobuf::Bits, $name$& value, std::uint64_t bits) {
      value = static_cast<$name$>(bits & $all$);
      return (bits & ~std::uint64_t{$all$}) == 0;
    }
  )",
            {{"name", name}, {"all", all_flags(declaration)}});
}

void emit_bitset(Code& code, const std::string& name, const model::Bitset& bitset) {
  std::vector<const model::BitField*> fields = all_fields(bitset);
  std::erase_if(fields, [](const model::BitField* field) { return field->name.empty(); });
  const auto emit_fields = [&](std::string_view statement) {
    for (const model::BitField* const field : fields) {
      code.emit(statement, {{"width", std::to_string(field->bits)},
                            {"field", identifier(field->name)},
                            {"position", std::to_string(field->position)}});
    }
  };
  code.emit(
      R"(

    std::uint64_t encode(once::protobuf::Bits, const $name$& value, bool& right) {
      std::uint64_t bits = 0;
      $encode$
      return bits;
    }

    bool decode(once::protobuf::Bits, $name$& value, std::uint64_t bits) {
      $decode$
      bool right = true;
      return encode(once::protobuf::Bits{}, value, right) == bits;
    }
  )",
      {{"name", name},
       {"encode",
        [&] { emit_fields("once::protobuf::put_bits<$width$>(bits, value.$field$, $position$, right);"); }},
       {"decode", [&] { emit_fields("once::take_bits<$width$>(value.$field$, bits, $position$);"); }}});
}

bool is_bit_type(const Declaration& declaration) {
  return std::holds_alternative<model::Bitmask>(declaration.body) ||
         std::holds_alternative<model::Bitset>(declaration.body);
}

void emit_instantiations(Code& code, const std::string& name) {
  code.emit(R"(

    template void encode(once::protobuf::Sizer&, const $name$&);
    template void encode(once::protobuf::Writer&, const $name$&);
  )",
            {{"name", name}});
}

void emit_members(Code& code, const Declaration& declaration, const std::string& name) {
  const bool is_exception = std::holds_alternative<model::Exception>(declaration.body);
  std::vector<Access> fields;
  for (const proto::Field& field : proto::fields_of(declaration)) {
    const std::string name_in_cpp =
        is_exception ? exception_member_name(*field.name) : identifier(*field.name);
    fields.push_back({field, "value." + name_in_cpp});
  }
  if (fields.empty()) {
    code.emit(R"(

      template <once::protobuf::Sink Out>
      void encode(Out&, const $name$&) {}

      void decode(once::protobuf::Nothing, $name$&) {}

      void decode(once::protobuf::Reader& reader, $name$&) {
        while (const std::uint32_t tag = reader.next_tag()) reader.skip(tag);
      }
    )",
              {{"name", name}});
  } else {
    code.emit(R"(

      template <once::protobuf::Sink Out>
      void encode(Out& out, const $name$& value) {
        $nesting$
        $encode$
      }

      void decode(once::protobuf::Nothing, $name$& value) {
        $clear$
      }

      void decode(once::protobuf::Reader& reader, $name$& value) {
        $nested$
        $decode$
      }
    )",
              {{"name", name},
               {"nesting", [&] { emit_nesting(code, declaration, "out"); }},
               {"encode", [&] { emit_encode_fields(code, fields, "out"); }},
               {"clear", [&] { emit_clear_fields(code, fields); }},
               {"nested", [&] { emit_nesting(code, declaration, "reader"); }},
               {"decode", [&] { emit_decode_fields(code, fields); }}});
  }
  emit_instantiations(code, name);
}

/// The labels of each arm with data, and of the rest, as the cases of a switch that gives the arm's field.
void emit_field_of_label(Code& code, const Input& input, const Declaration& declaration,
                         const std::vector<proto::Field>& fields) {
  const auto& onion = std::get<model::Union>(declaration.body);
  const Scope scope = codec_scope(input, declaration);
  const std::string discriminator = spell(input.names, *onion.discriminator, scope);
  const auto field_number = [&](std::size_t arm) {
    for (const proto::Field& field : fields) {
      if (field.arm == arm) return std::to_string(field.number);
    }
    return std::string{"0"};
  };
  std::string rest = onion.has_implicit_default ? "0" : "-1";
  code.emit(R"(

    namespace {

    /// The number of the field that the label stands for; 0: none, -1: it stands for nothing.
    int field_of(const $union$&, $discriminator$ label) {
      switch ($label$) {
        $cases$
      }
      $rest$
    }

    }  // namespace
  )",
            {{"union", codec_name(input, declaration)},
             {"discriminator", discriminator},
             {"label", discriminator == "bool" ? "int{label}" : "label"},
             {"cases",
              [&] {
                for (std::size_t i = 0; i < onion.cases.size(); ++i) {
                  const model::UnionCase& arm = onion.cases[i];
                  if (arm.is_default) {
                    rest = field_number(i);
                    continue;
                  }
                  for (const model::Value& label : arm.labels) {
                    code.emit("case $label$: return $number$;",
                              {{"label", literal(input.names, label, *onion.discriminator, scope)},
                               {"number", field_number(i)}});
                  }
                }
                code.emit("default: break;");
              }},
             {"rest", [&] {
                code.emit("return $rest$;", {{"rest", rest}});
              }}});
}

void emit_union_codec(Code& code, const Input& input, const Declaration& declaration,
                      const std::string& name) {
  const auto& onion = std::get<model::Union>(declaration.body);
  const std::vector<proto::Field> fields = proto::fields_of(onion);
  const std::string discriminator = spell(input.names, *onion.discriminator, codec_scope(input, declaration));
  emit_field_of_label(code, input, declaration, fields);
  const auto number = [](const proto::Field& field) { return std::to_string(field.number); };
  const auto arm = [&](const proto::Field& field) { return union_arm_name(*field.name, declaration.name); };
  code.emit(
      R"(

    template <once::protobuf::Sink Out>
    void encode(Out& out, const $name$& value) {
      $nesting$
      once::protobuf::encode_present(out, 1, value._d());
      switch (field_of(value, value._d())) {
        $encode$
        default: break;
      }
    }

    void decode(once::protobuf::Nothing, $name$& value) {
      value = $name${};
      $start$
    }

    void decode(once::protobuf::Reader& reader, $name$& value) {
      $nested$
      std::optional<$discriminator$> label;
      int came = 0;  // the field of the arm that came last
      const auto choose = [&](int field) {
        $charge$
        if (field == field_of(value, value._d())) return;
        switch (field) {
          $choose$
          default: break;
        }
      };
      while (const std::uint32_t tag = reader.next_tag()) {
        const int field = once::protobuf::number_of(tag);
        switch (field) {
          case 1: once::protobuf::decode_field(reader, tag, label); break;
          $decode$
          default: reader.skip(tag);
        }
      }
      if (!label || !reader.ok()) return;  // without a label, what came tells
      const int wanted = field_of(value, *label);
      if (wanted < 0 || (came != 0 && came != wanted)) {
        reader.fail(once::Errc::invalid_value);
        return;
      }
      if (wanted != came) choose(wanted);
      value._d(*label);
    }
  )",
      {{"name", name},
       {"nesting", [&] { emit_nesting(code, declaration, "out"); }},
       {"encode",
        [&] {
          for (const proto::Field& field : fields) {
            code.emit(
                "case $number$: once::protobuf::encode_present$shape$(out, $number$, value.$arm$()); break;",
                {{"number", number(field)}, {"shape", shape_arguments(*field.type)}, {"arm", arm(field)}});
          }
        }},
       {"start",
        [&] {
          if (onion.start == onion.cases.size() || !onion.cases[onion.start].member) return;
          const model::Member& member = *onion.cases[onion.start].member;
          if (member.is_external) return;  // a new one is T{}, and takes no memory
          code.emit("once::protobuf::clear(value.$arm$());",
                    {{"arm", union_arm_name(member.name, declaration.name)}});
        }},
       {"nested", [&] { emit_nesting(code, declaration, "reader"); }},
       {"discriminator", discriminator},
       {"charge",
        [&] {
          for (const proto::Field& field : fields) {
            if (!field.member->is_external) continue;
            code.emit("if (field == $number$) reader.take_memory(sizeof(value.$arm$()));",
                      {{"number", number(field)}, {"arm", arm(field)}});
          }
        }},
       {"choose",
        [&] {
          for (const proto::Field& field : fields) {
            code.emit(R"(
                    case $number$:
                      value.$arm$({});
                      once::protobuf::clear(value.$arm$());
                      break;
                  )",
                      {{"number", number(field)}, {"arm", arm(field)}});
          }
        }},
       {"decode", [&] {
          for (const proto::Field& field : fields) {
            code.emit(R"(
                    case $number$:
                      if (!reader.expect(tag, once::protobuf::wire_type<$type$>())) break;
                      choose(came = field);
                      once::protobuf::decode_present$shape$(reader, value.$arm$());
                      break;
                  )",
                      {{"number", number(field)},
                       {"type", spell(input.names, *field.type, codec_scope(input, declaration))},
                       {"shape", shape_arguments(*field.type)},
                       {"arm", arm(field)}});
          }
        }}});
  emit_instantiations(code, name);
}

std::vector<Access> accesses(std::vector<proto::Field> fields, const std::vector<Item>& items,
                             const std::string& prefix) {
  std::vector<Access> result;
  for (std::size_t i = 0; i < fields.size(); ++i) result.push_back({fields[i], prefix + items[i].name});
  return result;
}

}  // namespace

bool has_protobuf(const Options& options) {
  return std::find(options.codecs.begin(), options.codecs.end(), "protobuf") != options.codecs.end();
}

void emit_protobuf_declaration(Code& code, const Input& input, const Declaration& declaration) {
  const std::string name = codec_name(input, declaration);
  if (is_bit_type(declaration)) {
    code.emit(R"(
      std::uint64_t encode(once::protobuf::Bits, const $name$& value, bool& right);
      bool decode(once::protobuf::Bits, $name$& value, std::uint64_t bits);
    )",
              {{"name", name}});
    return;
  }
  if (!std::holds_alternative<model::Enum>(declaration.body)) {
    code.emit(R"(
      template <once::protobuf::Sink Out>
      void encode(Out& out, const $name$& value);
      void decode(once::protobuf::Reader& reader, $name$& value);
    )",
              {{"name", name}});
  }
  code.emit("void decode(once::protobuf::Nothing, $name$& value);", {{"name", name}});
}

void emit_protobuf_definitions(Code& code, const Input& input, const Declaration& declaration) {
  const std::string name = codec_name(input, declaration);
  if (const auto* const enumeration = std::get_if<model::Enum>(&declaration.body)) {
    emit_enum(code, name, *enumeration);
  } else if (std::holds_alternative<model::Bitmask>(declaration.body)) {
    emit_bitmask(code, name, declaration);
  } else if (const auto* const bitset = std::get_if<model::Bitset>(&declaration.body)) {
    emit_bitset(code, name, *bitset);
  } else if (std::holds_alternative<model::Union>(declaration.body)) {
    emit_union_codec(code, input, declaration, name);
  } else {
    emit_members(code, declaration, name);
  }
}

void emit_protobuf_arguments(Code& code, const OperationPlan& plan, std::vector<std::string> parameters) {
  parameters.front() = "once::ProtobufEncoder& encoder";
  const std::vector<proto::Field> fields = proto::request_of(*plan.operation);
  code.emit(R"(
    $head$
      encoder.message([&](auto& out) {
        $encode$
      });
    }
    static void decode_arguments(once::ProtobufDecoder& decoder, Arguments& arguments) {
      once::protobuf::Reader& reader = decoder.reader();
      $clear$
      $decode$
    }
  )",
            {{"head", list("static void encode_arguments(", parameters, ") {", 2)},
             {"encode", [&] { emit_encode_fields(code, accesses(fields, plan.arguments, ""), "out"); }},
             {"clear", [&] { emit_clear_fields(code, accesses(fields, plan.arguments, "arguments.")); }},
             {"decode", [&] { emit_decode_fields(code, accesses(fields, plan.arguments, "arguments.")); }}});
}

void emit_protobuf_results(Code& code, const OperationPlan& plan, const std::string& result,
                           const std::string& result_type) {
  const bool is_one = plan.results.size() == 1;
  std::vector<Item> items = plan.results;
  if (is_one) items.front().name = "result";
  const std::vector<Access> fields =
      accesses(proto::reply_of(*plan.operation), items, is_one ? "" : "result.");
  code.emit(R"(
    static void encode_result(once::ProtobufEncoder& encoder, $parameter$ result) {
      encoder.message([&](auto& out) {
        $encode$
      });
    }
    static void decode_result(once::ProtobufDecoder& decoder, $result$& result) {
      once::protobuf::Reader& reader = decoder.reader();
      $clear$
      $decode$
    }
  )",
            {{"parameter", result_type},
             {"encode", [&] { emit_encode_fields(code, fields, "out"); }},
             {"result", result},
             {"clear", [&] { emit_clear_fields(code, fields); }},
             {"decode", [&] { emit_decode_fields(code, fields); }}});
}

}  // namespace oncec::backend::cpp
