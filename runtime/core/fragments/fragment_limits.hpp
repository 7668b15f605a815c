// What bounds the fragment layer, and what it counts. docs/limits.md says what happens when each limit is
// reached.
#pragma once

#include <cstddef>
#include <cstdint>

#include <once/base/time.hpp>

#include "core/rtt_estimator.hpp"

namespace once::core {

struct FragmentLimits {
  std::uint32_t message_max = 16u << 20;  // of a message's body; what one session may have under reassembly
  std::size_t reassembly_bytes_max = std::size_t{256} << 20;  // of all sessions
  std::size_t sending_bytes_max = std::size_t{256} << 20;     // of messages on their way, of all sessions
  std::uint32_t transfers_max = 4;  // of a session at once, each way; further ones wait at their sender
  /// Of a session, under way or waiting for their turn; and in octets what transfers_max of the largest have.
  /// Searches for the next turn may look at each.
  std::uint32_t session_messages_max = 256;
  Duration stall = std::chrono::seconds{10};  // a reassembly that nothing new came for is dropped
  /// So is one that has come more slowly than this since it began, after a first `stall`: octets per second,
  /// about what a modem carries. So holding memory costs its holder a share of it again and again.
  std::uint32_t rate_min = 4'096;
  /// Transfers to a peer that was not heard of for so long end. Its reassemblies have stalled long ago.
  Duration silence = std::chrono::seconds{30};
  std::size_t flight_max = std::size_t{1} << 20;  // octets on the way to one peer
  std::size_t flight_max_local = std::size_t{256} << 10;
  std::uint32_t datagram_max = 1'472;  // up to which sizes of datagrams are probed
  /// Acknowledgements are never held back, so the floor may be lower than that of calls.
  RtoLimits rto{std::chrono::seconds{1}, std::chrono::milliseconds{25}, std::chrono::seconds{2}};
  RtoLimits rto_local{std::chrono::milliseconds{50}, std::chrono::milliseconds{2}, std::chrono::seconds{1}};
};

/// The counters only rise.
struct FragmentCounters {
  std::uint64_t transfers = 0, completed = 0;  // of messages that were sent
  std::uint64_t restarted = 0;  // begun again: refused, contradicted, or forgotten by the receiver
  std::uint64_t unwanted = 0;   // ended because nobody waits for the message any more
  std::uint64_t given_up = 0;   // ended because nothing was heard of the peer
  std::uint64_t not_taken = 0;  // messages for which a quota left no room
  std::uint64_t fragments_sent = 0, fragments_lost = 0, timeouts = 0, path_probes = 0;
  std::uint64_t received = 0, fragments_received = 0;  // whole messages; fragments
  std::uint64_t copies = 0, late = 0;                  // fragments that had come already, or too late
  std::uint64_t refused = 0;                           // a quota left no room for their reassembly
  std::uint64_t contradictions = 0, stalled = 0;       // reassemblies that were dropped
  std::uint64_t malformed = 0;
  std::uint64_t not_admitted = 0;  // of no session, from elsewhere, or of a message that is too large
};

}  // namespace once::core
