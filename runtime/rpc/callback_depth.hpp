// How deep the calling thread is inside callbacks: servants that it runs while it is blocked in a synchronous
// call. They may call again, and be called back again, up to Limits::nesting_max.
#pragma once

#include <cstdint>

namespace once::detail {

class CallbackDepth {
 public:
  static std::uint32_t depth() { return level(); }
  CallbackDepth() { ++level(); }
  ~CallbackDepth() { --level(); }
  CallbackDepth(const CallbackDepth&) = delete;
  CallbackDepth& operator=(const CallbackDepth&) = delete;

 private:
  static std::uint32_t& level() {
    thread_local std::uint32_t value = 0;
    return value;
  }
};

}  // namespace once::detail
