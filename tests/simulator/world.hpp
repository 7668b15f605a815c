// One seed's run: the hosts, the network between them, the judge, and virtual time. A run has four phases:
//
//   Storm    the load runs while everything fails
//   Calm     the faults stop; every pending call must end
//   Proof    every client makes fresh calls, which must succeed
//   Silence  half of the clients say goodbye, half just stop, until no packet is under way
//   BaseLine after one more lease the servers must be as empty as when they began
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "call_trace.hpp"
#include "client_host.hpp"
#include "event_queue.hpp"
#include "knobs.hpp"
#include "network.hpp"
#include "oracle.hpp"
#include "random.hpp"
#include "report.hpp"
#include "server_host.hpp"
#include "trace.hpp"

namespace once::simulator {

enum class Phase : std::uint8_t { Storm, Calm, Proof, Silence, BaseLine };

class World {
 public:
  World(std::uint64_t seed, Trace::Keep keep) : World(seed, draw_knobs(seed), keep) {}
  World(std::uint64_t seed, const Knobs& knobs, Trace::Keep keep);
  ~World();

  /// Runs the seed to its end. Throws Violation.
  void run();

  // For the hosts and the network.
  Time now() const { return now_; }
  void schedule(Time at, EventKind kind, std::uint16_t host, std::uint32_t life, std::uint64_t subject = 0,
                std::uint64_t detail = 0) {
    queue_.push({at, 0, kind, host, life, subject, detail});
  }
  void note(Step step, std::uint16_t host, std::uint64_t call = 0, std::uint64_t detail = 0) {
    trace_.note(now_, step, host, call, detail);
    if (told_ != nullptr) told_->note(now_, step, host, is_server(host), call, detail);
  }
  /// Told what happens, for people; null: nobody is. Before run().
  CallTrace* told() const { return told_; }
  void tell(CallTrace& told) { told_ = &told; }
  const Knobs& knobs() const { return knobs_; }
  Oracle& oracle() { return oracle_; }
  Network& network() { return network_; }
  Trace& trace() { return trace_; }
  Tally& tally() { return tally_; }
  Phase phase() const { return phase_; }
  bool is_server(std::uint16_t host) const { return host < servers_.size(); }
  ServerHost& server(std::uint16_t host) { return *servers_[host]; }
  /// A source of chance of its own, so that one part's draws do not shift another's.
  Random fork(std::string_view name, std::uint64_t number) const;
  /// How many calls the load may still make; takes up to `wanted` of them.
  std::uint32_t take_calls(std::uint32_t wanted);

  /// A host stops, and starts again after `down`.
  void crash(std::uint16_t number, Duration down);

  /// After run(): ends the hosts and returns what was counted.
  const Tally& finish();

 private:
  enum class Trouble : std::uint8_t {
    ServerCrash,
    ClientRestart,
    Pause,
    Move,
    StreamCut,
    Swizzle,
    Partition,
    Adversary,
    Rogue
  };

  Host& host(std::uint16_t number);
  ClientHost& client(std::uint16_t number) { return *clients_[number - servers_.size()]; }
  ClientHost& any_client();
  void dispatch(const Event& event);
  void deliver(std::uint64_t slot);

  // storm.cpp
  void plan_storm();
  void plan(Trouble trouble, std::uint32_t times);
  void on_trouble(Trouble trouble);
  Duration draw_length(Duration high);

  // phases.cpp
  void enter(Phase phase);
  void look();
  void check_goodbyes();
  Duration patience() const;

  std::uint64_t seed_;
  Knobs knobs_;
  EventQueue queue_;
  Time now_ = kOrigin;
  Phase phase_ = Phase::Storm;
  Time phase_since_ = kOrigin;
  bool over_ = false;
  Trace trace_;
  CallTrace* told_ = nullptr;
  Oracle oracle_;
  Random random_;
  Network network_;
  Tally tally_;
  std::vector<std::unique_ptr<ServerHost>> servers_;
  std::vector<std::unique_ptr<ClientHost>> clients_;
  std::uint32_t calls_left_;
  Duration storm_span_{0};
};

}  // namespace once::simulator
