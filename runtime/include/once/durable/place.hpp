// Where the file of a store or an outbox lies, and what goes with it.
#pragma once

#include <memory>
#include <string>

#include <asio/any_io_executor.hpp>

#include <once/rpc/environment.hpp>

namespace once::durable {

/// A file of this machine, or of a simulated host's disk, which gives its places itself (once/simulation.hpp).
struct Place {
  std::string file;
  /// Runs a store's transactions; an outbox needs none.
  asio::any_io_executor executor{};
  /// Of SQLite's VFSs, through which the file is read and written; empty: its default.
  std::string vfs{};
  /// Beside the file stands FILE-once, and the room on its disk is looked at. Not for a disk that is no machine's.
  bool on_this_machine = true;
  std::shared_ptr<Clock> clock = steady_clock();
  std::shared_ptr<RandomSource> random = system_random();
};

}  // namespace once::durable
