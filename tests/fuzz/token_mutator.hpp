// Mutations of text by words instead of octets, for fuzzers of languages: what comes out is still made of
// words, and reaches what stands behind the scanner.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oncec::fuzz {

/// The words, numbers, literals, comments and signs of the text. White space is left out, but for the ends of
/// lines before `#` and `%` and behind these lines, which mean something.
std::vector<std::string> split(std::string_view text);

/// The words again, with spaces between them.
std::string join(const std::vector<std::string>& words);

/// Changes some words: leaves out, repeats, exchanges, moves, nests, replaces by one of `vocabulary`. The
/// same seed makes the same of the same text.
std::string mutate(std::string_view text, const std::vector<std::string_view>& vocabulary, unsigned seed);

/// The first words of one text, and the last ones of another.
std::string cross(std::string_view first, std::string_view second, unsigned seed);

}  // namespace oncec::fuzz
