// wchar and wstring: UTF-16, the higher octet first; in CDR by the rules of GIOP 1.2.
#include <string>

#include <gtest/gtest.h>

#include "coders.hpp"

namespace codec_test {
namespace {

template <class C>
class WideText : public testing::Test {};
TYPED_TEST_SUITE(WideText, AllCoders);

TYPED_TEST(WideText, ComesBack) {
  for (const std::u16string& text :
       {std::u16string{}, std::u16string{u"plain"}, std::u16string{u"gr\u00fc\u00dfe \u20ac \U0001f600"},
        std::u16string{u"\ufeffmark"}, std::u16string{u"\ufffe"}}) {
    std::u16string back = u"before";
    const once::Bytes octets = encoded<TypeParam>(text);
    EXPECT_EQ(decode_all<TypeParam>(octets, back), Decoded{});
    EXPECT_EQ(back, text);
    for (std::size_t size = 0; size < octets.size(); ++size) {
      EXPECT_NE(decode_all<TypeParam>({octets.data(), size}, back), Decoded{}) << size;
    }
  }
  std::vector<char16_t> units;
  for (std::uint32_t unit = 0; unit < 0x10000; unit += 17) units.push_back(static_cast<char16_t>(unit));
  units.push_back(0xfeff);
  units.push_back(0xfffe);
  std::vector<char16_t> back;
  EXPECT_EQ(decode_all<TypeParam>(encoded<TypeParam>(units), back), Decoded{});
  EXPECT_EQ(back, units);
}

TYPED_TEST(WideText, IsUtf16WithoutNul) {
  using namespace std::string_literals;
  for (const std::u16string& text : {u"a\0b"s, u"\xd800"s, u"\xd800x"s, u"\xdc00\xd800"s}) {
    once::Errc error{};
    EXPECT_TRUE(encoded<TypeParam>(text, &error).empty());
    EXPECT_EQ(error, once::Errc::invalid_text);
  }
}

TYPED_TEST(WideText, IsBoundedInCodeUnits) {
  const auto decode_bounded_to = [](const once::Bytes& bytes, std::size_t bound) {
    typename TypeParam::Decoder decoder{bytes};
    std::u16string text;
    decode_bounded(decoder, text, bound);
    return decoder.error();
  };
  const once::Bytes three = encoded<TypeParam>(std::u16string{u"abc"});
  EXPECT_EQ(decode_bounded_to(three, 3), once::Errc::ok);
  EXPECT_EQ(decode_bounded_to(three, 2), once::Errc::limit_exceeded);
  once::Buffer buffer;
  typename TypeParam::Encoder encoder{buffer};
  encode_bounded(encoder, std::u16string{u"abc"}, 2);
  EXPECT_EQ(encoder.error(), once::Errc::limit_exceeded);
}

TEST(WideTextInXdr, IsOpaqueData) {
  EXPECT_EQ(to_hex(encoded<XdrCoders>(std::u16string{u"a\u20acb"})), "00000006006120ac00620000");
  EXPECT_EQ(to_hex(encoded<XdrCoders>(u'\u20ac')), "000020ac");
  std::u16string text;
  EXPECT_EQ(decode_all<XdrCoders>(from_hex("0000000300610000"), text).error, once::Errc::invalid_text);
  char16_t unit = 0;
  EXPECT_EQ(decode_all<XdrCoders>(from_hex("00010000"), unit).error, once::Errc::invalid_value);
}

TEST(WideTextInCdr, IsBigEndianWithoutAMark) {
  EXPECT_EQ(to_hex(encoded<CdrLittle>(std::u16string{u"a\u20ac"})), "04000000006120ac");
  EXPECT_EQ(to_hex(encoded<CdrBig>(std::u16string{u"a\u20ac"})), "00000004006120ac");
  EXPECT_EQ(to_hex(encoded<CdrLittle>(std::u16string{})), "00000000");
  EXPECT_EQ(to_hex(encoded<CdrLittle>(u'\u20ac')), "0220ac");
  // Unless the text would be taken for one that begins with a mark.
  EXPECT_EQ(to_hex(encoded<CdrBig>(std::u16string{u"\ufeffa"})), "00000006fefffeff0061");
}

TEST(WideTextInCdr, MayBeginWithAMark) {
  for (const char* const hex : {"00000006feff006120ac", "00000006fffe6100ac20"}) {
    std::u16string text;
    EXPECT_EQ(decode_all<CdrBig>(from_hex(hex), text), Decoded{}) << hex;
    EXPECT_EQ(text, u"a\u20ac");
  }
  for (const char* const hex : {"0220ac", "04feff20ac", "04fffeac20"}) {
    char16_t unit = 0;
    EXPECT_EQ(decode_all<CdrLittle>(from_hex(hex), unit), Decoded{}) << hex;
    EXPECT_EQ(unit, u'\u20ac');
  }
  for (const char* const hex : {"00", "0161", "03616263", "0461626364"}) {
    char16_t unit = 0;
    EXPECT_EQ(decode_all<CdrLittle>(from_hex(hex), unit), (Decoded{once::Errc::invalid_text, 0})) << hex;
  }
}

}  // namespace
}  // namespace codec_test
