// Value types on the wire: what is shared stays shared, cycles close, types can be truncated, and no message
// makes a value be taken for another.
#include <array>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <once/codec/any.hpp>
#include <once/codec/value_type.hpp>

#include "allocations.hpp"
#include "value_types.hpp"

namespace {

using namespace value_test;

template <class Codec>
class ValueTypes : public testing::Test {};
using AllCodecs = testing::Types<once::Cdr, once::Xdr>;
TYPED_TEST_SUITE(ValueTypes, AllCodecs);

TYPED_TEST(ValueTypes, NilStaysNil) {
  auto value = std::make_shared<Node>();
  ASSERT_EQ(decoded<TypeParam>(encoded<TypeParam>(std::shared_ptr<Node>{}).view(), value), Errc::ok);
  EXPECT_EQ(value, nullptr);
}

TYPED_TEST(ValueTypes, NilsTakeNoMemory) {
  once::Buffer buffer;
  buffer.reserve(64);
  std::shared_ptr<Node> node;
  std::shared_ptr<std::string> box;
  const codec_test::Allocations allocations;
  typename TypeParam::Encoder encoder{buffer};
  encode(encoder, node);
  once::encode_box(encoder, box, kNoteId, [](auto& e, const auto& note) { encode(e, note); });
  ASSERT_TRUE(encoder.finish());
  TypeParam::decode_with(TypeParam::kOrder, buffer.view(), [&](auto& decoder) {
    decode(decoder, node);
    once::decode_box(decoder, box, kNoteId, [](auto& d, auto& note) { decode(d, note); });
    EXPECT_TRUE(decoder.finish());
  });
  EXPECT_EQ(buffer.size(), 8U);
  EXPECT_EQ(allocations.count(), 0U);
}

TYPED_TEST(ValueTypes, SharedValuesStaySharedAndOthersApart) {
  const auto shared = std::make_shared<Node>();
  shared->number = 7;
  const auto top = std::make_shared<Node>();
  top->left = top->right = shared;
  const auto equal = std::make_shared<Node>();
  equal->number = 7;
  const std::vector<std::shared_ptr<Node>> all = {top, shared, equal, top};
  std::vector<std::shared_ptr<Node>> out;
  ASSERT_EQ(decoded<TypeParam>(encoded<TypeParam>(all).view(), out), Errc::ok);
  ASSERT_EQ(out.size(), 4U);
  EXPECT_EQ(out[0]->left, out[0]->right);
  EXPECT_EQ(out[0]->left, out[1]);
  EXPECT_EQ(out[0], out[3]);
  EXPECT_NE(out[1], out[2]);
  EXPECT_EQ(out[1]->number, 7);
  EXPECT_EQ(out[2]->number, 7);
}

TYPED_TEST(ValueTypes, CyclesClose) {
  const auto a = std::make_shared<Named>();
  const auto b = std::make_shared<Node>();
  a->left = b;
  b->right = a;
  a->friend_node = a;
  a->name = "a";
  std::shared_ptr<Node> out;
  const Errc error = decoded<TypeParam>(encoded<TypeParam>(std::shared_ptr<Node>{a}).view(), out);
  b->right.reset();
  a->friend_node.reset();
  ASSERT_EQ(error, Errc::ok);
  const auto named = std::dynamic_pointer_cast<Named>(out);
  ASSERT_NE(named, nullptr);
  EXPECT_EQ(named->left->right, named);
  EXPECT_EQ(named->friend_node, named);
  EXPECT_EQ(named->name, "a");
  named->left->right.reset();
  named->friend_node.reset();
}

TYPED_TEST(ValueTypes, ChunkedValuesInsideOthersComeOutWhole) {
  const auto a = std::make_shared<Named>();
  const auto inner = std::make_shared<Named>();
  inner->name = "inner";
  inner->note = std::make_shared<std::string>("shared note");
  a->name = "outer";
  a->number = 5;
  a->left = inner;
  a->right = std::make_shared<Node>();
  a->right->number = 9;
  a->friend_node = a->right;
  a->note = inner->note;
  const std::vector<std::shared_ptr<Node>> all = {a, inner};
  std::vector<std::shared_ptr<Node>> out;
  ASSERT_EQ(decoded<TypeParam>(encoded<TypeParam>(all).view(), out), Errc::ok);
  const auto named = std::dynamic_pointer_cast<Named>(out[0]);
  const auto second = std::dynamic_pointer_cast<Named>(out[1]);
  ASSERT_TRUE(named && second);
  EXPECT_EQ(named->left, second);
  EXPECT_EQ(named->name, "outer");
  EXPECT_EQ(named->number, 5);
  EXPECT_EQ(second->name, "inner");
  EXPECT_EQ(named->right->number, 9);
  EXPECT_EQ(named->friend_node, named->right);
  ASSERT_NE(named->note, nullptr);
  EXPECT_EQ(named->note, second->note);
  EXPECT_EQ(*named->note, "shared note");
}

/// `octets` with every "from" replaced by "to", of the same length.
once::Buffer renamed(const once::Buffer& octets, std::string_view from, std::string_view to) {
  std::string text{once::as_text(octets.view())};
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
    text.replace(at, to.size(), to);
  }
  once::Buffer result;
  result.resize(text.size());
  std::copy(text.begin(), text.end(), result.data());
  return result;
}

TYPED_TEST(ValueTypes, AnUnknownTypeIsTruncatedToTheBaseThatIsKnown) {
  const auto a = std::make_shared<Named>();
  a->number = 3;
  a->name = "cut off";
  a->friend_node = std::make_shared<Named>();
  const auto after = std::make_shared<Node>();
  after->number = 4;
  const std::vector<std::shared_ptr<Node>> all = {a, after};
  const once::Buffer octets = renamed(encoded<TypeParam>(all), "IDL:Named:1.0", "IDL:NameX:1.0");
  std::vector<std::shared_ptr<Node>> out;
  ASSERT_EQ(decoded<TypeParam>(octets.view(), out), Errc::ok);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(std::dynamic_pointer_cast<Named>(out[0]), nullptr);
  EXPECT_EQ(out[0]->number, 3);
  EXPECT_EQ(out[1]->number, 4);
}

TYPED_TEST(ValueTypes, WhatStoodInADroppedPartCannotBeReferredTo) {
  const auto a = std::make_shared<Named>();
  a->friend_node = std::make_shared<Node>();
  const std::vector<std::shared_ptr<Node>> all = {a, a->friend_node};
  const once::Buffer octets = renamed(encoded<TypeParam>(all), "IDL:Named:1.0", "IDL:NameX:1.0");
  std::vector<std::shared_ptr<Node>> out;
  EXPECT_EQ(decoded<TypeParam>(octets.view(), out), Errc::invalid_value);
}

TYPED_TEST(ValueTypes, StayKnownAsLongAsOneRegistrationLives) {
  const auto is_known = [] {
    const std::shared_ptr<once::ValueBase> other = std::make_shared<Other>();
    std::shared_ptr<once::ValueBase> out;
    return decoded<TypeParam>(encoded<TypeParam>(other).view(), out) == Errc::ok;
  };
  const std::initializer_list<const once::ValueType*> types = {&Other::kValueType};
  std::optional<once::RegisteredValueTypes> first{std::in_place, types};
  std::optional<once::RegisteredValueTypes> second{std::in_place, types};
  EXPECT_TRUE(is_known());
  first.reset();
  EXPECT_TRUE(is_known());
  second.reset();
  EXPECT_FALSE(is_known());
}

TYPED_TEST(ValueTypes, AValueIsNeverTakenForOneOfAnotherType) {
  // A message that says Other where a Node is declared, then one that refers to an earlier Other.
  const once::RegisteredValueTypes registered{&Other::kValueType};
  const std::shared_ptr<once::ValueBase> other = std::make_shared<Other>();
  std::shared_ptr<Node> node;
  EXPECT_EQ(decoded<TypeParam>(encoded<TypeParam>(other).view(), node), Errc::invalid_value);
  const std::vector<std::shared_ptr<once::ValueBase>> twice = {other, other};
  const once::Buffer octets = encoded<TypeParam>(twice);
  const Errc error = TypeParam::decode_with(TypeParam::kOrder, octets.view(), [](auto& decoder) {
    std::shared_ptr<once::ValueBase> first;
    std::shared_ptr<Node> second;
    static_cast<void>(decoder.template value<std::uint32_t>());
    decode(decoder, first);
    EXPECT_NE(first, nullptr);
    EXPECT_TRUE(decoder.ok());
    decode(decoder, second);
    return decoder.error();
  });
  EXPECT_EQ(error, Errc::invalid_value);
}

TYPED_TEST(ValueTypes, TooDeepAGraphIsAnErrorInBothDirections) {
  auto tree = once::make_value<Branch>();
  for (std::uint32_t i = 1; i < once::kValueDepthMax; ++i) {
    const auto above = once::make_value<Branch>();
    above->branches.push_back(std::exchange(tree, above));
  }
  const once::Buffer whole = encoded<TypeParam>(tree);
  std::shared_ptr<Branch> out;
  EXPECT_EQ(decoded<TypeParam>(whole.view(), out), Errc::ok);
  const auto deeper = once::make_value<Branch>();
  deeper->branches.push_back(tree);
  once::Buffer buffer;
  typename TypeParam::Encoder encoder{buffer};
  encode(encoder, deeper);
  EXPECT_EQ(encoder.error(), Errc::limit_exceeded);
  // All octets of a Branch, but the last's, are the same.
  const std::string octets{once::as_text(whole.view())};
  const std::string one = octets.substr(0, octets.size() / once::kValueDepthMax);
  ASSERT_EQ(octets.substr(one.size(), one.size()), one);
  EXPECT_EQ(decoded<TypeParam>(once::as_bytes(one + octets), out), Errc::limit_exceeded);
}

TYPED_TEST(ValueTypes, AListMayHaveAnyLength) {
  constexpr std::int32_t kLength = 100'000;
  std::shared_ptr<Node> list;
  for (std::int32_t i = 0; i < kLength; ++i) {
    auto before = i % 3 == 0 ? once::make_value<Named>() : once::make_value<Node>();
    before->number = i;
    (i % 2 == 0 ? before->right : before->left) = std::move(list);
    list = std::move(before);
  }
  std::shared_ptr<Node> out;
  ASSERT_EQ(decoded<TypeParam>(encoded<TypeParam>(list).view(), out), Errc::ok);
  std::int32_t number = kLength;
  for (const Node* node = out.get(); node != nullptr; node = (node->right ? node->right : node->left).get()) {
    ASSERT_EQ(node->number, --number);
    ASSERT_EQ(dynamic_cast<const Named*>(node) != nullptr, number % 3 == 0);
  }
  EXPECT_EQ(number, 0);
}

TYPED_TEST(ValueTypes, ALongChainThatWasReceivedEndsWithoutRecursion) {
  std::vector<std::shared_ptr<Node>> nodes(300'000);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i] = once::make_value<Node>();
    if (i != 0) nodes[i]->left = nodes[i - 1];
  }
  std::vector<std::shared_ptr<Node>> out;
  ASSERT_EQ(decoded<TypeParam>(encoded<TypeParam>(nodes).view(), out), Errc::ok);
  EXPECT_EQ(out.back()->left, out[out.size() - 2]);
}

/// Counts those that live.
struct Counted final : Node {
  static inline int living = 0;
  Counted() { ++living; }
  ~Counted() override { --living; }
};

/// Makes values of T as `make` does, as long as it lives.
template <class T>
class Made {
 public:
  explicit Made(once::ValueType::Make make) { once::set_value_factory<T>(make); }
  ~Made() { once::set_value_factory<T>(value_test::make<T>); }
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
};

TYPED_TEST(ValueTypes, ABadMessageLeavesNoCycleBehind) {
  const auto a = once::make_value<Node>();
  const auto b = once::make_value<Node>();
  a->left = b;
  b->right = a;
  const std::vector<std::shared_ptr<Node>> all = {a, b, a};
  const once::Buffer octets = encoded<TypeParam>(all);
  a->left.reset();
  const Made<Node> made{make<Counted>};
  std::vector<std::shared_ptr<Node>> out;
  ASSERT_EQ(decoded<TypeParam>(octets.view(), out), Errc::ok);
  EXPECT_EQ(Counted::living, 2);
  out[0]->left.reset();
  out.clear();
  for (std::size_t size = 0; size < octets.size(); ++size) {
    EXPECT_NE(decoded<TypeParam>(octets.view().first(size), out), Errc::ok);
    out.clear();
    EXPECT_EQ(Counted::living, 0) << size;
  }
}

TYPED_TEST(ValueTypes, WhatAFactoryThrowsIsAnErrorOfTheMessage) {
  const once::Buffer octets = encoded<TypeParam>(once::make_value<Node>());
  const Made<Node> made{[]() -> std::shared_ptr<once::ValueBase> { throw 7; }};
  std::shared_ptr<Node> out;
  EXPECT_EQ(decoded<TypeParam>(octets.view(), out), Errc::invalid_value);
}

TYPED_TEST(ValueTypes, AnExceptionLeavesNoCycleBehind) {
  const auto a = once::make_value<Node>();
  a->left = a;
  a->right = once::make_value<Node>();
  const once::Buffer octets = encoded<TypeParam>(a);
  a->left.reset();
  const Made<Node> made{[]() -> std::shared_ptr<once::ValueBase> {
    if (Counted::living != 0) throw std::bad_alloc{};
    return once::make_value<Counted>();
  }};
  std::shared_ptr<Node> out;
  EXPECT_THROW(decoded<TypeParam>(octets.view(), out), std::bad_alloc);
  out.reset();
  EXPECT_EQ(Counted::living, 0);
}

TYPED_TEST(ValueTypes, EveryTruncationIsAnError) {
  const auto a = std::make_shared<Named>();
  a->name = "name";
  a->left = std::make_shared<Named>();
  a->friend_node = a->left;
  const once::Buffer octets = encoded<TypeParam>(std::shared_ptr<Node>{a});
  for (std::size_t size = 0; size < octets.size(); ++size) {
    std::shared_ptr<Node> out;
    EXPECT_NE(decoded<TypeParam>(octets.view().first(size), out), Errc::ok) << size;
  }
}

/// What may have been made into a cycle is none any more.
void take_apart(const std::shared_ptr<Node>& node) {
  if (!node) return;
  const auto left = std::exchange(node->left, nullptr);
  const auto right = std::exchange(node->right, nullptr);
  take_apart(left);
  take_apart(right);
  const auto named = std::dynamic_pointer_cast<Named>(node);
  if (named) take_apart(std::exchange(named->friend_node, nullptr));
}

TYPED_TEST(ValueTypes, NoChangedOctetDoesHarm) {
  const auto a = std::make_shared<Named>();
  a->name = "name";
  a->left = std::make_shared<Named>();
  a->right = a->left;
  const once::Buffer octets = encoded<TypeParam>(std::shared_ptr<Node>{a});
  std::size_t accepted = 0;
  for (std::size_t at = 0; at < octets.size(); ++at) {
    for (int bits = 1; bits < 256; ++bits) {
      std::vector<std::uint8_t> changed(octets.view().begin(), octets.view().end());
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ bits);
      std::shared_ptr<Node> out;
      if (decoded<TypeParam>(changed, out) == Errc::ok) {
        ++accepted;
        const once::Buffer again = encoded<TypeParam>(out);
        std::shared_ptr<Node> second;
        EXPECT_EQ(decoded<TypeParam>(again.view(), second), Errc::ok) << at;
        const once::Buffer third = encoded<TypeParam>(second);
        EXPECT_EQ(once::as_text(again.view()), once::as_text(third.view())) << at;
        take_apart(second);
      }
      take_apart(out);
    }
  }
  EXPECT_GT(accepted, 0U);
  EXPECT_LT(accepted, octets.size() * 255);
}

TEST(ValueTypesInCdr, ReadWhatGiopSaysInBigEndian) {
  // A Named with one chunk spread over two, its type as a list, and a nil inside a chunk.
  const std::vector<std::uint8_t> octets = {
      0x7f, 0xff, 0xff, 0x0a,  // one type, chunks
      0,    0,    0,    14,   'I', 'D', 'L', ':', 'N',  'a',  'm',  'e',  'd', ':',
      '1',  '.',  '0',  0,    0,   0,   0,   0,   0,    4,    0,    0,    0,   42,  // number alone
      0,    0,    0,    8,    0,   0,   0,   0,   0,    0,    0,    0,              // left, right: nil
      0,    0,    0,    6,    0,   0,   0,   2,   'x',  0,    0,    0,              // name, then a gap
      0x7f, 0xff, 0xff, 0x08, 0,   0,   0,   12,  0,    0,    0,    1,              // a Node, no type
      0,    0,    0,    0,    0,   0,   0,   0,   0xff, 0xff, 0xff, 0xfe,           // its end
      0,    0,    0,    0,                                                          // nil outside of a chunk
      0xff, 0xff, 0xff, 0xff};
  once::CdrDecoder<std::endian::big> decoder{octets};
  std::shared_ptr<Node> out;
  decode(decoder, out);
  ASSERT_TRUE(decoder.finish()) << decoder.error_offset();
  const auto named = std::dynamic_pointer_cast<Named>(out);
  ASSERT_NE(named, nullptr);
  EXPECT_EQ(named->number, 42);
  EXPECT_EQ(named->name, "x");
  EXPECT_EQ(named->friend_node->number, 1);
}

TEST(ValueTypesInCdr, ReadGapsAtTheEndsOfChunksAndEndsThatAreOne) {
  // As omniORB writes it: the name's gap is the chunk's, and one tag ends the Node and the Named.
  const std::vector<std::uint8_t> octets = {
      0x7f, 0xff, 0xff, 0x0a, 0,   0,   0,   14, 'I',  'D',  'L',  ':', 'N', 'a',
      'm',  'e',  'd',  ':',  '1', '.', '0', 0,  0,    0,    0,    0,   0,   20,  // one chunk
      0,    0,    0,    42,   0,   0,   0,   0,  0,    0,    0,    0,             // number; left, right: nil
      0,    0,    0,    2,    'x', 0,   0,   0,                                   // name, and a gap
      0x7f, 0xff, 0xff, 0x08, 0,   0,   0,   12, 0,    0,    0,    1,             // a Node
      0,    0,    0,    0,    0,   0,   0,   0,  0xff, 0xff, 0xff, 0xff};
  once::CdrDecoder<std::endian::big> decoder{octets};
  std::shared_ptr<Node> out;
  decode(decoder, out);
  // The Named ends before its note.
  EXPECT_EQ(decoder.error(), Errc::invalid_value);
  std::vector<std::uint8_t> whole(octets.begin(), octets.end() - 4);
  for (const int octet : {0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 4, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}) {
    whole.push_back(static_cast<std::uint8_t>(octet));
  }
  once::CdrDecoder<std::endian::big> again{whole};
  decode(again, out);
  ASSERT_TRUE(again.finish()) << again.error_offset();
  EXPECT_EQ(std::dynamic_pointer_cast<Named>(out)->name, "x");
  EXPECT_EQ(std::dynamic_pointer_cast<Named>(out)->friend_node->number, 1);
}

TYPED_TEST(ValueTypes, ChunkSizesThatLieAreRefused) {
  const auto named = once::make_value<Named>();
  named->name = "name";
  const once::Buffer octets = encoded<TypeParam>(std::shared_ptr<Node>{named});
  const std::string_view text = once::as_text(octets.view());
  // The size stands behind the last id, of which that of Node is the last one.
  std::size_t place = text.rfind("IDL:Node:1.0") + 12;
  place = (place + (std::same_as<TypeParam, once::Cdr> ? 4 : 3)) / 4 * 4;
  const std::size_t least =
      place + (std::endian::native == std::endian::little && std::same_as<TypeParam, once::Cdr> ? 0 : 3);
  for (const int change : {-16, -12, 4, 8, 100}) {  // two nils may stand outside of a chunk
    std::vector<std::uint8_t> changed(octets.view().begin(), octets.view().end());
    changed[least] = static_cast<std::uint8_t>(changed[least] + change);
    std::shared_ptr<Node> out;
    EXPECT_NE(decoded<TypeParam>(changed, out), Errc::ok) << change;
  }
}

TEST(ValueTypesInCdr, IndirectionsForwardOrIntoNothingAreRefused) {
  for (const std::uint32_t offset : {0U, 4U, 0xfffffffcU, 0xfffffff8U, 0x80000000U, 0x7fffffffU}) {
    once::Buffer buffer;
    once::Cdr::Encoder encoder{buffer};
    encoder.value(std::uint32_t{0});
    encoder.value(std::uint32_t{0xffffffff});
    encoder.value(offset);
    ASSERT_TRUE(encoder.finish());
    once::CdrDecoder<std::endian::native> decoder{buffer.view()};
    std::shared_ptr<Node> first;
    std::shared_ptr<Node> second;
    decode(decoder, first);
    decode(decoder, second);
    EXPECT_EQ(decoder.error(), Errc::invalid_value) << offset;
  }
}

TEST(ValueTypesInCdr, ChunksMayEndBeforeTheOctetsOfAnAny) {
  using Octets = std::array<std::uint8_t, 8>;
  once::Buffer type;
  once::Cdr::Encoder type_encoder{type};
  encode(type_encoder, once::type_code<Octets>());
  ASSERT_TRUE(type_encoder.finish());
  ASSERT_EQ(type.size() % 4, 0U);
  once::Buffer buffer;
  once::Cdr::Encoder encoder{buffer};
  encoder.value(std::uint32_t{0x7fffff08});
  encoder.octets(type.view());  // the first chunk
  encoder.octets(Octets{1, 2, 3, 4, 5, 6, 7, 8});
  encoder.value(std::int32_t{-1});
  ASSERT_TRUE(encoder.finish());
  std::shared_ptr<Holder> out;
  ASSERT_EQ(decoded<once::Cdr>(buffer.view(), out), Errc::ok);
  EXPECT_EQ(out->any.get_if<Octets>(), (Octets{1, 2, 3, 4, 5, 6, 7, 8}));
}

}  // namespace
