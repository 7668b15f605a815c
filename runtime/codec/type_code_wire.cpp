// TypeCodes on the wire. Places are counted in octets from where the outermost TypeCode's coder began,
// through the encapsulations, whose own coders count from their own beginning.
#include <map>

#include <once/codec/cdr.hpp>
#include <once/codec/type_code.hpp>
#include <once/codec/xdr.hpp>

#include "codec/discriminator.hpp"

namespace once {
namespace {

using detail::TypeGraph;
using detail::TypeMember;
using detail::TypeNode;

constexpr std::uint32_t kIndirection = 0xffffffff;
/// How many types one TypeCode may describe: what limits its memory.
constexpr std::size_t kTypesMax = 65'536;

/// How the parameters of a kind stand on the wire.
enum class Form { None, Simple, Complex, Unknown };

Form form_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::String:
    case TypeKind::WString:
    case TypeKind::Fixed: return Form::Simple;
    case TypeKind::ObjectReference:
    case TypeKind::Struct:
    case TypeKind::Union:
    case TypeKind::Enum:
    case TypeKind::Sequence:
    case TypeKind::Array:
    case TypeKind::Alias:
    case TypeKind::Exception:
    case TypeKind::Value:
    case TypeKind::ValueBox:
    case TypeKind::Native:
    case TypeKind::AbstractInterface:
    case TypeKind::LocalInterface: return Form::Complex;
    default: return to_string(kind).empty() ? Form::Unknown : Form::None;
  }
}

bool has_name(TypeKind kind) {
  return form_of(kind) == Form::Complex && kind != TypeKind::Sequence && kind != TypeKind::Array;
}
bool has_content(TypeKind kind) {
  switch (kind) {
    case TypeKind::Union:
    case TypeKind::Sequence:
    case TypeKind::Array:
    case TypeKind::Alias:
    case TypeKind::Value:
    case TypeKind::ValueBox: return true;
    default: return false;
  }
}
bool has_members(TypeKind kind) {
  switch (kind) {
    case TypeKind::Struct:
    case TypeKind::Union:
    case TypeKind::Enum:
    case TypeKind::Exception:
    case TypeKind::Value: return true;
    default: return false;
  }
}

TypeKind resolved_kind(const TypeGraph& graph, TypeIndex index) {
  // An alias whose content is not known yet stands for nothing so far.
  for (std::uint32_t steps = 0; index != kNoType && steps <= kDepthMax; ++steps) {
    if (graph[index].kind != TypeKind::Alias) return graph[index].kind;
    index = graph[index].content;
  }
  return TypeKind::Null;
}

template <class Coder>
constexpr bool kHasEncapsulations = Coder::kCodec == CodecId::Cdr;

template <std::endian order>
constexpr bool is_little(const CdrEncoder<order>&) {
  return order == std::endian::little;
}

class Writing {
 public:
  explicit Writing(const TypeGraph& graph) : graph_(graph) {}

  /// `base`: where the encoder began.
  template <class E>
  void write(E& encoder, std::size_t base, TypeIndex index, std::uint32_t depth) {
    if (!encoder.ok()) return;
    if (index == kNoType) {
      encoder.value(static_cast<std::uint32_t>(TypeKind::Null));
      return;
    }
    const TypeNode& node = graph_[index];
    const Form form = form_of(node.kind);
    if (form == Form::Complex) {
      const auto known = places_.find(index);
      if (known != places_.end()) {
        encoder.value(kIndirection);
        const std::size_t distance = base + word_place(encoder) - known->second;
        encoder.value(-static_cast<std::int32_t>(distance));
        return;
      }
    }
    if (form == Form::Complex && depth >= kDepthMax) {
      encoder.fail(Errc::limit_exceeded);
      return;
    }
    encoder.value(static_cast<std::uint32_t>(node.kind));
    if (form == Form::Simple) {
      write_simple(encoder, node);
    } else if (form == Form::Complex) {
      places_.emplace(index, base + encoder.position() - 4);
      write_complex(encoder, base, node, depth);
    }
  }

 private:
  /// Where the next word will stand.
  template <class E>
  static std::size_t word_place(const E& encoder) {
    return encoder.position() + detail::cdr_gap(encoder.position(), 4);
  }

  template <class E>
  static void write_simple(E& encoder, const TypeNode& node) {
    if (node.kind == TypeKind::Fixed) {
      encoder.value(static_cast<std::uint16_t>(node.bound));
      encoder.value(node.scale);
    } else {
      encoder.value(node.bound);
    }
  }

  template <class E>
  void write_complex(E& encoder, std::size_t base, const TypeNode& node, std::uint32_t depth) {
    if constexpr (kHasEncapsulations<E>) {
      Buffer buffer;
      E inner{buffer};
      inner.value(is_little(encoder));
      write_parameters(inner, base + encoder.position() + 4, node, depth);
      if (inner.finish()) {
        encoder.octets(buffer.view());
      } else {
        encoder.fail(inner.error());
      }
    } else {
      write_parameters(encoder, base, node, depth);
    }
  }

  template <class E>
  void write_parameters(E& encoder, std::size_t base, const TypeNode& node, std::uint32_t depth) {
    if (has_name(node.kind)) {
      encoder.text(node.id);
      encoder.text(node.name);
    }
    if (node.kind == TypeKind::Value) encoder.value(node.scale);
    if (has_content(node.kind)) write(encoder, base, node.content, depth + 1);
    if (node.kind == TypeKind::Sequence || node.kind == TypeKind::Array) encoder.value(node.bound);
    if (node.kind == TypeKind::Union) encoder.value(node.default_arm);
    if (!has_members(node.kind)) return;
    encoder.count(node.members.size());
    const TypeKind discriminator = resolved_kind(graph_, node.content);
    for (const TypeMember& member : node.members) {
      if (node.kind == TypeKind::Union && !detail::with_discriminator(discriminator, [&](auto type) {
            encoder.value(static_cast<decltype(type)>(member.label));
          })) {
        encoder.fail(Errc::invalid_value);
      }
      encoder.text(member.name);
      if (node.kind == TypeKind::Enum) continue;
      write(encoder, base, member.type, depth + 1);
      if (node.kind == TypeKind::Value) encoder.value(member.visibility);
    }
  }

  const TypeGraph& graph_;
  std::map<TypeIndex, std::size_t> places_;  // where the kinds stand
};

class Reading {
 public:
  explicit Reading(TypeGraph& graph) : graph_(graph) {}

  /// `base`: where the decoder began.
  template <class D>
  TypeIndex read(D& decoder, std::size_t base, std::uint32_t depth) {
    const auto number = decoder.template value<std::uint32_t>();
    if (!decoder.ok()) return 0;
    if (number == kIndirection) return read_indirection(decoder, base);
    const auto kind = static_cast<TypeKind>(number);
    switch (form_of(kind)) {
      case Form::None: return basic(kind);
      case Form::Simple:
      case Form::Complex: break;
      case Form::Unknown: decoder.fail(Errc::invalid_value, 4); return 0;
    }
    if (depth >= kDepthMax || graph_.size() >= kTypesMax) {
      decoder.fail(Errc::limit_exceeded, 4);
      return 0;
    }
    if (form_of(kind) == Form::Simple) return read_simple(decoder, kind);
    const TypeIndex index = add(kind);
    places_.emplace(base + decoder.position() - 4, index);
    read_complex(decoder, base, index, depth);
    return index;
  }

  /// False if a type is nothing but itself: an alias, array or sequence of that very type. What is left
  /// contains itself in a structure or a union only.
  bool is_sound() const {
    for (TypeIndex start = 0; start < graph_.size(); ++start) {
      TypeIndex index = start;
      for (std::uint32_t steps = 0; is_wrapper(index); ++steps) {
        if (steps > kDepthMax) return false;
        index = graph_[index].content;
      }
    }
    return true;
  }

 private:
  bool is_wrapper(TypeIndex index) const {
    if (index == kNoType) return false;
    const TypeKind kind = graph_[index].kind;
    return kind == TypeKind::Alias || kind == TypeKind::Array || kind == TypeKind::Sequence;
  }

  TypeIndex add(TypeKind kind) {
    graph_.emplace_back().kind = kind;
    return static_cast<TypeIndex>(graph_.size() - 1);
  }
  /// One for all of the kind.
  TypeIndex basic(TypeKind kind) {
    const auto [place, is_new] = basics_.try_emplace(kind, 0);
    if (is_new) place->second = add(kind);
    return place->second;
  }

  template <class D>
  TypeIndex read_indirection(D& decoder, std::size_t base) {
    const auto offset = decoder.template value<std::int32_t>();
    if (!decoder.ok()) return 0;
    const std::size_t from = base + decoder.position() - 4;
    const auto distance = static_cast<std::size_t>(-static_cast<std::int64_t>(offset));
    if (offset < 0 && distance <= from) {
      const auto known = places_.find(from - distance);
      if (known != places_.end()) return known->second;
    }
    decoder.fail(Errc::invalid_value, 4);
    return 0;
  }

  template <class D>
  TypeIndex read_simple(D& decoder, TypeKind kind) {
    const TypeIndex index = add(kind);
    TypeNode& node = graph_[index];
    if (kind == TypeKind::Fixed) {
      node.bound = decoder.template value<std::uint16_t>();
      node.scale = decoder.template value<std::int16_t>();
      if (decoder.ok() && (node.bound < 1 || node.bound > Decimal::kDigitsMax || node.scale < 0 ||
                           static_cast<std::uint32_t>(node.scale) > node.bound)) {
        decoder.fail(Errc::invalid_value);
      }
    } else {
      node.bound = decoder.template value<std::uint32_t>();
    }
    return index;
  }

  template <class D>
  void read_complex(D& decoder, std::size_t base, TypeIndex index, std::uint32_t depth) {
    if constexpr (kHasEncapsulations<D>) {
      const ByteView octets = decoder.octets();
      if (!decoder.ok()) return;
      if (octets.empty() || octets.front() > 1) {
        decoder.fail(Errc::invalid_value, octets.size());
        return;
      }
      const std::size_t inner_base = base + decoder.position() - octets.size();
      const std::endian order = octets.front() == 1 ? std::endian::little : std::endian::big;
      const Errc error = Cdr::decode_with(order, octets, [&](auto& inner) {
        static_cast<void>(inner.template value<bool>());  // the byte order
        read_parameters(inner, inner_base, index, depth);
        static_cast<void>(inner.finish());
        return inner.error();
      });
      if (error != Errc::ok) decoder.fail(error, octets.size());
    } else {
      read_parameters(decoder, base, index, depth);
    }
  }

  // The graph grows while parameters are read: no reference into it is kept.
  template <class D>
  void read_parameters(D& decoder, std::size_t base, TypeIndex index, std::uint32_t depth) {
    const TypeKind kind = graph_[index].kind;
    if (has_name(kind)) {
      decode(decoder, graph_[index].id);
      decode(decoder, graph_[index].name);
    }
    if (kind == TypeKind::Value) graph_[index].scale = decoder.template value<std::int16_t>();
    if (has_content(kind)) {
      const TypeIndex content = read(decoder, base, depth + 1);
      graph_[index].content = content;
    }
    if (kind == TypeKind::Sequence || kind == TypeKind::Array) {
      graph_[index].bound = decoder.template value<std::uint32_t>();
    }
    if (kind == TypeKind::Union) graph_[index].default_arm = decoder.template value<std::int32_t>();
    if (has_members(kind) && decoder.ok()) read_members(decoder, base, index, depth);
  }

  template <class D>
  void read_members(D& decoder, std::size_t base, TypeIndex index, std::uint32_t depth) {
    const TypeKind kind = graph_[index].kind;
    const TypeKind discriminator = resolved_kind(graph_, graph_[index].content);
    const std::size_t count = decoder.count(kUnbounded, D::kTextOctetsMin);
    for (std::size_t i = 0; i < count && decoder.ok(); ++i) {
      TypeMember member;
      if (kind == TypeKind::Union && !detail::with_discriminator(discriminator, [&](auto type) {
            member.label = detail::label_of(decoder.template value<decltype(type)>());
          })) {
        decoder.fail(Errc::invalid_value);
      }
      decode(decoder, member.name);
      if (kind != TypeKind::Enum) member.type = read(decoder, base, depth + 1);
      if (kind == TypeKind::Value) member.visibility = decoder.template value<std::int16_t>();
      graph_[index].members.push_back(std::move(member));
    }
    const std::int32_t default_arm = graph_[index].default_arm;
    if (decoder.ok() && (default_arm < -1 || default_arm >= static_cast<std::int64_t>(count))) {
      decoder.fail(Errc::invalid_value);
    }
  }

  TypeGraph& graph_;
  std::map<TypeKind, TypeIndex> basics_;
  std::map<std::size_t, TypeIndex> places_;
};

}  // namespace

template <EncoderType E>
void encode(E& encoder, const TypeCode& type) {
  static const TypeGraph none(1);
  Writing{type.graph() != nullptr ? *type.graph() : none}.write(encoder, 0, type.index(), 0);
}

template <DecoderType D>
void decode(D& decoder, TypeCode& type) {
  TypeGraph graph;
  Reading reading{graph};
  const TypeIndex index = reading.read(decoder, 0, 0);
  if (decoder.ok() && !reading.is_sound()) decoder.fail(Errc::invalid_value);
  if (!decoder.ok()) {
    type = {};
  } else if (form_of(graph[index].kind) == Form::None) {
    type = TypeCode::basic(graph[index].kind);
  } else {
    detail::index_labels(graph);
    type = {std::make_shared<const TypeGraph>(std::move(graph)), index};
  }
}

template void encode(CdrEncoder<std::endian::little>&, const TypeCode&);
template void encode(CdrEncoder<std::endian::big>&, const TypeCode&);
template void encode(XdrEncoder&, const TypeCode&);
template void decode(CdrDecoder<std::endian::little>&, TypeCode&);
template void decode(CdrDecoder<std::endian::big>&, TypeCode&);
template void decode(XdrDecoder&, TypeCode&);

}  // namespace once
