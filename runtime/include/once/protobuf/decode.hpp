// decode_field(reader, tag, value): the field whose tag has just been read, into the member that it belongs
// to. As the format asks for: of a number that comes twice the last one counts, messages that come twice are
// merged, numbers may come packed or not. See shape.hpp for the forms.
#pragma once

#include <limits>
#include <string>
#include <utility>

#include <once/codec/external.hpp>
#include <once/protobuf/reader.hpp>
#include <once/protobuf/shape.hpp>

namespace once::protobuf {

/// Makes `value` what it is when its field is not there.
template <class T>
void clear(T& value) {
  if constexpr (Enumeration<T> || Message<T>) {
    decode(Nothing{}, value);
  } else if constexpr (Primitive<T> || BitType<T> || Decimals<T>) {
    value = T{};
  } else if constexpr (Optional<T>) {
    value.reset();
  } else if constexpr (detail::kIsArray<T>) {
    for (auto& element : value) clear(element);
  } else {
    value.clear();
  }
}

/// An External that is T{} takes no memory; an enumeration's T{} need be no enumerator.
template <class T>
void clear(External<T>& value) {
  if constexpr (Enumeration<T>) {
    clear(*value);
  } else {
    value = {};
  }
}

/// The value, to be decoded into.
template <class T>
T& charged(Reader& reader, External<T>& value) {
  value.charge_to(reader);
  return *value;
}

template <class S = Shape<>, class T>
void decode_field(Reader& reader, std::uint32_t tag, T& value);

namespace detail {

template <class S, class T>
void decode_wrapped(Reader& reader, T& value);

template <Packable T>
T decode_number(Reader& reader) {
  if constexpr (std::same_as<T, float>) {
    return std::bit_cast<float>(reader.fixed32());
  } else if constexpr (std::same_as<T, double>) {
    return std::bit_cast<double>(reader.fixed64());
  } else {
    const std::uint64_t sent = reader.varint();
    if constexpr (Enumeration<T>) {
      const auto value = static_cast<T>(static_cast<std::int32_t>(sent));
      if (!to_string(value).empty()) return value;
      reader.fail(Errc::invalid_value);
      T known{};
      clear(known);
      return known;
    } else if constexpr (BitType<T>) {
      T value{};
      if (!decode(Bits{}, value, sent)) reader.fail(Errc::invalid_value);
      return value;
    } else if constexpr (std::same_as<T, bool>) {
      return sent != 0;
    } else if constexpr (sizeof(T) >= sizeof(std::uint32_t)) {
      return static_cast<T>(sent);  // of 32 bits the lower ones count, as for the library
    } else if constexpr (std::signed_integral<T> && !std::same_as<T, char>) {
      const auto number = static_cast<std::int32_t>(sent);
      if (!std::in_range<T>(number)) reader.fail(Errc::invalid_value);
      return static_cast<T>(number);
    } else {
      const auto number = static_cast<std::uint32_t>(sent);
      if (number > std::numeric_limits<std::make_unsigned_t<T>>::max()) reader.fail(Errc::invalid_value);
      return static_cast<T>(number);
    }
  }
}

inline ByteView decode_octets(Reader& reader, std::size_t bound) {
  const ByteView octets = reader.block();
  if (octets.size() <= bound) return octets;
  reader.fail(Errc::limit_exceeded);
  return {};
}

/// One value of the right wire type.
template <class S, class T>
void decode_value(Reader& reader, T& value) {
  if constexpr (Packable<T>) {
    value = decode_number<T>(reader);
  } else if constexpr (std::same_as<T, Float128>) {
    const ByteView sent = reader.block();
    Float128Octets octets{};
    if (sent.size() == octets.size()) {
      std::copy(sent.begin(), sent.end(), octets.begin());
    } else if (!sent.empty()) {
      reader.fail(Errc::invalid_value);
    }
    value = float128_of(octets);
  } else if constexpr (std::same_as<T, std::string>) {
    const ByteView octets = decode_octets(reader, S::kBound);
    if (!once::detail::is_text(octets.data(), octets.size())) reader.fail(Errc::invalid_text);
    value.assign(as_text(octets));
  } else if constexpr (std::same_as<T, std::u16string>) {
    if (!to_utf16(as_text(reader.block()), value)) reader.fail(Errc::invalid_text);
    if (value.size() > S::kBound) reader.fail(Errc::limit_exceeded);
  } else if constexpr (Decimals<T>) {
    Decimal number;
    const ByteView text = reader.block();
    if (!text.empty() && !to_decimal(as_text(text), T::kDigits, T::kScale, number)) {
      reader.fail(Errc::invalid_value);
    }
    value = T{number};
  } else if constexpr (kIsOctetArray<T>) {
    const ByteView octets = reader.block();
    if (octets.size() == value.size()) {
      std::copy(octets.begin(), octets.end(), value.begin());
    } else if (octets.empty()) {
      value.fill(0);
    } else {
      reader.fail(Errc::invalid_value);
    }
  } else if constexpr (Octets<T>) {
    const ByteView octets = decode_octets(reader, S::kBound);
    value.assign(octets.begin(), octets.end());
  } else if constexpr (Message<T>) {
    reader.delimited([&] { decode(reader, value); });
  } else {
    reader.delimited([&] { decode_wrapped<S>(reader, value); });
  }
}

/// `use()` for one element, or for each of a packed block of them.
template <Packable T, class Use>
void for_each_number(Reader& reader, std::uint32_t tag, Use use) {
  if (WireFormat::GetTagWireType(tag) == wire_type<T>()) {
    use();
  } else if (reader.expect(tag, WireFormat::WIRETYPE_LENGTH_DELIMITED)) {
    reader.delimited([&] {
      while (reader.ok() && reader.remaining() != 0) use();
    });
  }
}

template <class S, Sequence T>
void decode_element(Reader& reader, std::uint32_t tag, T& values) {
  using Element = typename T::value_type;
  const auto has_room = [&] {
    if (values.size() >= S::kBound) return reader.fail(Errc::limit_exceeded);
    return reader.take_memory(sizeof(Element));
  };
  if constexpr (Packable<Element>) {
    for_each_number<Element>(reader, tag, [&] {
      if (has_room()) values.push_back(decode_number<Element>(reader));
    });
  } else if (reader.expect(tag, wire_type<Element>()) && has_room()) {
    Element& element = values.emplace_back();
    clear(element);
    decode_value<InnerShape<S>>(reader, element);
  }
}

template <class S, Map T>
void decode_entry(Reader& reader, std::uint32_t tag, T& values) {
  if (!reader.expect(tag, WireFormat::WIRETYPE_LENGTH_DELIMITED)) return;
  typename T::key_type key{};
  typename T::mapped_type value{};
  clear(key);
  clear(value);
  reader.delimited([&] {
    while (const std::uint32_t inner = reader.next_tag()) {
      switch (number_of(inner)) {
        case 1:
          if (reader.expect(inner, wire_type<decltype(key)>())) decode_value<InnerShape<S>>(reader, key);
          break;
        case 2:
          if (reader.expect(inner, wire_type<decltype(value)>())) decode_value<ValueShape<S>>(reader, value);
          break;
        default: reader.skip(inner);
      }
    }
  });
  if (!reader.ok() || !reader.take_memory(sizeof(typename T::value_type))) return;
  values.insert_or_assign(std::move(key), std::move(value));
  if (values.size() > S::kBound) reader.fail(Errc::limit_exceeded);
}

}  // namespace detail

/// A value whose field is there, and is of the right wire type: what a union has set.
template <class S = Shape<>, class T>
void decode_present(Reader& reader, T& value) {
  detail::decode_value<S>(reader, value);
}

/// Fills an array from its field, which has as many elements as the array, or none. Made before the fields
/// are read; finish() when all have been.
template <class T>
class ArrayFiller {
 public:
  explicit ArrayFiller(T& array) : array_(array) {}

  template <class S = Shape<>>
  void decode_field(Reader& reader, std::uint32_t tag) {
    if constexpr (Packable<Item>) {
      detail::for_each_number<Item>(reader, tag, [&] {
        if (Item* const leaf = next(reader)) *leaf = detail::decode_number<Item>(reader);
      });
    } else if (reader.expect(tag, wire_type<Item>())) {
      Item* const leaf = next(reader);
      if (leaf == nullptr) return;
      clear(*leaf);
      detail::decode_value<typename Leaf<T, S>::ShapeInside>(reader, *leaf);
    }
  }
  void finish(Reader& reader) const {
    if (filled_ != 0 && filled_ != Leaf<T>::kCount) reader.fail(Errc::invalid_value);
  }

 private:
  using Item = typename Leaf<T>::Type;

  Item* next(Reader& reader) {
    if (filled_ == Leaf<T>::kCount) {
      reader.fail(Errc::invalid_value);
      return nullptr;
    }
    return &leaf_at(array_, filled_++);
  }
  template <class U>
  static Item& leaf_at(U& value, std::size_t index) {
    if constexpr (Array<U>) {
      constexpr std::size_t kInside = Leaf<typename U::value_type>::kCount;
      return leaf_at(value[index / kInside], index % kInside);
    } else {
      return value;
    }
  }

  T& array_;
  std::size_t filled_ = 0;
};

namespace detail {

/// The message of one field, number 1, that stands around what has no form of its own.
template <class S, class T>
void decode_wrapped(Reader& reader, T& value) {
  if constexpr (Array<T>) {
    ArrayFiller<T> filler{value};
    while (const std::uint32_t tag = reader.next_tag()) {
      if (number_of(tag) == 1) {
        filler.template decode_field<S>(reader, tag);
      } else {
        reader.skip(tag);
      }
    }
    filler.finish(reader);
  } else {
    while (const std::uint32_t tag = reader.next_tag()) {
      if (number_of(tag) == 1) {
        protobuf::decode_field<S>(reader, tag, value);
      } else {
        reader.skip(tag);
      }
    }
  }
}

}  // namespace detail

/// A member of a message. Arrays have an ArrayFiller.
template <class S, class T>
void decode_field(Reader& reader, std::uint32_t tag, T& value) {
  static_assert(!Array<T>);
  if constexpr (Optional<T>) {
    using Inner = std::remove_reference_t<decltype(*value)>;
    if (!reader.expect(tag, wire_type<Inner>())) return;
    if (!value) {
      if (!reader.take_memory(sizeof(Inner))) return;
      value.emplace();
      clear(*value);
    }
    detail::decode_value<InnerShape<S>>(reader, *value);
  } else if constexpr (Sequence<T>) {
    detail::decode_element<S>(reader, tag, value);
  } else if constexpr (Map<T>) {
    detail::decode_entry<S>(reader, tag, value);
  } else if (reader.expect(tag, wire_type<T>())) {
    detail::decode_value<S>(reader, value);
  }
}

}  // namespace once::protobuf
