// What a session is for its client.
#pragma once

#include <array>
#include <cstdint>

#include <once/base/ids.hpp>
#include <once/base/time.hpp>

#include "core/client/send_window.hpp"
#include "core/rtt_estimator.hpp"

namespace once::core {

/// A PROBE that only keeps the session: of a number of the free series that no call will have, so that the
/// answer can be UNSEEN and nothing else.
struct Keeping {
  Sequence number = 0;  // 0: nothing is to be answered
  Attempts attempts;
  unsigned backoff = 0;
  Time send_at = kNever;
};

/// The server wants to see that the client receives where it sends from (C18).
struct Proof {
  std::uint64_t cookie = 0;   // of the challenge that is to be answered; 0: none is
  std::uint64_t counter = 0;  // of the latest answer
  Time repeated_at = kNever;  // what is not answered was sent again; kNever: since then something was
};

struct Binding {
  SessionId id = 0;  // 0: a lasting session that has not been entered, or one that has been taken leave of
  Epoch epoch;
  std::uint32_t message_max = 0;
  Duration lease{0};  // the client's share of it
  Time lease_until;
  std::uint64_t counter = 0;  // of messages; rises with each
  SendWindow window;
  std::array<std::uint32_t, 64>
      windowed{};                   // the CallTable's: places by number modulo 64: a window is no wider
  Sequence next_free = 1;           // numbers outside the window
  std::uint32_t free_bound = 0;     // idempotent calls that wait for an answer
  bool durable = false;             // it outlives the server
  std::uint32_t durable_calls = 0;  // exactly-once calls that were sent and have not ended
  Time acknowledge_at = kNever;
  Keeping keeping;
  Proof proof;
};

}  // namespace once::core
