// What can never matter again is dropped, so that states which differ in nothing else are one.
#pragma once

#include "world.hpp"

namespace once::model {

void drop_what_cannot_matter(const World& world, State& state);

}  // namespace once::model
