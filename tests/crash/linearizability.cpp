#include "linearizability.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace crash {
namespace {

using Operation = RegisterCall::Operation;

class Search {
 public:
  Search(const std::vector<RegisterCall>& calls, std::int64_t initial, std::size_t steps_max)
      : calls_(calls), steps_left_(steps_max), placed_(calls.size()), value_(initial) {
    must_be_placed_ = static_cast<std::size_t>(
        std::count_if(calls.begin(), calls.end(), [](const RegisterCall& call) { return has_ended(call); }));
  }

  Linearizable verdict() {
    if (place_rest()) return Linearizable::Yes;
    return steps_left_ == 0 ? Linearizable::Unjudged : Linearizable::No;
  }

 private:
  static bool has_ended(const RegisterCall& call) { return call.ended != RegisterCall::kNever; }

  /// True if the calls that are not placed yet can follow in some order.
  bool place_rest() {
    if (must_be_placed_ == 0) return true;
    if (!tried_.emplace(placed_, value_).second) return false;
    // Whatever began after another had ended comes after it; they are in the order of their ends.
    const auto first =
        static_cast<std::size_t>(std::find(placed_.begin(), placed_.end(), false) - placed_.begin());
    const std::int64_t first_end = calls_[first].ended;
    for (std::size_t i = first; i < calls_.size(); ++i) {
      if (placed_[i] || calls_[i].began > first_end || !fits(calls_[i])) continue;
      if (steps_left_ == 0) return false;
      --steps_left_;
      if (place(i)) return true;
    }
    return false;
  }
  bool place(std::size_t i) {
    const std::int64_t before = value_;
    const std::size_t ends = has_ended(calls_[i]) ? 1 : 0;
    value_ = value_after(calls_[i]);
    placed_[i] = true;
    must_be_placed_ -= ends;
    if (place_rest()) return true;
    must_be_placed_ += ends;
    placed_[i] = false;
    value_ = before;
    return false;
  }
  bool fits(const RegisterCall& call) const { return !call.found || *call.found == value_; }
  std::int64_t value_after(const RegisterCall& call) const {
    switch (call.operation) {
      case Operation::Read: break;
      case Operation::Write: return call.value;
      case Operation::CompareAndSet: return value_ == call.expected ? call.value : value_;
    }
    return value_;
  }

  const std::vector<RegisterCall>& calls_;
  std::size_t steps_left_;
  std::size_t must_be_placed_ = 0;  // the calls that have ended
  std::vector<bool> placed_;
  std::int64_t value_;
  std::set<std::pair<std::vector<bool>, std::int64_t>> tried_;
};

/// The calls in the order of their ends. If every call that has ended says what it found, then one that has never
/// ended, and whose value nobody has found, is left out: an order with it is also one without it.
std::vector<RegisterCall> calls_that_matter(std::vector<RegisterCall> calls) {
  std::stable_sort(calls.begin(), calls.end(),
                   [](const RegisterCall& a, const RegisterCall& b) { return a.ended < b.ended; });
  std::set<std::int64_t> found;
  for (const RegisterCall& call : calls) {
    if (call.found) {
      found.insert(*call.found);
    } else if (call.ended != RegisterCall::kNever) {
      return calls;
    }
  }
  std::erase_if(calls, [&](const RegisterCall& call) {
    return call.ended == RegisterCall::kNever &&
           (call.operation == Operation::Read || !found.contains(call.value));
  });
  return calls;
}

}  // namespace

Linearizable judge_linearizability(const std::vector<RegisterCall>& calls, std::int64_t initial,
                                   std::size_t steps_max) {
  const std::vector<RegisterCall> matter = calls_that_matter(calls);
  return Search{matter, initial, steps_max}.verdict();
}

}  // namespace crash
