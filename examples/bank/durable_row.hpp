// A row of exactly-once payments, with or without kills of its server.
#pragma once

#include <functional>
#include <string>

#include "options.hpp"
#include "row.hpp"

namespace demo {

/// Runs server and client to their end, and compares what the client was answered with the database. The server
/// is killed options.kills times: spread over the run, aimed in turns at each point of a call; those that the run
/// was too short for fall when it is over. `show`: what it is doing.
Row run_durable_row(Options options, const std::function<void(const std::string&)>& show);

}  // namespace demo
