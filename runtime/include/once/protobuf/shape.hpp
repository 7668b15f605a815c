// How C++ types are told apart on their way to and from Protocol Buffers, and the bounds that they do not
// have themselves.
//
//   bool, integers, char, enumerations   varint; negative numbers sign-extended to 64 bits
//   bitmasks and bitsets                 varint
//   float, double                        fixed32, fixed64
//   once::Float128                       bytes: 16 octets, the lowest first
//   std::string, std::u16string          string
//   once::Fixed                          string: "-12.50"
//   sequences and arrays of octets       bytes
//   other sequences and arrays           repeated, numbers packed; an array's dimensions one behind the other
//   std::map                             repeated messages: key = 1, value = 2
//   std::optional, once::Box             the field, or none
//   everything else                      a message, by its own encode and decode
//
// Where Protocol Buffers has no form (a sequence of sequences, an optional sequence), a message of one field,
// number 1, stands around the inner one.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <once/codec/bits.hpp>
#include <once/codec/box.hpp>
#include <once/codec/codec.hpp>
#include <once/codec/fixed.hpp>
#include <once/protobuf/sinks.hpp>

namespace once::protobuf {

/// Stands for the integer that a bitmask or a bitset is; generated code supplies, for such a type T,
///     std::uint64_t encode(Bits, const T& value, bool& right);   `right` becomes false if a field is too
///     large bool decode(Bits, T& value, std::uint64_t bits);           false if bits are set that T does not
///     have
struct Bits {};

/// The bound of a string, sequence or map, and the shapes of what is inside: Shape<4, Shape<8>> is that of
/// sequence<string<8>, 4>. Arrays and optionals pass theirs on: Shape<kUnbounded, Shape<8>>.
template <std::size_t most = kUnbounded, class... Inner>
struct Shape {
  static constexpr std::size_t kBound = most;
};

namespace detail {

template <class S, std::size_t n>
struct NthShape {
  using Type = Shape<>;
};
template <std::size_t most, class First, class... Rest>
struct NthShape<Shape<most, First, Rest...>, 0> {
  using Type = First;
};
template <std::size_t most, class First, class... Rest>
struct NthShape<Shape<most, First, Rest...>, 1> : NthShape<Shape<most, Rest...>, 0> {};

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsArray = false;
template <class T, std::size_t n>
inline constexpr bool kIsArray<std::array<T, n>> = true;
template <class T>
inline constexpr bool kIsMap = false;
template <class K, class V>
inline constexpr bool kIsMap<std::map<K, V>> = true;
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsOptional<Box<T>> = true;
template <class T>
inline constexpr bool kIsFixed = false;
template <std::uint32_t digits, std::uint32_t places>
inline constexpr bool kIsFixed<Fixed<digits, places>> = true;
template <class T>
inline constexpr bool kIsOctetArray = false;
template <std::size_t n>
inline constexpr bool kIsOctetArray<std::array<std::uint8_t, n>> = true;

}  // namespace detail

/// The shape of elements, of what an optional holds, and of a map's keys; that of a map's values.
template <class S>
using InnerShape = typename detail::NthShape<S, 0>::Type;
template <class S>
using ValueShape = typename detail::NthShape<S, 1>::Type;

template <class T>
concept BitType = (std::is_class_v<T> || std::is_enum_v<T>)&&requires(T& value) {
  { decode(Bits{}, value, std::uint64_t{}) } -> std::same_as<bool>;
};
template <class T>
concept Enumeration = std::is_enum_v<T> && !BitType<T>;
template <class T>
concept Text = OneOf<T, std::string, std::u16string>;
template <class T>
concept Octets = std::same_as<T, std::vector<std::uint8_t>> || detail::kIsOctetArray<T>;
template <class T>
concept Optional = detail::kIsOptional<T>;
template <class T>
concept Map = detail::kIsMap<T>;
template <class T>
concept Sequence = detail::kIsVector<T> && !Octets<T>;
template <class T>
concept Array = detail::kIsArray<T> && !Octets<T>;
template <class T>
concept Decimals = detail::kIsFixed<T>;
/// What a field may hold many of.
template <class T>
concept Repeated = Sequence<T> || Array<T> || Map<T>;

/// What an array holds when inner arrays are laid one behind the other, how many of it, and its shape.
template <class T, class S = Shape<>>
struct Leaf {
  using Type = T;
  using ShapeInside = S;
  static constexpr std::size_t kCount = 1;
};
template <Array T, class S>
struct Leaf<T, S> {
 private:
  using Inner = Leaf<typename T::value_type, InnerShape<S>>;

 public:
  using Type = typename Inner::Type;
  using ShapeInside = typename Inner::ShapeInside;
  static constexpr std::size_t kCount = std::tuple_size_v<T> * Inner::kCount;
};

/// What travels as a message of its own, by encode and decode that are found through its type.
template <class T>
concept Message = std::is_class_v<T> && !BitType<T> && !Text<T> && !Octets<T> && !Decimals<T> &&
                  !Optional<T> && !Repeated<T> && !Primitive<T>;
/// Numbers: many of them travel as one block.
template <class T>
concept Packable = Enumeration<T> || BitType<T> ||(Primitive<T> && !std::same_as<T, Float128>);

template <class T>
constexpr WireType wire_type() {
  if constexpr (std::same_as<T, float>) {
    return WireFormat::WIRETYPE_FIXED32;
  } else if constexpr (std::same_as<T, double>) {
    return WireFormat::WIRETYPE_FIXED64;
  } else if constexpr (Packable<T>) {
    return WireFormat::WIRETYPE_VARINT;
  } else {
    return WireFormat::WIRETYPE_LENGTH_DELIMITED;
  }
}

/// Stands for the octets of a message that has none: decode(Nothing{}, value) makes `value` what such a
/// message decodes to.
struct Nothing {};

/// The 16 octets of a binary128, the lowest first.
using Float128Octets = std::array<std::uint8_t, 16>;
inline Float128Octets octets_of(Float128 value) {
  auto octets = std::bit_cast<Float128Octets>(value);
  if constexpr (std::endian::native == std::endian::big) std::reverse(octets.begin(), octets.end());
  return octets;
}
inline Float128 float128_of(Float128Octets octets) {
  if constexpr (std::endian::native == std::endian::big) std::reverse(octets.begin(), octets.end());
  return std::bit_cast<Float128>(octets);
}

/// Puts a bitset's field, its lowest bit at `position`, into `bits`; `right` becomes false if it takes more
/// than `width` bits.
template <std::uint32_t width, class T>
void put_bits(std::uint64_t& bits, T value, std::uint32_t position, bool& right) {
  const std::uint64_t own = static_cast<std::uint64_t>(value) & ~std::uint64_t{0} >> (64 - width);
  T back{};
  take_bits<width>(back, own, 0);
  right = right && back == value;
  bits |= own << position;
}

/// UTF-16 as UTF-8 and back; false if it is none, or holds NUL.
bool to_utf8(std::u16string_view text, std::string& utf8);
bool to_utf16(std::string_view utf8, std::u16string& text);

/// A decimal number of at most so many digits, `places` of them behind the point; false if the text is none.
bool to_decimal(std::string_view text, std::uint32_t digits, std::uint32_t places, Decimal& value);

}  // namespace once::protobuf
