// The harness itself: starts server and clients, kills the server where it wants to, and collects what happened.
#pragma once

#include <filesystem>
#include <string>

#include "history.hpp"
#include "options.hpp"

namespace crash {

/// Everything that happened until the last client has ended. Throws std::runtime_error if a process ends before
/// its time. `folder`: where the database and the servant's log are.
History run(Options options, const std::filesystem::path& folder);

}  // namespace crash
