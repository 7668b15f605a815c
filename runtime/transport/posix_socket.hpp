// What POSIX sockets share: the descriptor, and waiting on it. A descriptor is made outside of Asio, in
// blocking mode, and used with MSG_DONTWAIT; it is handed to Asio's reactor only at its first asynchronous
// wait. So a client that only calls synchronously costs the event loop nothing, and a thread may block in
// recv() for its reply, which saves the poll().
#pragma once

#include <atomic>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include <asio/any_io_executor.hpp>

#include <once/base/time.hpp>
#include <once/rpc/network.hpp>

#include "transport/reactor_descriptor.hpp"

namespace once::transport {

/// An open descriptor; closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// A socket address as the system calls take it.
struct SystemAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;

  SystemAddress() = default;
  explicit SystemAddress(const Address& address);
  Address address() const;
  sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// The last system call's error, EAGAIN and EWOULDBLOCK as std::errc::operation_would_block.
std::error_code last_error();
std::error_code would_block();

/// The asynchronous and the blocking waits of one descriptor.
class PosixWaits {
 public:
  PosixWaits(Descriptor descriptor, asio::any_io_executor executor)
      : descriptor_(std::move(descriptor)), executor_(std::move(executor)) {}
  PosixWaits(const PosixWaits&) = delete;
  PosixWaits& operator=(const PosixWaits&) = delete;

  int fd() const { return descriptor_.number(); }
  Address local() const;
  /// `is_empty`: the latest look, before which will_look() was called, has found nothing, or left nothing.
  void async_wait(Event event, std::weak_ptr<EventHandler> handler, bool is_empty = false);
  /// To be called before each attempt to read: what waits have told until then is used up by it.
  void will_look() {
    if (told_readable_.load(std::memory_order_relaxed)) told_readable_.exchange(false);
  }
  /// Calls the handler soon, as if a wait had ended.
  void post(Event event, std::weak_ptr<EventHandler> handler);
  void cancel();
  /// Takes the descriptor back from the reactor, until the next asynchronous wait.
  void leave_loop() { reactor_.reset(); }
  bool wait(Interest interest, Duration timeout) const;
  /// Sets how long a blocking receive waits, if it is not set already. False: it cannot be set.
  bool set_patience(Duration patience);
  /// Takes the descriptor back from the reactor and gives it away.
  Descriptor release();

 private:
  Descriptor descriptor_;
  asio::any_io_executor executor_;
  std::atomic<bool> told_readable_ = false;
  std::optional<ReactorDescriptor> reactor_;
  Duration patience_{0};
  std::shared_ptr<int> posted_;  // what post() has under way counts while this is the same
};

}  // namespace once::transport
