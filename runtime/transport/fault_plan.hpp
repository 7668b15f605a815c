// Decides, from a seed, what becomes of the n-th datagram of one direction, and of the octets of a stream.
// Pure: no clock, no socket.
#pragma once

#include <cstdint>

#include <once/rpc/fault_injector.hpp>

namespace once::transport {

/// A small generator of its own, so that the same seed gives the same faults with every standard library.
class FaultDice {
 public:
  FaultDice(std::uint64_t seed, std::uint64_t stream) : state_(seed * 0x9E3779B97F4A7C15u + stream) {}
  std::uint64_t next();
  /// True with probability `p`; always draws exactly one number.
  bool chance(double p);
  /// Between the two, both included; always draws exactly one number.
  std::uint64_t between(std::uint64_t low, std::uint64_t high);

 private:
  std::uint64_t state_;
};

/// What becomes of one datagram.
struct Fate {
  bool lost = false;
  bool held_for_next = false;  // until another one has passed
  Duration delay{0};
  bool duplicated = false;
  Duration duplicate_delay{0};
};

/// Draws the same count of numbers for every datagram, so that one fate does not depend on another.
Fate draw_fate(FaultDice& dice, const Faults& faults);

}  // namespace once::transport
