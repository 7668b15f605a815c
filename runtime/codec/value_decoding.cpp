// Values on their way in: which objects a message has had, and where; chunks; truncation.
#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <vector>

#include "codec/value_wire.hpp"

namespace once {

namespace detail {

/// A type as a message names it.
struct NamedType {
  std::string_view id;
  const ValueType* registered;  // nullptr: the program knows none of that id
};
using NamedTypes = std::vector<NamedType>;

/// What a message has at a position, where an indirection may lead.
template <class T>
struct At {
  std::size_t position;
  T what;
};

struct DecodedValues {
  // Each in the order of the positions. That ids and lists of them are kept apart keeps a list from having
  // other lists in it, which would multiply.
  std::vector<At<AnyValue>> values;
  std::vector<At<NamedType>> ids;
  std::vector<At<NamedTypes>> id_lists;
  std::uint32_t depth = 0;
  std::int64_t chunk_level = 0;                 // how many values around are in chunks
  std::int64_t ended_level = 0;                 // an end tag ended all values from this level on; 0: none
  int exceptions = std::uncaught_exceptions();  // more of them at the end: one ends the decoding
};

namespace {

using Access = ValueAccess;

constexpr std::size_t kTypesMax = 64;  // in a list: more than anybody derives

DecodedValues& values_of(DecoderBase& decoder) {
  DecodedValues*& values = Access::values(decoder);
  if (values == nullptr) values = new DecodedValues;
  return *values;
}

/// An item of four octets at the cursor, past any gap; not consumed.
template <std::endian order>
std::optional<std::uint32_t> peek(const CdrDecoder<order>& decoder) {
  const std::size_t gap = cdr_gap(decoder.position(), 4);
  if (Access::left(decoder) < gap + 4) return std::nullopt;
  return load<std::uint32_t, order>(Access::next(decoder) + gap);
}

std::optional<std::uint32_t> peek(const XdrDecoder& decoder) {
  if (Access::left(decoder) < 4) return std::nullopt;
  return load<std::uint32_t, std::endian::big>(Access::next(decoder));
}

/// Reads a nil that stands before all values: it takes no memory.
template <class D>
bool read_first_nil(D& decoder) {
  if (Access::values(decoder) != nullptr || peek(decoder) != kNil) return false;
  decoder.template value<std::uint32_t>();
  return true;
}

/// True if what is left of the chunk is a gap before what stands behind it.
template <std::endian order>
bool is_chunk_read(const CdrDecoder<order>& decoder) {
  return decoder.remaining() <= cdr_gap(decoder.position(), 4);
}

bool is_chunk_size(std::uint32_t item) {
  return item > 0 && item < kTag;
}

/// What stands at `position`, or nullptr.
template <class T>
const T* find_at(const std::vector<At<T>>& all, std::size_t position) {
  const auto found = std::lower_bound(all.begin(), all.end(), position,
                                      [](const At<T>& one, std::size_t p) { return one.position < p; });
  return found != all.end() && found->position == position ? &found->what : nullptr;
}

/// Where an offset, which has just been read, leads.
template <class D>
std::optional<std::size_t> target_of(D& decoder, std::int32_t offset) {
  const std::int64_t here = static_cast<std::int64_t>(decoder.position()) - 4;
  if (offset >= -4 || here + offset < 0) {
    decoder.fail(Errc::invalid_value, 4);
    return std::nullopt;
  }
  return static_cast<std::size_t>(here + offset);
}

/// What the indirection at the cursor leads to, of `all`; nullptr, and an error, if it is none of them.
template <std::endian order, class T>
const T* read_earlier(CdrDecoder<order>& decoder, const std::vector<At<T>>& all) {
  decoder.template value<std::uint32_t>();
  const auto target = target_of(decoder, decoder.template value<std::int32_t>());
  if (!target) return nullptr;
  const T* const earlier = find_at(all, *target);
  if (earlier == nullptr) decoder.fail(Errc::invalid_value, 4);
  return earlier;
}

NamedType named_type(std::string_view id) {
  return {id, registered_value_type(id)};
}

/// What `read` reads, which joins `all`; or, by an indirection, one of those.
template <std::endian order, class T, class Read>
T read_or_repeat(CdrDecoder<order>& decoder, std::vector<At<T>>& all, Read read) {
  if (peek(decoder) == kIndirection) {
    const T* const earlier = read_earlier(decoder, all);
    return earlier != nullptr ? *earlier : T{};
  }
  const std::size_t position = decoder.position() + cdr_gap(decoder.position(), 4);
  T what = read();
  if (decoder.ok()) all.push_back({position, what});
  return what;
}

template <std::endian order>
NamedType read_id(CdrDecoder<order>& decoder, DecodedValues& values) {
  return read_or_repeat(decoder, values.ids, [&] { return named_type(decoder.text()); });
}

template <std::endian order>
NamedTypes read_id_list(CdrDecoder<order>& decoder, DecodedValues& values) {
  return read_or_repeat(decoder, values.id_lists, [&] {
    const std::size_t count = decoder.count(kTypesMax, 8);
    if (count == 0) decoder.fail(Errc::invalid_value, 4);
    NamedTypes types;
    for (std::size_t i = 0; i < count && decoder.ok(); ++i) types.push_back(read_id(decoder, values));
    return types;
  });
}

/// What stands between a tag and the state.
template <std::endian order>
NamedTypes read_types(CdrDecoder<order>& decoder, DecodedValues& values, std::uint32_t tag) {
  if ((tag & kTagUrl) != 0) read_id(decoder, values);
  switch (tag & kTagTypes) {
    case 0: return {};
    case kTagOneType: return {read_id(decoder, values)};
    case kTagTypes: return read_id_list(decoder, values);
    default: decoder.fail(Errc::invalid_value, 4); return {};
  }
}

/// Reads on to the end tag of the value in chunks at `level`. What is left of its state, if anything, is
/// passed over if `truncated`, else an error.
template <std::endian order>
void read_end(CdrDecoder<order>& decoder, DecodedValues& values, bool truncated) {
  const std::int64_t level = values.chunk_level;
  std::int64_t inner = 0;  // values inside of what is passed over
  if (values.ended_level == 0 && decoder.remaining() != 0) {
    if (!truncated && !is_chunk_read(decoder)) {
      decoder.fail(Errc::invalid_value);
      return;
    }
    Access::advance(decoder, decoder.remaining());
  }
  while (values.ended_level == 0 && decoder.ok()) {
    Access::open(decoder, Access::left(decoder));
    const auto item = decoder.template value<std::uint32_t>();
    if (static_cast<std::int32_t>(item) < 0) {
      const std::int64_t ended = -std::int64_t{static_cast<std::int32_t>(item)};
      if (ended > level + inner) {
        decoder.fail(Errc::invalid_value, 4);
      } else if (ended > level) {
        inner = ended - 1 - level;
      } else {
        values.ended_level = ended;
      }
    } else if (!truncated) {
      decoder.fail(Errc::invalid_value, 4);
    } else if (is_chunk_size(item)) {
      if (item > decoder.remaining()) {
        decoder.fail(Errc::truncated);
      } else {
        Access::advance(decoder, item);
      }
    } else if (item >= kTag) {
      read_types(decoder, values, item);
      ++inner;
    }
  }
  if (values.ended_level == level) values.ended_level = 0;
  --values.chunk_level;
  Access::open(decoder, values.chunk_level > 0 ? 0 : Access::left(decoder));
}

/// What is left to do behind a value's state.
struct Tail {
  bool in_chunks = false;                   // CDR
  bool truncated = false;                   // the type that is read is a base of the value's
  std::size_t state_begin = 0;              // XDR: of one that can be truncated
  std::optional<std::uint32_t> state_size;  // the same

  bool is_needed() const { return in_chunks || truncated || state_size; }
};

struct Header {
  std::optional<std::size_t> earlier;  // where the value is that is referred to
  std::size_t position = 0;            // where a new one began
  NamedTypes types;
  bool is_new = false;
  Tail tail;
};

/// Reads a reference up to a new value's state.
template <std::endian order>
Header read_header(CdrDecoder<order>& decoder, DecodedValues& values) {
  Header header;
  const bool around = values.chunk_level > 0;
  bool in_chunk = false;
  if (around) {
    const auto item = peek(decoder);
    if (values.ended_level != 0) {
      decoder.fail(Errc::invalid_value);
      return header;
    }
    in_chunk = !is_chunk_read(decoder) || (item && is_chunk_size(*item));
    if (!in_chunk) Access::open(decoder, Access::left(decoder));
  }
  const auto tag = decoder.template value<std::uint32_t>();
  if (!decoder.ok()) return header;
  if (tag == kIndirection) {
    header.earlier = target_of(decoder, decoder.template value<std::int32_t>());
  } else if (tag != kNil) {
    header.is_new = true;
    header.position = decoder.position() - 4;
    header.tail.in_chunks = (tag & kTagChunks) != 0;
    const bool known = tag >= kTag && (tag & ~std::uint32_t{0xf}) == kTag;
    if (!known || in_chunk || (around && !header.tail.in_chunks)) {
      decoder.fail(Errc::invalid_value, 4);
      return header;
    }
    header.types = read_types(decoder, values, tag);
    if (header.tail.in_chunks) ++values.chunk_level;
  }
  if (decoder.ok() && !in_chunk && values.chunk_level > 0) Access::open(decoder, 0);
  return header;
}

Header read_header(XdrDecoder& decoder, DecodedValues&) {
  Header header;
  const std::size_t position = decoder.position();
  const auto kind = decoder.value<std::uint32_t>();
  if (kind == kXdrBack) {
    const auto back = decoder.value<std::uint32_t>();
    if (back == 0 || back > position) {
      decoder.fail(Errc::invalid_value, 4);
    } else {
      header.earlier = position - back;
    }
  } else if (kind == kXdrValue || kind == kXdrTruncatable) {
    header.is_new = true;
    header.position = position;
    const std::size_t count = kind == kXdrValue ? 1 : decoder.count(kTypesMax, 4);
    if (count == 0) decoder.fail(Errc::invalid_value, 4);
    for (std::size_t i = 0; i < count && decoder.ok(); ++i) {
      const std::string_view id = decoder.text();
      if (kind == kXdrTruncatable || !id.empty()) header.types.push_back(named_type(id));
    }
    if (kind == kXdrTruncatable) {
      header.tail.state_size = decoder.value<std::uint32_t>();
      header.tail.state_begin = decoder.position();
    }
  } else if (kind != kNil) {
    decoder.fail(Errc::invalid_value, 4);
  }
  return header;
}

template <std::endian order>
void read_tail(CdrDecoder<order>& decoder, DecodedValues& values, const Tail& tail) {
  if (tail.in_chunks) {
    read_end(decoder, values, tail.truncated);
  } else {
    decoder.fail(Errc::invalid_value);  // without chunks nobody knows where the rest ends
  }
}

void read_tail(XdrDecoder& decoder, DecodedValues&, const Tail& tail) {
  if (!tail.state_size) {
    decoder.fail(Errc::invalid_value);
    return;
  }
  const std::size_t read = decoder.position() - tail.state_begin;
  const std::size_t size = *tail.state_size;
  if (read > size || (read < size && (!tail.truncated || size % 4 != 0))) {
    decoder.fail(Errc::invalid_value);
  } else if (size - read > decoder.remaining()) {
    decoder.fail(Errc::truncated);
  } else {
    Access::advance(decoder, size - read);
  }
}

/// A reference that has been read: nil, to an earlier value, or to a new one, whose state follows.
struct Reference {
  AnyValue value;
  bool is_new = false;
  Tail tail;
};

/// Reads a reference up to a new value's state; `make(types, truncated)` makes a new value.
template <class D, class Make>
Reference read_reference(D& decoder, DecodedValues& values, const Make& make) {
  const Header header = read_header(decoder, values);
  if (!decoder.ok()) return {};
  if (header.earlier) {
    if (const AnyValue* const earlier = find_at(values.values, *header.earlier)) return {*earlier, false, {}};
    decoder.fail(Errc::invalid_value, 4);
    return {};
  }
  if (!header.is_new) return {};
  if (values.depth > kValueDepthMax) {
    decoder.fail(Errc::limit_exceeded);
    return {};
  }
  Reference reference{{}, true, header.tail};
  reference.value = make(header.types, reference.tail.truncated);
  if (!reference.value.value && !reference.value.box) {
    decoder.fail(Errc::invalid_value);
    return {};
  }
  // Before the state: what it refers to may be the value itself.
  values.values.push_back({header.position, reference.value});
  return reference;
}
ValuePlace decode_state(CdrDecoder<std::endian::little>& decoder, const ValueType& type, ValueBase& value,
                        std::size_t part) {
  return code_state(decoder, type.coders().decode_little, value, part);
}
ValuePlace decode_state(CdrDecoder<std::endian::big>& decoder, const ValueType& type, ValueBase& value,
                        std::size_t part) {
  return code_state(decoder, type.coders().decode_big, value, part);
}
ValuePlace decode_state(XdrDecoder& decoder, const ValueType& type, ValueBase& value, std::size_t part) {
  return code_state(decoder, type.coders().decode_xdr, value, part);
}

/// For an object of that size, and for its place among the values of the message.
bool take_memory(DecoderBase& decoder, std::size_t size) {
  return decoder.take_memory(size + sizeof(At<AnyValue>));
}

/// nullptr if there is no factory, if the program's has thrown, or if the message has had its memory.
std::shared_ptr<ValueBase> new_value(DecoderBase& decoder, const ValueType& type) {
  if (!take_memory(decoder, type.coders().size)) return nullptr;
  try {
    return type.make();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    return nullptr;  // what a program's exception means is nothing that callers of decoders could know
  }
}

/// Takes all references out of a value's state: what is decoded from nothing is empty.
template <class D>
void empty_with(ValueBase& value, const ValueType& type) {
  D decoder{ByteView{}};
  decoder.fail(Errc::truncated);
  for (std::size_t part = 0;; ++part) {
    const ValuePlace place = decode_state(decoder, type, value, part);
    if (place.put == nullptr) return;
    place.put(place.reference, nullptr);
  }
}

}  // namespace

/// What a bad message has made goes, cycles included.
void abandon(DecodedValues& values) {
  for (const auto& [position, any] : values.values) {
    if (any.box) {
      any.empty_box(any.box.get());
      continue;
    }
    const ValueType& type = any.value->once_value_type();
    if (type.coders().decode_xdr != nullptr) {
      empty_with<XdrDecoder>(*any.value, type);
    } else {
      empty_with<CdrDecoder<std::endian::native>>(*any.value, type);
    }
  }
}

template <std::endian order>
bool open_chunk(CdrDecoder<order>& decoder, std::size_t octets) {
  const DecodedValues& values = values_of(decoder);
  const auto size = peek(decoder);
  if (!size || values.ended_level != 0 || !is_chunk_size(*size)) return decoder.fail(Errc::invalid_value);
  const std::size_t before = cdr_gap(decoder.position(), 4) + 4;
  if (*size > Access::left(decoder) - before) return decoder.fail(Errc::truncated);
  Access::open(decoder, before + *size);
  Access::advance(decoder, before);
  return octets <= *size || decoder.fail(Errc::truncated);
}
template <class D>
void decode_value(D& decoder, ValuePlace place) {
  struct Open {
    std::shared_ptr<ValueBase> value;
    const ValueType& type;
    Tail tail;
    std::size_t part = 0;  // of the state: the next
  };
  if (!decoder.ok() || read_first_nil(decoder)) return;
  DecodedValues& values = values_of(decoder);
  std::vector<Open> open;  // each is referred to by the one before it
  ++values.depth;
  do {
    const ValueType* type = place.formal;
    const auto make = [&](const NamedTypes& types, bool& truncated) -> AnyValue {
      for (std::size_t i = 0; i < types.size(); ++i) {
        const bool is_declared = place.formal != nullptr && place.formal->id() == types[i].id;
        type = is_declared ? place.formal : types[i].registered;
        truncated = i != 0;
        if (type != nullptr) break;
      }
      return {type != nullptr ? new_value(decoder, *type) : nullptr, nullptr, {}, nullptr};
    };
    const Reference reference = read_reference(decoder, values, make);
    const AnyValue& value = reference.value;
    // It may be a box, or a value of a type that does not fit.
    if (decoder.ok() && (value.box || !place.put(place.reference, value.value))) {
      decoder.fail(Errc::invalid_value);
    }
    if (reference.is_new) open.push_back({value.value, *type, reference.tail});
    place = {};
    while (decoder.ok() && !open.empty()) {
      Open& last = open.back();
      place = decode_state(decoder, last.type, *last.value, last.part++);
      if (place.put != nullptr) break;
      if (decoder.ok() && last.tail.is_needed()) read_tail(decoder, values, last.tail);
      open.pop_back();
    }
  } while (decoder.ok() && place.put != nullptr);
  --values.depth;
}

template <class D>
std::shared_ptr<void> decode_box(D& decoder, const BoxReader<D>& reader) {
  if (!decoder.ok() || read_first_nil(decoder)) return nullptr;
  DecodedValues& values = values_of(decoder);
  ++values.depth;
  // The type that is named, if there is one, can be no other than the declared one.
  const Reference reference = read_reference(decoder, values, [&](const NamedTypes&, bool&) -> AnyValue {
    if (!take_memory(decoder, reader.size)) return {};
    return {nullptr, reader.make(), reader.id, reader.empty};
  });
  const AnyValue& value = reference.value;
  if (value.value || (value.box && value.box_id != reader.id)) decoder.fail(Errc::invalid_value);
  if (decoder.ok() && reference.is_new) {
    reader.decode(decoder, value.box.get());
    if (decoder.ok() && reference.tail.is_needed()) read_tail(decoder, values, reference.tail);
  }
  --values.depth;
  return decoder.ok() ? value.box : nullptr;
}
template bool open_chunk(CdrDecoder<std::endian::little>&, std::size_t);
template bool open_chunk(CdrDecoder<std::endian::big>&, std::size_t);
template void decode_value(CdrDecoder<std::endian::little>&, ValuePlace);
template void decode_value(CdrDecoder<std::endian::big>&, ValuePlace);
template void decode_value(XdrDecoder&, ValuePlace);
template std::shared_ptr<void> decode_box(CdrDecoder<std::endian::little>&,
                                          const BoxReader<CdrDecoder<std::endian::little>>&);
template std::shared_ptr<void> decode_box(CdrDecoder<std::endian::big>&,
                                          const BoxReader<CdrDecoder<std::endian::big>>&);
template std::shared_ptr<void> decode_box(XdrDecoder&, const BoxReader<XdrDecoder>&);

}  // namespace detail

void DecoderBase::release(detail::DecodedValues* values, bool ok) {
  if (!ok || std::uncaught_exceptions() > values->exceptions) detail::abandon(*values);
  delete values;
}

}  // namespace once
