// Types that contain themselves through members that are always there, by @external: whether their values
// come to an end at all, and with which arm a new union starts so that it does.
#pragma once

#include "frontend/messages.hpp"
#include "model/model.hpp"

namespace oncec::frontend {

/// Sets Union::start of all unions, and reports what has no end. To be called when everything is defined.
void choose_starts(model::Model& model, Reporter& reporter);

}  // namespace oncec::frontend
