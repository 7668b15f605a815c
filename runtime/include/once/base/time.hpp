// Time as values. Nothing below the rpc layer reads a clock: the time comes in as an argument, so that the
// same code runs on the machine's monotonic clock and on a simulator's.
#pragma once

#include <chrono>

namespace once {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// "No timer is set", and "no deadline".
inline constexpr Time kNever = Time::max();

}  // namespace once
