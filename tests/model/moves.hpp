// All steps that a state allows.
#pragma once

#include <functional>

#include "step.hpp"
#include "world.hpp"

namespace once::model {

/// Where everything begins.
State first_state(const World& world);

using Visit = std::function<void(const State& after, const Step& step)>;
/// Calls `visit` for each step from `before`, always in the same order. `is_told`: steps have stories.
void for_each_step(const World& world, const State& before, bool is_told, const Visit& visit);

/// All calls that were made have ended; `is_cut_off`: or the bounds of the configuration keep them from it.
bool all_ended(const World& world, const State& state, bool& is_cut_off);

}  // namespace once::model
