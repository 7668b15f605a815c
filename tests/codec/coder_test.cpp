// The contracts of encoders and decoders: what they do to a Buffer, the sticky error and its offset, bounds,
// reuse.
#include <gtest/gtest.h>

#include "allocations.hpp"
#include "vector_types.hpp"

namespace codec_test {
namespace {

using once::Errc;

template <class C>
class AnyCoder : public ::testing::Test {};
TYPED_TEST_SUITE(AnyCoder, AllCoders);

// Encoders and their Buffer.

TYPED_TEST(AnyCoder, WritesAtTheEndOfTheBufferAndAlignsFromThere) {
  const StringDouble value{"Smith", 1.0};
  for (std::size_t before = 0; before < 20; ++before) {
    once::Buffer buffer;
    buffer.append(once::Bytes(before, 0xaa));
    typename TypeParam::Encoder encoder{buffer};
    encode(encoder, value);
    ASSERT_TRUE(encoder.finish());
    EXPECT_EQ(to_hex(buffer.view().subspan(before)), to_hex(encoded<TypeParam>(value)));
    EXPECT_EQ(to_hex(buffer.view().first(before)), to_hex(once::Bytes(before, 0xaa)));
  }
}

TYPED_TEST(AnyCoder, WritesTheSameOctetsIntoUsedMemory) {
  // Gaps and padding everywhere.
  const std::tuple value{CharShortCharLongLong{'A', -2, 'B', -3},
                         StringDouble{"Smith", 1.0},
                         CdrMixed{},
                         OctetLongDouble{1, 2},
                         once::Bytes{1, 2, 3, 4, 5},
                         std::array<std::uint8_t, 3>{1, 2, 3},
                         std::vector<bool>{true, false, true},
                         std::vector<double>{}};
  const auto encoded_over = [&](int filling) {
    once::Buffer buffer{4096};
    std::memset(buffer.data(), filling, buffer.capacity());
    typename TypeParam::Encoder encoder{buffer};
    std::apply([&](const auto&... part) { (encode(encoder, part), ...); }, value);
    EXPECT_TRUE(encoder.finish());
    return to_hex(buffer.view());
  };
  EXPECT_EQ(encoded_over(0x00), encoded_over(0xff));
}

TYPED_TEST(AnyCoder, GrowsFromAnySizeOfBuffer) {
  const std::vector<Person> persons(50, Person{"Smith", "London", 1934});
  const std::string expected = to_hex(encoded<TypeParam>(persons));
  for (std::size_t spare = 0; spare < 300; ++spare) {
    once::Buffer buffer{256};
    const std::size_t before = 256 - std::min<std::size_t>(spare, 256);
    buffer.resize(before);
    typename TypeParam::Encoder encoder{buffer};
    encode(encoder, persons);
    ASSERT_TRUE(encoder.finish());
    ASSERT_EQ(to_hex(buffer.view().subspan(before)), expected);
  }
}

TYPED_TEST(AnyCoder, LeavesTheBufferAsItWasAfterAnErrorOrWithoutFinish) {
  once::Buffer buffer;
  buffer.append(once::as_bytes("abc"));
  {
    typename TypeParam::Encoder encoder{buffer};
    encode(encoder, std::string(5'000, 'x'));
    EXPECT_GT(encoder.position(), 5'000U);
  }
  EXPECT_EQ(once::as_text(buffer.view()), "abc");

  typename TypeParam::Encoder encoder{buffer};
  encode(encoder, std::int32_t{1});
  encode(encoder, std::string{"a\0b", 3});
  encode(encoder, std::string(5'000, 'x'));
  EXPECT_FALSE(encoder.finish());
  EXPECT_EQ(once::as_text(buffer.view()), "abc");
}

TYPED_TEST(AnyCoder, EncodesWithoutAllocatingWhereTheBufferHasRoom) {
  const std::vector<Person> persons(20, Person{"Smith", "London", 1934});
  once::Buffer buffer{4096};
  const Allocations allocations;
  typename TypeParam::Encoder encoder{buffer};
  encode(encoder, persons);
  ASSERT_TRUE(encoder.finish());
  EXPECT_EQ(allocations.count(), 0U);
}

// Errors while encoding.

TYPED_TEST(AnyCoder, KeepsTheFirstEncodingErrorAndItsOffset) {
  once::Buffer buffer;
  typename TypeParam::Encoder encoder{buffer};
  encode(encoder, std::int32_t{1});
  encode_bounded(encoder, std::string{"four"}, 3);
  encode(encoder, std::string{"\xff"});
  EXPECT_EQ(encoder.error(), Errc::limit_exceeded);
  EXPECT_EQ(encoder.error_offset(), 4U);
  const once::Result<void> result = encoder.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), Errc::limit_exceeded);
}

TYPED_TEST(AnyCoder, RefusesToEncodeWhatCouldNotBeDecoded) {
  const auto error_of = [](const auto& value) {
    Errc error{};
    encoded<TypeParam>(value, &error);
    return error;
  };
  EXPECT_EQ(error_of(std::string{"caf\xe9"}), Errc::invalid_text);
  EXPECT_EQ(error_of(std::string{"a\0b", 3}), Errc::invalid_text);
  EXPECT_EQ(error_of(CdrColor{3}), Errc::invalid_value);
  EXPECT_EQ(error_of(XdrUnionWithoutDefault{.d = 7}), Errc::invalid_value);
  EXPECT_EQ(error_of(BoundedValue<3, std::string>{"four"}), Errc::limit_exceeded);
  EXPECT_EQ(error_of(BoundedValue<3, std::string>{"two"}), Errc::ok);
  EXPECT_EQ(error_of(BoundedValue<2, once::Bytes>{{1, 2, 3}}), Errc::limit_exceeded);
  EXPECT_EQ(error_of(BoundedValue<2, std::vector<bool>>{{true, true, true}}), Errc::limit_exceeded);
  EXPECT_EQ(error_of(BoundedValue<2, std::vector<double>>{{1, 2, 3}}), Errc::limit_exceeded);
  EXPECT_EQ(error_of(BoundedValue<2, std::vector<std::string>>{{"", "", ""}}), Errc::limit_exceeded);
}

// Bounds.

TYPED_TEST(AnyCoder, ChecksBoundsWhenDecoding) {
  const auto error_of = [](const auto& sent, auto received) {
    return decode_all<TypeParam>(encoded<TypeParam>(sent), received).error;
  };
  EXPECT_EQ(error_of(std::string{"four"}, BoundedValue<4, std::string>{}), Errc::ok);
  EXPECT_EQ(error_of(std::string{"four"}, BoundedValue<3, std::string>{}), Errc::limit_exceeded);
  EXPECT_EQ(error_of(once::Bytes{1, 2, 3}, BoundedValue<2, once::Bytes>{}), Errc::limit_exceeded);
  EXPECT_EQ(error_of(std::vector<bool>(3), BoundedValue<2, std::vector<bool>>{}), Errc::limit_exceeded);
  EXPECT_EQ(error_of(std::vector<double>(3), BoundedValue<2, std::vector<double>>{}), Errc::limit_exceeded);
  EXPECT_EQ(error_of(std::vector<std::string>(3), BoundedValue<2, std::vector<std::string>>{}),
            Errc::limit_exceeded);
}

TYPED_TEST(AnyCoder, NestsBounds) {
  // sequence<sequence<string<3>, 2>>, in an optional, in an array
  using Names = std::array<std::optional<std::vector<std::vector<std::string>>>, 1>;
  const auto encode_names = [](auto& encoder, const Names& names) {
    once::encode_array(encoder, names, [](auto& e, const auto& optional) {
      once::encode_optional(e, optional, [](auto& e2, const auto& outer) {
        once::encode_sequence(e2, outer, once::kUnbounded, [](auto& e3, const auto& inner) {
          once::encode_sequence(e3, inner, 2,
                                [](auto& e4, const auto& name) { once::encode_bounded(e4, name, 3); });
        });
      });
    });
  };
  const auto decode_names = [](auto& decoder, Names& names) {
    once::decode_array(decoder, names, [](auto& d, auto& optional) {
      once::decode_optional(d, optional, [](auto& d2, auto& outer) {
        once::decode_sequence(d2, outer, once::kUnbounded, [](auto& d3, auto& inner) {
          once::decode_sequence(d3, inner, 2,
                                [](auto& d4, auto& name) { once::decode_bounded(d4, name, 3); });
        });
      });
    });
  };
  const auto errors = [&](const Names& names) {
    once::Buffer buffer;
    typename TypeParam::Encoder encoder{buffer};
    encode_names(encoder, names);
    (void)encoder.finish();

    const once::Bytes unchecked = encoded<TypeParam>(names);
    typename TypeParam::Decoder decoder{unchecked};
    Names again;
    decode_names(decoder, again);
    const bool ok = decoder.finish().has_value();
    EXPECT_TRUE(!ok || again == names);
    return std::pair{encoder.error(), decoder.error()};
  };
  EXPECT_EQ(errors({{{{{"one", "two"}, {}, {"six"}}}}}), (std::pair{Errc::ok, Errc::ok}));
  EXPECT_EQ(errors({std::nullopt}), (std::pair{Errc::ok, Errc::ok}));
  EXPECT_EQ(errors({{{{{"one", "four"}}}}}), (std::pair{Errc::limit_exceeded, Errc::limit_exceeded}));
  EXPECT_EQ(errors({{{{{"a", "b", "c"}}}}}), (std::pair{Errc::limit_exceeded, Errc::limit_exceeded}));
}

// Errors while decoding.

TYPED_TEST(AnyCoder, ReadsZerosAndEmptyValuesAfterAnError) {
  const once::Bytes bytes = encoded<TypeParam>(std::vector<std::int32_t>{1, 2, 3, 4, 5, 6, 7, 8});
  typename TypeParam::Decoder decoder{bytes};
  EXPECT_FALSE(decoder.fail(Errc::invalid_value));
  Person person{"Smith", "London", 1934};
  decode(decoder, person);
  EXPECT_EQ(person, Person{});
  std::vector<bool> flags(3, true);
  decode(decoder, flags);
  EXPECT_TRUE(flags.empty());
  std::vector<std::string> names{"a"};
  decode(decoder, names);
  EXPECT_TRUE(names.empty());
  std::optional<std::int32_t> number = 5;
  decode(decoder, number);
  EXPECT_FALSE(number.has_value());
  once::Bytes octets{1};
  decode(decoder, octets);
  EXPECT_TRUE(octets.empty());
  EXPECT_EQ(decoder.remaining(), 0U);
  EXPECT_EQ(decoder.error(), Errc::invalid_value);
  EXPECT_EQ(decoder.error_offset(), 0U);
  EXPECT_FALSE(decoder.finish());
}

TYPED_TEST(AnyCoder, NamesTheOffsetOfWhatItRefuses) {
  const once::Bytes bytes = encoded<TypeParam>(std::array<std::int32_t, 3>{1, 2, 3});
  std::array<std::int32_t, 2> two{};
  EXPECT_EQ(decode_all<TypeParam>(bytes, two), (Decoded{Errc::trailing_bytes, 8}));
  Arrays arrays;
  const Decoded short_of_it = decode_all<TypeParam>(bytes, arrays);
  EXPECT_EQ(short_of_it.error, Errc::truncated);

  std::tuple<std::int32_t, std::string> value{};
  once::Buffer buffer;
  typename TypeParam::Encoder encoder{buffer};
  encode(encoder, std::int32_t{1});
  encode(encoder, std::string{"abcdefg"});
  ASSERT_TRUE(encoder.finish());
  buffer.data()[10] = 0xff;
  typename TypeParam::Decoder decoder{buffer.view()};
  decode(decoder, std::get<0>(value));
  decode(decoder, std::get<1>(value));
  EXPECT_EQ(decoder.error(), Errc::invalid_text);
  EXPECT_EQ(decoder.error_offset(), 8U);

  CdrColor color;
  EXPECT_EQ(decode_all<TypeParam>(encoded<TypeParam>(std::uint32_t{3}), color),
            (Decoded{Errc::invalid_value, 0}));
}

TEST(Xdr, RefusesSmallIntegersOutOfTheirRange) {
  const auto error_of = [](std::int32_t sent, auto received) {
    return decode_all<XdrCoders>(encoded<XdrCoders>(sent), received).error;
  };
  EXPECT_EQ(error_of(-32768, std::int16_t{}), Errc::ok);
  EXPECT_EQ(error_of(-32769, std::int16_t{}), Errc::invalid_value);
  EXPECT_EQ(error_of(32768, std::int16_t{}), Errc::invalid_value);
  EXPECT_EQ(error_of(65535, std::uint16_t{}), Errc::ok);
  EXPECT_EQ(error_of(65536, std::uint16_t{}), Errc::invalid_value);
  EXPECT_EQ(error_of(-1, std::uint16_t{}), Errc::invalid_value);
  EXPECT_EQ(error_of(-129, std::int8_t{}), Errc::invalid_value);
  EXPECT_EQ(error_of(255, std::uint8_t{}), Errc::ok);
  EXPECT_EQ(error_of(256, std::uint8_t{}), Errc::invalid_value);
  EXPECT_EQ(error_of(255, char{}), Errc::ok);
  EXPECT_EQ(error_of(-1, char{}), Errc::invalid_value);
  EXPECT_EQ(to_hex(encoded<XdrCoders>('\xe9')), "000000e9");
  EXPECT_EQ(to_hex(encoded<XdrCoders>(std::int16_t{-2})), "fffffffe");
}

// Reuse.

TYPED_TEST(AnyCoder, DecodesIntoTheMemoryThatIsThere) {
  const std::vector<Person> persons(20, Person{"a name beyond the small string limit", "London", 1934});
  const once::Bytes bytes = encoded<TypeParam>(persons);
  std::vector<Person> again(20, Person{"another name beyond the small string limit", "", 0});
  const Allocations allocations;
  typename TypeParam::Decoder decoder{bytes};
  decode(decoder, again);
  ASSERT_TRUE(decoder.finish());
  EXPECT_EQ(allocations.count(), 0U);
  EXPECT_EQ(again, persons);
}

TYPED_TEST(AnyCoder, ShrinksAndGrowsAReusedSequence) {
  std::vector<std::string> strings;
  for (const std::size_t size : {3U, 7U, 0U, 5U, 1U}) {
    const std::vector<std::string> sent(size, "text");
    ASSERT_EQ(decode_all<TypeParam>(encoded<TypeParam>(sent), strings), Decoded{});
    EXPECT_EQ(strings, sent);
  }
}

// The codecs as generated code names them.

template <class Codec>
void expect_own_order_decodes() {
  const Person person{"Smith", "London", 1934};
  once::Buffer buffer;
  typename Codec::Encoder encoder{buffer};
  encode(encoder, person);
  ASSERT_TRUE(encoder.finish());
  Person again;
  const once::Result<void> result = Codec::decode_with(Codec::kOrder, buffer.view(), [&](auto& decoder) {
    decode(decoder, again);
    return decoder.finish();
  });
  EXPECT_TRUE(result);
  EXPECT_EQ(again, person);
}

TEST(Codecs, DecodeWhatTheyEncode) {
  expect_own_order_decodes<once::Xdr>();
  expect_own_order_decodes<once::Cdr>();
}

TEST(Codecs, CdrDecodesEitherOrder) {
  const auto number_in = [](std::endian order) {
    return once::Cdr::decode_with(order, from_hex("00000001"),
                                  [](auto& decoder) { return decoder.template value<std::uint32_t>(); });
  };
  EXPECT_EQ(number_in(std::endian::big), 1U);
  EXPECT_EQ(number_in(std::endian::little), 0x01000000U);
}

}  // namespace
}  // namespace codec_test
