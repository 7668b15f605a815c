// What goes wrong in a run, and when.
#include "world.hpp"

namespace once::simulator {

using namespace std::chrono_literals;

void World::plan_storm() {
  const LoadKnobs& load = knobs_.load;
  const std::uint32_t rounds = load.calls * 2 / (load.burst_max + 1) / (knobs_.clients + knobs_.rogues) + 1;
  storm_span_ = load.gap_mean * rounds + 100ms;
  const StormKnobs& storm = knobs_.storm;
  plan(Trouble::ServerCrash, storm.server_crashes);
  plan(Trouble::ClientRestart, storm.client_restarts);
  plan(Trouble::Pause, storm.pauses);
  plan(Trouble::Move, storm.moves);
  plan(Trouble::StreamCut, storm.stream_cuts);
  plan(Trouble::Swizzle, storm.swizzles);
  plan(Trouble::Partition, storm.partitions);
  plan(Trouble::Adversary, storm.adversary_steps);
  plan(Trouble::Rogue, storm.rogue_steps);
}

void World::plan(Trouble trouble, std::uint32_t times) {
  for (std::uint32_t i = 0; i < times; ++i) {
    schedule(now_ + random_.uniform(storm_span_), EventKind::Trouble, 0, 0,
             static_cast<std::uint64_t>(trouble));
  }
}

ClientHost& World::any_client() {
  return *clients_[random_.below(static_cast<std::uint32_t>(clients_.size()))];
}

/// No trouble takes so much of the run that it is all that happens.
Duration World::draw_length(Duration high) {
  return random_.log_uniform(1ms, std::max<Duration>(2ms, std::min(high, storm_span_ / 4)));
}

void World::on_trouble(Trouble trouble) {
  if (phase_ != Phase::Storm) return;
  const StormKnobs& storm = knobs_.storm;
  switch (trouble) {
    case Trouble::ServerCrash: {
      ServerHost& server = *servers_[random_.below(knobs_.servers)];
      const Duration down = draw_length(storm.downtime_max);
      if (random_.chance(storm.drain_first)) {
        server.drain();
        schedule(now_ + random_.log_uniform(1ms, 1s), EventKind::Crash, server.number(), server.life(), 0,
                 static_cast<std::uint64_t>(down.count()));
      } else {
        crash(server.number(), down);
      }
      break;
    }
    case Trouble::ClientRestart: crash(any_client().number(), draw_length(storm.downtime_max)); break;
    case Trouble::Pause: {
      const bool is_server = random_.chance(0.5);
      Host& paused = is_server ? static_cast<Host&>(*servers_[random_.below(knobs_.servers)]) : any_client();
      paused.pause(draw_length(storm.pause_max));
      break;
    }
    case Trouble::Move: any_client().move(); break;
    case Trouble::Swizzle: network_.swizzle(draw_length(storm.partition_max)); break;
    case Trouble::StreamCut: any_client().break_stream(); break;
    case Trouble::Partition: {
      const std::uint16_t client = any_client().number();
      const Time until = now_ + draw_length(storm.partition_max);
      const bool one_way = random_.chance(storm.partition_one_way);
      const bool up = random_.chance(0.5);
      if (!one_way || up) network_.partition(client, Direction::Up, until);
      if (!one_way || !up) network_.partition(client, Direction::Down, until);
      break;
    }
    case Trouble::Adversary: network_.adversary_step(); break;
    case Trouble::Rogue: clients_.back()->misbehave(); break;
  }
}

void World::crash(std::uint16_t number, Duration down) {
  Host& victim = host(number);
  if (!victim.up()) return;
  if (is_server(number)) {
    server(number).crash();
  } else {
    client(number).crash();
  }
  schedule(now_ + down, EventKind::Revive, number, victim.life());
}

}  // namespace once::simulator
