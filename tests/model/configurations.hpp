// The sizes that are searched, by name.
#pragma once

#include <span>
#include <string_view>

#include "world.hpp"

namespace once::model {

/// Small ones first.
std::span<const Configuration> configurations();
/// nullptr if there is none of that name.
const Configuration* find_configuration(std::string_view name);

}  // namespace once::model
