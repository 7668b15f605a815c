// Anys: with values of types that the program knows, and of others.
#include <limits>

#include <gtest/gtest.h>

#include "allocations.hpp"
#include "any_types.hpp"
#include "coders.hpp"

namespace codec_test {
namespace {

using once::Any;
using once::TypeCode;
using once::TypeCodeBuilder;
using once::TypeIndex;
using once::TypeKind;

shop::Tree tree_of(std::uint32_t levels) {
  shop::Tree tree{"leaf", {}};
  for (std::uint32_t i = 1; i < levels; ++i) tree = {"branch", {std::move(tree)}};
  return tree;
}

/// One of each kind.
std::vector<Any> all_kinds() {
  shop::Refused refused;
  refused.reason = "no";
  refused.grid[1][2] = 6;
  return {
      Any{},
      Any{true},
      Any{'x'},
      Any{u'€'},
      Any{std::int8_t{-128}},
      Any{std::uint8_t{255}},
      Any{std::int16_t{-2}},
      Any{std::uint16_t{65535}},
      Any{std::int32_t{42}},
      Any{std::uint32_t{0xffffffff}},
      Any{std::numeric_limits<std::int64_t>::min()},
      Any{std::uint64_t{1} << 63},
      Any{1.5F},
      Any{-2.25},
      Any{once::Float128{0.5}},
      Any{"text"},
      Any{std::u16string{u"\ufeffwide"}},
      Any{once::Fixed<7, 2>{"-19.99"}},
      Any{once::type_code<shop::Tree>()},
      Any{std::vector<Any>{Any{"inside"}}}.parts().front(),
      Any{std::vector<std::uint8_t>{1, 2, 3}},
      Any{std::array<std::uint8_t, 5>{1, 2, 3, 4, 5}},
      Any{std::vector<bool>{true, false}},
      Any{std::map<std::string, double>{{"a", 1}, {"b", 2}}},
      Any{std::optional<std::int16_t>{}},
      Any{std::optional<std::int16_t>{7}},
      Any{shop::Pair{{"tea", 350, shop::Color::green}, {"milk", 99, shop::Color::blue}}},
      Any{shop::U{2, -1, "", 0}},
      Any{shop::U{-3, 0, "three", 0}},
      Any{shop::U{9, 0, "", 200}},
      Any{refused},
      Any{tree_of(5)},
      Any{std::vector<Any>{Any{1}, Any{"two"}, Any{tree_of(2)}}},
  };
}

template <class C>
class AnyInEveryCodec : public testing::Test {};
TYPED_TEST_SUITE(AnyInEveryCodec, AllCoders);

TYPED_TEST(AnyInEveryCodec, ComesOutAsItWentIn) {
  for (const Any& any : all_kinds()) {
    SCOPED_TRACE(to_string(any));
    const once::Bytes octets = encoded<TypeParam>(any);
    Any again;
    EXPECT_EQ(decode_all<TypeParam>(octets, again), Decoded{});
    EXPECT_EQ(again, any);
    EXPECT_EQ(encoded<TypeParam>(again), octets);
    for (std::size_t size = 0; size < octets.size(); ++size) {
      EXPECT_NE(decode_all<TypeParam>(once::ByteView{octets}.first(size), again).error, once::Errc::ok);
    }
  }
}

TYPED_TEST(AnyInEveryCodec, HoldsTheValueAsItStandsOutsideOfAnAny) {
  const shop::Pair pair{{"tea", 350, shop::Color::green}, {"milk", 99, shop::Color::blue}};
  // Where the any stands decides on the gaps.
  for (std::size_t before = 0; before < 9; ++before) {
    once::Buffer expected;
    typename TypeParam::Encoder by_hand{expected};
    once::Buffer buffer;
    typename TypeParam::Encoder encoder{buffer};
    for (std::size_t i = 0; i < before; ++i) {
      by_hand.value(true);
      encoder.value(true);
    }
    encode(by_hand, once::type_code<shop::Pair>());
    encode(by_hand, pair);
    encode(encoder, Any{pair});
    ASSERT_TRUE(by_hand.finish());
    ASSERT_TRUE(encoder.finish());
    EXPECT_EQ(to_hex(buffer.view()), to_hex(expected.view()));
    typename TypeParam::Decoder decoder{buffer.view()};
    for (std::size_t i = 0; i < before; ++i) static_cast<void>(decoder.template value<bool>());
    Any again;
    decode(decoder, again);
    ASSERT_TRUE(decoder.finish());
    EXPECT_EQ(again.get_if<shop::Pair>(), pair);
  }
}

TYPED_TEST(AnyInEveryCodec, SurvivesEveryFlippedBit) {
  for (const Any& any : all_kinds()) {
    const once::Bytes octets = encoded<TypeParam>(any);
    for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
      once::Bytes flipped = octets;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
      Any read;
      if (decode_all<TypeParam>(flipped, read) != Decoded{}) continue;
      Any again;
      EXPECT_EQ(decode_all<TypeParam>(encoded<TypeParam>(read), again), Decoded{});
      EXPECT_EQ(again, read);
      EXPECT_LT(to_string(read).size(), 10'000U);
    }
  }
}

TEST(Anys, GiveTheirValueToThoseWhoKnowItsType) {
  const Any any{shop::Item{"tea", 350, shop::Color::green}};
  EXPECT_EQ(any.get_if<shop::Item>(), (shop::Item{"tea", 350, shop::Color::green}));
  EXPECT_EQ(any.get_if<shop::Pair>(), std::nullopt);
  EXPECT_EQ(any.get_if<std::string>(), std::nullopt);
  EXPECT_EQ(Any{"text"}.get_if<std::string>(), "text");
  EXPECT_EQ(Any{}.get_if<std::string>(), std::nullopt);
  const std::vector<Any> inside = Any{std::vector<Any>{Any{7}}}.parts();
  EXPECT_EQ(inside.front().get_if<std::int32_t>(), std::nullopt);
  EXPECT_EQ(inside.front().get_if<Any>(), Any{7});
  shop::Refused refused;
  refused.reason = "no";
  EXPECT_EQ(Any{refused}.get_if<shop::Refused>(), refused);
}

TEST(Anys, AreNotMadeOfWhatDoesNotFitItsType) {
  EXPECT_THROW((Any{shop::Item{std::string(81, 'x'), 1, shop::Color::red}}), std::invalid_argument);
  EXPECT_THROW(Any{"\xff"}, std::invalid_argument);
}

TEST(Anys, OfUnknownTypesArePrintedAndTakenApart) {
  const std::string leaf = "{label: \"leaf\", children: []}";
  const auto branch = [](const std::string& child) {
    return "{label: \"branch\", children: [" + child + "]}";
  };
  const std::vector<std::string> expected = {
      "none",
      "true",
      "'x'",
      "'€'",
      "-128",
      "255",
      "-2",
      "65535",
      "42",
      "4294967295",
      "-9223372036854775808",
      "9223372036854775808",
      "1.5",
      "-2.25",
      "0.5",
      "\"text\"",
      "\"\ufeffwide\"",
      "-19.99",
      "Tree",
      "\"inside\"",
      "x\"010203\"",
      "x\"0102030405\"",
      "[true, false]",
      "[{key: \"a\", value: 1}, {key: \"b\", value: 2}]",
      "{_d: false}",
      "{_d: true, value: 7}",
      "{a: {name: \"tea\", price: 350, tint: green}, b: {name: \"milk\", price: 99, tint: blue}}",
      "{_d: 2, number: -1}",
      "{_d: -3, text: \"three\"}",
      "{_d: 9, raw: 200}",
      "{reason: \"no\", grid: [[0, 0, 0], [0, 0, 6]]}",
      branch(branch(branch(branch(leaf)))),
      "[1, \"two\", " + branch(leaf) + "]"};
  const std::vector<Any> all = all_kinds();
  ASSERT_EQ(all.size(), expected.size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(to_string(all[i]), expected[i]);

  const Any item{shop::Item{"tea", 350, shop::Color::green}};
  const std::vector<Any> parts = item.parts();
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].get_if<std::string>(), "tea");
  EXPECT_EQ(parts[1].get_if<std::uint64_t>(), 350U);
  EXPECT_EQ(parts[2].type(), once::type_code<shop::Color>());
}

TEST(Anys, FromCorbaAreRead) {
  // As omniORB 4.2.5 wrote them, little-endian; the gaps hold whatever was there.
  const auto read = [](const std::string& hex) {
    Any any;
    EXPECT_EQ(decode_all<CdrLittle>(from_hex(hex), any), Decoded{});
    return any;
  };
  EXPECT_EQ(
      read("0f000000dd000000010000001200000049444c3a73686f702f4974656d3a312e30000000050000004974656d000000000"
           "30000"
           "00050000006e616d65000061731200000050000000060000007072696365006964150000002c000000010000ff1300000"
           "049444c"
           "3a73686f702f43656e74733a312e3000340600000043656e7473000000180000000500000074696e74000000001100000"
           "0490000"
           "00010000ff1300000049444c3a73686f702f436f6c6f723a312e30003406000000436f6c6f72000000030000000400000"
           "0726564"
           "0006000000677265656e00000005000000626c75650000450004000000746561005e0100000000000001000000"),
      (Any{shop::Item{"tea", 350, shop::Color::green}}));
  EXPECT_EQ(read("0f00000068000000010000001200000049444c3a73686f702f547265653a312e30008b2e0500000054726565000"
                 "00000020000"
                 "00060000006c6162656c0000001200000000000000090000006368696c6472656e0000000013000000100000000"
                 "1046790ffffff"
                 "ff98ffffff00000000020000006100000001000000020000006200000000000000"),
            (Any{shop::Tree{"a", {{"b", {}}}}}));
  EXPECT_EQ(read("100000007c000000010000000f00000049444c3a73686f702f553a312e300000020000005500000002000000030"
                 "0000004000000"
                 "01000000070000006e756d62657200000300000002000000070000006e756d626572000003000000fdff00ff050"
                 "00000746578"
                 "7400686f7012000000000000000000003404000000726177000a000000fdff0000020000007800"),
            (Any{shop::U{-3, 0, "x", 0}}));
}

TEST(HostileAnys, NestAsDeepAsTypedValues) {
  const Any deep{tree_of(once::kDepthMax)};
  Any again;
  EXPECT_EQ(decode_all<CdrBig>(encoded<CdrBig>(deep), again), Decoded{});
  EXPECT_EQ(again.get_if<shop::Tree>(), tree_of(once::kDepthMax));

  // Trees a hundred thousand deep; anys in anys.
  once::Bytes bytes = encoded<XdrCoders>(once::type_code<shop::Tree>());
  for (int i = 0; i < 100'000; ++i) bytes.insert(bytes.end(), {0, 0, 0, 0, 0, 0, 0, 1});
  EXPECT_EQ(decode_all<XdrCoders>(bytes, again).error, once::Errc::limit_exceeded);
  bytes.clear();
  for (int i = 0; i < 100'000; ++i) bytes.insert(bytes.end(), {0, 0, 0, 11});
  EXPECT_EQ(decode_all<XdrCoders>(bytes, again).error, once::Errc::limit_exceeded);
}

TEST(HostileAnys, OfTypesThatTakeNoOctetsCostLittle) {
  TypeCodeBuilder types;
  // Structures of two of the structure before: 2^40 of nothing.
  TypeIndex type = types.declare(TypeKind::Struct, "", "Nothing").type;
  for (int i = 0; i < 40; ++i) {
    const TypeIndex next = types.declare(TypeKind::Struct, "", "Two").type;
    types.member(next, "a", type);
    types.member(next, "b", type);
    type = next;
  }
  Any any;
  EXPECT_EQ(decode_all<CdrBig>(encoded<CdrBig>(types.finish(type)), any).error, once::Errc::limit_exceeded);

  const TypeIndex empty = types.declare(TypeKind::Struct, "", "Nothing").type;
  const TypeCode array = types.finish(types.array(types.array(empty, 0xffffffff), 0xffffffff));
  EXPECT_EQ(decode_all<CdrBig>(encoded<CdrBig>(array), any).error, once::Errc::limit_exceeded);
  const TypeCode nothing =
      types.finish(types.array(types.array(types.basic(TypeKind::Octet), 0), 0xffffffff));
  EXPECT_EQ(decode_all<CdrBig>(encoded<CdrBig>(nothing), any).error, once::Errc::limit_exceeded);
}

TEST(HostileAnys, TakeNoMoreMemoryThanTheirMessageIsWorth) {
  once::Bytes bytes = encoded<CdrBig>(once::type_code<std::vector<std::vector<std::int32_t>>>());
  bytes.insert(bytes.end(), {0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff});
  Any any;
  const Allocations allocations;
  once::CdrDecoder<std::endian::big> decoder{bytes};
  decode(decoder, any);
  EXPECT_EQ(decoder.error(), once::Errc::truncated);
  EXPECT_LT(allocations.peak(), 10'000U);

  once::Bytes array = encoded<CdrBig>(once::type_code<std::array<std::uint8_t, 0x7fffffff>>());
  once::CdrDecoder<std::endian::big> cut{array};
  decode(cut, any);
  EXPECT_EQ(cut.error(), once::Errc::truncated);
  EXPECT_LT(allocations.peak(), 10'000U);
}

// Searching all arms for each element takes many seconds.
TEST(HostileAnys, FindTheArmsOfLargeUnionsAtOnce) {
  constexpr std::uint32_t kArms = 60'000;
  TypeCodeBuilder types;
  const TypeIndex onion = types.declare(TypeKind::Union, "", "Large").type;
  types.discriminator(onion, types.basic(TypeKind::ULong));
  for (std::uint32_t i = 0; i < kArms; ++i) types.arm(onion, i, "", types.basic(TypeKind::ULong));
  types.arm(onion, 7, "", types.basic(TypeKind::Boolean));  // the first arm of a label counts
  once::Bytes bytes = encoded<XdrCoders>(types.finish(types.sequence(onion)));
  const auto word = [&](std::uint32_t value) {
    bytes.resize(bytes.size() + 4);
    once::detail::store<std::endian::big>(bytes.data() + bytes.size() - 4, value);
  };
  word(kArms);
  for (std::uint32_t i = 0; i < kArms; ++i) {
    word(i < 10 ? 7 : kArms - 1);
    word(i);
  }
  Any any;
  ASSERT_EQ(decode_all<XdrCoders>(bytes, any), Decoded{});
  EXPECT_EQ(encoded<XdrCoders>(any), bytes);
}

TEST(HostileAnys, NestNoDeeperThanTheMessageAroundThemAllows) {
  Any any{1};
  for (int i = 0; i < 30; ++i) any = Any{std::vector<Any>{any}};
  const once::Bytes bytes = encoded<XdrCoders>(any);
  once::Buffer buffer;
  once::XdrEncoder encoder{buffer};
  once::XdrDecoder decoder{bytes};
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(encoder.enter() && decoder.enter());
  encode(encoder, any);
  EXPECT_EQ(encoder.error(), once::Errc::limit_exceeded);
  decode(decoder, any);
  EXPECT_EQ(decoder.error(), once::Errc::limit_exceeded);
}

TEST(HostileAnys, HoldNoReferencesThatTypedCodeRefuses) {
  TypeCodeBuilder types;
  const TypeCode type = types.finish(types.object_reference("IDL:I:1.0", "I"));
  for (const std::uint32_t transport : {0U, 1U, 2U, 3U, 255U}) {
    once::Buffer buffer;
    once::XdrEncoder encoder{buffer};
    encode(encoder, type);
    encoder.text("IDL:I:1.0");
    encoder.value(std::uint32_t{1});
    encoder.value(transport);
    encoder.text("host");
    encoder.value(std::uint16_t{80});
    encoder.octets({});
    ASSERT_TRUE(encoder.finish());
    Any any;
    const bool is_known = transport == 1 || transport == 2;
    EXPECT_EQ(decode_all<XdrCoders>(buffer.view(), any).error,
              is_known ? once::Errc::ok : once::Errc::invalid_value);
  }
}

TEST(HostileAnys, OfTypesWithoutValuesAreRefused) {
  TypeCodeBuilder types;
  const TypeCode native = types.finish(types.declare(TypeKind::Native, "IDL:N:1.0", "N").type);
  Any any;
  EXPECT_EQ(decode_all<CdrBig>(encoded<CdrBig>(native), any).error, once::Errc::invalid_value);
  once::Bytes fixed = encoded<CdrBig>(once::type_code<once::Fixed<3, 0>>());
  fixed.insert(fixed.end(), {0xab, 0xcd});
  EXPECT_EQ(decode_all<CdrBig>(fixed, any).error, once::Errc::invalid_value);
}

}  // namespace
}  // namespace codec_test
