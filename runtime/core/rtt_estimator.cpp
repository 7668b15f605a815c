// RFC 6298, section 2, with its constants: alpha 1/8, beta 1/4, K = 4.
#include "core/rtt_estimator.hpp"

#include <algorithm>

namespace once::core {

void RttEstimator::sample(Duration round_trip) {
  constexpr Duration kGranularity = std::chrono::milliseconds{1};
  round_trip = std::max(round_trip, Duration{0});
  shortest_ = std::min(shortest_, round_trip);
  if (!has_sample_) {
    has_sample_ = true;
    smoothed_ = round_trip;
    variation_ = round_trip / 2;
  } else {
    const Duration error = smoothed_ > round_trip ? smoothed_ - round_trip : round_trip - smoothed_;
    variation_ += (error - variation_) / 4;
    smoothed_ += (round_trip - smoothed_) / 8;
  }
  rto_ = std::clamp(smoothed_ + std::max(kGranularity, 4 * variation_), limits_.min, limits_.max);
}

Duration RttEstimator::rto(unsigned backoff) const {
  Duration timeout = rto_;
  for (; backoff > 0 && timeout < limits_.max; --backoff) timeout *= 2;
  return std::min(timeout, limits_.max);
}

}  // namespace once::core
