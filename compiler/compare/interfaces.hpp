// Differences of interfaces and their operations.
#pragma once

#include "compare/difference.hpp"
#include "model/model.hpp"

namespace oncec::compare {

/// Both hold an Interface.
void compare_interfaces(const model::Declaration& before, const model::Declaration& after,
                        Differences& differences);

}  // namespace oncec::compare
