// Which octets are text.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <once/codec/text.hpp>

namespace {

/// The definition, by code points: decode each, and see that it is neither too small for its length, nor a
/// surrogate, nor beyond U+10FFFF.
bool is_text_by_definition(const std::string& text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    std::size_t length = 0;
    std::uint32_t code = 0;
    if (lead < 0x80) {
      length = 1;
      code = lead;
    } else if ((lead & 0xe0) == 0xc0) {
      length = 2;
      code = lead & 0x1f;
    } else if ((lead & 0xf0) == 0xe0) {
      length = 3;
      code = lead & 0x0f;
    } else if ((lead & 0xf8) == 0xf0) {
      length = 4;
      code = lead & 0x07;
    } else {
      return false;
    }
    if (length > text.size() - i) return false;
    for (std::size_t k = 1; k < length; ++k) {
      const auto octet = static_cast<std::uint8_t>(text[i + k]);
      if ((octet & 0xc0) != 0x80) return false;
      code = code << 6 | (octet & 0x3f);
    }
    constexpr std::uint32_t kSmallest[] = {0, 1, 0x80, 0x800, 0x10000};
    if (code < kSmallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    i += length;
  }
  return true;
}

bool is_text(const std::string& text) {
  const std::vector<std::uint8_t> exact(text.begin(), text.end());  // the sanitizer sees a read beyond it
  std::vector<std::uint8_t> copy(exact.size());
  const bool result = once::detail::is_text(exact.data(), exact.size());
  EXPECT_EQ(once::detail::copy_text(copy.data(), exact.data(), exact.size()), result);
  EXPECT_EQ(copy, exact);
  return result;
}

TEST(Text, AgreesWithTheDefinitionOnEverySequenceOfUpToTwoOctets) {
  EXPECT_TRUE(is_text(""));
  for (int first = 0; first < 256; ++first) {
    const std::string one(1, static_cast<char>(first));
    EXPECT_EQ(is_text(one), is_text_by_definition(one)) << first;
    for (int second = 0; second < 256; ++second) {
      const std::string two = one + static_cast<char>(second);
      ASSERT_EQ(is_text(two), is_text_by_definition(two)) << first << " " << second;
    }
  }
}

TEST(Text, AgreesWithTheDefinitionAtAllBoundariesOfLongerSequences) {
  constexpr std::uint8_t kEdges[] = {0x00, 0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
                                     0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xf0, 0xf4, 0xf5};
  std::size_t accepted = 0;
  for (int lead = 0; lead < 256; lead += ONCE_TEST_STRIDE) {
    for (const auto b : kEdges) {
      for (const auto c : kEdges) {
        const std::string three{static_cast<char>(lead), static_cast<char>(b), static_cast<char>(c)};
        ASSERT_EQ(is_text(three), is_text_by_definition(three));
        for (const auto d : kEdges) {
          const std::string four = three + static_cast<char>(d);
          ASSERT_EQ(is_text(four), is_text_by_definition(four));
          accepted += is_text(four) ? 1U : 0U;
        }
      }
    }
  }
  EXPECT_GT(accepted, 1000U / ONCE_TEST_STRIDE);
}

TEST(Text, FindsOneBadOctetAnywhereInTextOfAnyLength) {
  for (std::size_t size = 1; size <= 70; ++size) {
    EXPECT_TRUE(is_text(std::string(size, '\x7f')));
    EXPECT_TRUE(is_text(std::string(size, '\x01')));
    for (std::size_t place = 0; place < size; ++place) {
      for (const char bad : {'\0', '\x80', '\xff'}) {
        std::string text(size, 'x');
        text[place] = bad;
        EXPECT_FALSE(is_text(text)) << size << " " << place;
      }
    }
  }
}

TEST(Text, AcceptsTwoToFourOctetCharactersAtAnyPlace) {
  for (const std::string character : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9d\x84\x9e"}) {
    for (std::size_t before = 0; before < 20; ++before) {
      for (std::size_t after = 0; after < 20; ++after) {
        const std::string text = std::string(before, 'a') + character + std::string(after, 'b');
        EXPECT_TRUE(is_text(text));
        EXPECT_FALSE(is_text(text + character.substr(0, character.size() - 1)));  // cut short
        EXPECT_FALSE(is_text(text + '\0'));
      }
    }
  }
}

}  // namespace
