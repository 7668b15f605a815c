// The types of tests/vectors, as C++ with hand-written encode and decode where a list of fields does not do.
#pragma once

#include <once/codec/any.hpp>
#include <once/codec/box.hpp>

#include "coders.hpp"
#include "vector_file.hpp"

namespace codec_test {

// Both codecs.

struct Void {
  static constexpr std::tuple<> kFields{};
  bool operator==(const Void&) const = default;
};

struct Person {
  std::string name;
  std::string place;
  std::uint32_t year = 0;
  static constexpr auto kFields =
      std::tuple{field("name", &Person::name), field("place", &Person::place), field("year", &Person::year)};
  bool operator==(const Person&) const = default;
};

template <std::size_t bound, class T>
struct BoundedValue {
  T value{};
  bool operator==(const BoundedValue&) const = default;
};
template <once::EncoderType E, std::size_t bound, class T>
void encode(E& encoder, const BoundedValue<bound, T>& bounded) {
  once::encode_bounded(encoder, bounded.value, bound);
}
template <once::DecoderType D, std::size_t bound, class T>
void decode(D& decoder, BoundedValue<bound, T>& bounded) {
  once::decode_bounded(decoder, bounded.value, bound);
}
template <std::size_t bound, class T>
void read(const Json& json, BoundedValue<bound, T>& bounded) {
  read(json, bounded.value);
}

/// An enumeration: `Name` has `kEnumerators`, pairs of name and value.
template <class Name>
struct Enum {
  std::int32_t value = std::get<1>(Name::kEnumerators[0]);
  Enum() = default;
  explicit Enum(std::int32_t number) : value(number) {}
  bool operator==(const Enum&) const = default;

  static bool has(std::int32_t value) {
    return std::any_of(Name::kEnumerators.begin(), Name::kEnumerators.end(),
                       [&](const auto& enumerator) { return enumerator.second == value; });
  }
};
template <once::EncoderType E, class Name>
void encode(E& encoder, const Enum<Name>& value) {
  if (Enum<Name>::has(value.value)) {
    encoder.enumeration(static_cast<std::uint32_t>(value.value));
  } else {
    encoder.fail(once::Errc::invalid_value);
  }
}
template <once::DecoderType D, class Name>
void decode(D& decoder, Enum<Name>& value) {
  const auto raw = static_cast<std::int32_t>(decoder.enumeration());
  if (Enum<Name>::has(raw)) {
    value.value = raw;
  } else {
    decoder.fail(once::Errc::invalid_value, 4);
  }
}
template <class Name>
void read(const Json& json, Enum<Name>& value) {
  for (const auto& [name, number] : Name::kEnumerators) {
    if (json.get<std::string>() == name) value.value = number;
  }
}

/// A union: the discriminator `d`, and a member for each arm. `S::visit_arm(object, visit)` visits the member
/// that goes with the discriminator, if any; false if the discriminator is none of the union's. `kMembers`
/// names them all as the JSON does.
template <class S>
concept HasArms = requires {
  S::kMembers;
};
template <once::EncoderType E, HasArms S>
void encode(E& encoder, const S& value) {
  encode(encoder, value.d);
  const bool known = S::visit_arm(value, [&](const auto& member) { encode(encoder, member); });
  if (!known) encoder.fail(once::Errc::invalid_value);
}
template <once::DecoderType D, HasArms S>
void decode(D& decoder, S& value) {
  const std::size_t start = decoder.position();
  decode(decoder, value.d);
  const std::size_t octets = decoder.position() - start;
  const bool known = S::visit_arm(value, [&](auto& member) { decode(decoder, member); });
  if (!known) decoder.fail(once::Errc::invalid_value, octets);
}
template <HasArms S>
void read(const Json& json, S& value) {
  std::apply(
      [&](const auto&... arms) {
        const auto read_arm = [&](const auto& arm) {
          if (json.contains(arm.name)) read(json.at(std::string{arm.name}), value.*arm.member);
        };
        (read_arm(arms), ...);
      },
      S::kMembers);
}

// XDR.

struct XdrColorName {
  static constexpr std::array<std::pair<const char*, int>, 3> kEnumerators = {
      {{"RED", 2}, {"YELLOW", 3}, {"BLUE", 5}}};
};
using XdrColor = Enum<XdrColorName>;
struct XdrSignedName {
  static constexpr std::array<std::pair<const char*, int>, 2> kEnumerators = {{{"NEG", -1}, {"ZERO", 0}}};
};
using XdrSigned = Enum<XdrSignedName>;

/// Also short, char and the like, which the RFC has not: all are 4 octets.
struct XdrMixed {
  std::int32_t a = 0;
  std::int64_t b = 0;
  bool c = false;
  double d = 0;
  static constexpr auto kFields = std::tuple{field("a", &XdrMixed::a), field("b", &XdrMixed::b),
                                             field("c", &XdrMixed::c), field("d", &XdrMixed::d)};
  bool operator==(const XdrMixed&) const = default;
};

struct XdrTriple {
  std::string a;
  std::string b;
  std::uint32_t n = 0;
  static constexpr auto kFields =
      std::tuple{field("a", &XdrTriple::a), field("b", &XdrTriple::b), field("n", &XdrTriple::n)};
  bool operator==(const XdrTriple&) const = default;
};

/// union u switch (int k) { case 1: int i; case 2: string s<>; case 3: void; default: hyper h; }
struct XdrUnion {
  std::int32_t d = 1;
  std::int32_t i = 0;
  std::string s;
  std::int64_t h = 0;
  static constexpr auto kMembers = std::tuple{field("k", &XdrUnion::d), field("i", &XdrUnion::i),
                                              field("s", &XdrUnion::s), field("h", &XdrUnion::h)};
  template <class U, class Visit>
  static bool visit_arm(U& object, Visit visit) {
    switch (object.d) {
      case 1: visit(object.i); break;
      case 2: visit(object.s); break;
      case 3: break;
      default: visit(object.h); break;
    }
    return true;
  }
  bool operator==(const XdrUnion&) const = default;
};

/// union u switch (int k) { case 1: int i; case 2: void; }
struct XdrUnionWithoutDefault {
  std::int32_t d = 1;
  std::int32_t i = 0;
  static constexpr auto kMembers =
      std::tuple{field("k", &XdrUnionWithoutDefault::d), field("i", &XdrUnionWithoutDefault::i)};
  template <class U, class Visit>
  static bool visit_arm(U& object, Visit visit) {
    if (object.d == 1) visit(object.i);
    return object.d == 1 || object.d == 2;
  }
  bool operator==(const XdrUnionWithoutDefault&) const = default;
};

/// union u switch (bool ok) { case TRUE: int v; case FALSE: void; }
struct XdrBoolUnion {
  bool d = false;
  std::int32_t v = 0;
  static constexpr auto kMembers = std::tuple{field("ok", &XdrBoolUnion::d), field("v", &XdrBoolUnion::v)};
  template <class U, class Visit>
  static bool visit_arm(U& object, Visit visit) {
    if (object.d) visit(object.v);
    return true;
  }
  bool operator==(const XdrBoolUnion&) const = default;
};

/// struct node { Value v; node *next; }, as generated code has it: a list of any length.
template <class Value>
struct ListNode {
  Value v{};
  once::Box<ListNode> next;
  static constexpr auto once_link = &ListNode::next;
  bool operator==(const ListNode&) const = default;
};
template <once::EncoderType E, class Value>
void encode(E& encoder, const ListNode<Value>& first) {
  for (const ListNode<Value>* node = &first; node != nullptr; node = once::encode_link(encoder, node->next)) {
    encode(encoder, node->v);
  }
}
template <once::DecoderType D, class Value>
void decode(D& decoder, ListNode<Value>& first) {
  for (ListNode<Value>* node = &first; node != nullptr; node = once::decode_link(decoder, node->next)) {
    decode(decoder, node->v);
  }
}
using XdrNode = ListNode<std::int32_t>;
/// node *head
struct XdrList {
  once::Box<XdrNode> head;
  bool operator==(const XdrList&) const = default;
};
template <once::EncoderType E>
void encode(E& encoder, const XdrList& list) {
  encode(encoder, list.head);
}
template <once::DecoderType D>
void decode(D& decoder, XdrList& list) {
  decode(decoder, list.head);
}
inline void read(const Json& json, XdrList& list) {
  once::Box<XdrNode>* end = &list.head;
  for (const Json& payload : json) end = &end->emplace({payload.get<std::int32_t>(), {}}).next;
}
inline void read(const Json& json, XdrNode& node) {
  XdrList list;
  read(json, list);
  node = std::move(*list.head);
}

struct XdrFileKindName {
  static constexpr std::array<std::pair<const char*, int>, 3> kEnumerators = {
      {{"TEXT", 0}, {"DATA", 1}, {"EXEC", 2}}};
};
struct XdrFileType {
  Enum<XdrFileKindName> d;
  std::string creator;
  std::string interpretor;
  static constexpr auto kMembers =
      std::tuple{field("kind", &XdrFileType::d), field("creator", &XdrFileType::creator),
                 field("interpretor", &XdrFileType::interpretor)};
  template <class U, class Visit>
  static bool visit_arm(U& object, Visit visit) {
    if (object.d.value == 1) visit(object.creator);
    if (object.d.value == 2) visit(object.interpretor);
    return true;
  }
  bool operator==(const XdrFileType&) const = default;
};
/// The example of RFC 4506, section 7.
struct XdrFile {
  BoundedValue<255, std::string> filename;
  XdrFileType type;
  BoundedValue<32, std::string> owner;
  BoundedValue<65535, once::Bytes> data;
  static constexpr auto kFields =
      std::tuple{field("filename", &XdrFile::filename), field("type", &XdrFile::type),
                 field("owner", &XdrFile::owner), field("data", &XdrFile::data)};
  bool operator==(const XdrFile&) const = default;
};

// CDR.

struct OctetLongDouble {
  std::uint8_t a = 0;
  once::Float128 b = 0;
  static constexpr auto kFields =
      std::tuple{field("a", &OctetLongDouble::a), field("b", &OctetLongDouble::b)};
  bool operator==(const OctetLongDouble&) const = default;
};
struct OctetLongOctetDouble {
  std::uint8_t a = 0;
  std::int32_t b = 0;
  std::uint8_t c = 0;
  double d = 0;
  static constexpr auto kFields =
      std::tuple{field("a", &OctetLongOctetDouble::a), field("b", &OctetLongOctetDouble::b),
                 field("c", &OctetLongOctetDouble::c), field("d", &OctetLongOctetDouble::d)};
  bool operator==(const OctetLongOctetDouble&) const = default;
};
struct CharShortCharLongLong {
  char a = 0;
  std::int16_t b = 0;
  char c = 0;
  std::int64_t d = 0;
  static constexpr auto kFields =
      std::tuple{field("a", &CharShortCharLongLong::a), field("b", &CharShortCharLongLong::b),
                 field("c", &CharShortCharLongLong::c), field("d", &CharShortCharLongLong::d)};
  bool operator==(const CharShortCharLongLong&) const = default;
};
struct StringDouble {
  std::string s;
  double d = 0;
  static constexpr auto kFields = std::tuple{field("s", &StringDouble::s), field("d", &StringDouble::d)};
  bool operator==(const StringDouble&) const = default;
};
struct CdrMixed {
  bool f = false;
  std::uint16_t u = 0;
  std::uint8_t o = 0;
  std::uint64_t q = 0;
  std::int16_t t = 0;
  static constexpr auto kFields =
      std::tuple{field("f", &CdrMixed::f), field("u", &CdrMixed::u), field("o", &CdrMixed::o),
                 field("q", &CdrMixed::q), field("t", &CdrMixed::t)};
  bool operator==(const CdrMixed&) const = default;
};
struct LongOctet {
  std::int32_t a = 0;
  std::uint8_t b = 0;
  static constexpr auto kFields = std::tuple{field("a", &LongOctet::a), field("b", &LongOctet::b)};
  bool operator==(const LongOctet&) const = default;
};
struct Arrays {
  std::uint8_t x = 0;
  std::array<std::int32_t, 3> a{};
  std::array<std::uint8_t, 5> o{};
  double d = 0;
  static constexpr auto kFields = std::tuple{field("x", &Arrays::x), field("a", &Arrays::a),
                                             field("o", &Arrays::o), field("d", &Arrays::d)};
  bool operator==(const Arrays&) const = default;
};

struct CdrColorName {
  static constexpr std::array<std::pair<const char*, int>, 3> kEnumerators = {
      {{"red", 0}, {"green", 1}, {"blue", 2}}};
};
using CdrColor = Enum<CdrColorName>;

/// union U switch (long) { case 1: octet o; case 2: double d; default: string s; }
struct CdrUnion {
  std::int32_t d = 1;
  std::uint8_t octet = 0;
  double number = 0;
  std::string text;
  static constexpr auto kMembers = std::tuple{field("_d", &CdrUnion::d), field("o", &CdrUnion::octet),
                                              field("d", &CdrUnion::number), field("s", &CdrUnion::text)};
  template <class U, class Visit>
  static bool visit_arm(U& object, Visit visit) {
    switch (object.d) {
      case 1: visit(object.octet); break;
      case 2: visit(object.number); break;
      default: visit(object.text); break;
    }
    return true;
  }
  bool operator==(const CdrUnion&) const = default;
};
/// union switch (Discriminator) { case `first`: First a; case `second`: Second b; }, with the names of a
/// vector.
template <class Names, class Discriminator, class First, class Second>
struct TwoArms {
  Discriminator d{};
  First first{};
  Second second{};
  static constexpr auto kMembers = std::tuple{field("_d", &TwoArms::d), field(Names::kFirst, &TwoArms::first),
                                              field(Names::kSecond, &TwoArms::second)};
  template <class U, class Visit>
  static bool visit_arm(U& object, Visit visit) {
    if (object.d == Discriminator(Names::kFirstCase)) visit(object.first);
    if (object.d == Discriminator(Names::kSecondCase)) visit(object.second);
    return true;  // any other discriminator goes alone
  }
  bool operator==(const TwoArms&) const = default;
};
struct UeNames {
  static constexpr auto kFirst = "l", kSecond = "s";
  static constexpr int kFirstCase = 0, kSecondCase = 1;
};
struct UbNames {
  static constexpr auto kFirst = "v", kSecond = "none";
  static constexpr bool kFirstCase = true, kSecondCase = false;
};
struct UsNames {
  static constexpr auto kFirst = "d", kSecond = "o";
  static constexpr std::int16_t kFirstCase = 1, kSecondCase = -1;
};
struct UcNames {
  static constexpr auto kFirst = "l", kSecond = "s";
  static constexpr char kFirstCase = 'a', kSecondCase = 'b';
};
using CdrEnumUnion = TwoArms<UeNames, CdrColor, std::int32_t, std::string>;
using CdrBooleanUnion = TwoArms<UbNames, bool, std::int32_t, Void>;
using CdrShortUnion = TwoArms<UsNames, std::int16_t, double, std::uint8_t>;
using CdrCharUnion = TwoArms<UcNames, char, std::int32_t, std::string>;

/// struct Node { long v; sequence<Node, 1> next; }
struct CdrNode {
  std::int32_t v = 0;
  std::vector<CdrNode> next;
  bool operator==(const CdrNode&) const = default;
};
template <once::EncoderType E>
void encode(E& encoder, const CdrNode& node) {
  const once::Nesting nesting{encoder};
  if (!nesting) return;
  encode(encoder, node.v);
  once::encode_bounded(encoder, node.next, 1);
}
template <once::DecoderType D>
void decode(D& decoder, CdrNode& node) {
  const once::Nesting nesting{decoder};
  if (!nesting) return;
  decode(decoder, node.v);
  once::decode_bounded(decoder, node.next, 1);
}
inline void read(const Json& json, CdrNode& node) {
  CdrNode* last = &node;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (i != 0) last = &last->next.emplace_back();
    last->v = json[i].get<std::int32_t>();
  }
}

/// An object reference as CORBA sends it; nil has no profiles.
struct TaggedProfile {
  std::uint32_t tag = 0;
  once::Bytes profile;
  static constexpr auto kFields =
      std::tuple{field("tag", &TaggedProfile::tag), field("profile", &TaggedProfile::profile)};
  bool operator==(const TaggedProfile&) const = default;
};
struct ObjectReference {
  std::string type_id;
  std::vector<TaggedProfile> profiles;
  static constexpr auto kFields =
      std::tuple{field("type_id", &ObjectReference::type_id), field("profiles", &ObjectReference::profiles)};
  bool operator==(const ObjectReference&) const = default;
};
/// In the vectors an any holds a long or a string.
inline void read(const Json& json, once::Any& any) {
  const Json& value = json.at("v");
  any = value.is_string() ? once::Any{value.get<std::string>()} : once::Any{value.get<std::int32_t>()};
}

inline void read(const Json&, ObjectReference&) {}  // only nil is in the vectors

/// A sequence<octet> that is a body of its own: a byte order octet, then a long, aligned from that octet on.
struct EncapsulatedLong {
  bool little = false;
  std::int32_t value = 0;
  bool operator==(const EncapsulatedLong&) const = default;
};
struct ByteOrderAndLong {
  bool little = false;
  std::int32_t value = 0;
  static constexpr auto kFields =
      std::tuple{field("little", &ByteOrderAndLong::little), field("value", &ByteOrderAndLong::value)};
};
template <once::EncoderType E>
void encode(E& encoder, const EncapsulatedLong& capsule) {
  const ByteOrderAndLong body{capsule.little, capsule.value};
  encode(encoder, capsule.little ? encoded<CdrLittle>(body) : encoded<CdrBig>(body));
}
template <once::DecoderType D>
void decode(D& decoder, EncapsulatedLong& capsule) {
  const once::ByteView inner = decoder.octets();
  ByteOrderAndLong body;
  const bool little = !inner.empty() && inner[0] == 1;
  const Decoded decoded = little ? decode_all<CdrLittle>(inner, body) : decode_all<CdrBig>(inner, body);
  if (decoded != Decoded{}) decoder.fail(decoded.error, inner.size());
  capsule = {body.little, body.value};
}
inline void read(const Json& json, EncapsulatedLong& capsule) {
  capsule = {json.at("little").get<bool>(), json.at("value").get<std::int32_t>()};
}

/// FT::FTRequestServiceContext, whose encapsulation is the whole body.
struct FtRequestContext {
  bool little = false;
  std::string client_id;
  std::int32_t retention_id = 0;
  std::uint64_t expiration_time = 0;
  static constexpr auto kFields =
      std::tuple{field("little", &FtRequestContext::little), field("client_id", &FtRequestContext::client_id),
                 field("retention_id", &FtRequestContext::retention_id),
                 field("expiration_time", &FtRequestContext::expiration_time)};
  bool operator==(const FtRequestContext&) const = default;
};

}  // namespace codec_test
