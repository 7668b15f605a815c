#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <once/simulation/random.hpp>

namespace once::simulation {
namespace {

/// Spreads the bits (splitmix64's finisher).
constexpr std::uint64_t spread(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = seed = spread(seed);
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

void Random::fill(MutableByteView octets) {
  while (!octets.empty()) {
    const std::uint64_t word = next();
    const std::size_t count = std::min(octets.size(), sizeof word);
    std::memcpy(octets.data(), &word, count);
    octets = octets.subspan(count);
  }
}

Duration Random::log_between(Duration low, Duration high) {
  if (high <= low) return low;
  const double ratio = static_cast<double>(high.count()) / static_cast<double>(low.count());
  return Duration{static_cast<Duration::rep>(static_cast<double>(low.count()) * std::pow(ratio, unit()))};
}

}  // namespace once::simulation
