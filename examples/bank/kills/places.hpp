// Where in its work a server was when it was killed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include <once/base/ids.hpp>

#include "kills/watched_store.hpp"

namespace demo {

/// The newest point of each call that a life of a server has told of.
using Steps = std::map<once::RequestId, Point>;

/// Kills, by the place where they fell.
struct Kills {
  std::uint64_t before_begin = 0;   // calls had arrived, and no transaction was open
  std::uint64_t before_commit = 0;  // servants ran, and nothing of it was kept
  std::uint64_t before_reply = 0;   // all of it was kept, and somebody did not know
  std::uint64_t after_reply = 0;    // or nothing was to be done

  std::uint64_t all() const { return before_begin + before_commit + before_reply + after_reply; }

  /// Another one, at the end of the life that told of `steps`. Calls share transactions: some of them can be
  /// answered when others are not, and others arrive meanwhile. `was_kept`: that life has kept the call,
  /// as the disk tells, since the kill can have come between a commit and the line that tells of it.
  void count(const Steps& steps, const std::function<bool(once::RequestId)>& was_kept);
};

}  // namespace demo
