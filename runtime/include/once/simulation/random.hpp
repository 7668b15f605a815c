// The only source of chance in a simulated world: xoshiro256**, seeded. Every draw is a plain function of the seed, on
// every machine; the distributions of the standard library differ between implementations and are not used.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>

#include <once/base/time.hpp>
#include <once/rpc/environment.hpp>

namespace once::simulation {

class Random final : public RandomSource {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  void fill(MutableByteView octets) override;
  /// 0 ≤ unit() < 1.
  double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  bool chance(double probability) { return probability > 0 && unit() < probability; }
  /// From `low` to `high`, both included; each as probable as the others.
  template <std::integral T>
  T between(T low, T high) {
    const auto count = static_cast<double>(high) - static_cast<double>(low) + 1;
    return static_cast<T>(low + static_cast<T>(unit() * count));
  }
  Duration between(Duration low, Duration high) { return Duration{between(low.count(), high.count())}; }
  /// Each order of magnitude as probable as the others; `low` is above 0.
  Duration log_between(Duration low, Duration high);

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace once::simulation
