// Judging and cutting text character by character, the same way everywhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace oncec {

/// True for what words of IDL, C++ and the preprocessor consist of: letters of ASCII, digits, underscores.
constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// True for an octet of UTF-8 that is not the first of its character.
constexpr bool continues_character(char octet) {
  return (static_cast<unsigned char>(octet) & 0xC0U) == 0x80U;
}

/// How many characters the UTF-8 text has.
constexpr std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

/// The text without what it has of `blanks` at its ends.
constexpr std::string_view trimmed(std::string_view text, std::string_view blanks) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace oncec
