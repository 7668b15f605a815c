// What a string may hold: UTF-8 without NUL. Unicode 15, table 3-7 (no overlong forms, no surrogates, nothing
// beyond U+10FFFF). And what a wstring may: UTF-16 without NUL, every surrogate one of a pair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <once/base/bytes.hpp>

namespace once::detail {

/// The whole check; is_text() calls it only for what is not plain ASCII.
bool is_utf8_without_nul(const std::uint8_t* text, std::size_t size);

/// True if each of the eight octets is 0x01 to 0x7f: no high bit, and none that borrows when 1 is taken away.
inline bool is_plain_ascii(std::uint64_t octets) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  return ((octets | (octets - kOnes)) & kHighBits) == 0;
}

/// True if `text` is UTF-8 and holds no NUL.
inline bool is_text(const std::uint8_t* text, std::size_t size) {
  std::uint64_t word = 0;
  if (size >= 8) {
    // The last word may overlap the one before it.
    std::memcpy(&word, text + size - 8, 8);
    for (std::size_t i = 0; i < size - 8; i += 8) {
      std::uint64_t next = 0;
      std::memcpy(&next, text + i, 8);
      if (!is_plain_ascii(next)) return is_utf8_without_nul(text, size);
    }
  } else if (size >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, text, 4);
    std::memcpy(&last, text + size - 4, 4);
    word = std::uint64_t{first} << 32 | last;
  } else if (size != 0) {
    // One to three octets: first, middle and last are all of them.
    word = 0x0101010101000000 | std::uint64_t{text[0]} << 16 | std::uint64_t{text[size / 2]} << 8 |
           text[size - 1];
  } else {
    return true;
  }
  return is_plain_ascii(word) || is_utf8_without_nul(text, size);
}

/// Copies `text`, and tells whether it is UTF-8 without NUL: one pass for short plain text.
inline bool copy_text(std::uint8_t* to, const std::uint8_t* text, std::size_t size) {
  constexpr std::size_t kShortMax = 64;
  if (size < 8 || size > kShortMax) {
    if (size != 0) std::memcpy(to, text, size);
    return is_text(text, size);
  }
  std::uint64_t word = 0;
  bool plain = true;
  for (std::size_t i = 0; i < size - 8; i += 8) {
    std::memcpy(&word, text + i, 8);
    std::memcpy(to + i, &word, 8);
    plain &= is_plain_ascii(word);
  }
  std::memcpy(&word, text + size - 8, 8);
  std::memcpy(to + size - 8, &word, 8);
  plain &= is_plain_ascii(word);
  return plain || is_utf8_without_nul(text, size);
}

/// True if `text` is UTF-16 and holds no NUL.
bool is_utf16_without_nul(std::u16string_view text);

/// Makes `value` the text whose UTF-16 octets, the higher first unless `swapped`, are these; false if they
/// are no text.
bool assign_utf16(std::u16string& value, ByteView octets, bool swapped = false);

}  // namespace once::detail
