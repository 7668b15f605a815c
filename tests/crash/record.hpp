// A run's folder: all that is needed to judge the run, or to judge it again.
#pragma once

#include <filesystem>
#include <vector>

#include "history.hpp"

namespace crash {

/// What the processes said and how they ended, a line for each of it:
///
///     run --transport udp …       how the run was started
///     server begins               a life of it
///     server written 42 7         a step (kills/watched_store.hpp)
///     server kept 42 7            it has been killed, and the outcome of that call is on disk
///     client 0 called 17          a line of a client (history.hpp)
///     client 0 killed
///     network link                what has happened to the clients' network (lan.hpp)
///     proxy lost 3 through 17 …   what it did in the whole run
std::filesystem::path record_in(const std::filesystem::path& folder);
/// The servers' database.
std::filesystem::path database_in(const std::filesystem::path& folder);
/// What the servant writes, outside of its database.
std::filesystem::path executions_in(const std::filesystem::path& folder);
/// Where the registers' servants write, a folder, and their users (registers.hpp).
std::filesystem::path journals_in(const std::filesystem::path& folder);
std::filesystem::path uses_in(const std::filesystem::path& folder);

/// The calls whose outcomes are in the database of a server that has just been killed. What it has left is not
/// touched: the next server recovers it.
std::vector<once::RequestId> kept_in(const std::filesystem::path& folder);

/// Everything that happened in the run, which has ended. Throws std::runtime_error.
History read_history(const std::filesystem::path& folder);

}  // namespace crash
