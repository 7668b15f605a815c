// The search: the largest size first, since most paths carry what their ends do, then by halves.
#include "core/fragments/path_search.hpp"

#include <algorithm>

namespace once::core {
namespace {

using namespace std::chrono_literals;

// RFC 8899, section 5.1: MAX_PROBES, PMTU_RAISE_TIMER, and the floor of PROBE_TIMER.
constexpr int kProbesMax = 3;
constexpr Duration kRaise = 600s;
constexpr Duration kProbeTimeoutMin = 1s;
/// A gain that is smaller is not searched for.
constexpr std::size_t kStepMin = 32;

}  // namespace

Time PathSearch::due() const {
  return base_ < largest_ ? due_ : kNever;
}

std::size_t PathSearch::next_probe(Time now, Duration timeout) {
  if (due() > now) return 0;
  if (state_ == State::Found) {  // the raise timer
    state_ = State::Searching;
    too_large_ = 0;
    candidate_ = 0;
  }
  if (tries_ == kProbesMax) give_up(now);
  if (state_ == State::Searching && candidate_ == 0) choose();
  if (candidate_ == 0) {
    found(now);
    return 0;
  }
  ++tries_;
  ++probe_;
  due_ = now + std::max(timeout, kProbeTimeoutMin);
  return candidate_;
}

/// Three probes were not answered.
void PathSearch::give_up(Time now) {
  if (state_ == State::Confirming) {
    size_ = base_;
    found(now);
  } else {
    too_large_ = candidate_;
    candidate_ = 0;
  }
  tries_ = 0;
}

void PathSearch::choose() {
  const std::size_t end = too_large_ == 0 ? largest_ + 1 : too_large_;
  if (too_large_ == 0 && size_ < largest_) {
    candidate_ = largest_;
  } else if (end > size_ + kStepMin) {
    candidate_ = size_ + (end - size_) / 2;
  }
}

void PathSearch::found(Time now) {
  state_ = State::Found;
  candidate_ = 0;
  tries_ = 0;
  due_ = now + kRaise;
}

void PathSearch::answered(Time now, std::uint32_t probe) {
  // Any of the probes of this size will do.
  if (candidate_ == 0 || probe > probe_ || probe_ - probe >= static_cast<std::uint32_t>(tries_)) return;
  if (state_ == State::Confirming) {
    found(now);
    return;
  }
  size_ = candidate_;
  candidate_ = 0;
  tries_ = 0;
  due_ = now;
}

void PathSearch::too_large(Time now, std::size_t octets) {
  if (octets <= base_ && base_ > kDatagramFloor) base_ = size_ = kDatagramFloor;
  if (octets <= base_ || (too_large_ != 0 && octets >= too_large_)) return;
  too_large_ = octets;
  tries_ = 0;
  candidate_ = 0;
  if (octets <= size_) {  // the way has become narrower
    size_ = base_;
    found(now);
  } else {
    state_ = State::Searching;
    due_ = now;
  }
}

void PathSearch::suspect(Time now) {
  if (size_ == base_ || state_ == State::Confirming) return;
  state_ = State::Confirming;
  candidate_ = size_;
  tries_ = 0;
  due_ = now;
}

}  // namespace once::core
