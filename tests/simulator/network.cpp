// Decides each packet's fate.
#include "network.hpp"

#include <algorithm>

#include "world.hpp"

namespace once::simulator {
namespace {

using namespace std::chrono_literals;

std::size_t index_of(Direction direction) {
  return static_cast<std::size_t>(direction);
}

}  // namespace

core::Path path_to(std::uint16_t host, std::uint16_t port) {
  core::Path path;
  path.address = {0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0xff,
                  0xff,
                  10,
                  0,
                  static_cast<std::uint8_t>(host >> 8),
                  static_cast<std::uint8_t>(host)};
  path.port = port;
  return path;
}

std::uint16_t host_of(const core::Path& path) {
  return static_cast<std::uint16_t>(path.address[14] << 8 | path.address[15]);
}

std::size_t widest(const core::Path& path, const core::FragmentLimits& limits) {
  return path.fragments ? std::max(path.message_max, limits.datagram_max) : path.message_max;
}

std::uint64_t key_of(const core::Path& path) {
  return std::uint64_t{path.link} << 32 | std::uint64_t{host_of(path)} << 16 | path.port;
}

void NetworkTally::add(const NetworkTally& other) {
  packets += other.packets;
  octets += other.octets;
  lost += other.lost;
  copied += other.copied;
  reordered += other.reordered;
  damaged += other.damaged;
  replayed += other.replayed;
  too_wide += other.too_wide;
  no_room += other.no_room;
  clogs += other.clogs;
  connections += other.connections;
  cuts += other.cuts;
}

Network::Network(World& world)
    : world_(world),
      random_(world.fork("network", 0)),
      adversary_(world.fork("adversary", 0)),
      connections_(1) {}

Network::Link& Network::link_of(std::uint16_t client) {
  while (links_.size() <= client) {
    Link link;
    link.knobs = {world_.knobs().up, world_.knobs().down};
    for (LinkKnobs& knobs : link.knobs) {  // no two links are quite the same
      knobs.loss *= 0.5 + random_.unit() / 2;
      knobs.duplicate *= 0.5 + random_.unit() / 2;
      knobs.delay_mean = Duration{knobs.delay_mean.count() / (1 + random_.below(4))};
    }
    links_.push_back(link);
  }
  return links_[client];
}

Duration Network::draw_delay(const LinkKnobs& link) {
  if (healed_) return 1ms;
  return link.delay_min +
         (link.heavy_tail ? random_.pareto(link.delay_mean) : random_.exponential(link.delay_mean));
}

void Network::send(Packet packet, Bundle& bundle) {
  ++tally_.packets;
  tally_.octets += packet.bytes.size();
  world_.note(Step::Sent, packet.direction == Direction::Up ? packet.client : packet.to_host, packet.call,
              packet.bytes.size());
  if (world_.told() != nullptr) world_.told()->sent(world_.now(), packet);
  packet.sent_at = world_.now();
  if (packet.connection != 0) return send_on_stream(std::move(packet));

  Link& link = link_of(packet.client);
  const std::size_t way = index_of(packet.direction);
  const LinkKnobs& knobs = link.knobs[way];
  if (!healed_) record(packet);
  const bool bundled = bundle.open && random_.chance(world_.knobs().storm.bundle);
  if (!bundled) {
    bundle.open = true;
    bundle.lost = !healed_ && (random_.chance(knobs.loss) || link.blocked_until[way] > world_.now());
    bundle.delay = draw_delay(knobs);
  }
  const std::uint32_t mtu =
      world_.now() < world_.knobs().narrows_at ? world_.knobs().mtu : world_.knobs().datagram_max;
  if (world_.knobs().fragments && packet.bytes.size() > mtu) {
    ++tally_.too_wide;
    return;
  }
  if (!healed_ && is_turned_away(packet, link)) {
    ++tally_.no_room;
    world_.note(Step::Lost, packet.client, packet.call, 1);
    return;
  }
  if (bundle.lost) {
    ++tally_.lost;
    world_.note(Step::Lost, packet.client, packet.call);
    return;
  }
  if (!healed_ && random_.chance(knobs.duplicate)) {
    const std::uint32_t copies = random_.between(1, 5);
    for (std::uint32_t i = 0; i < copies; ++i) {
      ++tally_.copied;
      world_.note(Step::Copied, packet.client, packet.call, i);
      deliver_at(world_.now() + bundle.delay + random_.log_uniform(1us, knobs.duplicate_delay_max), packet);
    }
  }
  if (!healed_ && random_.chance(knobs.corrupt)) {
    ++tally_.damaged;
    world_.note(Step::Damaged, packet.client, packet.call);
    packet.bytes = damage(packet.bytes);
    packet.genuine = false;
  }
  Time at = world_.now() + bundle.delay;
  if (at < link.last[way]) {
    if (!healed_ && random_.chance(knobs.reorder)) {
      ++tally_.reordered;
    } else {
      at = link.last[way];
    }
  }
  at = after_clog(link, way, at);
  link.last[way] = std::max(link.last[way], at);
  packet.counted = true;
  ++link.on_the_way[way];
  deliver_at(at, std::move(packet));
}

/// The sender's system has no buffers, the link is full, or it is one of the acknowledgements that never arrive.
bool Network::is_turned_away(const Packet& packet, Link& link) {
  const std::size_t way = index_of(packet.direction);
  const LinkKnobs& knobs = link.knobs[way];
  if (random_.chance(knobs.no_buffers)) {
    link.no_buffers_until[way] = world_.now() + random_.log_uniform(1ms, 100ms);
  }
  if (link.no_buffers_until[way] > world_.now()) return true;
  if (knobs.capacity != 0 && link.on_the_way[way] >= knobs.capacity) return true;
  constexpr std::uint8_t kAck = 0x05;
  return knobs.no_acks > 0 && packet.bytes.size() > 7 && packet.bytes.data()[7] == kAck &&
         random_.chance(knobs.no_acks);
}

/// When a packet arrives that would arrive at `at`, if the link did not stop.
Time Network::after_clog(Link& link, std::size_t way, Time at) {
  if (healed_) return at;
  const Time now = world_.now();
  if (now >= link.clogged_until[way] && random_.chance(link.knobs[way].clog)) {
    ++tally_.clogs;
    link.clogged_from[way] = now;
    link.clogged_until[way] = now + random_.exponential(link.knobs[way].clog_mean);
  }
  const bool stops = now >= link.clogged_from[way] && now < link.clogged_until[way];
  return stops ? std::max(at, link.clogged_until[way]) : at;
}

void Network::swizzle(Duration length) {
  for (Link& link : links_) {
    for (const std::size_t way : {0u, 1u}) {
      ++tally_.clogs;
      link.clogged_from[way] = world_.now() + random_.uniform(length / 2);
      link.clogged_until[way] = world_.now() + length / 2 + random_.uniform(length / 2);
    }
  }
}

void Network::send_on_stream(Packet packet) {
  Connection& connection = connections_[packet.connection];
  if (!connection.open) return;
  Link& link = link_of(packet.client);
  const std::size_t way = index_of(packet.direction);
  if (!healed_) {
    record(packet);
    connection.octets_left[way] -= static_cast<std::int64_t>(packet.bytes.size()) + 4;
    if (connection.octets_left[way] < 0) {  // breaks within this message
      ++tally_.lost;
      world_.note(Step::Lost, packet.client, packet.call);
      return cut(packet.connection);
    }
  }
  // A stream hides loss as delay: a partition holds its octets back.
  const Time start = healed_ ? world_.now() : std::max(world_.now(), link.blocked_until[way]);
  const Time at = std::max(connection.last[way], start + draw_delay(link.knobs[way]));
  connection.last[way] = at;
  deliver_at(at, std::move(packet));
}

void Network::deliver_at(Time at, Packet packet) {
  std::uint32_t slot;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(packets_.size());
    packets_.push_back(std::move(packet));
  } else {
    slot = free_.back();
    free_.pop_back();
    packets_[slot] = std::move(packet);
  }
  world_.schedule(at, EventKind::Deliver, 0, 0, slot);
}

bool Network::take(std::uint64_t slot, Packet& out) {
  out = std::move(packets_[slot]);
  free_.push_back(static_cast<std::uint32_t>(slot));
  if (out.client < links_.size()) {
    if (out.counted) --links_[out.client].on_the_way[index_of(out.direction)];
    Duration& shortest = links_[out.client].shortest[index_of(out.direction)];
    shortest = std::min(shortest, world_.now() - out.sent_at);
  }
  return out.connection == 0 || connections_[out.connection].open;
}

Duration Network::shortest_round_trip(std::uint16_t client) const {
  if (client >= links_.size()) return Duration::max();
  return links_[client].shortest[0] + links_[client].shortest[1];
}

Slice Network::damage(const Slice& bytes) {
  Buffer damaged;
  damaged.append(bytes);
  if (damaged.empty()) return bytes;
  const auto size = static_cast<std::uint32_t>(damaged.size());
  switch (random_.below(4)) {
    case 0: damaged.resize(random_.below(size)); break;
    case 1: damaged.append(bytes.view().first(random_.between(1, size))); break;
    default:
      for (std::uint32_t flips = random_.between(1, 4); flips > 0; --flips) {
        damaged.data()[random_.below(size)] ^= static_cast<std::uint8_t>(1u << random_.below(8));
      }
  }
  return std::move(damaged).freeze();
}

std::uint32_t Network::connect(std::uint16_t client, std::uint32_t client_life, std::uint16_t server,
                               std::uint32_t server_life) {
  ++tally_.connections;
  Connection connection{client, server, client_life, server_life, true, {}, {}};
  for (std::int64_t& octets : connection.octets_left) {
    const bool breaks = !healed_ && random_.chance(world_.knobs().storm.stream_break);
    octets = breaks ? std::int64_t{random_.log_uniform(1u, 100'000u)} : std::int64_t{1} << 60;
  }
  connections_.push_back(connection);
  return static_cast<std::uint32_t>(connections_.size() - 1);
}

void Network::cut(std::uint32_t number) {
  Connection& connection = connections_[number];
  if (!connection.open) return;
  connection.open = false;
  ++tally_.cuts;
  const Duration unnoticed = healed_ ? Duration{1ms} : random_.log_uniform(100us, 2s);
  world_.schedule(world_.now() + unnoticed, EventKind::StreamDown, connection.client, connection.client_life,
                  number);
}

void Network::cut_all_of(std::uint16_t host) {
  for (std::uint32_t number = 1; number < connections_.size(); ++number) {
    if (connections_[number].client == host || connections_[number].server == host) cut(number);
  }
}

void Network::partition(std::uint16_t client, Direction direction, Time until) {
  world_.note(Step::Partitioned, client, 0, index_of(direction));
  Time& blocked_until = link_of(client).blocked_until[index_of(direction)];
  blocked_until = std::max(blocked_until, until);
}

bool Network::is_blocked(std::uint16_t client, Direction direction) const {
  return !healed_ && client < links_.size() &&
         links_[client].blocked_until[index_of(direction)] > world_.now();
}

void Network::heal() {
  healed_ = true;
  for (Link& link : links_) {
    link.last = {};
    link.clogged_until = {};
  }
}

void Network::record(const Packet& packet) {
  constexpr std::size_t kRecordedMax = 256;
  if (world_.knobs().storm.adversary_steps == 0) return;
  ++seen_;
  if (recorded_.size() < kRecordedMax) {
    recorded_.push_back(packet);
  } else if (adversary_.chance(static_cast<double>(kRecordedMax) / static_cast<double>(seen_))) {
    recorded_[adversary_.below(kRecordedMax)] = packet;  // a sample of the whole run, old packets too
  }
}

void Network::replay_everything() {
  for (const Packet& recorded : recorded_) {
    Packet packet = recorded;
    packet.connection = 0;
    packet.from.link = 0;
    packet.from.validated = false;
    packet.genuine = false;
    ++tally_.replayed;
    world_.note(Step::Replayed, packet.to_host, packet.call);
    deliver_at(world_.now() + adversary_.uniform(1s), std::move(packet));
  }
}

void Network::adversary_step() {
  if (recorded_.empty()) return;
  enum Trick : std::uint8_t { Again, OtherAddress, OtherPrincipal, OtherHost, Reflect, Damage, Noise, Count };
  Packet packet = recorded_[adversary_.below(static_cast<std::uint32_t>(recorded_.size()))];
  const bool up = packet.direction == Direction::Up;
  packet.connection = 0;  // it cannot write into a stream, but may send what it saw there as a datagram
  packet.from.link = 0;
  packet.from.validated = false;
  packet.genuine = false;
  const auto trick = static_cast<Trick>(adversary_.below(Count));
  const Knobs& knobs = world_.knobs();
  const auto invented = static_cast<std::uint16_t>(kInventedHosts + adversary_.below(1'000));
  switch (trick) {
    case OtherAddress:
    case OtherPrincipal: {
      const std::uint32_t message_max = packet.from.message_max, principal = packet.from.principal;
      const bool fragments = packet.from.fragments;
      packet.from = path_to(invented, kServerPort);
      packet.from.message_max = message_max;
      packet.from.fragments = fragments;
      packet.from.principal = trick == OtherPrincipal ? principal + 1'000 : principal;
      if (up) packet.heard = {};  // it does not receive there
      break;
    }
    case OtherHost:
      packet.to_host =
          up ? static_cast<std::uint16_t>(adversary_.below(knobs.servers))
             : static_cast<std::uint16_t>(knobs.servers + adversary_.below(knobs.clients + knobs.rogues));
      break;
    case Reflect:  // back to its sender, as if from its receiver
      std::swap(packet.to_host, packet.client);
      if (up) {
        packet.direction = Direction::Down;
        packet.to_port = packet.from.port;
        packet.from = path_to(packet.client, kServerPort);
      } else {
        const std::uint16_t server = host_of(packet.from);
        packet.direction = Direction::Up;
        packet.from = path_to(packet.client, packet.to_port);
        packet.from.message_max = knobs.datagram_max;
        packet.from.fragments = knobs.fragments;
        packet.to_host = server;
        packet.to_port = kServerPort;
        packet.heard = {};
        packet.from_life = 0;
      }
      packet.call = 0;
      break;
    case Damage: packet.bytes = damage(packet.bytes); break;
    case Noise: {
      Buffer noise;
      noise.resize(adversary_.log_uniform(1u, 200u));
      for (std::uint8_t& octet : noise.writable()) octet = static_cast<std::uint8_t>(adversary_.next());
      if (adversary_.chance(0.5)) noise.append(packet.bytes);
      packet.bytes = std::move(noise).freeze();
      break;
    }
    case Again:
    default: break;
  }
  ++tally_.replayed;
  world_.note(Step::Replayed, packet.to_host, packet.call, trick);
  deliver_at(world_.now() + adversary_.log_uniform(1us, 1s), std::move(packet));
}

}  // namespace once::simulator
