// What follows the storm: the promises about liveness, and about what is left in the end.
#include "core/rare.hpp"
#include "world.hpp"

namespace once::simulator {

using namespace std::chrono_literals;

void World::enter(Phase phase) {
  phase_ = phase;
  phase_since_ = now_;
  note(Step::PhaseBegan, 0, 0, static_cast<std::uint64_t>(phase));
  switch (phase) {
    case Phase::Storm: return;
    case Phase::Calm:
      network_.heal();
      core::disarm_rare_branches();
      for (auto& server : servers_) {
        if (server->draining()) server->crash();
        if (!server->up()) server->boot();
        server->mend_store();
        server->on_resume();
        server->release_hung();
      }
      for (auto& client : clients_) {
        if (!client->up()) client->boot();
        client->on_resume();
      }
      break;
    case Phase::Proof:
      oracle_.check_all_ended();
      for (auto& client : clients_) {
        client->check_in_flight();
        client->begin_proof();
      }
      break;
    case Phase::Silence:
      for (auto& client : clients_) {
        if (random_.chance(0.5)) {
          client->close();
        } else {
          client->crash();
        }
      }
      network_.replay_everything();
      break;
    case Phase::BaseLine:
      for (auto& server : servers_) server->check_base_line();
      over_ = true;
      return;
  }
  look();
}

void World::look() {
  const Duration waited = now_ - phase_since_;
  const bool late = waited > patience();
  switch (phase_) {
    case Phase::Calm:
      if (late || oracle_.pending() == 0) return enter(Phase::Proof);
      break;
    case Phase::Proof: {
      const ClientHost* unproven = nullptr;
      for (auto& client : clients_) {
        if (!client->proven()) unproven = client.get();
      }
      if (unproven == nullptr) return enter(Phase::Silence);
      if (late) {
        throw Violation{"L3 usable again", "a fresh call has not succeeded long after the faults stopped",
                        unproven->proof_call()};
      }
      break;
    }
    case Phase::Silence:
      check_goodbyes();
      if (network_.in_flight() == 0 && oracle_.pending() == 0) {
        // A server's clock may be slow, a servant may have just begun.
        const Duration rest = knobs_.server.lease * 5 / 4 + knobs_.servant.time_max * 2 + 3s;
        return schedule(now_ + rest, EventKind::Phase, 0, 0, static_cast<std::uint64_t>(Phase::BaseLine));
      }
      if (waited > 1h) throw Violation{"L1 every call ends", "the network does not fall silent", 0};
      break;
    case Phase::Storm:
    case Phase::BaseLine: return;
  }
  schedule(now_ + 50ms, EventKind::Look, 0, 0);
}

/// A goodbye ends its session at once, not with the lease.
void World::check_goodbyes() {
  if (now_ - phase_since_ < 10ms) return;  // it may be on its way
  for (auto& client : clients_) {
    for (const SessionId session : client->goodbyes()) {
      if (!server(client->server()).knows(session)) continue;
      throw Violation{"L4 base line", "a session is still there after its client has said goodbye", 0};
    }
  }
}

/// How long everything may take once nothing fails any more: time-outs that have backed off, sessions that
/// must lapse first, and the calls that wait for one another.
Duration World::patience() const {
  const Duration turns = (knobs_.servant.time_max + knobs_.servant.queue_max) * knobs_.load.calls;
  return knobs_.server.lease * 3 + knobs_.client.rto_max * 4 + turns + 30s;
}

}  // namespace once::simulator
