// The program, and the two processes of a row: it starts itself again as either of them.
#pragma once

#include <cstdint>

#include "options.hpp"

namespace demo {

/// What every payment pays, in cents.
inline constexpr std::uint64_t kAmount = 100;

/// What main() does, whichever role the command line gives. Returns the exit status.
int run(int argc, char** argv);

/// Listens at options.address, prints the real address, and at SIGTERM one line of JSON: {balance,
/// duplicates, replayed}.
int run_server(const Options& options);

/// The same for exactly-once payments: the account is in options.database, and each step of each call
/// (watched_store.hpp) passes a gate (gate.hpp). At SIGTERM: {requests, replayed}, of this process alone.
int run_durable_server(const Options& options);

/// Makes options.calls payments through the fault injector. Prints a line for every payment that has ended, its
/// number and the balance that was answered (0: none), and at the end one line of JSON: {calls, requests_sent}.
int run_client(const Options& options);

}  // namespace demo
