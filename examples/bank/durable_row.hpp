// A row of exactly-once payments, with or without kills of its server.
#pragma once

#include <functional>
#include <string>

#include "options.hpp"
#include "row.hpp"

namespace demo {

/// Runs server and client to their end, and compares what the client was answered with the database. The server
/// is killed options.kills times, aimed in turns at each point of a call. Throws std::runtime_error if the run was too
/// short for that. `show`: what it is doing.
Row run_durable_row(Options options, const std::function<void(const std::string&)>& show);

}  // namespace demo
