#include "vector_table.hpp"

#include <map>
#include <set>

#include "vector_types.hpp"

namespace codec_test {
namespace {

template <class C, class T>
TypeUnderTest type_under_test() {
  return {
      .encode_value =
          [](const Vector& vector) {
            T value{};
            read(vector.value, value);
            return encoded<C>(value);
          },
      .decodes_to_value =
          [](const Vector& vector) {
            T expected{};
            read(vector.value, expected);
            T value{};
            if (decode_all<C>(vector.wire, value) != Decoded{}) return false;
            const bool is_nan = !(expected == expected) && !(value == value);
            return value == expected || is_nan;
          },
      .decode =
          [](once::ByteView wire) {
            T value{};
            return decode_all<C>(wire, value);
          },
      .recode = [](once::ByteView wire) -> std::optional<once::Bytes> {
        T value{};
        if (decode_all<C>(wire, value) != Decoded{}) return std::nullopt;
        return encoded<C>(value);
      },
  };
}

using Table = std::map<std::string, TypeUnderTest, std::less<>>;

Table xdr_table() {
  Table table;
  const auto add = [&]<class T>(std::string idl, std::type_identity<T>) {
    table.emplace(std::move(idl), type_under_test<XdrCoders, T>());
  };
#define ADD(idl, ...) add(idl, std::type_identity<__VA_ARGS__>{})
  ADD("void", Void);
  ADD("int", std::int32_t);
  ADD("unsigned int", std::uint32_t);
  ADD("bool", bool);
  ADD("enum color { RED=2, YELLOW=3, BLUE=5 }", XdrColor);
  ADD("enum e { NEG=-1, ZERO=0 }", XdrSigned);
  ADD("hyper", std::int64_t);
  ADD("unsigned hyper", std::uint64_t);
  ADD("float", float);
  ADD("double", double);
  ADD("quadruple", once::Float128);
  ADD("opaque x[3]", std::array<std::uint8_t, 3>);
  ADD("opaque x[4]", std::array<std::uint8_t, 4>);
  ADD("opaque x<>", once::Bytes);
  ADD("string s<>", std::string);
  ADD("string s<3>", BoundedValue<3, std::string>);
  ADD("int x[3]", std::array<std::int32_t, 3>);
  ADD("int x<>", std::vector<std::int32_t>);
  ADD("string x<><> (array of string)", std::vector<std::string>);
  ADD("typedef int row<>; row x<>", std::vector<std::vector<std::int32_t>>);
  ADD("struct { int a; hyper b; bool c; double d; }", XdrMixed);
  ADD("struct Person { string name<>; string place<>; unsigned int year; }", Person);
  ADD("struct { string a<>; string b<>; unsigned int n; }", XdrTriple);
  ADD("union u switch (int k) { case 1: int i; case 2: string s<>; case 3: void; default: hyper h; }",
      XdrUnion);
  ADD("union u switch (int k) { case 1: int i; case 2: void; }", XdrUnionWithoutDefault);
  ADD("union u switch (bool ok) { case TRUE: int v; case FALSE: void; }", XdrBoolUnion);
  ADD("int *x", std::optional<std::int32_t>);
  ADD("struct node { int v; node *next; }", XdrNode);
  ADD("node *head", XdrList);
  ADD("RFC 4506 section 7: enum filekind {TEXT=0,DATA=1,EXEC=2}; union filetype switch (filekind kind) {case "
      "TEXT: "
      "void; case DATA: string creator<>; case EXEC: string interpretor<>;}; struct file { string "
      "filename<255>; "
      "filetype type; string owner<32>; opaque data<65535>; }",
      XdrFile);
  return table;
}

template <class C>
Table cdr_table() {
  Table table;
  const auto add = [&]<class T>(std::string idl, std::type_identity<T>) {
    table.emplace(std::move(idl), type_under_test<C, T>());
  };
  ADD("octet", std::uint8_t);
  ADD("boolean", bool);
  ADD("char", char);
  ADD("char (TCS-C ISO 8859-1)", char);
  ADD("short", std::int16_t);
  ADD("unsigned short", std::uint16_t);
  ADD("long", std::int32_t);
  ADD("unsigned long", std::uint32_t);
  ADD("long long", std::int64_t);
  ADD("unsigned long long", std::uint64_t);
  ADD("float", float);
  ADD("double", double);
  ADD("long double", once::Float128);
  ADD("struct { octet a; long double b; }", OctetLongDouble);
  ADD("string", std::string);
  ADD("struct Person { string name; string place; unsigned long year; }", Person);
  ADD("struct Triple { string name; string place; unsigned long year; }", Person);
  ADD("struct { octet a; long b; octet c; double d; }", OctetLongOctetDouble);
  ADD("struct { char a; short b; char c; long long d; }", CharShortCharLongLong);
  ADD("struct { string s; double d; }", StringDouble);
  ADD("struct { boolean f; unsigned short u; octet o; unsigned long long q; short t; }", CdrMixed);
  ADD("sequence<struct { long a; octet b; }>", std::vector<LongOctet>);
  ADD("enum Color { red, green, blue }", CdrColor);
  ADD("union U switch (long) { case 1: octet o; case 2: double d; default: string s; }", CdrUnion);
  ADD("union UE switch (Color) { case red: long l; case green: string s; }", CdrEnumUnion);
  ADD("union UB switch (boolean) { case TRUE: long v; }", CdrBooleanUnion);
  ADD("union US switch (short) { case 1: double d; case -1: octet o; }", CdrShortUnion);
  ADD("union UC switch (char) { case 'a': long l; case 'b': string s; }", CdrCharUnion);
  ADD("sequence<octet>", once::Bytes);
  ADD("sequence<long>", std::vector<std::int32_t>);
  ADD("sequence<double>", std::vector<double>);
  ADD("sequence<boolean>", std::vector<bool>);
  ADD("sequence<string>", std::vector<std::string>);
  ADD("sequence<sequence<short>>", std::vector<std::vector<std::int16_t>>);
  ADD("sequence<Person>", std::vector<Person>);
  ADD("struct { octet x; long a[3]; octet o[5]; double d; }", Arrays);
  ADD("short a[2][2]", std::array<std::array<std::int16_t, 2>, 2>);
  ADD("struct Node { long v; sequence<Node,1> next; }", CdrNode);
  ADD("any", once::Any);
  ADD("Object", ObjectReference);
  ADD("octet encapsulation of: long", EncapsulatedLong);
  ADD("big-endian stream carrying a little-endian encapsulation of: long", EncapsulatedLong);
  ADD("encapsulation of FT::FTRequestServiceContext { string client_id; long retention_id; unsigned long "
      "long "
      "expiration_time; }",
      FtRequestContext);
#undef ADD
  return table;
}

}  // namespace

const TypeUnderTest* type_of(const Vector& vector) {
  static const Table kXdr = xdr_table();
  static const Table kCdrBig = cdr_table<CdrBig>();
  static const Table kCdrLittle = cdr_table<CdrLittle>();
  const Table& table = vector.codec == "xdr" ? kXdr : vector.little ? kCdrLittle : kCdrBig;
  const auto found = table.find(vector.idl);
  return found != table.end() ? &found->second : nullptr;
}

bool is_not_implemented(const Vector& vector) {
  static const std::set<std::string, std::less<>> kLater = {
      "fixed<4,2>",
      "fixed<5,2>",
      "wchar, GIOP 1.2, TCS-W UTF-16",
      "wchar, GIOP 1.2, UTF-16",
      "wstring, GIOP 1.1",
      "wstring, GIOP 1.1, 2-octet TCS-W",
      "wstring, GIOP 1.2",
      "wstring, GIOP 1.2, TCS-W UTF-16",
      "wstring, GIOP 1.2, TCS-W UTF-16 (decode only)",
      "wstring, GIOP 1.2, UTF-16",
      "struct { octet a; wchar w; }, GIOP 1.1, 2-octet TCS-W",
  };
  return kLater.contains(vector.idl);
}

}  // namespace codec_test
