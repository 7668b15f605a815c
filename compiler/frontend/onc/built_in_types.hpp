// The names that C headers give to .x files: nearly half of all files use some, named on `%#include` lines.
#pragma once

#include <string_view>

namespace oncec::frontend::onc {

/// Their definitions, in the ONC RPC language. A file that defines one of the names itself means its own.
std::string_view built_in_types();

}  // namespace oncec::frontend::onc
