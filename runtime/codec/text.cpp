// UTF-8: plain ASCII by words, what is not octet by octet; UTF-16.
//
//   00 refused; 01..7f
//   c2..df 80..bf
//   e0 a0..bf 80..bf      e1..ec ee ef 80..bf 80..bf      ed 80..9f 80..bf
//   f0 90..bf 80..bf 80..bf     f1..f3 80..bf 80..bf 80..bf     f4 80..8f 80..bf 80..bf
#include <once/codec/byte_order.hpp>
#include <once/codec/text.hpp>

namespace once::detail {
namespace {

/// All octets of a text of 1 to 7, some of them twice, and no others but plain ones.
std::uint64_t short_word(const std::uint8_t* text, std::size_t size) {
  if (size >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, text, 4);
    std::memcpy(&last, text + size - 4, 4);
    return std::uint64_t{first} << 32 | last;
  }
  // First, middle and last are all of them.
  return 0x0101010101000000 | std::uint64_t{text[0]} << 16 | std::uint64_t{text[size / 2]} << 8 |
         text[size - 1];
}

void copy_short(std::uint8_t* to, const std::uint8_t* text, std::size_t size) {
  if (size >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, text, 4);
    std::memcpy(&last, text + size - 4, 4);
    std::memcpy(to, &first, 4);
    std::memcpy(to + size - 4, &last, 4);
    return;
  }
  const std::uint8_t first = text[0];
  const std::uint8_t middle = text[size / 2];
  const std::uint8_t last = text[size - 1];
  to[0] = first;
  to[size / 2] = middle;
  to[size - 1] = last;
}

/// Of 16 octets or more: all words but the last two, which may overlap those before them.
bool starts_plain(const std::uint8_t* text, std::size_t size) {
  for (std::size_t i = 0; i + 16 < size; i += 16) {
    if (!is_plain_ascii(text_word(text + i), text_word(text + i + 8))) return false;
  }
  return true;
}

}  // namespace

bool is_other_text(const std::uint8_t* text, std::size_t size) {
  if (size == 0) return true;
  if (size < 8) return is_plain_ascii(short_word(text, size)) || is_utf8_without_nul(text, size);
  if (starts_plain(text, size) && is_plain_ascii(text_word(text + size - 16), text_word(text + size - 8))) {
    return true;
  }
  return is_utf8_without_nul(text, size);
}

bool copy_other_text(std::uint8_t* to, const std::uint8_t* text, std::size_t size) {
  if (size == 0) return true;
  if (size < 8) {
    copy_short(to, text, size);
    return is_plain_ascii(short_word(text, size)) || is_utf8_without_nul(text, size);
  }
  if (size > 32) {
    copy_octets(to, text, size);
    return is_other_text(text, size);
  }
  const std::array<std::uint64_t, 4> words = {text_word(text), text_word(text + 8),
                                              text_word(text + size - 16), text_word(text + size - 8)};
  std::memcpy(to, words.data(), 16);
  std::memcpy(to + size - 16, &words[2], 16);
  return is_plain_ascii(words[0], words[1], words[2], words[3]) || is_utf8_without_nul(text, size);
}

bool is_utf8_without_nul(const std::uint8_t* text, std::size_t size) {
  const std::uint8_t* const end = text + size;
  while (text != end) {
    if (end - text >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text, 8);
      if (is_plain_ascii(word)) {
        text += 8;
        continue;
      }
    }
    const std::uint8_t lead = *text++;
    if (lead == 0) return false;
    if (lead < 0x80) continue;

    // The second octet's range shuts out overlong forms, surrogates, and what is beyond U+10FFFF.
    std::ptrdiff_t following = 0;
    std::uint8_t lowest = 0x80;
    std::uint8_t highest = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
      following = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      following = 2;
      if (lead == 0xe0) lowest = 0xa0;
      if (lead == 0xed) highest = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      following = 3;
      if (lead == 0xf0) lowest = 0x90;
      if (lead == 0xf4) highest = 0x8f;
    } else {
      return false;
    }
    if (end - text < following) return false;
    if (*text < lowest || *text > highest) return false;
    for (std::ptrdiff_t i = 1; i < following; ++i) {
      if ((text[i] & 0xc0) != 0x80) return false;
    }
    text += following;
  }
  return true;
}

bool is_utf16_without_nul(std::u16string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char16_t unit = text[i];
    if (unit == 0) return false;
    if (unit < 0xd800 || unit > 0xdfff) continue;
    if (unit > 0xdbff || i + 1 == text.size()) return false;
    ++i;
    if (text[i] < 0xdc00 || text[i] > 0xdfff) return false;
  }
  return true;
}

bool assign_utf16(std::u16string& value, ByteView octets, bool swapped) {
  value.resize(octets.size() / 2);
  if (swapped) {
    load_all<std::endian::little>(value.data(), octets.data(), value.size());
  } else {
    load_all<std::endian::big>(value.data(), octets.data(), value.size());
  }
  if (octets.size() % 2 == 0 && is_utf16_without_nul(value)) return true;
  value.clear();
  return false;
}

}  // namespace once::detail
