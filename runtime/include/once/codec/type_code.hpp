// What IDL calls a TypeCode: the description of a type, as a value. It says how values of the type travel, so
// that a program reads, prints and passes on values of types that it was not compiled with; see any.hpp.
//
//     once::type_code<shop::Item>()     the description of a type that the program knows
//     once::TypeCodeBuilder             makes descriptions of others
//
// On the wire it is CORBA's (3.0, 15.3.5.1): the kind, then for kinds with parameters these; those of all but
// string, wstring and fixed as an encapsulation. A type that comes again is an indirection: 0xffffffff, then
// the distance back to where it began, in octets, a negative number. In XDR the same items stand one behind
// the other, without encapsulations, and kinds and distances are 4 octets as well.
//
// What CORBA has no kind for is described by what it is on the wire: `@optional T` as a union that has a T
// for TRUE; a map as a sequence of structures of key and value; bitmasks and bitsets as structures with one
// unsigned integer; an enum whose enumerators have numbers of their own as an alias of unsigned long. The
// one kind that is Once's own is int8's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <once/codec/box.hpp>
#include <once/codec/codec.hpp>
#include <once/codec/coder.hpp>
#include <once/codec/fixed.hpp>
#include <once/codec/map.hpp>
#include <once/codec/values.hpp>

namespace once {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"  // g++ 12 takes `Sequence` here for one that hides once::Sequence

/// CORBA's TCKind.
enum class TypeKind : std::uint32_t {
  Null = 0,
  Void = 1,
  Short = 2,
  Long = 3,
  UShort = 4,
  ULong = 5,
  Float = 6,
  Double = 7,
  Boolean = 8,
  Char = 9,
  Octet = 10,
  Any = 11,
  TypeCode = 12,
  Principal = 13,
  ObjectReference = 14,
  Struct = 15,
  Union = 16,
  Enum = 17,
  String = 18,
  Sequence = 19,
  Array = 20,
  Alias = 21,
  Exception = 22,
  LongLong = 23,
  ULongLong = 24,
  LongDouble = 25,
  WChar = 26,
  WString = 27,
  Fixed = 28,
  Value = 29,
  ValueBox = 30,
  Native = 31,
  AbstractInterface = 32,
  LocalInterface = 33,
  Int8 = 0x4f4e4301,
};

#pragma GCC diagnostic pop

/// The kind's name in CORBA: "tk_struct"; empty if it is none.
std::string_view to_string(TypeKind kind);

/// A type's place among those that are described together.
using TypeIndex = std::uint32_t;
inline constexpr TypeIndex kNoType = 0xffffffff;

namespace detail {

struct TypeMember {
  std::string name;
  TypeIndex type = kNoType;     // none of an enumerator
  std::int64_t label = 0;       // of a union's arm, as the bits of its discriminator
  std::int16_t visibility = 0;  // of a value's state: 0 private, 1 public
};

struct TypeNode {
  TypeKind kind = TypeKind::Null;
  std::string id;
  std::string name;
  std::uint32_t bound = 0;  // of strings and sequences, 0: none; an array's length; a fixed's digits
  std::int16_t scale = 0;   // of a fixed; of a value: its modifier
  std::int32_t default_arm = -1;
  TypeIndex content = kNoType;  // an element's or alias's type; a union's discriminator; a value's base
  std::vector<TypeMember> members;
  std::vector<std::pair<std::int64_t, std::uint32_t>>
      arms;  // a union's labels in their order, whose they are

  /// The arm that `label` chooses; -1 if none. Of a union that has its `arms`.
  std::int64_t arm_of(std::int64_t label) const;
};

/// Types that refer to each other. The places stay; nothing changes once a TypeCode has been made.
using TypeGraph = std::vector<TypeNode>;

/// Gives all unions their `arms`: the last thing that is done to a graph.
void index_labels(TypeGraph& graph);

}  // namespace detail

/// A type. Copies share what they describe.
class TypeCode {
 public:
  /// tk_null: no type.
  TypeCode() = default;
  /// For TypeCodeBuilder and the decoder.
  TypeCode(std::shared_ptr<const detail::TypeGraph> graph, TypeIndex index)
      : graph_(std::move(graph)), index_(index) {}
  /// A kind without parameters. All of these share what describes them.
  static TypeCode basic(TypeKind kind);

  TypeKind kind() const { return node().kind; }
  /// The repository id: "IDL:shop/Item:1.0". Empty for types without a name.
  const std::string& id() const { return node().id; }
  const std::string& name() const { return node().name; }
  /// Of a string, wstring or sequence: at most so many, 0 if there is no bound. Of an array: how many.
  std::uint32_t bound() const { return node().bound; }
  /// Of a fixed.
  std::uint32_t digits() const { return node().bound; }
  std::uint32_t scale() const { return static_cast<std::uint32_t>(node().scale); }
  /// Of sequences, arrays, aliases, boxes: what of; of a union: its discriminator; of a value type: its
  /// concrete base. tk_null if there is none.
  TypeCode content() const { return at(node().content); }

  /// Of a structure, union, exception or value type: members; of an enum: enumerators. `i` must be less than
  /// their number.
  std::size_t member_count() const { return node().members.size(); }
  const std::string& member_name(std::size_t i) const { return node().members[i].name; }
  TypeCode member_type(std::size_t i) const { return at(node().members[i].type); }
  /// Of a union's arm: its label, as an integer.
  std::int64_t member_label(std::size_t i) const { return node().members[i].label; }
  /// Of a union: the arm that has the default; -1 if none.
  std::int32_t default_arm() const { return node().default_arm; }

  /// The type that aliases stand for.
  TypeCode resolved() const;

  /// The same in all that is described, names included.
  friend bool operator==(const TypeCode& a, const TypeCode& b) { return same(a, b, true); }
  /// True if a value of one type is one of the other: aliases, names of members and the bounds of strings and
  /// sequences are not compared, and repository ids only where both types have one.
  friend bool equivalent(const TypeCode& a, const TypeCode& b) { return same(a, b, false); }

  // For the runtime.
  const std::shared_ptr<const detail::TypeGraph>& graph() const { return graph_; }
  TypeIndex index() const { return index_; }
  const detail::TypeNode& node() const;
  TypeCode at(TypeIndex index) const { return index == kNoType ? TypeCode{} : TypeCode{graph_, index}; }

 private:
  static bool same(const TypeCode& a, const TypeCode& b, bool exactly);

  std::shared_ptr<const detail::TypeGraph> graph_;
  TypeIndex index_ = 0;
};

/// IDL-like text: "struct shop::Item"… For people; nothing should parse it.
std::string to_string(const TypeCode& type);
std::ostream& operator<<(std::ostream& out, const TypeCode& type);

/// Describes types that may refer to each other. Types with a repository id are described once: what comes
/// again, within its own description too, is a reference.
class TypeCodeBuilder {
 public:
  struct Declared {
    TypeIndex type;
    bool is_new;  // false: it has been described, or is just being described
  };

  /// A kind without parameters.
  TypeIndex basic(TypeKind kind);
  TypeIndex string(std::uint32_t bound = 0) { return bounded(TypeKind::String, bound, kNoType); }
  TypeIndex wstring(std::uint32_t bound = 0) { return bounded(TypeKind::WString, bound, kNoType); }
  TypeIndex fixed(std::uint32_t digits, std::uint32_t scale);
  TypeIndex sequence(TypeIndex element, std::uint32_t bound = 0) {
    return bounded(TypeKind::Sequence, bound, element);
  }
  TypeIndex array(TypeIndex element, std::uint32_t length) {
    return bounded(TypeKind::Array, length, element);
  }
  TypeIndex optional(TypeIndex element);
  TypeIndex map(TypeIndex key, TypeIndex value, std::uint32_t bound = 0);
  TypeIndex alias(std::string_view id, std::string_view name, TypeIndex content);
  TypeIndex object_reference(std::string_view id, std::string_view name);

  /// A structure, exception, enum, union or value type, whose members follow if it is new.
  Declared declare(TypeKind kind, std::string_view id, std::string_view name);
  void member(TypeIndex type, std::string_view name, TypeIndex member_type);
  void enumerator(TypeIndex type, std::string_view name) { member(type, name, kNoType); }
  void discriminator(TypeIndex type, TypeIndex discriminator);
  /// One for each label of the arm.
  void arm(TypeIndex type, std::int64_t label, std::string_view name, TypeIndex arm_type);
  void default_arm(TypeIndex type, std::string_view name, TypeIndex arm_type);

  /// Those of another description.
  TypeIndex import(const TypeCode& type);

  /// The type that has been described. The builder goes on from nothing.
  TypeCode finish(TypeIndex type);

 private:
  TypeIndex add(detail::TypeNode node);
  TypeIndex bounded(TypeKind kind, std::uint32_t bound, TypeIndex content);

  detail::TypeGraph graph_;
  std::map<std::string, TypeIndex, std::less<>> named_;
};

// What describes the types of C++: TypeCodeOf<T>::describe(builder) adds T and returns its place. Generated
// code specializes it for the types of files that use `any`, or that are compiled with `--type-codes`.

template <class T>
struct TypeCodeOf;

template <class T>
concept HasTypeCode = requires(TypeCodeBuilder& types) {
  { TypeCodeOf<T>::describe(types) } -> std::same_as<TypeIndex>;
};

/// The type of a T. Described once, and kept.
template <HasTypeCode T>
const TypeCode& type_code() {
  static const TypeCode type = [] {
    TypeCodeBuilder types;
    const TypeIndex index = TypeCodeOf<T>::describe(types);
    return types.finish(index);
  }();
  return type;
}

namespace detail {

template <TypeKind kind>
struct BasicTypeCode {
  static TypeIndex describe(TypeCodeBuilder& types) { return types.basic(kind); }
};

template <class T>
struct OptionalTypeCode {
  static TypeIndex describe(TypeCodeBuilder& types) { return types.optional(TypeCodeOf<T>::describe(types)); }
};

}  // namespace detail

template <>
struct TypeCodeOf<bool> : detail::BasicTypeCode<TypeKind::Boolean> {};
template <>
struct TypeCodeOf<char> : detail::BasicTypeCode<TypeKind::Char> {};
template <>
struct TypeCodeOf<char16_t> : detail::BasicTypeCode<TypeKind::WChar> {};
template <>
struct TypeCodeOf<std::int8_t> : detail::BasicTypeCode<TypeKind::Int8> {};
template <>
struct TypeCodeOf<std::uint8_t> : detail::BasicTypeCode<TypeKind::Octet> {};
template <>
struct TypeCodeOf<std::int16_t> : detail::BasicTypeCode<TypeKind::Short> {};
template <>
struct TypeCodeOf<std::uint16_t> : detail::BasicTypeCode<TypeKind::UShort> {};
template <>
struct TypeCodeOf<std::int32_t> : detail::BasicTypeCode<TypeKind::Long> {};
template <>
struct TypeCodeOf<std::uint32_t> : detail::BasicTypeCode<TypeKind::ULong> {};
template <>
struct TypeCodeOf<std::int64_t> : detail::BasicTypeCode<TypeKind::LongLong> {};
template <>
struct TypeCodeOf<std::uint64_t> : detail::BasicTypeCode<TypeKind::ULongLong> {};
template <>
struct TypeCodeOf<float> : detail::BasicTypeCode<TypeKind::Float> {};
template <>
struct TypeCodeOf<double> : detail::BasicTypeCode<TypeKind::Double> {};
template <>
struct TypeCodeOf<Float128> : detail::BasicTypeCode<TypeKind::LongDouble> {};
template <>
struct TypeCodeOf<TypeCode> : detail::BasicTypeCode<TypeKind::TypeCode> {};
template <>
struct TypeCodeOf<std::string> {
  static TypeIndex describe(TypeCodeBuilder& types) { return types.string(); }
};
template <>
struct TypeCodeOf<std::u16string> {
  static TypeIndex describe(TypeCodeBuilder& types) { return types.wstring(); }
};
template <std::uint32_t digits, std::uint32_t places>
struct TypeCodeOf<Fixed<digits, places>> {
  static TypeIndex describe(TypeCodeBuilder& types) { return types.fixed(digits, places); }
};
template <HasTypeCode T>
struct TypeCodeOf<std::vector<T>> {
  static TypeIndex describe(TypeCodeBuilder& types) { return types.sequence(TypeCodeOf<T>::describe(types)); }
};
template <HasTypeCode T, std::size_t n>
struct TypeCodeOf<std::array<T, n>> {
  static TypeIndex describe(TypeCodeBuilder& types) {
    return types.array(TypeCodeOf<T>::describe(types), static_cast<std::uint32_t>(n));
  }
};
template <HasTypeCode T>
struct TypeCodeOf<std::optional<T>> : detail::OptionalTypeCode<T> {};
template <HasTypeCode T>
struct TypeCodeOf<Box<T>> : detail::OptionalTypeCode<T> {};
template <HasTypeCode Key, HasTypeCode Value>
struct TypeCodeOf<std::map<Key, Value>> {
  static TypeIndex describe(TypeCodeBuilder& types) {
    const TypeIndex key = TypeCodeOf<Key>::describe(types);
    return types.map(key, TypeCodeOf<Value>::describe(types));
  }
};

// On the wire.

template <class Coder>
inline constexpr std::size_t kOctetsMin<Coder, TypeCode> = 4;

/// For XDR and CDR.
template <EncoderType E>
void encode(E& encoder, const TypeCode& type);
template <DecoderType D>
void decode(D& decoder, TypeCode& type);

}  // namespace once
