// The model: what an IDL file says, resolved and checked, without a trace of how it was written. Front ends
// fill it, generators read it, and neither sees the other.
//
// Declarations are owned by the Model and refer to each other by pointer; all live as long as the Model.
// Types are values without identity: comparing two Types structurally is what "same type" means, typedefs
// included as declared (resolve() looks through them).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "support/source.hpp"

namespace oncec::model {

struct Declaration;

// ----------------------------------------------------------------------------------------------------- types

enum class Primitive : std::uint8_t {
  Void,
  Boolean,
  Octet,
  Char,
  WChar,
  Int8,
  UInt8,
  Int16,
  UInt16,
  Int32,
  UInt32,
  Int64,
  UInt64,
  Float32,
  Float64,
  Float128,
  Any,
  Object,
  TypeCode,
  ValueBase,
};

struct Type;
using TypePointer = std::shared_ptr<const Type>;  // immutable, shared between uses

struct StringType {
  bool wide = false;
  std::uint64_t bound = 0;  // 0: unbounded
};
struct SequenceType {
  TypePointer element;
  std::uint64_t bound = 0;  // 0: unbounded
};
struct MapType {
  TypePointer key;
  TypePointer value;
  std::uint64_t bound = 0;
};
struct ArrayType {
  TypePointer element;
  std::vector<std::uint64_t> dimensions;  // outermost first
};
struct FixedType {
  std::uint32_t digits = 0;  // 1 to 31; 0 in a constant's type, where the value tells
  std::uint32_t scale = 0;   // of these, behind the point
};
/// A value or none: `@optional`, and the `*` of the ONC RPC language. A type may contain itself through it,
/// through a sequence, the values of a map, a value type and a member that is external.
struct OptionalType {
  TypePointer element;
};
/// A struct, union, enum, typedef, interface, … by its declaration.
struct NamedType {
  const Declaration* declaration = nullptr;
};

struct Type {
  std::variant<Primitive, StringType, SequenceType, MapType, ArrayType, FixedType, OptionalType, NamedType>
      form;
};

// ---------------------------------------------------------------------------------------------------- values

/// The value of a constant expression. Integers keep their sign apart so that the whole range of both 64-bit
/// types fits; enumerators are by reference.
struct IntegerValue {
  bool negative = false;
  std::uint64_t magnitude = 0;
};
struct EnumeratorValue {
  const Declaration* enumeration = nullptr;
  std::size_t index = 0;
};
/// Text of a string, a char (one character) or a fixed-point literal (its digits); wide ones are UTF-8 here
/// too.
struct TextValue {
  std::string text;
};
using Value = std::variant<bool, IntegerValue, double, TextValue, EnumeratorValue>;

/// A value that a union can switch on, as the number that it is in C++ and on the wire; integers beyond the
/// signed ones by their bits.
std::int64_t number_of(const Value& value);

// ----------------------------------------------------------------------------------------------- annotations

/// `@name(parameter = value, …)` as written before a declaration. The single value of `@id(3)` has the name
/// "value".
struct AnnotationArgument {
  std::string name;
  Value value;
};
struct Annotation {
  std::string name;
  std::vector<AnnotationArgument> arguments;
  SourceRange range;

  /// The argument of that name, or nullptr.
  const Value* argument(std::string_view name) const;
};

// ---------------------------------------------------------------------------------------------- declarations

struct Member {
  std::string name;
  TypePointer type;
  std::vector<Annotation> annotations;
  std::string doc;
  SourceRange range;  // of the name
  /// `@external`, and not optional: kept apart from what holds it, but always there.
  bool is_external = false;
};

struct Module {
  std::vector<const Declaration*> members;  // of all its openings, in order
};

struct Constant {
  TypePointer type;
  Value value;
};

struct Typedef {
  TypePointer type;
};

struct Enumerator {
  std::string name;
  std::int64_t value = 0;  // its position unless @value, or the ONC RPC language, says otherwise
  std::vector<Annotation> annotations;
  std::string doc;
  SourceRange range;
};
struct Enum {
  std::vector<Enumerator> enumerators;
};

/// A set of flags in one unsigned integer of 8, 16, 32 or 64 bits: the smallest that holds `bit_bound`.
struct Bitmask {
  std::uint32_t bit_bound = 32;   // 1 to 64
  std::vector<Enumerator> flags;  // `value` is the position of the bit, counted from the lowest
};

struct BitField {
  std::string name;            // empty: bits that nobody uses
  std::uint32_t bits = 0;      // 1 to 64
  std::uint32_t position = 0;  // of its lowest bit
  TypePointer type;            // what the field is read as: given, or what its width asks for
  std::vector<Annotation> annotations;
  std::string doc;
  SourceRange range;
};
/// Integers of a few bits each, packed from the lowest bit on into 8, 16, 32 or 64.
struct Bitset {
  const Declaration* base = nullptr;  // a Bitset; its fields come first
  std::vector<BitField> fields;       // without the base's
  std::uint32_t bits = 0;             // all together, the base's included; at most 64
};

struct Struct {
  const Declaration* base = nullptr;  // a Struct; its members come first on the wire
  std::vector<Member> members;        // without the base's
};

/// What `raises` names: like a struct, but not a type.
struct Exception {
  std::vector<Member> members;
};

struct UnionCase {
  std::vector<Value> labels;  // of the discriminator's type; empty if this is the default alone
  bool is_default = false;
  std::optional<Member> member;  // none: an arm without data (XDR's void)
  SourceRange range;
};
struct Union {
  TypePointer discriminator;
  std::vector<UnionCase> cases;
  /// No default, and labels that leave values over: then the discriminator alone may stand.
  bool has_implicit_default = false;
  /// The case that a new value has set: the first whose own new value ends, for others contain the union
  /// again, and again. cases.size(): the implicit default.
  std::size_t start = 0;
};

enum class Direction : std::uint8_t { In, Out, InOut };

struct Parameter {
  std::string name;
  Direction direction = Direction::In;
  TypePointer type;
  std::vector<Annotation> annotations;
  SourceRange range;
};

/// once::Semantics, without depending on the runtime.
enum class Semantics : std::uint8_t { Maybe, AtLeastOnce, AtMostOnce, ExactlyOnce };
enum class OrphanPolicy : std::uint8_t { Continue, Cancel };

struct Operation {
  std::string name;
  TypePointer result;  // Void if none
  std::vector<Parameter> parameters;
  std::vector<const Declaration*> raises;  // Exceptions
  bool oneway = false;
  Semantics semantics = Semantics::AtMostOnce;
  OrphanPolicy orphan = OrphanPolicy::Continue;
  std::uint32_t deadline_ms = 0;  // 0: the client's default
  std::uint32_t reply_max = 0;    // 0: from the types' bounds
  std::uint32_t id = 0;  // on the wire: @id(n), or a hash of the name; unique in the interface and its bases
  std::string cpp_name;  // @cpp_name("…"), else empty
  std::vector<Annotation> annotations;
  std::string doc;
  SourceRange range;
};

/// An attribute is an operation that reads (`_get_name`, idempotent) and, unless readonly, one that writes
/// (`_set_name`). Both are spelled out here so that a generator needs no rule of its own.
struct Attribute {
  std::string name;
  TypePointer type;
  bool readonly = false;
  Operation reader;
  std::optional<Operation> writer;
  std::vector<Annotation> annotations;
  std::string doc;
  SourceRange range;
};

using InterfaceMember = std::variant<Operation, Attribute>;

/// By which an interface that was a version of an ONC RPC program is known there (RFC 5531). The numbers of
/// its procedures are the operations' ids.
struct OncProgram {
  std::uint32_t program = 0;
  std::uint32_t version = 0;
};

struct Interface {
  std::vector<const Declaration*> bases;         // direct, in order
  std::vector<InterfaceMember> members;          // its own, in order of declaration
  std::vector<const Declaration*> declarations;  // types, constants and exceptions inside it
  bool abstract = false;
  bool local = false;
  bool defined = false;  // false: only ever declared forward
  std::optional<OncProgram> onc_program;
};

/// A value type: an object that travels by its state; references to one value, cycles too, arrive as such.
struct StateMember : Member {
  bool is_public = false;
};
struct ValueType {
  std::vector<const Declaration*> bases;     // direct ValueTypes, in order; only the first may be concrete
  std::vector<const Declaration*> supports;  // Interfaces
  std::vector<StateMember> state;            // without the bases'
  std::vector<InterfaceMember> members;      // operations and attributes: they run where the value is
  std::vector<Operation> factories;          // local, too; their result is the value
  std::vector<const Declaration*> declarations;
  bool is_abstract = false;
  bool custom = false;       // its own code marshals it
  bool truncatable = false;  // to its first base
  bool event = false;        // declared by `eventtype`
  bool defined = false;
};
/// `valuetype X T;`: a T that may be nil, and may be shared.
struct ValueBox {
  TypePointer type;
};

/// `native X;`: has a name, and no form on the wire.
struct Native {};

/// What is read and checked and means nothing to Once: components, homes, ports, connectors, template
/// modules.
struct Unmapped {
  std::string kind;  // "component", "home", "porttype", "connector", "template module"
  std::vector<const Declaration*> declarations;  // those inside it that have a scope there
};

struct Declaration {
  std::string name;                    // as written, without an escaping underscore
  const Declaration* scope = nullptr;  // the module, interface, struct… around it; nullptr: the file scope
  SourceRange range;                   // of the name where it is defined
  std::string repository_id;           // "IDL:bank/Account:1.0"
  std::vector<Annotation> annotations;
  std::string doc;        // the comment before it, without its marks, lines kept
  bool imported = false;  // comes from an included file: known, but nothing is generated for it
  std::variant<Module, Constant, Typedef, Enum, Bitmask, Bitset, Struct, Exception, Union, Interface,
               ValueType, ValueBox, Native, Unmapped>
      body;

  const Annotation* annotation(std::string_view name) const;
};

/// All that one compilation read.
struct Model {
  std::deque<Declaration> declarations;            // owns; the order is the order of definition
  std::vector<const Declaration*> top_level;       // the file scope, in order of definition
  std::deque<Declaration> annotation_types;        // what the parameters of annotations are made of
  std::vector<std::unique_ptr<SourceFile>> files;  // files[0] is the one on the command line
};

/// "bank::Account": scopes joined by `separator`.
std::string qualified_name(const Declaration& declaration, std::string_view separator = "::");

/// The direct and indirect bases of an interface or a value type, each once, a base before what inherits from
/// it.
std::vector<const Declaration*> all_bases(const Declaration& declaration);

/// Looks through typedefs: a Type that is not a NamedType of a Typedef.
const Type& resolve(const Type& type);

}  // namespace oncec::model
