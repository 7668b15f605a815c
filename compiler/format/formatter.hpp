// A file laid out anew: `oncec fmt`. Two columns a step, 100 columns a line, one blank line at most; every
// token, comment, directive and `%` line stays, in its order.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "format/scanner.hpp"

namespace oncec::format {

struct Formatted {
  std::string text;              // with the line ends and the byte-order mark of the original
  std::optional<Damage> damage;  // then there is no text; a place in the original
};

/// By the name's ending: .x is the ONC RPC language.
Language language_of(std::string_view file_name);

/// `text` in any encoding that has ASCII in it: octets beyond are left alone.
Formatted format(std::string_view text, Language language);

}  // namespace oncec::format
