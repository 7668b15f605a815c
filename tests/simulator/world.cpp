// The event loop: hands each event to whom it concerns.
#include "world.hpp"

#include "core/rare.hpp"
#include "wire_view.hpp"

namespace once::simulator {

World::World(std::uint64_t seed, const Knobs& knobs, Trace::Keep keep)
    : seed_(seed),
      knobs_(knobs),
      trace_(keep),
      oracle_(seed),
      random_(fork("world", 0)),
      network_(*this),
      calls_left_(knobs_.load.calls) {
  const auto rate = [this] { return knobs_.storm.skewed_clocks ? 0.9 + random_.unit() * 0.2 : 1.0; };
  std::uint16_t number = 0;
  for (; number < knobs_.servers; ++number) {
    servers_.push_back(std::make_unique<ServerHost>(*this, number, rate()));
  }
  for (std::uint16_t i = 0; i < knobs_.clients + knobs_.rogues; ++i, ++number) {
    ClientHost::Role role;
    role.server = static_cast<std::uint16_t>(i % knobs_.servers);
    role.stream = random_.chance(knobs_.streams);
    role.rogue = i >= knobs_.clients;
    role.lasting =
        knobs_.store.is_there && !role.rogue && fork("lasting", number).chance(knobs_.store.lasting);
    role.keeps_session =
        !role.rogue && !role.lasting && fork("keeps", number).chance(knobs_.load.keeps_session);
    clients_.push_back(std::make_unique<ClientHost>(*this, number, rate(), role));
  }
}

World::~World() {
  core::disarm_rare_branches();
}

Random World::fork(std::string_view name, std::uint64_t number) const {
  std::uint64_t hash = mix(seed_) ^ number;
  for (const char letter : name) hash = mix(hash ^ static_cast<std::uint8_t>(letter));
  return Random{hash};
}

void World::run() {
  if (knobs_.rare_branches) core::arm_rare_branches(fork("rare", 0).next());
  for (auto& server : servers_) server->boot();
  for (auto& client : clients_) client->boot();
  plan_storm();
  while (!over_) {
    const Event event = queue_.pop();
    now_ = event.at;
    ++tally_.events;
    dispatch(event);
  }
}

Host& World::host(std::uint16_t number) {
  return is_server(number) ? static_cast<Host&>(*servers_[number]) : client(number);
}

void World::dispatch(const Event& event) {
  switch (event.kind) {
    case EventKind::Deliver: return deliver(event.subject);
    case EventKind::Trouble: return on_trouble(static_cast<Trouble>(event.subject));
    case EventKind::Phase: return enter(static_cast<Phase>(event.subject));
    case EventKind::Look: return look();
    default: break;
  }
  Host& target = host(event.host);
  if (target.life() != event.life) return;
  if (event.kind == EventKind::Revive) {
    if (target.up()) return;
    return is_server(event.host) ? server(event.host).boot() : client(event.host).boot();
  }
  if (!target.up()) return;
  if (event.kind == EventKind::Resume) return target.on_resume();
  if (event.kind == EventKind::Crash)
    return crash(event.host, Duration{static_cast<Duration::rep>(event.detail)});
  if (target.paused()) {  // comes later; what its timers wait for, the host asks when it goes on
    if (event.kind == EventKind::Timer) return;
    return schedule(target.paused_until(), event.kind, event.host, event.life, event.subject, event.detail);
  }
  switch (event.kind) {
    case EventKind::Timer: return target.on_timer(event.at);
    case EventKind::ServantDue: return server(event.host).on_servant_due(event.subject);
    case EventKind::StoreDue: return server(event.host).on_store_due();
    case EventKind::StoreTells: return server(event.host).on_store_tells();
    case EventKind::Zombie: return server(event.host).on_zombie();
    case EventKind::Issue: return client(event.host).on_issue();
    case EventKind::Repeat: return client(event.host).on_repeat(event.subject);
    case EventKind::Prove: return client(event.host).call_for_proof();
    case EventKind::Cancel: return client(event.host).on_cancel(event.subject, event.detail);
    case EventKind::Connect: return client(event.host).on_connect();
    case EventKind::StreamDown:
      return client(event.host).on_stream_down(static_cast<std::uint32_t>(event.subject));
    default: return;
  }
}

void World::deliver(std::uint64_t slot) {
  Packet packet;
  if (!network_.take(slot, packet)) return;
  if (packet.to_host >= servers_.size() + clients_.size()) return;
  note(Step::Delivered, packet.to_host, packet.call, packet.bytes.size());
  trace_.explain([&] { return describe_message(packet.bytes); });
  host(packet.to_host).deliver(packet);
}

std::uint32_t World::take_calls(std::uint32_t wanted) {
  const std::uint32_t taken = std::min(wanted, calls_left_);
  calls_left_ -= taken;
  if (calls_left_ == 0 && taken > 0) {
    schedule(now_ + random_.log_uniform(std::chrono::milliseconds{1}, std::chrono::seconds{10}),
             EventKind::Phase, 0, 0, static_cast<std::uint64_t>(Phase::Calm));
  }
  return taken;
}

const Tally& World::finish() {
  clients_.clear();
  servers_.clear();
  ++tally_.seeds;
  tally_.trace_hash = mix(trace_.hash());
  tally_.calls += oracle_.issued();
  tally_.virtual_time += now_ - kOrigin;
  tally_.outcomes.add(oracle_.tally());
  tally_.network.add(network_.tally());
  return tally_;
}

}  // namespace once::simulator
