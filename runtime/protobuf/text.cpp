// The texts that values become: UTF-8 for UTF-16, decimal numbers.
#include <stdexcept>

#include <once/codec/text.hpp>
#include <once/protobuf/shape.hpp>

namespace once::protobuf {
namespace {

constexpr bool is_high_surrogate(char32_t unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}
constexpr bool is_low_surrogate(char32_t unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

void append_utf8(char32_t character, std::string& utf8) {
  const auto append = [&](char32_t octet) { utf8.push_back(static_cast<char>(octet)); };
  const auto tail = [&](int shift) { append(0x80U | (character >> shift & 0x3fU)); };
  if (character < 0x80) {
    append(character);
  } else if (character < 0x800) {
    append(0xc0U | character >> 6U);
    tail(0);
  } else if (character < 0x10000) {
    append(0xe0U | character >> 12U);
    tail(6);
    tail(0);
  } else {
    append(0xf0U | character >> 18U);
    tail(12);
    tail(6);
    tail(0);
  }
}

/// The character at the front of valid UTF-8, which is taken off.
char32_t take_character(std::string_view& utf8) {
  const auto octet = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(utf8[i]));
  };
  const char32_t first = octet(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t character = length == 1 ? first : first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) character = character << 6U | (octet(i) & 0x3fU);
  utf8.remove_prefix(length);
  return character;
}

}  // namespace

bool to_utf8(std::u16string_view text, std::string& utf8) {
  utf8.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char32_t character = text[i];
    if (character == 0 || is_low_surrogate(character)) return false;
    if (is_high_surrogate(character)) {
      if (i + 1 == text.size() || !is_low_surrogate(text[i + 1])) return false;
      character = 0x10000 + ((character - 0xd800) << 10U) + (char32_t{text[++i]} - 0xdc00);
    }
    append_utf8(character, utf8);
  }
  return true;
}

bool to_utf16(std::string_view utf8, std::u16string& text) {
  text.clear();
  if (!once::detail::is_text(as_bytes(utf8).data(), utf8.size())) return false;
  while (!utf8.empty()) {
    const char32_t character = take_character(utf8);
    if (character < 0x10000) {
      text.push_back(static_cast<char16_t>(character));
    } else {
      text.push_back(static_cast<char16_t>(0xd800 + ((character - 0x10000) >> 10U)));
      text.push_back(static_cast<char16_t>(0xdc00 + (character & 0x3ffU)));
    }
  }
  return true;
}

bool to_decimal(std::string_view text, std::uint32_t digits, std::uint32_t places, Decimal& value) {
  try {
    const Decimal number{text};
    if (number.scale() > places) return false;
    value = number.with(digits, places);
    return true;
  } catch (const std::logic_error&) {  // no number
    return false;
  } catch (const std::runtime_error&) {  // too long
    return false;
  }
}

}  // namespace once::protobuf
