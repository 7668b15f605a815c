// What servers and clients have in common: a life that ends in a crash, a clock that may run fast or slow, a
// timer, and pauses, during which what arrives waits. After a pause pending input is read before the timer
// fires.
#pragma once

#include <cstdint>
#include <vector>

#include <once/base/time.hpp>

#include "event_queue.hpp"
#include "network.hpp"

namespace once::simulator {

class World;

class Host {
 public:
  Host(World& world, std::uint16_t number, double clock_rate)
      : world_(world), number_(number), clock_rate_(clock_rate) {}
  virtual ~Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  std::uint16_t number() const { return number_; }
  std::uint32_t life() const { return life_; }
  bool up() const { return up_; }
  /// The host's own time.
  Time now() const;

  void deliver(const Packet& packet);
  void on_timer(Time armed_for);
  void pause(Duration length);
  void on_resume();
  bool paused() const { return paused_; }
  Time paused_until() const { return paused_until_; }
  /// When the host last came back from a pause, on its own clock.
  Time free_since() const { return free_since_; }

 protected:
  /// A packet has come to the host, which may be paused.
  virtual void on_arrival_of(const Packet&) {}
  /// One packet, while up and not paused; the core's outputs are polled afterwards by pump().
  virtual void receive(const Packet& packet) = 0;
  virtual void timeout() = 0;
  virtual Time next_timeout() const = 0;
  /// Polls the core until it is empty.
  virtual void pump() = 0;

  void begin_life();
  void end_life();
  /// To be called after the core has been given anything: polls it and arms the timer.
  void settle();
  void schedule(Time at, EventKind kind, std::uint64_t subject = 0, std::uint64_t detail = 0);
  /// A length of true time as the host's clock shows it.
  Duration local(Duration length) const {
    return Duration{static_cast<Duration::rep>(static_cast<double>(length.count()) * clock_rate_)};
  }
  /// The instant at which the host's clock shows `local` or a little more.
  Time world_time(Time local) const;

  World& world_;

 private:
  Time local_time(Time at) const;

  std::uint16_t number_;
  double clock_rate_;
  std::uint32_t life_ = 0;
  bool up_ = false, paused_ = false;
  Time paused_until_ = kOrigin;
  Time free_since_ = kOrigin;
  Time armed_ = kNever;
  std::vector<Packet> backlog_;
};

}  // namespace once::simulator
