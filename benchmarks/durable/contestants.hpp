// Who makes the transfers: SQLite alone, the store alone, and exactly-once calls from a client's stub to the store and
// back. The same two updates and one insert for each.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace durable_benchmark {

struct Measured {
  std::uint64_t transfers = 0;
  std::uint64_t syncs = 0;  // all of them, the write-back of the log into the file included
  double seconds = 0;

  Measured& operator+=(const Measured& other) {
    transfers += other.transfers;
    syncs += other.syncs;
    seconds += other.seconds;
    return *this;
  }
};

/// Each makes transfers in a new file `file` for so long, and so many at a time.
using Time = std::chrono::duration<double>;
/// One transfer after the other, so many to a transaction, with the pragmas that the store has.
Measured measure_sqlite(const std::filesystem::path& file, Time time, int to_a_transaction);
/// once::durable::Store::run, with an outcome of 16 octets.
Measured measure_store(const std::filesystem::path& file, Time time, int at_a_time);
/// Calls over loopback; client and server are threads of this process.
Measured measure_calls(const std::filesystem::path& file, Time time, int at_a_time,
                       const std::string& transport);

}  // namespace durable_benchmark
