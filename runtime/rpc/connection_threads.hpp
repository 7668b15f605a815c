// Threads that serve a connection each. They end by themselves, and are joined: by the next one that ends, or by join().
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

namespace once::detail {

class ConnectionThreads : public std::enable_shared_from_this<ConnectionThreads> {
 public:
  ConnectionThreads() = default;
  ConnectionThreads(const ConnectionThreads&) = delete;
  ConnectionThreads& operator=(const ConnectionThreads&) = delete;
  ~ConnectionThreads() { join(); }

  /// Runs `body`, which must not throw, on a thread of its own. False: the system has none to spare.
  bool start(std::function<void()> body);
  /// Waits until all have ended but the calling thread, if it is one of them. Nothing may be started meanwhile.
  void join();
  std::size_t running() const;

 private:
  using Place = std::list<std::thread>::iterator;
  void end(Place place);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<std::thread> running_;
  std::thread ended_;  // the last one that has; it has joined the one before
};

}  // namespace once::detail
