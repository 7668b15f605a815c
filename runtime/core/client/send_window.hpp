// The client's side of the window: which numbers it may use, and which of them it has finished with.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include <once/base/assert.hpp>
#include <once/base/ids.hpp>

#include "core/wire.hpp"

namespace once::core {

class SendWindow {
 public:
  /// The last number that is ever used: a session is renewed before its numbers end.
  static constexpr Sequence kLast = std::numeric_limits<Sequence>::max() - 64;

  SendWindow() = default;
  SendWindow(Sequence first, std::uint32_t grant) : mark_(first - 1), next_(first), grant_(grant) {}
  /// For numbers that somebody else gives out.
  explicit SendWindow(const Acknowledgement& finished) : mark_(finished.through), next_(kLast) {
    for (std::uint64_t left = finished.bitmap; left != 0; left &= left - 1) {
      finish(finished.through + 1 + static_cast<Sequence>(std::countr_zero(left)));
    }
  }

  bool has_room() const { return next_ <= kLast && next_ - mark_ <= grant_; }
  Sequence take() {
    ONCE_ASSERT(has_room());
    return next_++;
  }
  /// True for a number that somebody else has given out, and that may be used now.
  bool admits(Sequence number) const { return number > mark_ && number - mark_ <= grant_; }
  bool is_finished(Sequence number) const {
    return number <= mark_ || (number - mark_ <= 64 && (finished_ >> (number - mark_ - 1) & 1) != 0);
  }
  /// The call with this number is over at the client: its completion has been handed over.
  void finish(Sequence number) {
    ONCE_ASSERT(number > mark_ && number < next_ && number - mark_ <= 64);
    finished_ |= std::uint64_t{1} << (number - mark_ - 1);
    const int passed = std::countr_one(finished_);
    mark_ += static_cast<Sequence>(passed);
    finished_ = passed < 64 ? finished_ >> passed : 0;
  }
  /// The server's present grant. A smaller one than before binds numbers not yet taken.
  void grant(std::uint32_t window) { grant_ = std::clamp<std::uint32_t>(window, 1, 64); }
  std::uint32_t grant() const { return grant_; }

  Acknowledgement acknowledgement() const { return {mark_, finished_}; }
  /// True if every number that was taken is finished.
  bool empty() const { return mark_ + 1 == next_; }
  /// True if there is no room although half of the numbers that take it up are finished: some old call is not.
  bool is_held_up() const {
    return !has_room() && 2 * static_cast<Sequence>(std::popcount(finished_)) >= next_ - 1 - mark_;
  }
  /// True if a new session is needed for the next number.
  bool exhausted() const { return next_ > kLast; }

 private:
  Sequence mark_ = 0;
  std::uint64_t finished_ = 0;  // bit i: number mark_ + 1 + i
  Sequence next_ = 1;
  std::uint32_t grant_ = 1;
};

}  // namespace once::core
