// How much a sender may have on the way, and how quickly it may send: a window in the manner of NewReno
// (RFC 6582) with selective acknowledgements, counted in octets, and pacing, so that what it sends leaves room
// for others between its datagrams.
#pragma once

#include <cstddef>
#include <cstdint>

#include <once/base/time.hpp>

namespace once::core {

class CongestionWindow {
 public:
  /// `flight_max`: octets beyond which the window does not grow. `datagrams_min`: so many datagrams may always
  /// be on the way.
  CongestionWindow(std::size_t datagram, std::size_t flight_max, std::size_t datagrams_min);

  /// The size of datagrams has changed; the window stays.
  void set_datagram(std::size_t octets);

  bool has_room(std::size_t octets) const { return in_flight_ + octets <= window_; }
  std::size_t window() const { return window_; }
  std::size_t in_flight() const { return in_flight_; }

  void sent(std::size_t octets);
  /// No longer on the way, whatever became of it.
  void gone(std::size_t octets);
  /// Of these octets it is known that they have arrived; they are gone as well.
  void acknowledged(std::size_t octets);
  /// A datagram was lost that was the `order`-th to be sent; `latest` were sent by now. The window is halved
  /// once per round trip: for losses among what was sent before the last halving it is not.
  void lost(std::uint64_t order, std::uint64_t latest);
  /// Nothing was heard for a whole timeout: all that was on the way is taken for lost.
  void timed_out(std::uint64_t latest);

  /// When the next datagram may leave; `now` or earlier: at once. `round_trip`: 0 if none is known yet.
  Time next_send(Time now, Duration round_trip);

 private:
  std::size_t floor() const { return datagrams_min_ * datagram_; }
  void halve(std::uint64_t latest);

  std::size_t datagram_;
  std::size_t datagrams_min_;
  std::size_t flight_max_;
  std::size_t window_;
  std::size_t threshold_;  // where slow start ends
  std::size_t in_flight_ = 0;
  std::size_t grown_ = 0;             // acknowledged octets since the window last grew by a datagram
  std::uint64_t recovery_until_ = 0;  // what was sent up to this order is part of the last halving
  bool filled_ = false;               // the window is what limits the sender

  // Pacing: a bucket that fills at a little more than the window per round trip.
  std::size_t tokens_ = 0;
  Time filled_at_{};
};

}  // namespace once::core
