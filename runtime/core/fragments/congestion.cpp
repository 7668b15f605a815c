// The window's growth and its halving, and the pace.
#include "core/fragments/congestion.hpp"

#include <algorithm>

#include <once/base/assert.hpp>

namespace once::core {
namespace {

using namespace std::chrono_literals;

/// RFC 6928: ten datagrams to begin with, or two if they are large.
constexpr std::size_t kFirstDatagrams = 10;
constexpr std::size_t kFirstOctets = 14'600;
/// Of the window, per round trip: a little more than the window, so that the window is what limits.
constexpr double kPace = 1.25;
/// Datagrams that may leave at once.
constexpr std::size_t kBurst = 4;
/// A pause that is shorter is not worth a timer.
constexpr Duration kPauseMin = 1ms;

}  // namespace

CongestionWindow::CongestionWindow(std::size_t datagram, std::size_t flight_max, std::size_t datagrams_min)
    : datagram_(datagram),
      datagrams_min_(datagrams_min),
      flight_max_(std::max(flight_max, floor())),
      window_(std::max(floor(), std::min(kFirstDatagrams * datagram, std::max(2 * datagram, kFirstOctets)))),
      threshold_(flight_max_) {}

void CongestionWindow::set_datagram(std::size_t octets) {
  datagram_ = octets;
  flight_max_ = std::max(flight_max_, floor());
  window_ = std::max(window_, floor());
}

void CongestionWindow::sent(std::size_t octets) {
  in_flight_ += octets;
  tokens_ -= std::min(tokens_, octets);
  filled_ = !has_room(datagram_) || (filled_ && 2 * in_flight_ > window_);
}

void CongestionWindow::gone(std::size_t octets) {
  ONCE_ASSERT(octets <= in_flight_);
  in_flight_ -= octets;
}

void CongestionWindow::acknowledged(std::size_t octets) {
  gone(octets);
  if (!filled_) return;  // a window that is not used says nothing about the way
  if (window_ < threshold_) {
    window_ += octets;
  } else {
    grown_ += octets;
    if (grown_ < window_) return;
    grown_ = 0;
    window_ += datagram_;
  }
  window_ = std::min(window_, flight_max_);
}

void CongestionWindow::lost(std::uint64_t order, std::uint64_t latest) {
  if (order > recovery_until_) halve(latest);
}

void CongestionWindow::timed_out(std::uint64_t latest) {
  halve(latest);
  window_ = floor();
}

void CongestionWindow::halve(std::uint64_t latest) {
  window_ = threshold_ = std::max(window_ / 2, floor());
  grown_ = 0;
  recovery_until_ = latest;
}

Time CongestionWindow::next_send(Time now, Duration round_trip) {
  if (round_trip <= Duration{0}) return now;
  const double rate = kPace * static_cast<double>(window_) / static_cast<double>(round_trip.count());
  const auto octets_in = [&](Duration time) {
    return static_cast<std::size_t>(rate * static_cast<double>(time.count()));
  };
  const std::size_t cap = std::max(kBurst * datagram_, octets_in(kPauseMin));
  tokens_ = std::min(cap, tokens_ + octets_in(std::clamp(now - filled_at_, Duration{0}, Duration{1s})));
  filled_at_ = now;
  if (tokens_ >= datagram_) return now;
  const double pause = static_cast<double>(datagram_ - tokens_) / rate;
  return now + std::max(kPauseMin, Duration{static_cast<Duration::rep>(pause)} + 1ns);
}

}  // namespace once::core
