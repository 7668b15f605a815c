// What literals mean: digits, escapes, quotes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "frontend/messages.hpp"
#include "support/source.hpp"

namespace oncec::frontend {

/// A decimal, octal or hexadecimal integer; nothing (and a report) if it has wrong digits or exceeds 64 bits.
std::optional<std::uint64_t> integer_literal(std::string_view text, SourceRange range, Reporter& reporter);

/// A floating-point number, or nothing (and a report) if it exceeds what a double can hold.
std::optional<double> floating_literal(std::string_view text, SourceRange range, Reporter& reporter);

/// The characters between the quotes, as UTF-8, escapes resolved: a literal's are ISO Latin-1, so \xe9 is é.
/// Nothing (and a report) if an escape is unknown, or if it is a string that holds the character 0.
std::optional<std::string> text_literal(std::string_view text, SourceRange range, Reporter& reporter);

/// What UTF-8 text takes in UTF-16.
std::size_t utf16_length(std::string_view utf8);

void append_utf8(std::string& out, std::uint32_t character);

}  // namespace oncec::frontend
