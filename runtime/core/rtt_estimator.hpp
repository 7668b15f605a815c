// The round-trip estimate and the retransmission timeout, after RFC 6298. Two departures: answers echo the
// number of the attempt that they answer, so samples of retransmitted messages are good (Karn's rule asks for
// no more than that), and the floor is a limit of its own, since a second is an age on a local network.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <once/base/time.hpp>

namespace once::core {

/// Of a retransmission timeout: before the first sample, at least, at most.
struct RtoLimits {
  Duration first = std::chrono::seconds{1};
  Duration min = std::chrono::milliseconds{200};
  Duration max = std::chrono::seconds{60};
};

class RttEstimator {
 public:
  explicit RttEstimator(const RtoLimits& limits) : limits_(limits), rto_(limits.first) {}

  void sample(Duration round_trip);
  /// The timeout of a message that is sent for the first time, before jitter.
  Duration rto() const { return rto_; }
  /// The timeout after `backoff` timeouts in a row: doubled for each, up to the ceiling.
  Duration rto(unsigned backoff) const;

  /// 0 before the first sample.
  Duration smoothed() const { return smoothed_; }
  Duration variation() const { return variation_; }
  /// Of all samples; the longest duration there is before the first.
  Duration shortest() const { return shortest_; }

 private:
  RtoLimits limits_;
  Duration smoothed_{0};
  Duration variation_{0};
  Duration rto_;
  Duration shortest_ = Duration::max();
  bool has_sample_ = false;
};

/// When the latest attempts of one message were sent, so that an echoed attempt number gives a round trip and
/// the start of a lease.
class Attempts {
 public:
  /// Another attempt leaves now; returns its number, from 1. The last number is not exceeded.
  std::uint16_t add(Time now) {
    if (count_ != kLast) ++count_;
    sent_[count_ % sent_.size()] = now;
    return count_;
  }
  std::uint16_t count() const { return count_; }
  /// Nothing for a number that was never sent, or so long ago that it has been forgotten.
  std::optional<Time> sent_at(std::uint16_t attempt) const {
    if (attempt == 0 || attempt > count_ || count_ - attempt >= int{kKept} || count_ == kLast) return {};
    return sent_[attempt % sent_.size()];
  }

 private:
  static constexpr std::uint16_t kLast = 0xFFFF;
  static constexpr std::uint16_t kKept = 4;
  std::array<Time, kKept> sent_{};
  std::uint16_t count_ = 0;
};

}  // namespace once::core
