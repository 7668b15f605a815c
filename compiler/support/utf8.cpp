// Whoever calls this has checked the text: what is wrong comes out as something, and nothing more is said.
#include "support/utf8.hpp"

#include <cstddef>

namespace oncec {

std::u32string code_points(std::string_view text) {
  std::u32string result;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int following = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    char32_t c = following == 0 ? lead : lead & (0x3fU >> following);
    for (int k = 0; k < following && i < text.size(); ++k) {
      c = c << 6 | (static_cast<unsigned char>(text[i++]) & 0x3fU);
    }
    result.push_back(c);
  }
  return result;
}

}  // namespace oncec
