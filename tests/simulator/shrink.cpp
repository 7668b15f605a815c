// Turns knobs to nothing one by one, and halves what can be halved.
#include "shrink.hpp"

#include <algorithm>
#include <array>

#include "world.hpp"

namespace once::simulator {
namespace {

struct Fault {
  const char* name;
  void (*turn_off)(Knobs&);
};

void both_ways(Knobs& knobs, double LinkKnobs::*rate) {
  knobs.up.*rate = knobs.down.*rate = 0;
}

/// And without messages that need them.
void go_without_fragments(Knobs& knobs) {
  knobs.fragments = false;
  knobs.load.oversize_request = 0;
  knobs.load.request_max = std::min(knobs.load.request_max, 300u);
  knobs.servant.reply_max = std::min(knobs.servant.reply_max, 300u);
}

/// From those that take most of a run away to those that hardly matter.
constexpr std::array kFaults = {
    Fault{"rogues", [](Knobs& knobs) { knobs.rogues = 0, knobs.storm.rogue_steps = 0; }},
    Fault{"adversary", [](Knobs& knobs) { knobs.storm.adversary_steps = 0; }},
    Fault{"rare", [](Knobs& knobs) { knobs.rare_branches = false; }},
    Fault{"crashes", [](Knobs& knobs) { knobs.storm.server_crashes = 0; }},
    Fault{"drains", [](Knobs& knobs) { knobs.storm.drain_first = 0; }},
    Fault{"restarts", [](Knobs& knobs) { knobs.storm.client_restarts = 0; }},
    Fault{"pauses", [](Knobs& knobs) { knobs.storm.pauses = 0; }},
    Fault{"moves", [](Knobs& knobs) { knobs.storm.moves = 0; }},
    Fault{"cuts", [](Knobs& knobs) { knobs.storm.stream_cuts = 0, knobs.storm.stream_break = 0; }},
    Fault{"partitions", [](Knobs& knobs) { knobs.storm.partitions = 0; }},
    Fault{"bundles", [](Knobs& knobs) { knobs.storm.bundle = 0; }},
    Fault{"principals", [](Knobs& knobs) { knobs.storm.principals = false; }},
    Fault{"clocks", [](Knobs& knobs) { knobs.storm.skewed_clocks = false; }},
    Fault{"swizzles", [](Knobs& knobs) { knobs.storm.swizzles = 0; }},
    Fault{"clogs", [](Knobs& knobs) { both_ways(knobs, &LinkKnobs::clog); }},
    Fault{"no_buffers", [](Knobs& knobs) { both_ways(knobs, &LinkKnobs::no_buffers); }},
    Fault{"no_acks", [](Knobs& knobs) { both_ways(knobs, &LinkKnobs::no_acks); }},
    Fault{"capacity", [](Knobs& knobs) { knobs.up.capacity = 0, knobs.down.capacity = 0; }},
    Fault{"keeping", [](Knobs& knobs) { knobs.load.keeps_session = 0; }},
    Fault{"fragments", go_without_fragments},
    Fault{"streams", [](Knobs& knobs) { knobs.streams = 0; }},
    Fault{"copies", [](Knobs& knobs) { both_ways(knobs, &LinkKnobs::duplicate); }},
    Fault{"corruption", [](Knobs& knobs) { both_ways(knobs, &LinkKnobs::corrupt); }},
    Fault{"reordering", [](Knobs& knobs) { both_ways(knobs, &LinkKnobs::reorder); }},
    Fault{"loss", [](Knobs& knobs) { both_ways(knobs, &LinkKnobs::loss); }},
    Fault{"cancels", [](Knobs& knobs) { knobs.load.cancel = 0; }},
    Fault{"deadlines", [](Knobs& knobs) { knobs.load.short_deadline = 0; }},
    Fault{"naps", [](Knobs& knobs) { knobs.load.naps = 0; }},
    Fault{"bursts", [](Knobs& knobs) { knobs.load.burst_max = 1; }},
    Fault{"oversize", [](Knobs& knobs) { knobs.load.oversize_request = 0; }},
    Fault{"maybe", [](Knobs& knobs) { knobs.load.maybe = 0; }},
    Fault{"idempotent", [](Knobs& knobs) { knobs.load.at_least_once = 0; }},
    Fault{"hangs", [](Knobs& knobs) { knobs.servant.hangs = 0; }},
    Fault{"throws", [](Knobs& knobs) { knobs.servant.throws = 0; }},
    Fault{"refusals", [](Knobs& knobs) { knobs.servant.refuses = 0; }},
    Fault{"queues", [](Knobs& knobs) { knobs.servant.queues = 0; }},
    Fault{"slowness", [](Knobs& knobs) { knobs.servant.instant = 1; }},
    Fault{"undeclared", [](Knobs& knobs) { knobs.servant.undeclared_size = 0; }},
    Fault{"power", [](Knobs& knobs) { knobs.store.power_fails = 0; }},
    Fault{"syncs", [](Knobs& knobs) { knobs.store.sync_fails = 0; }},
    Fault{"full", [](Knobs& knobs) { knobs.store.is_full = 0; }},
    Fault{"rollback", [](Knobs& knobs) { knobs.store.rollback = 0; }},
    Fault{"zombies", [](Knobs& knobs) { knobs.store.zombies = 0; }},
    Fault{"lasting", [](Knobs& knobs) { knobs.store.lasting = 0; }},
    Fault{"store", [](Knobs& knobs) { knobs.store = {}, knobs.load.exactly_once = 0; }},
    Fault{"second_server", [](Knobs& knobs) { knobs.servers = 1; }},
};

bool still_breaks(std::uint64_t seed, const Reduction& reduction, const std::string& invariant) {
  World world{seed, reduction.applied_to(draw_knobs(seed)), Trace::Keep::Nothing};
  try {
    world.run();
  } catch (const Violation& violation) {
    return violation.invariant == invariant;
  }
  return false;
}

}  // namespace

Knobs Reduction::applied_to(Knobs knobs) const {
  for (const Fault& fault : kFaults) {
    if (std::find(without.begin(), without.end(), fault.name) != without.end()) fault.turn_off(knobs);
  }
  if (calls != 0) knobs.load.calls = calls;
  if (clients != 0) knobs.clients = clients;
  return knobs;
}

std::string Reduction::options() const {
  std::string options;
  for (const std::string& name : without) options += (options.empty() ? " --without " : ",") + name;
  if (calls != 0) options += " --calls-of-run " + std::to_string(calls);
  if (clients != 0) options += " --clients " + std::to_string(clients);
  return options;
}

std::vector<std::string> fault_names() {
  std::vector<std::string> names;
  for (const Fault& fault : kFaults) names.emplace_back(fault.name);
  return names;
}

Reduction shrink(std::uint64_t seed, Reduction begin, const std::string& invariant) {
  Reduction best = std::move(begin);
  const auto accept = [&](const Reduction& smaller) {
    const bool breaks = still_breaks(seed, smaller, invariant);
    if (breaks) best = smaller;
    return breaks;
  };
  for (bool progress = true; progress;) {  // what did not go at first may go when other things have gone
    progress = false;
    for (const Fault& fault : kFaults) {
      if (std::find(best.without.begin(), best.without.end(), fault.name) != best.without.end()) continue;
      Reduction smaller = best;
      smaller.without.emplace_back(fault.name);
      progress = accept(smaller) || progress;
    }
    const Knobs knobs = best.applied_to(draw_knobs(seed));
    Reduction smaller = best;
    for (smaller.calls = knobs.load.calls / 2; smaller.calls > 0 && accept(smaller); smaller.calls /= 2) {
      progress = true;
    }
    smaller = best;
    for (smaller.clients = knobs.clients / 2; smaller.clients > 0 && accept(smaller); smaller.clients /= 2) {
      progress = true;
    }
  }
  return best;
}

}  // namespace once::simulator
