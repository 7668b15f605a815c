// Assertions for our own bugs; on in every build, since a runtime that goes on after a broken invariant may
// run a call twice. What a peer or a network does is never asserted: it is a Result.
#pragma once

namespace once::detail {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}

#define ONCE_ASSERT(condition)                         \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::once::detail::assertion_failed(#condition, __FILE__, __LINE__))
