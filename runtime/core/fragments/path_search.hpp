// Finds the largest datagram that a path carries, in the manner of RFC 8899: from a base that every path is
// taken to carry, upwards by acknowledged probes alone; back to the base when datagrams of the size that was
// found do not arrive any more and probes of it confirm that.
#pragma once

#include <cstddef>
#include <cstdint>

#include <once/base/time.hpp>

namespace once::core {

/// What every path that carries IPv6 carries (1,280 octets less headers), rounded down.
inline constexpr std::size_t kDatagramFloor = 1'200;

class PathSearch {
 public:
  /// Sizes of whole datagrams' contents. Nothing is searched if `largest` is not above `base`.
  /// `probe`: names of probes up to this one are taken, by an earlier search.
  PathSearch(std::size_t base, std::size_t largest, std::uint32_t probe = 0)
      : base_(base), largest_(largest), size_(base), probe_(probe) {}

  /// What datagrams may have now.
  std::size_t size() const { return size_; }
  /// When the next probe is due, or a probe is given up; kNever: nothing is.
  Time due() const;
  /// At due() or later: the size of a probe to be sent, 0 if there is none. What else was due has been done:
  /// size() may have fallen to the base.
  std::size_t next_probe(Time now, Duration timeout);
  /// Names the probe that next_probe() has asked for; its answer says it.
  std::uint32_t probe() const { return probe_; }

  /// A probe was answered.
  void answered(Time now, std::uint32_t probe);
  /// The system has said that a datagram of this size cannot be sent: a hint that ends the search above it.
  /// A base that cannot be sent falls to kDatagramFloor.
  void too_large(Time now, std::size_t octets);
  /// Datagrams of the present size seem not to arrive: to be confirmed.
  void suspect(Time now);

 private:
  enum class State : std::uint8_t { Searching, Found, Confirming };

  void choose();
  void give_up(Time now);
  void found(Time now);

  std::size_t base_;
  std::size_t largest_;
  std::size_t size_;           // acknowledged
  std::size_t too_large_ = 0;  // known not to pass; 0: nothing is known
  std::size_t candidate_ = 0;  // what is being probed; 0: nothing yet
  State state_ = State::Searching;
  std::uint32_t probe_;
  int tries_ = 0;
  Time due_{};
};

}  // namespace once::core
