// Differences of types, constants and exceptions: all but interfaces.
#pragma once

#include "compare/difference.hpp"
#include "model/model.hpp"

namespace oncec::compare {

/// "struct", "interface", …: what may stand before the name in a message.
std::string kind_of(const model::Declaration& declaration);

/// For two of the same kind and name.
void compare_declarations(const model::Declaration& before, const model::Declaration& after,
                          Differences& differences);

}  // namespace oncec::compare
