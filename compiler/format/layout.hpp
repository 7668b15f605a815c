// Where lines end and spaces stand.
#pragma once

#include <string>
#include <vector>

#include "format/roles.hpp"
#include "format/scanner.hpp"

namespace oncec::format {

inline constexpr std::size_t kColumnsMax = 100;

/// The pieces as text: LF line ends, one behind the last line, "" if there are no pieces.
std::string lay_out(const std::vector<Piece>& pieces, Language language);

/// The lines of a comment that spans several, moved from the column in which it began to another one. A
/// column of stars is put below the first star; other text keeps its shape.
std::string move_comment(std::string_view comment, std::size_t from, std::size_t to);

}  // namespace oncec::format
