// Values on their way out: which objects a message has had, and where; chunks.
#include <map>
#include <optional>
#include <vector>

#include "codec/value_wire.hpp"

namespace once {

namespace detail {

struct EncodedValues {
  std::map<std::pair<const void*, std::string_view>, std::size_t>
      values;  // object, type's id: where it began
  std::map<std::string_view, std::size_t> ids;
  std::map<const ValueType*, std::size_t> id_lists;
  std::uint32_t depth = 0;
  std::int32_t chunk_level = 0;  // how many values around are in chunks
  std::size_t end_tag_end = 0;   // behind the last end tag
  std::size_t chunk_before = 0;  // where the encoder stood when the open chunk began
  std::size_t chunk_begin = 0;   // where its contents begin
};

namespace {

using Access = ValueAccess;

EncodedValues& values_of(EncoderBase& encoder) {
  EncodedValues*& values = Access::values(encoder);
  if (values == nullptr) values = new EncodedValues;
  return *values;
}

void open_chunk(Cdr::Encoder& encoder, EncodedValues& values) {
  values.chunk_before = encoder.position();
  encoder.value(std::uint32_t{0});
  values.chunk_begin = encoder.position();
}

/// Gives the chunk its size. What follows is aligned to 4; the gap before it is the chunk's.
void close_chunk(Cdr::Encoder& encoder, const EncodedValues& values) {
  if (encoder.position() != values.chunk_begin) {
    encoder.value(std::uint32_t{0});
    if (encoder.ok()) Access::rewind(encoder, encoder.position() - 4);
  }
  if (!encoder.ok()) return;
  const std::size_t size = encoder.position() - values.chunk_begin;
  if (size == 0) {
    Access::rewind(encoder, values.chunk_before);
  } else if (size >= kTag) {
    encoder.fail(Errc::limit_exceeded);
  } else {
    store<std::endian::native>(Access::at(encoder, values.chunk_begin - 4), static_cast<std::uint32_t>(size));
  }
}

void write_back_reference(Cdr::Encoder& encoder, std::size_t earlier) {
  encoder.value(kIndirection);
  encoder.value(static_cast<std::uint32_t>(earlier - encoder.position()));
}

void write_id(Cdr::Encoder& encoder, EncodedValues& values, std::string_view id) {
  const std::size_t here = encoder.position() + cdr_gap(encoder.position(), 4);
  const auto [earlier, is_new] = values.ids.emplace(id, here);
  if (is_new) {
    encoder.text(id);
  } else {
    write_back_reference(encoder, earlier->second);
  }
}

/// What is left to do behind a value's state.
struct Ending {
  bool in_chunks = false;         // CDR: the value is
  bool around_in_chunks = false;  // CDR: what it is in is
  std::size_t state_begin = 0;    // XDR: of one that can be truncated; else 0

  bool is_needed() const { return in_chunks || state_begin != 0; }
};

std::uint32_t count_bases(const ValueType* type) {
  std::uint32_t count = 0;
  for (; type != nullptr; type = type->truncatable_to()) ++count;
  return count;
}

void write_ids(Cdr::Encoder& encoder, EncodedValues& values, const ValueType& type) {
  const auto [earlier, is_new] = values.id_lists.emplace(&type, encoder.position());
  if (!is_new) return write_back_reference(encoder, earlier->second);
  encoder.value(count_bases(&type));
  for (const ValueType* one = &type; one != nullptr; one = one->truncatable_to()) {
    write_id(encoder, values, one->id());
  }
}

/// Writes what stands before the state. `type`: nullptr of a box.
Ending open_value(Cdr::Encoder& encoder, EncodedValues& values, const ValueType* type,
                  const ValueType* formal) {
  Ending ending;
  const bool truncatable = type != nullptr && type->truncatable_to() != nullptr;
  ending.around_in_chunks = values.chunk_level > 0;
  ending.in_chunks = truncatable || ending.around_in_chunks;
  std::uint32_t tag = kTag | (ending.in_chunks ? kTagChunks : 0);
  if (truncatable) {
    encoder.value(tag | kTagTypes);
    write_ids(encoder, values, *type);
  } else if (type != formal || (type != nullptr && ending.in_chunks)) {
    encoder.value(tag | kTagOneType);
    write_id(encoder, values, type->id());
  } else {
    encoder.value(tag);
  }
  if (ending.in_chunks) {
    ++values.chunk_level;
    open_chunk(encoder, values);
  }
  return ending;
}

Ending open_value(XdrEncoder& encoder, EncodedValues&, const ValueType* type, const ValueType* formal) {
  if (type == nullptr || type->truncatable_to() == nullptr) {
    encoder.value(kXdrValue);
    encoder.text(type == formal ? std::string_view{} : type->id());
    return {};
  }
  encoder.value(kXdrTruncatable);
  encoder.value(count_bases(type));
  for (; type != nullptr; type = type->truncatable_to()) encoder.text(type->id());
  encoder.value(std::uint32_t{0});
  return {false, false, encoder.position()};
}

void close_value(Cdr::Encoder& encoder, EncodedValues& values, const Ending& ending) {
  close_chunk(encoder, values);
  // One end tag ends a value and the values in it whose ends stand here, too.
  if (encoder.ok() && encoder.position() == values.end_tag_end)
    Access::rewind(encoder, encoder.position() - 4);
  encoder.value(-values.chunk_level);
  values.end_tag_end = encoder.position();
  --values.chunk_level;
  if (ending.around_in_chunks) open_chunk(encoder, values);
}

void close_value(XdrEncoder& encoder, EncodedValues&, const Ending& ending) {
  if (!encoder.ok()) return;
  const std::size_t size = encoder.position() - ending.state_begin;
  if (size > kUnbounded) {
    encoder.fail(Errc::limit_exceeded);
    return;
  }
  store<std::endian::big>(Access::at(encoder, ending.state_begin - 4), static_cast<std::uint32_t>(size));
}

void write_back_reference(XdrEncoder& encoder, std::size_t earlier) {
  const std::size_t back = encoder.position() - earlier;
  encoder.value(kXdrBack);
  encoder.value(static_cast<std::uint32_t>(back));
}

/// Writes a reference: nil, one to an earlier value, or what stands before the state of a new one. Then the
/// state is to follow, and what is returned behind it.
template <class E>
std::optional<Ending> write_reference(E& encoder, EncodedValues& values, const void* object,
                                      std::string_view id, const ValueType* type, const ValueType* formal) {
  if (object == nullptr) {
    encoder.value(kNil);
    return std::nullopt;
  }
  const auto key = std::pair{object, id};
  if (const auto earlier = values.values.find(key); earlier != values.values.end()) {
    write_back_reference(encoder, earlier->second);
    return std::nullopt;
  }
  if (values.depth > kValueDepthMax) encoder.fail(Errc::limit_exceeded);
  if (!encoder.ok()) return std::nullopt;
  if constexpr (std::same_as<E, Cdr::Encoder>) {
    if (values.chunk_level > 0) close_chunk(encoder, values);
    values.values.emplace(key, encoder.position() + cdr_gap(encoder.position(), 4));
  } else {
    values.values.emplace(key, encoder.position());
  }
  return open_value(encoder, values, type, formal);
}
ValueLink encode_state(Cdr::Encoder& encoder, const ValueType& type, const ValueBase& value,
                       std::size_t part) {
  return code_state(encoder, type.coders().encode_cdr, value, part);
}
ValueLink encode_state(XdrEncoder& encoder, const ValueType& type, const ValueBase& value, std::size_t part) {
  return code_state(encoder, type.coders().encode_xdr, value, part);
}

}  // namespace

template <class E>
void encode_value(E& encoder, ValueLink link) {
  struct Open {
    const ValueBase& value;
    const ValueType& type;
    Ending ending;
    std::size_t part = 0;  // of the state: the next
  };
  if (link.value == nullptr) return encoder.value(kNil);  // which takes no memory
  EncodedValues& values = values_of(encoder);
  std::vector<Open> open;  // each is referred to by the one before it
  ++values.depth;
  do {
    const ValueType* const type = link.value != nullptr ? &link.value->once_value_type() : nullptr;
    const void* const object = dynamic_cast<const void*>(link.value);
    const std::string_view id = type != nullptr ? type->id() : std::string_view{};
    if (const auto ending = write_reference(encoder, values, object, id, type, link.formal)) {
      open.push_back({*link.value, *type, *ending});
    }
    link = {};
    while (encoder.ok() && !link.follows && !open.empty()) {
      Open& last = open.back();
      link = encode_state(encoder, last.type, last.value, last.part++);
      if (link.follows) break;
      if (last.ending.is_needed()) close_value(encoder, values, last.ending);
      open.pop_back();
    }
  } while (link.follows);
  --values.depth;
}

template <class E>
void encode_box(E& encoder, const void* box, std::string_view id, BoxWriter<E> writer) {
  if (box == nullptr) return encoder.value(kNil);
  EncodedValues& values = values_of(encoder);
  ++values.depth;
  if (const auto ending = write_reference(encoder, values, box, id, nullptr, nullptr)) {
    writer.encode(encoder, box);
    if (ending->is_needed()) close_value(encoder, values, *ending);
  }
  --values.depth;
}

template void encode_value(Cdr::Encoder&, ValueLink);
template void encode_value(XdrEncoder&, ValueLink);
template void encode_box(Cdr::Encoder&, const void*, std::string_view, BoxWriter<Cdr::Encoder>);
template void encode_box(XdrEncoder&, const void*, std::string_view, BoxWriter<XdrEncoder>);

}  // namespace detail

void EncoderBase::release(detail::EncodedValues* values) {
  delete values;
}

}  // namespace once
