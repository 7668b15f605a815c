// The network between the hosts: datagrams that are lost, delayed, reordered, duplicated and damaged; streams
// that arrive in order and break in the middle of a message; partitions; and an adversary who has recorded
// packets and plays them again. What a packet carries beside its octets is for the judge alone: neither core
// sees it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <once/base/buffer.hpp>

#include "core/path.hpp"
#include "knobs.hpp"
#include "random.hpp"

namespace once::simulator {

class World;

inline constexpr std::uint16_t kServerPort = 7'000;
/// Hosts from here on are addresses that the adversary invents; nobody receives there.
inline constexpr std::uint16_t kInventedHosts = 60'000;

/// The path whose peer is `port` of `host`.
core::Path path_to(std::uint16_t host, std::uint16_t port);
std::uint16_t host_of(const core::Path& path);
/// Octets of the largest datagram that may go there; 0: any.
std::size_t widest(const core::Path& path, const core::FragmentLimits& limits);
/// Address and port as one number.
std::uint64_t key_of(const core::Path& path);

enum class Direction : std::uint8_t { Up, Down };  // to a server, to a client

/// A life of a server, unlike all lives of all servers of a run; never 0.
constexpr std::uint32_t life_of_server(std::uint16_t server, std::uint32_t life) {
  return life << 8 | server;
}
constexpr std::size_t server_of_life(std::uint32_t life) {
  return life & 0xff;
}
/// One life of each server; 0: none.
inline constexpr std::size_t kServersMax = 2;
using Lives = std::array<std::uint32_t, kServersMax>;

struct Packet {
  Slice bytes;
  core::Path from;  // the sender as the receiver sees it
  Direction direction = Direction::Up;
  std::uint16_t to_host = 0, to_port = 0;
  std::uint16_t client = 0;      // whose link it uses
  std::uint32_t connection = 0;  // 0: a datagram
  std::uint64_t call = 0;        // whose request is in it, 0 if none
  std::uint32_t from_life = 0;   // down: which life of a server sent it
  Lives heard{};                 // up: which life of each server the sender has heard from, at this address
  Time sent_at{};
  bool counted = false;  // it takes a place of its link's capacity
  bool genuine = false;  // whoever sent it keeps the rules, and nobody has touched it
};

/// Messages that leave a host together may share a datagram, and so their fate.
struct Bundle {
  bool open = false;
  bool lost = false;
  Duration delay{0};
};

struct NetworkTally {
  std::uint64_t packets = 0, octets = 0, lost = 0, copied = 0, reordered = 0, damaged = 0, replayed = 0;
  std::uint64_t too_wide = 0;  // for its path
  std::uint64_t no_room = 0;   // on its link, or in its sender's system
  std::uint64_t clogs = 0;
  std::uint64_t connections = 0, cuts = 0;
  void add(const NetworkTally& other);
};

class Network {
 public:
  explicit Network(World& world);

  void send(Packet packet, Bundle& bundle);
  /// Takes the packet that a Deliver event names. False: its connection broke meanwhile.
  bool take(std::uint64_t slot, Packet& out);

  /// A new connection of `client` to `server`; never 0.
  std::uint32_t connect(std::uint16_t client, std::uint32_t client_life, std::uint16_t server,
                        std::uint32_t server_life);
  bool is_open(std::uint32_t connection) const { return connections_[connection].open; }
  /// Breaks the connection now; its client notices a little later.
  void cut(std::uint32_t connection);
  void cut_all_of(std::uint16_t host);
  std::uint32_t server_life_of(std::uint32_t connection) const {
    return connections_[connection].server_life;
  }

  void partition(std::uint16_t client, Direction direction, Time until);
  /// All links stop, one by one, and go on, in another order, within `length`.
  void swizzle(Duration length);
  bool is_blocked(std::uint16_t client, Direction direction) const;
  /// The faults stop: from now on packets arrive, soon, once and in order.
  void heal();
  void adversary_step();
  /// The adversary sends all that it has recorded once more.
  void replay_everything();
  /// The shortest way to the client's server so far, and back; the longest duration there is if there was none.
  Duration shortest_round_trip(std::uint16_t client) const;
  std::size_t in_flight() const { return packets_.size() - free_.size(); }
  const NetworkTally& tally() const { return tally_; }

 private:
  struct Link {
    std::array<LinkKnobs, 2> knobs;
    std::array<Time, 2> last{};  // the latest arrival so far, for packets that keep their order
    std::array<Time, 2> blocked_until{};
    std::array<Time, 2> clogged_from{}, clogged_until{};
    std::array<Time, 2> no_buffers_until{};
    std::array<std::uint32_t, 2> on_the_way{};
    std::array<Duration, 2> shortest{Duration::max() / 2, Duration::max() / 2};  // of all packets
  };
  struct Connection {
    std::uint16_t client = 0, server = 0;
    std::uint32_t client_life = 0, server_life = 0;
    bool open = false;
    std::array<Time, 2> last{};
    std::array<std::int64_t, 2> octets_left{};  // until it breaks
  };

  Link& link_of(std::uint16_t client);
  bool is_turned_away(const Packet& packet, Link& link);
  Time after_clog(Link& link, std::size_t way, Time at);
  void send_on_stream(Packet packet);
  void deliver_at(Time at, Packet packet);
  Duration draw_delay(const LinkKnobs& link);
  Slice damage(const Slice& bytes);
  void record(const Packet& packet);

  World& world_;
  Random random_, adversary_;
  std::vector<Link> links_;              // by client host
  std::vector<Connection> connections_;  // by number; 0 is none
  std::vector<Packet> packets_;
  std::vector<std::uint32_t> free_;
  std::vector<Packet> recorded_;  // the adversary's
  std::uint64_t seen_ = 0;
  bool healed_ = false;
  NetworkTally tally_;
};

}  // namespace once::simulator
