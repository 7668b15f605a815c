// encode and decode of the declared types.
#include <algorithm>

#include "backend/cpp/emit.hpp"
#include "backend/cpp/types.hpp"
#include "backend/wire.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

/// The value box that the type is, or nullptr.
const model::ValueBox* box_of(const model::Type& type) {
  const Declaration* const declaration = declaration_of(type);
  return declaration != nullptr ? std::get_if<model::ValueBox>(&declaration->body) : nullptr;
}

/// True if encode(encoder, value) has to be told what the C++ type does not say: bounds, and which box it is.
bool must_be_told(const model::Type& type) {
  const model::Type& resolved = model::resolve(type);
  if (const auto* const text = std::get_if<model::StringType>(&resolved.form)) return text->bound != 0;
  if (const auto* const sequence = std::get_if<model::SequenceType>(&resolved.form)) {
    return sequence->bound != 0 || must_be_told(*sequence->element);
  }
  if (const auto* const array = std::get_if<model::ArrayType>(&resolved.form))
    return must_be_told(*array->element);
  if (const auto* const optional = std::get_if<model::OptionalType>(&resolved.form))
    return must_be_told(*optional->element);
  if (const auto* const map = std::get_if<model::MapType>(&resolved.form))
    return map->bound != 0 || must_be_told(*map->key) || must_be_told(*map->value);
  return box_of(resolved) != nullptr;
}

std::string indented(const std::string& text) {
  std::string result = "  ";
  for (const char c : text) {
    result.push_back(c);
    if (c == '\n') result.append("  ");
  }
  return result;
}

/// "encode" or "decode", and what differs between them.
struct Coding {
  std::string verb;       // "encode"
  std::string coder;      // "encoder"
  std::string qualifier;  // of a value: "const "
};
const Coding kEncode = {"encode", "encoder", "const "};
const Coding kDecode = {"decode", "decoder", ""};

/// Writes the statement that encodes or decodes one value. What has bounds inside gets a function for its
/// elements, whose parameters have names of their own at each depth.
class Statement {
 public:
  explicit Statement(const Coding& coding) : coding_(coding) {}

  std::string of(const model::Type& type, const std::string& value) const { return of(type, value, 0); }

 private:
  static std::string bound_of(std::uint64_t bound) {
    return bound != 0 ? std::to_string(bound) : "once::kUnbounded";
  }
  std::string coder(std::size_t depth) const {
    if (depth == 0) return coding_.coder;
    return coding_.verb == "encode" ? "e" + std::to_string(depth) : "d" + std::to_string(depth);
  }
  std::string call(std::string_view suffix, const std::string& value, std::size_t depth,
                   const std::string& more) const {
    return coding_.verb + std::string{suffix} + "(" + coder(depth) + ", " + value +
           (more.empty() ? "" : ", ") + more + ");";
  }
  template <class Inner>
  std::string element(std::size_t depth, Inner inner) const {
    const std::string value = "element" + std::to_string(depth + 1);
    return "[](auto& " + coder(depth + 1) + ", " + coding_.qualifier + "auto& " + value + ") {\n" +
           indented(inner(value)) + "\n}";
  }

  std::string of(const model::Type& type, const std::string& value, std::size_t depth) const {
    if (!must_be_told(type)) return call("", value, depth, "");
    const model::Type& resolved = model::resolve(type);
    if (const auto* const text = std::get_if<model::StringType>(&resolved.form)) {
      return call("_bounded", value, depth, std::to_string(text->bound));
    }
    if (const auto* const array = std::get_if<model::ArrayType>(&resolved.form)) {
      return of(*array, 0, value, depth);
    }
    if (const auto* const optional = std::get_if<model::OptionalType>(&resolved.form)) {
      return call("_optional", value, depth, element(depth, [&](const std::string& inner) {
                    return of(*optional->element, inner, depth + 1);
                  }));
    }
    if (const auto* const map = std::get_if<model::MapType>(&resolved.form)) {
      const std::string bound = bound_of(map->bound);
      if (!must_be_told(*map->key) && !must_be_told(*map->value))
        return call("_bounded", value, depth, bound);
      const auto part = [&](const model::Type& inner_type) {
        return element(depth, [&](const std::string& inner) { return of(inner_type, inner, depth + 1); });
      };
      return call("_map", value, depth, bound + ", " + part(*map->key) + ", " + part(*map->value));
    }
    if (const model::ValueBox* const box = box_of(resolved)) {
      return call(
          "_box", value, depth,
          in_quotes(declaration_of(resolved)->repository_id) + ", " +
              element(depth, [&](const std::string& inner) { return of(*box->type, inner, depth + 1); }));
    }
    const auto& sequence = std::get<model::SequenceType>(resolved.form);
    const std::string bound = bound_of(sequence.bound);
    if (!must_be_told(*sequence.element)) return call("_bounded", value, depth, bound);
    return call("_sequence", value, depth, bound + ", " + element(depth, [&](const std::string& inner) {
                                             return of(*sequence.element, inner, depth + 1);
                                           }));
  }
  /// An array's dimensions from `dimension` on.
  std::string of(const model::ArrayType& array, std::size_t dimension, const std::string& value,
                 std::size_t depth) const {
    if (dimension == array.dimensions.size()) return of(*array.element, value, depth);
    return call("_array", value, depth, element(depth, [&](const std::string& inner) {
                  return of(array, dimension + 1, inner, depth + 1);
                }));
  }

  const Coding& coding_;
};

/// For a member, where `place` is the member itself. What an external one takes is charged to the decoder.
std::string member_statement(const Coding& coding, const model::Member& member, const std::string& place) {
  const std::string statement = Statement{coding}.of(*member.type, member_value(member, place));
  const bool is_charged = member.is_external && coding.verb == kDecode.verb;
  return is_charged ? "if (" + place + ".charge_to(decoder)) " + statement : statement;
}

/// Written out where a statement has several lines of its own.
void emit_statement(Code& code, const std::string& text) {
  code.emit("$text$", {{"text", text}});
}

void emit_enum_codec(Code& code, const Input& input, const Declaration& declaration) {
  const auto& enumeration = std::get<model::Enum>(declaration.body);
  const std::string name = coding_name(input, declaration);
  code.emit(R"(

    template <once::EncoderType E>
    void once::Coding<$name$>::write(E& encoder, const Value& value) {
      if (to_string(value).empty()) encoder.fail(once::Errc::invalid_value);
      encoder.enumeration(static_cast<std::uint32_t>(value));
    }

    template <once::DecoderType D>
    void once::Coding<$name$>::read(D& decoder, Value& value) {
      value = static_cast<Value>(decoder.enumeration());
      if (!to_string(value).empty()) return;
      decoder.fail(once::Errc::invalid_value, 4);
      value = Value::$first$;
    }
  )",
            {{"name", name}, {"first", identifier(enumeration.enumerators.front().name)}});
}

void emit_bitmask_codec(Code& code, const Input& input, const Declaration& declaration) {
  code.emit(R"(

    template <once::EncoderType E>
    void once::Coding<$name$>::write(E& encoder, const Value& value) {
      once::encode_bits<$bits$>(encoder, static_cast<std::uint64_t>(value), $all$);
    }

    template <once::DecoderType D>
    void once::Coding<$name$>::read(D& decoder, Value& value) {
      value = static_cast<Value>(once::decode_bits<$bits$>(decoder, $all$));
    }
  )",
            {{"name", coding_name(input, declaration)},
             {"bits", spell_bits(std::get<model::Bitmask>(declaration.body).bit_bound)},
             {"all", all_flags(declaration)}});
}

void emit_bitset_codec(Code& code, const Input& input, const Declaration& declaration) {
  const auto& bitset = std::get<model::Bitset>(declaration.body);
  std::uint64_t used = 0;
  std::vector<const model::BitField*> fields;
  for (const model::BitField* const field : all_fields(bitset)) {
    if (field->name.empty()) continue;
    fields.push_back(field);
    used |= ~std::uint64_t{0} >> (64 - field->bits) << field->position;
  }
  const auto emit_fields = [&](std::string_view statement) {
    for (const model::BitField* const field : fields) {
      code.emit(statement, {{"width", std::to_string(field->bits)},
                            {"field", identifier(field->name)},
                            {"position", std::to_string(field->position)}});
    }
  };
  code.emit(R"(

    template <once::EncoderType E>
    void once::Coding<$name$>::write(E& encoder, const Value& value) {
      std::uint64_t bits = 0;
      $encode$
      once::encode_bits<$bits$>(encoder, bits, $used$);
    }

    template <once::DecoderType D>
    void once::Coding<$name$>::read(D& decoder, Value& value) {
      const std::uint64_t bits = once::decode_bits<$bits$>(decoder, $used$);
      $decode$
    }
  )",
            {{"name", coding_name(input, declaration)},
             {"bits", spell_bits(bitset.bits)},
             {"used", hexadecimal(used) + "U"},
             {"encode",
              [&] { emit_fields("bits |= once::bits_of<$width$>(encoder, value.$field$, $position$);"); }},
             {"decode", [&] { emit_fields("once::take_bits<$width$>(value.$field$, bits, $position$);"); }}});
}

/// A list's nodes stand one behind the other: its last member is the link.
void emit_list_codec(Code& code, const Input& input, const Declaration& declaration) {
  const auto& members = std::get<model::Struct>(declaration.body).members;
  const std::string name = coding_name(input, declaration);
  const auto emit_coding = [&](const Coding& coding) {
    for (std::size_t i = 0; i + 1 < members.size(); ++i) {
      emit_statement(code, member_statement(coding, members[i], "node->" + identifier(members[i].name)));
    }
  };
  code.emit(R"(

    template <once::EncoderType E>
    void once::Coding<$name$>::write(E& encoder, const Value& value) {
      $encode_nesting$
      for (const Value* node = &value; node != nullptr; node = once::encode_link(encoder, node->$link$)) {
        $encode$
      }
    }

    template <once::DecoderType D>
    void once::Coding<$name$>::read(D& decoder, Value& value) {
      $decode_nesting$
      for (Value* node = &value; node != nullptr; node = once::decode_link(decoder, node->$link$)) {
        $decode$
      }
    }
  )",
            {{"name", name},
             {"link", identifier(members.back().name)},
             {"encode_nesting", [&] { emit_nesting(code, declaration, kEncode.coder); }},
             {"encode", [&] { emit_coding(kEncode); }},
             {"decode_nesting", [&] { emit_nesting(code, declaration, kDecode.coder); }},
             {"decode", [&] { emit_coding(kDecode); }}});
}

bool is_list(const Declaration& declaration) {
  const auto& structure = std::get<model::Struct>(declaration.body);
  return structure.base == nullptr && !structure.members.empty() &&
         link_of(declaration) == &structure.members.back();
}

void emit_members_codec(Code& code, const Input& input, const Declaration& declaration,
                        const Declaration* base, const std::vector<model::Member>& members,
                        std::string (*name_of)(std::string_view)) {
  const std::string name = coding_name(input, declaration);
  if (base == nullptr && members.empty()) {
    code.emit(R"(

      template <once::EncoderType E>
      void once::Coding<$name$>::write(E&, const Value&) {}

      template <once::DecoderType D>
      void once::Coding<$name$>::read(D&, Value&) {}
    )",
              {{"name", name}});
    return;
  }
  const auto emit_coding = [&](const Coding& coding) {
    emit_nesting(code, declaration, coding.coder);
    if (base != nullptr) {
      emit_statement(code, coding.verb + "(" + coding.coder + ", static_cast<" + coding.qualifier +
                               "::" + input.names.qualified(*base) + "&>(value));");
    }
    for (const model::Member& member : members) {
      emit_statement(code, member_statement(coding, member, "value." + name_of(member.name)));
    }
  };
  code.emit(
      R"(

    template <once::EncoderType E>
    void once::Coding<$name$>::write(E& encoder, const Value& value) {
      $encode$
    }

    template <once::DecoderType D>
    void once::Coding<$name$>::read(D& decoder, Value& value) {
      $decode$
    }
  )",
      {{"name", name}, {"encode", [&] { emit_coding(kEncode); }}, {"decode", [&] { emit_coding(kDecode); }}});
}

}  // namespace

std::string encode_statement(const model::Type& type, const std::string& value) {
  return Statement{kEncode}.of(type, value);
}

std::string decode_statement(const model::Type& type, const std::string& value) {
  return Statement{kDecode}.of(type, value);
}

std::string encode_member(const model::Member& member, const std::string& place) {
  return member_statement(kEncode, member, place);
}

std::string decode_member(const model::Member& member, const std::string& place) {
  return member_statement(kDecode, member, place);
}

Scope codec_scope(const Input& input, const Declaration& declaration) {
  return {input.names.namespaces(declaration),
          {"D", "E", "bits", "decoder", "encoder", "label", "nesting", "node", "part", "value"}};
}

std::string coding_name(const Input& input, const Declaration& declaration) {
  return input.names.spell(declaration, Scope{});
}

std::string codec_name(const Input& input, const Declaration& declaration) {
  return input.names.spell(declaration, codec_scope(input, declaration));
}

void emit_nesting(Code& code, const Declaration& declaration, std::string_view coder) {
  if (!contains_itself(declaration)) return;
  code.emit("const once::Nesting nesting{$coder$};", {{"coder", coder}});
  if (coder == kDecode.coder) {
    // Not Value{}: g++ 12 breaks down over that for a type with an array of strings.
    code.emit("if (!nesting) {\n  value = Value();\n  return;\n}");
  } else {
    code.emit("if (!nesting) return;");
  }
}

void emit_codec_declaration(Code& code, const Input& input, const Declaration& declaration) {
  const std::string name = coding_name(input, declaration);
  code.emit(R"(

    template <>
    struct once::Coding<$name$> {
      using Value = $value$;
      template <once::EncoderType E>
      static void write(E& encoder, const Value& value);
      template <once::DecoderType D>
      static void read(D& decoder, Value& value);
    };
  )",
            {{"name", name}, {"value", "::" + input.names.qualified(declaration)}});
}

void emit_octets_min(Code& code, const Input& input, const Declaration& declaration) {
  const auto* const mask = std::get_if<model::Bitmask>(&declaration.body);
  if (mask == nullptr && !takes_no_octets(declaration)) return;
  code.emit(
      R"(

    template <class Coder>
    inline constexpr std::size_t once::kOctetsMin<Coder, $name$> = $octets$;
  )",
      {{"name", input.names.spell(declaration, Scope{{}, {"Coder"}})},
       {"octets", mask == nullptr ? "0" : "Coder::template kOctets<" + spell_bits(mask->bit_bound) + ">"}});
}

void emit_codec_definitions(Code& code, const Input& input, const Declaration& declaration) {
  if (std::holds_alternative<model::Enum>(declaration.body)) {
    emit_enum_codec(code, input, declaration);
  } else if (const auto* const structure = std::get_if<model::Struct>(&declaration.body)) {
    if (is_list(declaration)) {
      emit_list_codec(code, input, declaration);
    } else {
      emit_members_codec(code, input, declaration, structure->base, structure->members, member_name);
    }
  } else if (std::holds_alternative<model::Bitmask>(declaration.body)) {
    emit_bitmask_codec(code, input, declaration);
  } else if (std::holds_alternative<model::Bitset>(declaration.body)) {
    emit_bitset_codec(code, input, declaration);
  } else if (const auto* const exception = std::get_if<model::Exception>(&declaration.body)) {
    emit_members_codec(code, input, declaration, nullptr, exception->members, exception_member_name);
  } else if (std::holds_alternative<model::Union>(declaration.body)) {
    emit_union_codec(code, input, declaration);
  }
}

void emit_codec_instantiations(Code& code, const Input& input, const Declaration& declaration) {
  const auto& codecs = input.options.codecs;
  if (input.described.this_one && std::find(codecs.begin(), codecs.end(), "cdr") == codecs.end()) {
    code.emit(R"(
      template void once::Coding<$name$>::write(once::Cdr::Encoder&, const Value&);
      template void once::Coding<$name$>::read(once::CdrDecoder<std::endian::native>&, Value&);
    )",
              {{"name", coding_name(input, declaration)}});
  }
  for (const std::string& codec : codecs) {
    if (codec == "cdr") {
      code.emit(R"(
        template void once::Coding<$name$>::write(once::Cdr::Encoder&, const Value&);
        template void once::Coding<$name$>::read(once::CdrDecoder<std::endian::little>&, Value&);
        template void once::Coding<$name$>::read(once::CdrDecoder<std::endian::big>&, Value&);
      )",
                {{"name", coding_name(input, declaration)}});
    } else if (codec == "xdr") {
      code.emit(R"(
        template void once::Coding<$name$>::write(once::XdrEncoder&, const Value&);
        template void once::Coding<$name$>::read(once::XdrDecoder&, Value&);
      )",
                {{"name", coding_name(input, declaration)}});
    }
  }
}

}  // namespace oncec::backend::cpp
