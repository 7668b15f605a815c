// TypeCodes: as omniORB writes them, and as nobody should.
#include <gtest/gtest.h>

#include "any_types.hpp"
#include "coders.hpp"

namespace codec_test {
namespace {

using once::TypeCode;
using once::TypeCodeBuilder;
using once::TypeIndex;
using once::TypeKind;

struct Known {
  std::string name;
  TypeCode type;
  std::string octets;  // what omniORB 4.2.5 wrote, little-endian; its gaps hold whatever was there
};

std::vector<Known> known_type_codes() {
  TypeCodeBuilder types;
  const TypeIndex money = types.alias("IDL:shop/Money:1.0", "Money", types.fixed(7, 2));
  const TypeCode money_type = types.finish(money);
  const TypeCode till_type = types.finish(types.object_reference("IDL:shop/Till:1.0", "Till"));
  return {
      {"Item", once::type_code<shop::Item>(),
       "0f000000dd00000001d1df2e1200000049444c3a73686f702f4974656d3a312e30008b2e050000004974656d0003000003000"
       "000"
       "050000006e616d65000000001200000050000000060000007072696365000000150000002c000000010000001300000049444"
       "c3a"
       "73686f702f43656e74733a312e3000340600000043656e7473000000180000000500000074696e74000000001100000049000"
       "000"
       "010000001300000049444c3a73686f702f436f6c6f723a312e30003406000000436f6c6f72000000030000000400000072656"
       "400"
       "06000000677265656e00000005000000626c756500"},
      {"Pair", once::type_code<shop::Pair>(),
       "0f0000002c01000001e62b341200000049444c3a73686f702f506169723a312e30008b2e05000000506169720000000002000"
       "000"
       "02000000610064000f000000dd000000010000001200000049444c3a73686f702f4974656d3a312e30002b340500000049746"
       "56d"
       "0000000003000000050000006e616d65000000001200000050000000060000007072696365000000150000002c00000001252"
       "525"
       "1300000049444c3a73686f702f43656e74733a312e3000340600000043656e7473000000180000000500000074696e7400000"
       "000"
       "1100000049000000012525251300000049444c3a73686f702f436f6c6f723a312e30003406000000436f6c6f7200000003000"
       "000"
       "040000007265640006000000677265656e00000005000000626c7565000000000200000062000000ffffffff0cffffff"},
      {"Tree", once::type_code<shop::Tree>(),
       "0f0000006800000001e62b341200000049444c3a73686f702f547265653a312e30008b2e05000000547265650000000002000"
       "000"
       "060000006c6162656c0000001200000000000000090000006368696c6472656e00000000130000001000000001e22b34fffff"
       "fff"
       "98ffffff00000000"},
      {"U", once::type_code<shop::U>(),
       "100000007c00000001e62b340f00000049444c3a73686f702f553a312e3000000200000055000000020000000300000004000"
       "000"
       "01000000070000006e756d62657200000300000002000000070000006e756d626572000003000000fdff25250500000074657"
       "874"
       "00686f7012000000000000000000003404000000726177000a000000"},
      {"Money", money_type,
       "150000003000000001e62b341300000049444c3a73686f702f4d6f6e65793a312e30002e060000004d6f6e65790000001c000"
       "000"
       "07000200"},
      {"Refused", once::type_code<shop::Refused>(),
       "160000007400000001e62b341500000049444c3a73686f702f526566757365643a312e3000000000080000005265667573656"
       "400"
       "0200000007000000726561736f6e00001200000000000000050000006772696400720000140000001c00000001c0242f14000"
       "000"
       "0c000000011c6790030000000300000002000000"},
      {"Till", till_type,
       "0e0000002500000001e62b341200000049444c3a73686f702f54696c6c3a312e30008b2e0500000054696c6c00"},
  };
}

TEST(TypeCodes, OfCorbaAreRead) {
  for (const Known& known : known_type_codes()) {
    TypeCode type;
    EXPECT_EQ(decode_all<CdrLittle>(from_hex(known.octets), type), Decoded{}) << known.name;
    EXPECT_EQ(type, known.type) << known.name;
  }
}

TEST(TypeCodes, AreWrittenAsCorbaWritesThem) {
  for (const Known& known : known_type_codes()) {
    const once::Bytes theirs = from_hex(known.octets);
    const once::Bytes ours = encoded<CdrLittle>(known.type);
    ASSERT_EQ(ours.size(), theirs.size()) << known.name;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const bool is_gap = ours[i] != theirs[i];
      EXPECT_TRUE(!is_gap || ours[i] == 0) << known.name << " at " << i;
    }
  }
}

template <class C>
class EveryCodec : public testing::Test {};
TYPED_TEST_SUITE(EveryCodec, AllCoders);

TYPED_TEST(EveryCodec, BringsTypeCodesAndNothingThatIsCutShort) {
  std::vector<TypeCode> all;
  for (const Known& known : known_type_codes()) all.push_back(known.type);
  all.push_back(once::type_code<std::map<std::string, std::vector<std::int8_t>>>());
  all.push_back(once::type_code<std::optional<std::u16string>>());
  all.push_back(once::type_code<bool>());
  all.push_back(TypeCode{});
  for (const TypeCode& type : all) {
    const once::Bytes octets = encoded<TypeParam>(type);
    TypeCode again;
    EXPECT_EQ(decode_all<TypeParam>(octets, again), Decoded{}) << type;
    EXPECT_EQ(again, type);
    EXPECT_EQ(encoded<TypeParam>(again), octets);
    for (std::size_t size = 0; size < octets.size(); ++size) {
      EXPECT_NE(decode_all<TypeParam>(once::ByteView{octets}.first(size), again).error, once::Errc::ok);
    }
  }
}

TYPED_TEST(EveryCodec, SurvivesEveryFlippedBitOfATypeCode) {
  for (const Known& known : known_type_codes()) {
    const once::Bytes octets = encoded<TypeParam>(known.type);
    for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
      once::Bytes flipped = octets;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
      TypeCode type;
      if (decode_all<TypeParam>(flipped, type) != Decoded{}) continue;
      TypeCode again;
      EXPECT_EQ(decode_all<TypeParam>(encoded<TypeParam>(type), again), Decoded{});
      EXPECT_EQ(again, type);
      EXPECT_FALSE(to_string(type).empty() && type.member_count() > 1000);
    }
  }
}

TEST(TypeCodes, MayStandAnywhereInAMessage) {
  const TypeCode& tree = once::type_code<shop::Tree>();
  once::Buffer buffer;
  once::Cdr::Encoder encoder{buffer};
  encoder.value(std::uint8_t{1});
  encode(encoder, tree);
  encoder.value(std::uint8_t{2});
  encode(encoder, tree);
  ASSERT_TRUE(encoder.finish());
  once::CdrDecoder<std::endian::native> decoder{buffer.view()};
  EXPECT_EQ(decoder.value<std::uint8_t>(), 1);
  TypeCode type;
  decode(decoder, type);
  EXPECT_EQ(type, tree);
  EXPECT_EQ(decoder.value<std::uint8_t>(), 2);
  decode(decoder, type);
  EXPECT_EQ(type, tree);
  EXPECT_TRUE(decoder.finish());
}

// --- Hostile ones.

Decoded read(const std::string& hex) {
  TypeCode type;
  return decode_all<CdrBig>(from_hex(hex), type);
}

TEST(HostileTypeCodes, PointBackToWhereATypeBeganOrAreRefused) {
  // A sequence of: forward, zero, out of the message, into the middle of something, before the TypeCode.
  for (const char* const offset : {"00000004", "00000000", "80000000", "fffffffc", "fffffff8", "ffffff00"}) {
    EXPECT_EQ(read(std::string{"000000130000001000000000ffffffff"} + offset + "00000000").error,
              once::Errc::invalid_value)
        << offset;
  }
  EXPECT_EQ(read("ffffffffffffffff").error, once::Errc::invalid_value);
}

TEST(HostileTypeCodes, ThatAreNothingButThemselvesAreRefused) {
  // sequence<itself>, an array of itself, an alias of itself.
  EXPECT_EQ(read("000000130000001000000000fffffffffffffff000000000").error, once::Errc::invalid_value);
  EXPECT_EQ(read("000000140000001000000000fffffffffffffff000000003").error, once::Errc::invalid_value);
  EXPECT_EQ(read("000000150000001c00000000000000010000000000000001"
                 "00000000ffffffffffffffe4")
                .error,
            once::Errc::invalid_value);
}

TEST(HostileTypeCodes, NestSixtyFourDeepAndNoDeeper) {
  const auto nested = [](std::uint32_t depth) {
    TypeCodeBuilder types;
    TypeIndex type = types.basic(TypeKind::Long);
    for (std::uint32_t i = 0; i < depth; ++i) type = types.sequence(type, i + 1);
    return types.finish(type);
  };
  TypeCode again;
  EXPECT_EQ(decode_all<CdrBig>(encoded<CdrBig>(nested(once::kDepthMax)), again), Decoded{});
  EXPECT_EQ(again, nested(once::kDepthMax));
  once::Errc error{};
  encoded<CdrBig>(nested(once::kDepthMax + 1), &error);
  EXPECT_EQ(error, once::Errc::limit_exceeded);

  once::Bytes bytes;  // in XDR without end: a sequence of a sequence of …
  for (int i = 0; i < 100'000; ++i) bytes.insert(bytes.end(), {0, 0, 0, 19});
  EXPECT_EQ(decode_all<XdrCoders>(bytes, again).error, once::Errc::limit_exceeded);
}

TEST(HostileTypeCodes, WithUnknownKindsLabelsOrDefaultsAreRefused) {
  EXPECT_EQ(read("00000022").error, once::Errc::invalid_value);
  EXPECT_EQ(read("fffffffe").error, once::Errc::invalid_value);
  EXPECT_EQ(read("0000001c00200002").error, once::Errc::invalid_value);  // 32 digits
  EXPECT_EQ(read("0000001c00050006").error, once::Errc::invalid_value);  // 6 of 5 behind the point
  // A union over strings; one whose default is the second of one arm.
  const std::string names =
      "00000000"
      "00000001"
      "00000000"
      "00000001"
      "00000000";
  EXPECT_EQ(read("000000100000002c" + names +
                 "00000012"
                 "00000000"
                 "ffffffff"
                 "00000001"
                 "0000000000000000")
                .error,
            once::Errc::invalid_value);
  EXPECT_EQ(read("0000001000000034" + names +
                 "00000003"
                 "00000001"
                 "00000001"
                 "00000005"
                 "00000002"
                 "61000000"
                 "00000003"
                 "00000000")
                .error,
            once::Errc::invalid_value);
}

TEST(TypeCodes, AreEquivalentWhateverTheirNamesAliasesAndBounds) {
  TypeCodeBuilder types;
  const TypeIndex item = types.declare(TypeKind::Struct, "", "Thing").type;
  types.member(item, "label", types.string());
  types.member(item, "worth", types.basic(TypeKind::ULongLong));
  types.member(item, "tint", once::TypeCodeOf<shop::Color>::describe(types));
  const TypeCode thing = types.finish(item);
  EXPECT_TRUE(equivalent(thing, once::type_code<shop::Item>()));
  EXPECT_FALSE(thing == once::type_code<shop::Item>());
  EXPECT_FALSE(equivalent(thing, once::type_code<shop::Pair>()));
  EXPECT_FALSE(equivalent(once::type_code<std::int32_t>(), once::type_code<std::uint32_t>()));
  EXPECT_FALSE(equivalent(once::type_code<std::array<int, 3>>(), once::type_code<std::array<int, 4>>()));

  // A tree written out one level further is the same tree.
  const TypeIndex outer = types.declare(TypeKind::Struct, "", "Tree").type;
  types.member(outer, "label", types.string());
  types.member(outer, "children", types.sequence(types.import(once::type_code<shop::Tree>())));
  EXPECT_TRUE(equivalent(types.finish(outer), once::type_code<shop::Tree>()));
}

TEST(TypeCodes, TellWhatTheyDescribe) {
  const TypeCode& item = once::type_code<shop::Item>();
  EXPECT_EQ(item.kind(), TypeKind::Struct);
  EXPECT_EQ(item.id(), "IDL:shop/Item:1.0");
  ASSERT_EQ(item.member_count(), 3U);
  EXPECT_EQ(item.member_name(1), "price");
  EXPECT_EQ(item.member_type(1).kind(), TypeKind::Alias);
  EXPECT_EQ(item.member_type(1).resolved().kind(), TypeKind::ULongLong);
  EXPECT_EQ(to_string(item), "Item");
  EXPECT_EQ(to_string(item.member_type(0)), "string<80>");
  EXPECT_EQ(to_string(once::type_code<std::vector<std::array<bool, 4>>>()), "sequence<boolean[4]>");
  EXPECT_EQ(to_string(TypeKind::Int8), "tk_int8");
}

}  // namespace
}  // namespace codec_test
