// Numbers, characters, text and octets for people.
#include <array>
#include <bit>
#include <charconv>
#include <ostream>

#include <once/codec/print.hpp>

namespace once {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

template <class T, class... Base>
void append_number(std::string& text, T value, Base... base) {
  std::array<char, 64> digits;
  text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value, base...).ptr);
}

void append_hex(std::string& text, unsigned char octet) {
  text.append({'\\', 'x', kHex[octet >> 4], kHex[octet & 0xf]});
}

/// One character inside quotes. Octets beyond ASCII are left to be UTF-8.
void append_escaped(std::string& text, char c, char quote) {
  const auto octet = static_cast<unsigned char>(c);
  if (c == quote || c == '\\') {
    text.append({'\\', c});
  } else if (c == '\n') {
    text.append("\\n");
  } else if (octet < 0x20 || octet == 0x7f) {
    append_hex(text, octet);
  } else {
    text.push_back(c);
  }
}

/// The control characters beyond ASCII, U+0080 to U+009F: a terminal may obey them, too.
bool is_control(char32_t c) {
  return c >= 0x80 && c < 0xa0;
}
void append_unit(std::string& text, char32_t c) {
  text.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) text.push_back(kHex[c >> shift & 0xf]);
}

/// A code point as UTF-8; a lone surrogate or a control character as an escape.
void append_character(std::string& text, char32_t c, char quote) {
  const auto append = [&text](char32_t octet) { text.push_back(static_cast<char>(octet)); };
  if (c < 0x80) {
    append_escaped(text, static_cast<char>(c), quote);
  } else if (is_control(c) || (c >= 0xd800 && c <= 0xdfff)) {
    append_unit(text, c);
  } else if (c < 0x800) {
    append(0xc0 | c >> 6);
    append(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    append(0xe0 | c >> 12);
    append(0x80 | (c >> 6 & 0x3f));
    append(0x80 | (c & 0x3f));
  } else {
    append(0xf0 | c >> 18);
    append(0x80 | (c >> 12 & 0x3f));
    append(0x80 | (c >> 6 & 0x3f));
    append(0x80 | (c & 0x3f));
  }
}

bool is_leading(char16_t unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}
bool is_trailing(char16_t unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

}  // namespace

void TextWriter::separate() {
  if (!text_.empty() && text_.back() != '{' && text_.back() != '[') text_.append(", ");
}

void TextWriter::write(std::int64_t value) {
  append_number(text_, value);
}
void TextWriter::write(std::uint64_t value) {
  append_number(text_, value);
}
void TextWriter::write(float value) {
  append_number(text_, value);
}
void TextWriter::write(double value) {
  append_number(text_, value);
}

void TextWriter::write(Float128 value) {
  const auto narrow = static_cast<double>(value);
  if (static_cast<Float128>(narrow) == value || value != value) return write(narrow);
  // Not a double's: exactly, in hexadecimal.
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(value);
  const std::uint64_t high = halves[std::endian::native == std::endian::little ? 1 : 0];
  const std::uint64_t low = halves[std::endian::native == std::endian::little ? 0 : 1];
  const auto exponent = static_cast<std::int64_t>(high >> 48 & 0x7fff);
  put(high >> 63 != 0 ? "-0x" : "0x");
  put(exponent == 0 ? "0." : "1.");
  for (int shift = 44; shift >= 0; shift -= 4) text_.push_back(kHex[high >> shift & 0xf]);
  for (int shift = 60; shift >= 0; shift -= 4) text_.push_back(kHex[low >> shift & 0xf]);
  put("p");
  append_number(text_, exponent == 0 ? std::int64_t{-16382} : exponent - 16383);
}

void TextWriter::write(char value) {
  const auto octet = static_cast<unsigned char>(value);
  put("'");
  if (octet < 0x80) {
    append_escaped(text_, value, '\'');
  } else {
    append_hex(text_, octet);
  }
  put("'");
}

void TextWriter::write(char16_t value) {
  put("'");
  append_character(text_, value, '\'');
  put("'");
}

void TextWriter::write(std::string_view value) {
  put("\"");
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char32_t next = i + 1 < value.size() ? static_cast<unsigned char>(value[i + 1]) : 0;
    if (value[i] == '\xc2' && is_control(next)) {
      append_unit(text_, next);
      ++i;
    } else {
      append_escaped(text_, value[i], '"');
    }
  }
  put("\"");
}

void TextWriter::write(std::u16string_view value) {
  put("\"");
  for (std::size_t i = 0; i < value.size(); ++i) {
    char32_t c = value[i];
    if (is_leading(value[i]) && i + 1 < value.size() && is_trailing(value[i + 1])) {
      c = 0x10000 + ((c - 0xd800) << 10) + (value[++i] - 0xdc00U);
    }
    append_character(text_, c, '"');
  }
  put("\"");
}

void TextWriter::write_octets(ByteView octets) {
  put("x\"");
  for (const std::uint8_t octet : octets) text_.append({kHex[octet >> 4], kHex[octet & 0xf]});
  put("\"");
}

namespace detail {

std::string shortened(std::string text) {
  constexpr std::string_view kMore = "...";
  if (text.size() > kShownMax) text.replace(kShownMax - kMore.size(), std::string::npos, kMore);
  return text;
}

std::string shown(std::string_view name) {
  std::string text;
  for (const char c : name.substr(0, kShownMax + 1)) {
    if (c >= 0x20 && c < 0x7f) {
      text.push_back(c);
    } else {
      append_hex(text, static_cast<unsigned char>(c));
    }
  }
  return shortened(std::move(text));
}

std::string printed(const void* value, PrintAny print) {
  TextWriter out;
  print(out, value);
  return std::move(out).take();
}

std::ostream& put(std::ostream& out, const void* value, PrintAny print) {
  return out << printed(value, print);
}

}  // namespace detail

}  // namespace once
