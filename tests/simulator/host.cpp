// The common part of hosts.
#include "host.hpp"

#include <algorithm>
#include <cmath>

#include "core/planted_bugs.hpp"
#include "world.hpp"

namespace once::simulator {

Time Host::now() const {
  return local_time(world_.now());
}

Time Host::local_time(Time at) const {
  if (clock_rate_ == 1.0) return at;
  return kOrigin +
         Duration{static_cast<Duration::rep>(static_cast<double>((at - kOrigin).count()) * clock_rate_)};
}

Time Host::world_time(Time local) const {
  if (clock_rate_ == 1.0 || local == kNever) return local;
  const double elapsed = static_cast<double>((local - kOrigin).count()) / clock_rate_;
  Time at = kOrigin + Duration{static_cast<Duration::rep>(std::ceil(elapsed))};
  while (local_time(at) < local) at += Duration{1};
  return at;
}

void Host::schedule(Time at, EventKind kind, std::uint64_t subject, std::uint64_t detail) {
  world_.schedule(at, kind, number_, life_, subject, detail);
}

void Host::begin_life() {
  ++life_;
  up_ = true;
  paused_ = false;
  armed_ = kNever;
  world_.note(Step::Revived, number_, 0, life_);
}

void Host::end_life() {
  up_ = false;
  paused_ = false;
  armed_ = kNever;
  backlog_.clear();
  world_.note(Step::Crashed, number_, 0, life_);
}

void Host::deliver(const Packet& packet) {
  if (!up_) return;
  on_arrival_of(packet);
  if (paused_) {
    backlog_.push_back(packet);
    return;
  }
  receive(packet);
  settle();
}

void Host::on_timer(Time armed_for) {
  if (armed_for != armed_) return;
  armed_ = kNever;
  // A timer that is due again at once must have had something to do.
  for (int rounds = 0; next_timeout() <= now(); ++rounds) {
    if (rounds == 10) throw Violation{"L2 timers make progress", "a timer is due again and again", 0};
    timeout();
    pump();
  }
  settle();
}

void Host::pause(Duration length) {
  if (!up_ || paused_) return;
  paused_ = true;
  armed_ = kNever;
  paused_until_ = world_.now() + length;
  world_.note(Step::Paused, number_);
  schedule(paused_until_, EventKind::Resume);
}

void Host::on_resume() {
  if (!paused_) return;
  paused_ = false;
  free_since_ = now();
  std::vector<Packet> waiting;
  waiting.swap(backlog_);
  if (core::planted(core::Bug::LeaseBeforeSockets)) timeout();
  for (const Packet& packet : waiting) {
    receive(packet);
    pump();
  }
  settle();
}

void Host::settle() {
  pump();
  const Time next = next_timeout();
  if (next == kNever) {
    armed_ = kNever;
    return;
  }
  const Time at = std::max(world_time(next), world_.now());
  if (at == armed_) return;
  armed_ = at;
  schedule(at, EventKind::Timer);
}

}  // namespace once::simulator
