// Values that are known by their TypeCode alone: read in one codec while they are written in another. An Any
// keeps its value in the machine's own CDR, so that all that is received, sent, or taken apart goes this way.
#include <ostream>

#include <once/codec/any.hpp>
#include <once/codec/object_ref_form.hpp>
#include <once/codec/print.hpp>
#include <once/codec/xdr.hpp>

#include "codec/discriminator.hpp"
#include "codec/value_wire.hpp"

namespace once {
namespace {

using detail::TypeGraph;
using detail::TypeMember;
using detail::TypeNode;
using OwnEncoder = Cdr::Encoder;
using OwnDecoder = CdrDecoder<std::endian::native>;

/// The structure that an object reference travels as.
const TypeCode& reference_form() {
  static const TypeCode form = [] {
    TypeCodeBuilder types;
    const TypeIndex endpoint = types.declare(TypeKind::Struct, "", "Endpoint").type;
    types.member(endpoint, "transport", types.basic(TypeKind::Octet));
    types.member(endpoint, "host", types.string(detail::kHostMax));
    types.member(endpoint, "port", types.basic(TypeKind::UShort));
    const TypeIndex reference = types.declare(TypeKind::Struct, "", "ObjectRef").type;
    types.member(reference, "interface_id", types.string(detail::kInterfaceIdMax));
    types.member(reference, "endpoints", types.sequence(endpoint, detail::kEndpointsMax));
    types.member(reference, "key", types.sequence(types.basic(TypeKind::Octet), detail::kObjectKeyMax));
    return types.finish(reference);
  }();
  return form;
}

std::size_t bound_of(const TypeNode& type) {
  return type.bound == 0 ? kUnbounded : type.bound;
}

/// Copies values from a decoder to an encoder, whose errors are for the caller to look at.
template <class D, class E>
class Copy {
 public:
  Copy(D& decoder, E& encoder) : decoder_(decoder), encoder_(encoder) {}

  void value(const TypeCode& type) {
    const TypeGraph* const around = std::exchange(graph_, type.graph().get());
    value(type.graph() == nullptr ? kNoType : type.index());
    graph_ = around;
  }

  /// A union's discriminator, and its value.
  std::int64_t discriminator(const TypeCode& type) { return discriminator(type.resolved().kind()); }

 private:
  /// What aliases stand for.
  const TypeNode& resolved(TypeIndex index) const {
    static const TypeNode none;
    while (index != kNoType && (*graph_)[index].kind == TypeKind::Alias) index = (*graph_)[index].content;
    return index == kNoType ? none : (*graph_)[index];
  }

  void value(TypeIndex index) {
    if (!decoder_.ok() || !encoder_.ok()) return;
    const TypeNode& type = resolved(index);
    switch (type.kind) {
      case TypeKind::Null:
      case TypeKind::Void: return none();
      case TypeKind::Short: return void(basic<std::int16_t>());
      case TypeKind::Long: return void(basic<std::int32_t>());
      case TypeKind::UShort: return void(basic<std::uint16_t>());
      case TypeKind::ULong:
      case TypeKind::Enum: return void(basic<std::uint32_t>());
      case TypeKind::Float: return void(basic<float>());
      case TypeKind::Double: return void(basic<double>());
      case TypeKind::Boolean: return void(basic<bool>());
      case TypeKind::Char: return void(basic<char>());
      case TypeKind::Int8: return void(basic<std::int8_t>());
      case TypeKind::Octet: return void(basic<std::uint8_t>());
      case TypeKind::LongLong: return void(basic<std::int64_t>());
      case TypeKind::ULongLong: return void(basic<std::uint64_t>());
      case TypeKind::LongDouble: return void(basic<Float128>());
      case TypeKind::WChar: return void(basic<char16_t>());
      case TypeKind::String: return encoder_.text(decoder_.text(bound_of(type)), bound_of(type));
      case TypeKind::WString: return wide_text(type);
      case TypeKind::Fixed: return packed(type);
      case TypeKind::Any: return any();
      case TypeKind::TypeCode: return void(type_code());
      case TypeKind::ObjectReference:
      case TypeKind::AbstractInterface: return object_reference();
      case TypeKind::Sequence: return sequence(type);
      case TypeKind::Array: return array(type);
      case TypeKind::Exception: encoder_.text(decoder_.text()); return members(type);
      case TypeKind::Struct: return members(type);
      case TypeKind::Union: return onion(type);
      default: decoder_.fail(Errc::invalid_value); return;
    }
  }

  std::int64_t discriminator(TypeKind kind) {
    std::int64_t label = 0;
    if (!detail::with_discriminator(kind,
                                    [&](auto type) { label = detail::label_of(basic<decltype(type)>()); })) {
      decoder_.fail(Errc::invalid_value);
    }
    return label;
  }

  template <class T>
  T basic() {
    const T value = decoder_.template value<T>();
    if (decoder_.ok()) encoder_.value(value);
    return value;
  }
  /// What takes no octets costs time.
  void none() { static_cast<void>(decoder_.take_empty_elements(1)); }

  void wide_text(const TypeNode& type) {
    std::u16string text;
    decoder_.wide_text(text, bound_of(type));
    encoder_.wide_text(text, bound_of(type));
  }
  void packed(const TypeNode& type) {
    std::array<std::uint8_t, (Decimal::kDigitsMax + 2) / 2> octets{};
    const std::size_t size = (type.bound + 2) / 2;
    decoder_.elements(octets.data(), size);
    detail::Int128 ignored = 0;
    if (decoder_.ok() && !detail::load_packed(ignored, octets.data(), type.bound)) {
      decoder_.fail(Errc::invalid_value);
    }
    encoder_.elements(octets.data(), size);
  }
  void object_reference() {
    encoder_.text(decoder_.text(detail::kInterfaceIdMax), detail::kInterfaceIdMax);
    const std::uint32_t endpoints = count(detail::kEndpointsMax);
    for (std::uint32_t i = 0; i < endpoints && decoder_.ok() && encoder_.ok(); ++i) {
      if (!detail::is_transport(basic<std::uint8_t>())) decoder_.fail(Errc::invalid_value);
      encoder_.text(decoder_.text(detail::kHostMax), detail::kHostMax);
      basic<std::uint16_t>();
    }
    encoder_.octets(decoder_.octets(detail::kObjectKeyMax), detail::kObjectKeyMax);
  }
  TypeCode type_code() {
    TypeCode type;
    decode(decoder_, type);
    if (decoder_.ok()) encode(encoder_, type);
    return type;
  }
  void any() {
    const Depth depth{decoder_, encoder_};
    if (!depth) return;
    const TypeCode type = type_code();
    if (type.kind() != TypeKind::Null) value(type);
  }

  bool holds_octets(const TypeNode& type) const { return resolved(type.content).kind == TypeKind::Octet; }
  void sequence(const TypeNode& type) {
    if (holds_octets(type)) {
      encoder_.octets(decoder_.octets(bound_of(type)), bound_of(type));
      return;
    }
    elements(type.content, count(bound_of(type)));
  }
  std::uint32_t count(std::size_t bound) {
    const auto count = decoder_.template value<std::uint32_t>();
    if (decoder_.ok() && count > bound) decoder_.fail(Errc::limit_exceeded, 4);
    encoder_.count(count);
    return count;
  }
  void array(const TypeNode& type) {
    if (type.bound == 0) return none();
    if (!holds_octets(type)) return elements(type.content, type.bound);
    if (type.bound > detail::ValueAccess::left(decoder_)) {  // of the message: a chunk need not hold it all
      decoder_.fail(Errc::truncated);
      return;
    }
    Bytes octets(type.bound);
    decoder_.elements(octets.data(), octets.size());
    encoder_.elements(octets.data(), octets.size());
  }
  void elements(TypeIndex type, std::size_t count) {
    for (std::size_t i = 0; i < count && decoder_.ok() && encoder_.ok(); ++i) value(type);
  }
  void members(const TypeNode& type) {
    const Depth depth{decoder_, encoder_};
    if (!depth) return;
    if (type.members.empty()) none();
    for (const TypeMember& member : type.members) value(member.type);
  }
  void onion(const TypeNode& type) {
    const Depth depth{decoder_, encoder_};
    if (!depth) return;
    const std::int64_t arm = type.arm_of(discriminator(resolved(type.content).kind));
    if (decoder_.ok() && arm >= 0) value(type.members[static_cast<std::size_t>(arm)].type);
  }

  /// One level in both coders: one of them is that of the message around, which may be deep in it already.
  struct Depth {
    Depth(D& decoder, E& encoder) : read(decoder), written(encoder) {}
    explicit operator bool() const { return static_cast<bool>(read) && static_cast<bool>(written); }
    Nesting<D> read;
    Nesting<E> written;
  };

  D& decoder_;
  E& encoder_;
  const TypeGraph* graph_ = nullptr;  // of the value that is being copied
};

/// The next value of `type`, as an Any.
template <class D>
Any take_value(D& decoder, const TypeCode& type) {
  Buffer buffer;
  OwnEncoder encoder{buffer};
  Copy<D, OwnEncoder>{decoder, encoder}.value(type);
  if (!encoder.finish()) decoder.fail(encoder.error());
  return decoder.ok() ? Any{type, buffer.view()} : Any{};
}

/// What is in an any that is in an any: the type that stands before it is read, too.
Any inner_any(const Any& any) {
  OwnDecoder decoder{any.octets()};
  Any inner;
  decode(decoder, inner);
  return inner;
}

void print_any(TextWriter& out, const Any& any, std::uint32_t depth);

/// The text of a value that has no parts.
template <class T>
void print_basic(TextWriter& out, const Any& any) {
  OwnDecoder decoder{any.octets()};
  T value{};
  decode(decoder, value);
  print(out, value);
}

void print_enumerator(TextWriter& out, const TypeCode& type, const Any& any) {
  OwnDecoder decoder{any.octets()};
  const auto number = decoder.value<std::uint32_t>();
  if (number < type.member_count()) return out.put(detail::shown(type.member_name(number)));
  out.write(std::uint64_t{number});
}

void print_fixed(TextWriter& out, const TypeCode& type, const Any& any) {
  detail::Int128 unscaled = 0;
  detail::load_packed(unscaled, any.octets().data(), type.digits());
  out.put(to_string(Decimal::of(unscaled, type.scale())));
}

void print_parts(TextWriter& out, const TypeCode& type, const Any& any, std::uint32_t depth) {
  const bool is_list = type.kind() == TypeKind::Sequence || type.kind() == TypeKind::Array;
  const std::vector<Any> parts = any.parts();
  out.put(is_list ? "[" : "{");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_list) {
      out.separate();
    } else if (type.kind() != TypeKind::Union) {
      out.name(detail::shown(type.member_name(i)));
    } else if (i == 0) {
      out.name("_d");
    } else {
      OwnDecoder decoder{parts.front().octets()};
      Buffer ignored;
      OwnEncoder encoder{ignored};
      const std::int64_t label =
          Copy<OwnDecoder, OwnEncoder>{decoder, encoder}.discriminator(parts.front().type());
      out.name(detail::shown(type.member_name(static_cast<std::size_t>(type.node().arm_of(label)))));
    }
    print_any(out, parts[i], depth + 1);
  }
  out.put(is_list ? "]" : "}");
}

void print_any(TextWriter& out, const Any& any, std::uint32_t depth) {
  if (depth > kDepthMax) return out.put("…");
  const TypeCode type = any.type().resolved();
  switch (type.kind()) {
    case TypeKind::Null:
    case TypeKind::Void: return out.put("none");
    case TypeKind::Short: return print_basic<std::int16_t>(out, any);
    case TypeKind::Long: return print_basic<std::int32_t>(out, any);
    case TypeKind::UShort: return print_basic<std::uint16_t>(out, any);
    case TypeKind::ULong: return print_basic<std::uint32_t>(out, any);
    case TypeKind::Float: return print_basic<float>(out, any);
    case TypeKind::Double: return print_basic<double>(out, any);
    case TypeKind::Boolean: return print_basic<bool>(out, any);
    case TypeKind::Char: return print_basic<char>(out, any);
    case TypeKind::Int8: return print_basic<std::int8_t>(out, any);
    case TypeKind::Octet: return print_basic<std::uint8_t>(out, any);
    case TypeKind::LongLong: return print_basic<std::int64_t>(out, any);
    case TypeKind::ULongLong: return print_basic<std::uint64_t>(out, any);
    case TypeKind::LongDouble: return print_basic<Float128>(out, any);
    case TypeKind::WChar: return print_basic<char16_t>(out, any);
    case TypeKind::String: return print_basic<std::string>(out, any);
    case TypeKind::WString: return print_basic<std::u16string>(out, any);
    case TypeKind::TypeCode: return print_basic<TypeCode>(out, any);
    case TypeKind::Any: return print_any(out, inner_any(any), depth + 1);
    case TypeKind::Enum: return print_enumerator(out, type, any);
    case TypeKind::Fixed: return print_fixed(out, type, any);
    case TypeKind::ObjectReference:
    case TypeKind::AbstractInterface: return print_any(out, Any{reference_form(), any.octets()}, depth);
    default: break;
  }
  if (type.content().resolved().kind() == TypeKind::Octet && type.kind() == TypeKind::Sequence) {
    return print_basic<Bytes>(out, any);
  }
  if (type.content().resolved().kind() == TypeKind::Octet && type.kind() == TypeKind::Array) {
    return out.write_octets(any.octets());
  }
  print_parts(out, type, any, depth);
}

}  // namespace

std::vector<Any> Any::parts() const {
  const TypeCode type = type_.resolved();
  OwnDecoder decoder{octets()};
  std::vector<Any> parts;
  const auto take = [&](const TypeCode& part) { parts.push_back(take_value(decoder, part)); };
  switch (type.kind()) {
    case TypeKind::Exception: static_cast<void>(decoder.text()); [[fallthrough]];
    case TypeKind::Struct:
      for (std::size_t i = 0; i < type.member_count(); ++i) take(type.member_type(i));
      break;
    case TypeKind::Sequence:
    case TypeKind::Array: {
      std::size_t count = type.bound();
      if (type.kind() == TypeKind::Sequence) count = decoder.value<std::uint32_t>();
      for (std::size_t i = 0; i < count && decoder.ok(); ++i) take(type.content());
      break;
    }
    case TypeKind::Union: {
      Buffer buffer;
      OwnEncoder encoder{buffer};
      const std::int64_t arm =
          type.node().arm_of(Copy<OwnDecoder, OwnEncoder>{decoder, encoder}.discriminator(type.content()));
      static_cast<void>(encoder.finish());
      parts.push_back(Any{type.content(), buffer.view()});
      if (arm >= 0) take(type.member_type(static_cast<std::size_t>(arm)));
      break;
    }
    default: break;
  }
  return parts;
}

std::string to_string(const Any& any) {
  TextWriter out;
  print_any(out, any, 0);
  return std::move(out).take();
}

std::ostream& operator<<(std::ostream& out, const Any& any) {
  return out << to_string(any);
}

template <EncoderType E>
void encode(E& encoder, const Any& any) {
  encode(encoder, any.type());
  if (any.empty()) return;
  OwnDecoder decoder{any.octets()};
  Copy<OwnDecoder, E>{decoder, encoder}.value(any.type());
  if (!decoder.finish()) encoder.fail(decoder.error());
}

template <DecoderType D>
void decode(D& decoder, Any& any) {
  TypeCode type;
  decode(decoder, type);
  any = decoder.ok() && type.kind() != TypeKind::Null ? take_value(decoder, type) : Any{};
}

template void encode(CdrEncoder<std::endian::little>&, const Any&);
template void encode(CdrEncoder<std::endian::big>&, const Any&);
template void encode(XdrEncoder&, const Any&);
template void decode(CdrDecoder<std::endian::little>&, Any&);
template void decode(CdrDecoder<std::endian::big>&, Any&);
template void decode(XdrDecoder&, Any&);

}  // namespace once
