// What one seed's run is like: who takes part, how bad the network is, what goes wrong and how often, what
// the load asks for. Each seed draws its own (swarm testing): a third of them switch several faults off
// altogether, since a fault that is always there hides what only its absence lets happen.
#pragma once

#include <cstdint>
#include <iosfwd>

#include <once/base/time.hpp>

#include "core/client_core.hpp"
#include "core/fragments/fragment_limits.hpp"
#include "core/server_core.hpp"

namespace once::simulator {

/// One direction of one link.
struct LinkKnobs {
  double loss = 0, duplicate = 0, reorder = 0, corrupt = 0;
  Duration delay_min{0}, delay_mean{0};
  Duration duplicate_delay_max{0};
  bool heavy_tail = false;     // Pareto instead of exponential
  std::uint32_t capacity = 0;  // packets that are on their way at once; further ones are lost. 0: any number
  double clog = 0;             // a packet that stops the link: what is sent comes when it goes on
  Duration clog_mean{0};
  double no_buffers = 0;  // the sender's system takes nothing for a while
  double no_acks = 0;     // of ACK messages, that are lost
};

/// How often each trouble comes in a run, at random times of its storm.
struct StormKnobs {
  std::uint32_t server_crashes = 0, client_restarts = 0, pauses = 0, moves = 0, stream_cuts = 0;
  std::uint32_t swizzles = 0;  // all links stop one by one, and go on in another order
  std::uint32_t partitions = 0, adversary_steps = 0, rogue_steps = 0;
  Duration downtime_max{0}, pause_max{0}, partition_max{0};
  double drain_first = 0;  // a server that is told to shut down before it stops
  double partition_one_way = 0.5;
  double stream_break = 0;     // a connection that breaks after some octets, in the middle of a message
  double bundle = 0;           // a message shares the datagram, and so the fate, of the one before
  bool principals = false;     // the transport authenticates clients
  bool skewed_clocks = false;  // each host's clock runs at 0.9 to 1.1 of the true rate
};

struct LoadKnobs {
  std::uint32_t calls = 0;
  Duration gap_mean{0};  // between a client's calls
  std::uint32_t burst_max = 1;
  double quiet = 0;  // the share of bursts that are single calls all the same
  double naps = 0;   // an application that falls silent for up to two leases
  double maybe = 0, at_least_once = 0, exactly_once = 0;  // the rest is at most once
  double cancel = 0;
  double keeps_session = 0;  // the share of clients that keep their sessions without a call
  double short_deadline = 0, no_deadline = 0;
  Duration deadline_max{0};
  std::uint32_t request_max = 0, oversize_request = 0;  // one request in so many is too large for its path
};

struct ServantKnobs {
  double instant = 1, throws = 0, hangs = 0, refuses = 0, queues = 0, heeds_cancel = 0.5;
  Duration time_max{0}, queue_max{0};
  std::uint32_t reply_max = 0;
  double undeclared_size = 0;  // replies larger than what was set aside for them
  std::uint32_t workers = 0;   // calls that are taken at once, the others wait in the core; 0: all
};

/// Servers with a durable store: exactly-once calls, and what may happen whenever the store commits.
struct StoreKnobs {
  bool is_there = false;
  double power_fails = 0, sync_fails = 0, is_full = 0;
  Duration time_max{0};  // until it commits
  double lasting = 0;    // the share of clients with lasting sessions
  double rollback = 0;   // an older copy is put back when the server's life ends
  double zombies = 0;    // a life goes on for a while after the next has begun
};

enum class Weather : std::uint8_t {
  Calm,   // no fault at all: every call must succeed
  Rough,  // packets are lost, copied, reordered, damaged, addresses change, connections break, hosts pause,
          // but nobody dies and there is time and room enough: every call must succeed
  Storm,  // anything
};

struct Knobs {
  Weather weather = Weather::Storm;
  std::uint16_t servers = 1, clients = 1, rogues = 0;
  double streams = 0;  // the share of clients on streams
  std::uint32_t datagram_max = 1'200;
  bool fragments = false;    // larger messages go in fragments
  std::uint32_t mtu = 0;     // then: datagrams beyond it vanish; at least datagram_max
  Time narrows_at = kNever;  // from then on those beyond datagram_max do
  core::FragmentLimits fragment_limits;
  LinkKnobs up, down;
  StormKnobs storm;
  LoadKnobs load;
  ServantKnobs servant;
  StoreKnobs store;
  core::ServerLimits server;
  core::ClientLimits client;
  Sequence first_sequence = 1;
  bool rare_branches = false;  // those of the cores happen more often
};

Knobs draw_knobs(std::uint64_t seed);
std::ostream& operator<<(std::ostream& out, const Knobs& knobs);

}  // namespace once::simulator
