// Names that the preprocessor would take away from generated code.
#pragma once

#include <string_view>

namespace oncec::backend::cpp {

/// True if a header that generated code meets may define a macro of that name.
bool may_be_macro(std::string_view name);

}  // namespace oncec::backend::cpp
