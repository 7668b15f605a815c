// Drives a ClientCore: paths, packets, completions. What the application calls is in load.cpp, what a rogue
// does in rogue.cpp.
#include "client_host.hpp"

#include "wire_view.hpp"
#include "world.hpp"

namespace once::simulator {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t kFirstPort = 40'000;

}  // namespace

ClientHost::ClientHost(World& world, std::uint16_t number, double clock_rate, Role role)
    : Host(world, number, clock_rate),
      role_(role),
      random_(world.fork("client", number)),
      port_(static_cast<std::uint16_t>(kFirstPort + number)) {
  if (role_.lasting) outbox_.emplace(world.fork("outbox", number));
}

std::uint32_t ClientHost::principal() const {
  return world_.knobs().storm.principals ? number() : 0;
}

ClientHost::~ClientHost() {
  if (!core_) return;
  world_.tally().add(core_->counters());
  world_.tally().add(fragments_->counters());
}

void ClientHost::make_core() {
  if (core_) {
    world_.tally().add(core_->counters());
    world_.tally().add(fragments_->counters());
    fragments_.reset();
  }
  core::ClientConfig config;
  config.limits = world_.knobs().client;
  config.instance = {random_.next(), random_.next()};
  config.seed = random_.next();
  config.first_sequence = world_.knobs().first_sequence;
  if (outbox_) {
    config.instance = outbox_->instance();
    config.name = "client-" + std::to_string(number());
    config.incarnation = outbox_->incarnation();
    config.lasting = outbox_->session();
  }
  core_ = std::make_unique<core::ClientCore>(config, now());
  core::FragmentLimits limits = world_.knobs().fragment_limits;
  limits.message_max = config.limits.message_max;
  fragments_ = std::make_unique<core::Fragments>(core::Side::Client, limits, *core_,
                                                 static_cast<std::uint32_t>(config.seed >> 32));
  core_->keep_session(role_.keeps_session);
  client_life_ = world_.oracle().announce_client(config.instance, role_.rogue);
  ledger_.emplace(world_.oracle(),
                  ClientLedger::Habits{role_.stream || world_.knobs().fragments, !role_.lasting});
  shortest_ = Duration::max();
}

void ClientHost::boot() {
  begin_life();
  if (outbox_) outbox_->begin_life();
  make_core();
  connecting_ = connected_ = closed_ = false;
  connect_failures_ = 0;
  heard_ = {};
  own_messages_.clear();
  own_fragments_.clear();
  if (life() > 1 && random_.chance(0.3)) ++port_;  // else the same address and port as before
  ++world_.tally().client_lives;
  if (world_.phase() == Phase::Storm) schedule_issue();
  if (outbox_) repeat_all();
  settle();
}

void ClientHost::crash() {
  if (!up()) return;
  end_life();
  world_.tally().add(core_->counters());
  world_.tally().add(fragments_->counters());
  fragments_.reset();
  core_.reset();
  world_.oracle().vanish(client_life_);
  repeated_.clear();
  world_.network().cut_all_of(number());
}

void ClientHost::close() {
  if (!up()) return;
  closed_ = true;
  goodbyes_arrive_ = !role_.stream && !role_.lasting && connected_;  // a stream may be broken, or slow
  core_->close(now());
  settle();
}

void ClientHost::move() {
  if (!up() || paused()) return;
  if (role_.stream) return break_stream();
  ++port_;
  heard_ = {};
  world_.note(Step::Moved, number(), 0, port_);
  if (!connected_) return;
  core_->connected(now(), path_);
  settle();
}

void ClientHost::break_stream() {
  if (role_.stream && connected_) world_.network().cut(path_.link);
}

void ClientHost::receive(const Packet& packet) {
  if (role_.stream ? (!connected_ || packet.connection != path_.link)
                   : (packet.connection != 0 || packet.to_port != port_)) {
    return;  // no socket of this host
  }
  const bool from_a_server = packet.from_life != 0;
  if (from_a_server && server_of_life(packet.from_life) != role_.server) return;  // its socket is connected
  if (packet.from_life != 0) {
    std::uint32_t& heard = heard_[server_of_life(packet.from_life)];
    heard = std::max(heard, packet.from_life);  // old copies come late
  }
  if (world_.told() != nullptr) world_.told()->received(world_.now(), number(), packet);
  ledger_->received(packet.bytes);
  core::deliver(*core_, *fragments_, now(), packet.from, packet.bytes);
  if (!role_.rogue) check_round_trips();
}

/// No answer comes sooner than its way takes, there and back.
void ClientHost::check_round_trips() {
  const Duration measured = core_->round_trips().shortest();
  if (measured >= shortest_) return;
  shortest_ = measured;
  const Duration way = local(world_.network().shortest_round_trip(number()));
  if (measured + 1us >= way) return;
  throw Violation{"L2 true round trips",
                  "a round trip of " + std::to_string(measured.count()) + " ns is measured; the way takes " +
                      std::to_string(way.count()) + " ns",
                  0};
}

void ClientHost::timeout() {
  core_->timeout(now());
  fragments_->timeout(now());
}

Time ClientHost::next_timeout() const {
  return std::min(core_->next_timeout(), fragments_->next_timeout());
}

void ClientHost::pump() {
  Bundle bundle;
  bool again = true;
  while (again) {
    again = false;
    if (outbox_ && core_->session() != 0) outbox_->enter();
    while (core_->poll_transmit(now(), message_)) {
      again = true;
      const CallId call = peek_request_body(message_.body);
      const core::Fragments::Take take = fragments_->take(now(), message_);
      if (take == core::Fragments::Take::NoRoom) {
        const core::CallName name = core::name_of(message_.header);
        core_->not_handed_over(name.session, name.semantics, name.number);
        continue;
      }
      if (call != 0) world_.oracle().transmitted(call);
      if (take == core::Fragments::Take::Left) transmit(message_, bundle);
    }
    while (fragments_->poll_transmit(now(), message_)) {
      transmit(message_, bundle);
      again = true;
    }
    core::CallCompletion completion;
    while (core_->poll_completion(completion)) {
      on_completion(completion);
      again = true;
    }
  }
  if (outbox_) renew_session();
  want_path();
}

void ClientHost::transmit(const core::Transmit& message, Bundle& bundle) {
  Buffer bytes{message.header.size() + message.body.size()};
  bytes.append(message.header);
  bytes.append(message.body);
  const CallId call = peek_request_body(message.body);
  if (const std::size_t most = widest(path_, fragments_->limits()); most != 0 && bytes.size() > most) {
    throw Violation{"S9 memory", "the client sends a message that is larger than its path carries", call};
  }
  Slice sealed = std::move(bytes).freeze();
  if (role_.rogue) {
    remember(sealed);
  } else {
    ledger_->sent(sealed, call);
  }
  if (!connected_ || message.to != path_) return;  // its path is gone
  const auto said = closed_ && goodbyes_arrive_ ? read_said(sealed) : std::nullopt;
  if (said && said->type == WireType::Bye) goodbyes_.push_back(said->session);
  send_bytes(std::move(sealed), call, bundle);
}

void ClientHost::send_bytes(Slice bytes, CallId call, Bundle& bundle) {
  Packet packet;
  packet.bytes = std::move(bytes);
  packet.direction = Direction::Up;
  packet.to_host = role_.server;
  packet.to_port = kServerPort;
  packet.client = number();
  packet.connection = path_.link;
  packet.call = call;
  packet.genuine = !role_.rogue;
  if (role_.rogue) {
    if (const auto said = read_said(packet.bytes)) world_.oracle().misused(said->session);
  }
  packet.heard = heard_;
  packet.from = path_to(number(), port_);
  packet.from.link = path_.link;
  packet.from.validated = role_.stream;
  packet.from.message_max = path_.message_max;
  packet.from.fragments = path_.fragments;
  packet.from.principal = principal();
  world_.network().send(std::move(packet), bundle);
}

void ClientHost::on_completion(const core::CallCompletion& polled) {
  const CallId call = polled.token;
  core::CallCompletion completion = polled;
  completion.kind = settled(call, polled.kind);
  world_.note(
      Step::Completed, number(), call,
      static_cast<std::uint64_t>(completion.kind) << 16 | static_cast<std::uint64_t>(completion.reason));
  world_.oracle().completed(call, completion, now(), free_since());
  if (outbox_) after_completion(call, completion);
  if (call == proof_call_) continue_proof();
}

void ClientHost::want_path() {
  if (connecting_ || connected_ || !core_->wants_path()) return;
  connecting_ = true;
  Duration takes{0};
  if (role_.stream) {
    takes = 2ms + std::min<Duration>(20ms * (1u << std::min(connect_failures_, 6u)), 1s);
    if (world_.network().is_blocked(number(), Direction::Up)) takes += 5s;
  }
  schedule(world_.now() + takes, EventKind::Connect);
}

void ClientHost::on_connect() {
  connecting_ = false;
  if (connected_) return;
  if (role_.stream &&
      (!world_.server(role_.server).up() || world_.network().is_blocked(number(), Direction::Up))) {
    ++connect_failures_;
    core_->connect_failed(now(), Errc::unreachable);
    return settle();
  }
  path_ = path_to(role_.server, kServerPort);
  path_.message_max = world_.knobs().datagram_max;
  path_.fragments = world_.knobs().fragments;
  if (role_.stream) {
    path_.link = world_.network().connect(number(), life(), role_.server, world_.server(role_.server).life());
    path_.validated = true;
    path_.fragments = false;
    path_.message_max = 16u << 20;
  }
  connect_failures_ = 0;
  connected_ = true;
  world_.note(Step::Connected, number(), 0, path_.link);
  core_->connected(now(), path_);
  settle();
}

void ClientHost::on_stream_down(std::uint32_t connection) {
  if (!connected_ || path_.link != connection) return;
  connected_ = false;
  world_.note(Step::Disconnected, number(), 0, connection);
  core_->disconnected(now());
  settle();
}

void ClientHost::check_in_flight() const {
  if (!up()) return;
  const std::size_t pending = world_.oracle().pending_of(client_life_);
  if (core_->in_flight() != pending) {
    throw Violation{"S6 one end",
                    "a client counts " + std::to_string(core_->in_flight()) + " calls in flight; " +
                        std::to_string(pending) + " have not ended",
                    0};
  }
}

}  // namespace once::simulator
