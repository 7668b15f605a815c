// Decoding of literals.
#include "frontend/literals.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "support/characters.hpp"

namespace oncec::frontend {

namespace {

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}
bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// The escape that begins behind a backslash: its value, and how many characters it takes.
struct Escape {
  std::uint32_t value = 0;
  std::size_t length = 0;  // 0: unknown
};

Escape digits(std::string_view text, std::size_t skip, std::size_t length_max, int base,
              bool (*is_digit)(char)) {
  std::size_t length = 0;
  while (length < length_max && skip + length < text.size() && is_digit(text[skip + length])) ++length;
  if (length == 0) return {};
  std::uint32_t value = 0;
  std::from_chars(text.data() + skip, text.data() + skip + length, value, base);
  return {value, skip + length};
}

/// Half of a pair of UTF-16 is no character.
Escape universal(std::string_view text) {
  const Escape found = digits(text, 1, 4, 16, is_hex);
  return found.value >= 0xD800 && found.value <= 0xDFFF ? Escape{} : found;
}

Escape escape(std::string_view text, bool wide) {
  switch (text.front()) {
    case 'n': return {'\n', 1};
    case 't': return {'\t', 1};
    case 'v': return {'\v', 1};
    case 'b': return {'\b', 1};
    case 'r': return {'\r', 1};
    case 'f': return {'\f', 1};
    case 'a': return {'\a', 1};
    case '\\':
    case '?':
    case '\'':
    case '"': return {static_cast<std::uint32_t>(text.front()), 1};
    case 'x': return digits(text, 1, 2, 16, is_hex);
    case 'u': return wide ? universal(text) : Escape{};
    default: break;
  }
  const Escape octal = digits(text, 0, 3, 8, is_octal);
  return octal.value <= 0xFF ? octal : Escape{};
}

}  // namespace

std::optional<std::uint64_t> integer_literal(std::string_view text, SourceRange range, Reporter& reporter) {
  int base = 10;
  std::string_view digits_only = text;
  if (text.size() > 1 && text[0] == '0') {
    const bool hex = text[1] == 'x' || text[1] == 'X';
    base = hex ? 16 : 8;
    digits_only.remove_prefix(hex ? 2 : 1);
  }
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits_only.data(), digits_only.data() + digits_only.size(), value, base);
  const bool all_read = end == digits_only.data() + digits_only.size();
  if (!all_read) {
    reporter.report(Message::BadOctalDigit, range, {text, std::string_view(end, 1)});
    return std::nullopt;
  }
  if (error != std::errc{}) {
    reporter.report(Message::ValueTooWide, range);
    return std::nullopt;
  }
  return value;
}

std::optional<double> floating_literal(std::string_view text, SourceRange range, Reporter& reporter) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    reporter.report(Message::ValueRange, range, {text, "double"});
    return std::nullopt;
  }
  return value;
}

std::optional<std::string> text_literal(std::string_view text, SourceRange range, Reporter& reporter) {
  const bool wide = text.front() == 'L';
  const std::size_t prefix = wide ? 2 : 1;
  const bool string = text[prefix - 1] == '"';
  std::string out;
  for (std::size_t i = prefix; i + 1 < text.size();) {
    if (text[i] != '\\') {
      out += text[i++];
      continue;
    }
    const Escape found = escape(text.substr(i + 1), wide);
    const auto begin = static_cast<std::uint32_t>(range.begin + i);
    const std::size_t length = 1 + std::max<std::size_t>(found.length, 1);
    const SourceRange place{range.file, begin, static_cast<std::uint32_t>(begin + length)};
    if (found.length == 0) {
      reporter.report(Message::BadEscape, place, {text.substr(i + 1, 1)});
      return std::nullopt;
    }
    if (string && found.value == 0) {
      reporter.report(Message::ZeroInString, place);
      return std::nullopt;
    }
    append_utf8(out, found.value);
    i += length;
  }
  return out;
}

std::size_t utf16_length(std::string_view utf8) {
  const auto beyond =
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xF0U; });
  return count_characters(utf8) + static_cast<std::size_t>(beyond);
}

void append_utf8(std::string& out, std::uint32_t character) {
  const auto put = [&out](std::uint32_t octet) {
    out += static_cast<char>(static_cast<unsigned char>(octet));
  };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0U | (character >> 6));
    put(0x80U | (character & 0x3FU));
  } else if (character < 0x10000) {
    put(0xE0U | (character >> 12));
    put(0x80U | ((character >> 6) & 0x3FU));
    put(0x80U | (character & 0x3FU));
  } else {
    put(0xF0U | (character >> 18));
    put(0x80U | ((character >> 12) & 0x3FU));
    put(0x80U | ((character >> 6) & 0x3FU));
    put(0x80U | (character & 0x3FU));
  }
}

}  // namespace oncec::frontend
