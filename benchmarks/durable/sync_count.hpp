// How often this process has asked a disk to make sure.
#pragma once

#include <cstdint>

namespace durable_benchmark {

/// Calls of fsync and fdatasync so far, by whomever: this program's stand before the C library's.
std::uint64_t sync_count();

}  // namespace durable_benchmark
