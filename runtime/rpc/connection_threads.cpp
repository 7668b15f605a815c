#include "rpc/connection_threads.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace once::detail {
namespace {

/// Under no lock that the thread may want.
void join_other(std::thread thread) {
  if (!thread.joinable()) return;
  if (thread.get_id() == std::this_thread::get_id()) {
    thread.detach();
  } else {
    thread.join();
  }
}

}  // namespace

bool ConnectionThreads::start(std::function<void()> body) {
  const std::lock_guard lock{mutex_};
  const Place place = running_.emplace(running_.end());
  try {
    *place = std::thread{[self = shared_from_this(), place, body = std::move(body)]() mutable {
      body();
      body = {};  // what it holds may be the last holder of what waits for this thread
      self->end(place);
    }};
    return true;
  } catch (const std::system_error&) {
    running_.erase(place);
    return false;
  }
}

void ConnectionThreads::end(Place place) {
  std::thread before;
  {
    const std::lock_guard lock{mutex_};
    before = std::exchange(ended_, std::move(*place));
    running_.erase(place);
    changed_.notify_all();
  }
  join_other(std::move(before));
}

void ConnectionThreads::join() {
  std::thread last;
  {
    std::unique_lock lock{mutex_};
    const auto is_caller = [](const std::thread& one) { return one.get_id() == std::this_thread::get_id(); };
    const std::size_t callers = std::any_of(running_.begin(), running_.end(), is_caller) ? 1 : 0;
    changed_.wait(lock, [&] { return running_.size() == callers; });
    last.swap(ended_);
  }
  join_other(std::move(last));
}

std::size_t ConnectionThreads::running() const {
  const std::lock_guard lock{mutex_};
  return running_.size();
}

}  // namespace once::detail
