// Differences of types, constants and exceptions: all but interfaces.
#pragma once

#include "compare/difference.hpp"
#include "model/model.hpp"

namespace oncec::compare {

/// "struct 'bank::Money'": how messages name it.
std::string title_of(const model::Declaration& declaration);

/// For two of the same kind and name.
void compare_declarations(const model::Declaration& before, const model::Declaration& after,
                          Differences& differences);

}  // namespace oncec::compare
