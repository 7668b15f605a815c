// encode_field(sink, number, value): one field of a message, whatever its type. See shape.hpp for the forms.
#pragma once

#include <algorithm>
#include <string>

#include <once/protobuf/shape.hpp>
#include <once/protobuf/sinks.hpp>

namespace once::protobuf {

template <class S = Shape<>, Sink Out, class T>
void encode_field(Out& out, int number, const T& value);

namespace detail {

/// A number without its tag.
template <Sink Out, Packable T>
void encode_number(Out& out, T value) {
  if constexpr (Enumeration<T>) {
    out.known(!to_string(value).empty());
    out.varint(static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(value)}));
  } else if constexpr (BitType<T>) {
    bool right = true;
    const std::uint64_t bits = encode(Bits{}, value, right);
    out.known(right);
    out.varint(bits);
  } else if constexpr (std::same_as<T, float>) {
    out.fixed(std::bit_cast<std::uint32_t>(value));
  } else if constexpr (std::same_as<T, double>) {
    out.fixed(std::bit_cast<std::uint64_t>(value));
  } else if constexpr (std::same_as<T, char>) {
    out.varint(static_cast<unsigned char>(value));
  } else if constexpr (std::signed_integral<T>) {
    out.varint(static_cast<std::uint64_t>(std::int64_t{value}));
  } else {
    out.varint(value);
  }
}

/// The elements of an array, those of inner arrays one behind the other; octets stay together.
template <class S, class T, class Use>
void for_each_leaf(const T& value, Use use) {
  if constexpr (Array<T>) {
    for (const auto& element : value) for_each_leaf<InnerShape<S>>(element, use);
  } else {
    use.template operator()<S>(value);
  }
}

template <class T>
bool is_zero(const T& value) {
  if constexpr (Enumeration<T>) {
    return static_cast<std::int64_t>(value) == 0;
  } else if constexpr (BitType<T>) {
    bool right = true;
    return encode(Bits{}, value, right) == 0 && right;
  } else if constexpr (std::same_as<T, float>) {
    return std::bit_cast<std::uint32_t>(value) == 0;
  } else if constexpr (std::same_as<T, double>) {
    return std::bit_cast<std::uint64_t>(value) == 0;
  } else if constexpr (std::same_as<T, Float128>) {
    return octets_of(value) == Float128Octets{};
  } else if constexpr (Packable<T> || Decimals<T>) {
    return value == T{};
  } else if constexpr (kIsOctetArray<T>) {
    return std::all_of(value.begin(), value.end(), [](std::uint8_t octet) { return octet == 0; });
  } else {
    return value.empty();
  }
}

}  // namespace detail

/// A field that is there whatever it holds: an element, an optional's value, what a union has set.
template <class S = Shape<>, Sink Out, class T>
void encode_present(Out& out, int number, const T& value) {
  if constexpr (Packable<T>) {
    out.tag(number, wire_type<T>());
    detail::encode_number(out, value);
  } else if constexpr (std::same_as<T, Float128>) {
    const Float128Octets octets = octets_of(value);
    out.tag(number, WireFormat::WIRETYPE_LENGTH_DELIMITED);
    out.block(octets);
  } else if constexpr (std::same_as<T, std::string>) {
    out.bound(value.size(), S::kBound);
    out.tag(number, WireFormat::WIRETYPE_LENGTH_DELIMITED);
    out.text(value);
  } else if constexpr (std::same_as<T, std::u16string>) {
    std::string utf8;
    out.bound(value.size(), S::kBound);
    out.known(to_utf8(value, utf8));
    out.tag(number, WireFormat::WIRETYPE_LENGTH_DELIMITED);
    out.block(as_bytes(utf8));
  } else if constexpr (Decimals<T>) {
    out.tag(number, WireFormat::WIRETYPE_LENGTH_DELIMITED);
    out.block(as_bytes(to_string(Decimal{value})));
  } else if constexpr (Octets<T>) {
    out.bound(value.size(), S::kBound);
    out.tag(number, WireFormat::WIRETYPE_LENGTH_DELIMITED);
    out.block(value);
  } else if constexpr (Message<T>) {
    out.delimited(number, Presence::Explicit, [&] { encode(out, value); });
  } else {
    out.delimited(number, Presence::Explicit, [&] { encode_field<S>(out, 1, value); });
  }
}

namespace detail {

template <class S, Sink Out, class T>
void encode_repeated(Out& out, int number, const T& values) {
  if constexpr (Map<T>) {
    out.bound(values.size(), S::kBound);
    for (const auto& [key, value] : values) {
      out.delimited(number, Presence::Explicit, [&out, &k = key, &v = value] {
        encode_present<InnerShape<S>>(out, 1, k);
        encode_present<ValueShape<S>>(out, 2, v);
      });
    }
    return;
  } else if constexpr (Sequence<T>) {
    using Element = typename T::value_type;
    out.bound(values.size(), S::kBound);
    if constexpr (Packable<Element>) {
      out.delimited(number, Presence::Implicit, [&] {
        for (const Element value : values) encode_number(out, value);
      });
    } else {
      for (const Element& value : values) encode_present<InnerShape<S>>(out, number, value);
    }
  } else if constexpr (Packable<typename Leaf<T>::Type>) {
    out.delimited(number, Presence::Implicit, [&] {
      for_each_leaf<S>(values, [&]<class, class L>(const L& leaf) { encode_number(out, leaf); });
    });
  } else {
    for_each_leaf<S>(values,
                     [&]<class Inner, class L>(const L& leaf) { encode_present<Inner>(out, number, leaf); });
  }
}

}  // namespace detail

/// A member of a message: left out if it is zero, empty, or an optional without a value.
template <class S, Sink Out, class T>
void encode_field(Out& out, int number, const T& value) {
  if constexpr (Optional<T>) {
    if (value) encode_present<InnerShape<S>>(out, number, *value);
  } else if constexpr (Repeated<T>) {
    detail::encode_repeated<S>(out, number, value);
  } else if constexpr (Message<T>) {
    out.delimited(number, Presence::Implicit, [&] { encode(out, value); });
  } else if (!detail::is_zero(value)) {
    encode_present<S>(out, number, value);
  }
}

}  // namespace once::protobuf
