// What the fragment layer asks the core that it serves.
#pragma once

#include <once/base/error.hpp>
#include <once/base/ids.hpp>
#include <once/base/time.hpp>

#include "core/path.hpp"

namespace once::core {

struct PathChallenge;  // wire.hpp

class SessionOwner {
 public:
  /// Where the peer of a session is now; false if there is no such session, or no way to it.
  virtual bool path_of(SessionId session, Path& out) const = 0;
  /// True while somebody may wait for the request with this number to arrive.
  virtual bool wants_request(SessionId session, Semantics semantics, Sequence number) const = 0;
  /// True while somebody may wait for its reply.
  virtual bool wants_reply(SessionId session, Semantics semantics, Sequence number) const = 0;
  /// True if the session's peer must first show that it receives at `from`; `out` asks for that.
  virtual bool doubts(Time, SessionId, const Path& /*from*/, PathChallenge& /*out*/) const { return false; }

 protected:
  ~SessionOwner() = default;
};

}  // namespace once::core
