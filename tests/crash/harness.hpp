// The harness itself: starts server and clients, kills them where it wants to, and writes down what happens.
#pragma once

#include <filesystem>

#include "options.hpp"

namespace crash {

/// Returns when the last client has ended. Throws std::runtime_error if a process ends before its time. `folder`:
/// an empty one, for all that record.hpp tells of.
void run(Options options, const std::filesystem::path& folder);

}  // namespace crash
