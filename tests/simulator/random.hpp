// The simulator's only source of chance: xoshiro256**, seeded. Every draw is a plain function of the seed, so
// that a seed repeats a run on every machine; the distributions of the standard library differ between
// implementations and are not used.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>

#include <once/base/time.hpp>

namespace once::simulator {

/// Spreads the bits of `value`; equal inputs give equal outputs (splitmix64's finisher).
constexpr std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) word = seed = mix(seed);
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// 0 … count-1; count is at least 1.
  std::uint32_t below(std::uint32_t count) {
    return static_cast<std::uint32_t>(((next() >> 32) * count) >> 32);
  }
  std::uint32_t between(std::uint32_t low, std::uint32_t high) { return low + below(high - low + 1); }
  /// 0 ≤ unit() < 1.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double probability) { return probability > 0 && unit() < probability; }

  double log_uniform(double low, double high) { return low * std::exp(unit() * std::log(high / low)); }
  std::uint32_t log_uniform(std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint32_t>(log_uniform(static_cast<double>(low), static_cast<double>(high) + 1));
  }
  Duration log_uniform(Duration low, Duration high) {
    return nanoseconds(log_uniform(static_cast<double>(low.count()), static_cast<double>(high.count())));
  }
  Duration uniform(Duration high) { return nanoseconds(unit() * static_cast<double>(high.count())); }
  Duration exponential(Duration mean) {
    return nanoseconds(-std::log(1.0 - unit()) * static_cast<double>(mean.count()));
  }
  /// Pareto with shape 2: mostly near `mean`/2, sometimes far away; cut off at 100 times the mean.
  Duration pareto(Duration mean) {
    const double factor = std::fmin(1.0 / std::sqrt(1.0 - unit()), 200.0);
    return nanoseconds(factor * static_cast<double>(mean.count()) / 2);
  }

  template <class T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(static_cast<std::uint32_t>(values.size()))];
  }

 private:
  static Duration nanoseconds(double count) { return Duration{static_cast<Duration::rep>(count)}; }

  std::uint64_t state_[4];
};

}  // namespace once::simulator
