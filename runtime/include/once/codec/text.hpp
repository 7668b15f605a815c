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

/// For text of less than 8 octets, and of more than 16.
bool is_other_text(const std::uint8_t* text, std::size_t size);
bool copy_other_text(std::uint8_t* to, const std::uint8_t* text, std::size_t size);

/// Has a high bit wherever an octet of `octets` is not 0x01 to 0x7f: its own, or that of a borrow when 1 is taken
/// away.
inline std::uint64_t not_plain(std::uint64_t octets) {
  return octets | (octets - 0x0101010101010101);
}
template <class... Words>
bool is_plain_ascii(Words... words) {
  return ((not_plain(words) | ...) & 0x8080808080808080) == 0;
}

inline std::uint64_t text_word(const std::uint8_t* place) {
  std::uint64_t word = 0;
  std::memcpy(&word, place, sizeof word);
  return word;
}

/// True if `text` is UTF-8 and holds no NUL.
inline bool is_text(const std::uint8_t* text, std::size_t size) {
  if (size - 8 > 8) return is_other_text(text, size);
  // The last word may overlap the one before it.
  return is_plain_ascii(text_word(text), text_word(text + size - 8)) || is_utf8_without_nul(text, size);
}

/// Copies `text`, and tells whether it is UTF-8 without NUL: one pass for short plain text.
inline bool copy_text(std::uint8_t* to, const std::uint8_t* text, std::size_t size) {
  if (size - 8 > 8) return copy_other_text(to, text, size);
  const std::uint64_t first = text_word(text);
  const std::uint64_t last = text_word(text + size - 8);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + size - 8, &last, sizeof last);
  return is_plain_ascii(first, last) || is_utf8_without_nul(text, size);
}

/// True if `text` is UTF-16 and holds no NUL.
bool is_utf16_without_nul(std::u16string_view text);

/// Makes `value` the text whose UTF-16 octets, the higher first unless `swapped`, are these; false if they
/// are no text.
bool assign_utf16(std::u16string& value, ByteView octets, bool swapped = false);

}  // namespace once::detail
