// How many calls may be made again after they were refused for overload: a share of all calls, and a small reserve, so
// that the clients of a server that has too much to do do not give it more (a token bucket).
#pragma once

#include <algorithm>
#include <cstdint>

namespace once::core {

class RetryBudget {
 public:
  /// So many percent of the calls, and `reserve` beyond; 0: none.
  RetryBudget(std::uint32_t percent, std::uint32_t reserve)
      : percent_(percent), full_(std::uint64_t{reserve} * kRetry), left_(full_) {}

  void called() { left_ = std::min(full_, left_ + percent_); }
  bool take() {
    if (left_ < kRetry) return false;
    left_ -= kRetry;
    return true;
  }

 private:
  static constexpr std::uint64_t kRetry = 100;

  std::uint32_t percent_;
  std::uint64_t full_;
  std::uint64_t left_;
};

}  // namespace once::core
