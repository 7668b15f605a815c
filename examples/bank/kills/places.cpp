#include "kills/places.hpp"

#include <algorithm>

namespace demo {

void Kills::count(const Steps& steps, const std::function<bool(once::RequestId)>& was_kept) {
  const auto any = [&](auto is) { return std::any_of(steps.begin(), steps.end(), is); };
  const auto in_transaction = [](const auto& step) {
    return step.second == Point::Begun || step.second == Point::Written;
  };
  if (any([&](const auto& step) {
        return step.second == Point::Committed || (in_transaction(step) && was_kept(step.first));
      })) {
    ++before_reply;
  } else if (any(in_transaction)) {
    ++before_commit;
  } else if (any([](const auto& step) { return step.second == Point::Arrived; })) {
    ++before_begin;
  } else {
    ++after_reply;
  }
}

}  // namespace demo
