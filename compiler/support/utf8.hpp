// Text as code points.
#pragma once

#include <string>
#include <string_view>

namespace oncec {

/// The code points of UTF-8 text.
std::u32string code_points(std::string_view text);

}  // namespace oncec
