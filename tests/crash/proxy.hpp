// The process between clients and server that does to their datagrams and connections what bad networks do.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

#include "proxy_counts.hpp"

namespace crash {

/// How often what happens. Each is a probability: of a datagram, or of a piece of a stream as it was read.
struct Weather {
  double loss = 0, copy = 0, delay = 0, damage = 0;
  double rebind =
      0;  // the sender's datagrams come from another port from now on, as behind a NAT that has forgotten it
  double cut = 0;         // the connection, at any octet
  double reset = 0;       // the same, with RST
  double half_close = 0;  // of one direction
  double freeze = 0;      // a direction for good, while the connection stands
  double stall = 0;       // for a while
  double dribble = 0;     // octet by octet
  std::chrono::milliseconds delay_max{0};
  std::chrono::milliseconds copy_max{0};  // the delay of copies
};
/// "mild" or "harsh".
Weather weather_of(const std::string& name);

/// What both kinds of traffic share.
class Sky {
 public:
  Sky(const Weather& what, std::uint64_t seed) : weather(what), random_(seed) {}
  const Weather weather;
  ProxyCounts counts;

  /// Counted if it happens.
  bool happens(double probability, const char* what);
  std::uint64_t draw(std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>{0, most}(random_);
  }
  std::chrono::microseconds draw(std::chrono::milliseconds most) {
    return std::chrono::microseconds{draw(static_cast<std::uint64_t>(most.count()) * 1000)};
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace crash
