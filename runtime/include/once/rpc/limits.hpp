// Every limit and every default of clients and servers, in one place. docs/limits.md says what happens when
// each is reached.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <once/base/time.hpp>

namespace once {

struct Limits {
  // Time.
  Duration deadline = std::chrono::seconds{10};  // of a call that says nothing else
  Duration rto_first = std::chrono::seconds{1};  // retransmission, after RFC 6298
  Duration rto_min = std::chrono::milliseconds{200};
  Duration rto_max = std::chrono::seconds{60};
  Duration rto_first_loopback = std::chrono::milliseconds{50};
  Duration rto_min_loopback = std::chrono::milliseconds{10};
  Duration rto_max_loopback = std::chrono::seconds{2};
  Duration idle_acknowledgement = std::chrono::milliseconds{200};
  Duration lease = std::chrono::seconds{60};             // of a session, on the server
  Duration lasting_lease = std::chrono::hours{30 * 24};  // of a lasting session, in the server's uptime
  Duration connect_timeout = std::chrono::seconds{5};    // of one address
  Duration reconnect_min = std::chrono::milliseconds{50};
  Duration reconnect_max = std::chrono::seconds{2};
  Duration header_timeout = std::chrono::seconds{10};   // for a connection's next header, once it has begun
  Duration connection_idle = std::chrono::minutes{10};  // a connection without any message is closed
  Duration accept_pause = std::chrono::milliseconds{100};  // after the descriptors ran out
  Duration reassembly_stall = std::chrono::seconds{10};    // of a message in fragments of which no more comes
  /// A server's queue that has not been empty for the interval is cut back to what waits no longer than the target; 0:
  /// never.
  Duration queue_target = std::chrono::milliseconds{5};
  Duration queue_interval = std::chrono::milliseconds{100};
  Duration slow_call = std::chrono::milliseconds{10};  // a plain servant that holds its loop longer

  // Sizes, in octets.
  std::uint32_t message_max = 16u << 20;  // a request's or reply's body
  std::uint32_t datagram_max = 1'200;
  std::uint32_t datagram_max_loopback = 60'000;
  std::uint32_t datagram_search_max =
      1'472;  // up to which a path is searched for larger ones; not on loopback
  std::size_t reassembly_bytes_max = std::size_t{256} << 20;  // of messages that arrive in fragments
  std::size_t fragmented_bytes_max = std::size_t{256} << 20;  // of messages that leave in fragments
  std::size_t send_queue_max = std::size_t{1} << 20;          // beyond it a connection is not read from
  std::size_t reply_bytes_per_session = std::size_t{1} << 20;
  std::size_t reply_bytes_max = std::size_t{256} << 20;
  std::size_t queued_bytes_max = std::size_t{64} << 20;    // of a client's waiting calls, a channel
  std::size_t request_bytes_max = std::size_t{256} << 20;  // of requests that wait or run at a server

  // Counts.
  std::uint32_t window = 64;             // calls of a session
  std::uint32_t transfers_max = 4;       // messages in fragments of a session at once, each way
  std::size_t queued_calls_max = 1'024;  // a client's waiting calls, a channel
  std::size_t queued_requests_max = 1'024;
  std::size_t running_max = 100'000;
  std::size_t running_per_client_max = 64;
  std::size_t sessions_max = 1'000'000;
  std::size_t records_max = 1'000'000;  // calls that have run and are not acknowledged, or run
  std::size_t connections_max = 20'000;
  std::size_t connection_threads_max = 1'024;  // beyond it connections are read by their loop
  std::size_t channels_max = 1'024;            // of a client; beyond it those that no stub holds go
  /// A client makes calls again that were refused as overloaded: so many percent of its calls through a channel, and
  /// the reserve; a reserve of 0: none.
  std::uint32_t retry_percent = 10;
  std::uint32_t retry_reserve = 10;
  std::uint32_t nesting_max = 8;  // callbacks inside callbacks
};

}  // namespace once
