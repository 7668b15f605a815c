// TCP on POSIX sockets: connections and listeners.
#pragma once

#include <atomic>

#include "transport/posix_socket.hpp"

namespace once::transport {

class PosixStreamSocket final : public StreamSocket {
 public:
  /// `established`: the connection stands already (it was accepted).
  PosixStreamSocket(Descriptor descriptor, asio::any_io_executor executor, const Address& peer,
                    bool established)
      : waits_(std::move(descriptor), std::move(executor)), peer_(peer), established_(established) {}

  Address local() const override { return waits_.local(); }
  void async_wait(Event event, std::weak_ptr<EventHandler> handler) override;
  void cancel_waits() override { waits_.cancel(); }
  void leave_loop() override { waits_.leave_loop(); }
  bool wait(Interest interest, Duration timeout) override { return waits_.wait(interest, timeout); }

  Address peer() const override { return peer_; }
  std::error_code connected() override;
  Result<std::size_t> send(std::span<const ByteView> pieces) override;
  Result<std::size_t> receive(MutableByteView into, Duration patience) override;
  void shutdown() override;
  std::unique_ptr<StreamSocket> move_to(asio::any_io_executor executor) override;

 private:
  /// What is known of what has come. A read that left room has emptied the socket; but the end of the stream may have
  /// come with the last octets, which would bring no other change. If it has, whatever is sent then is answered by a
  /// reset, which is one; not if the peer has ended its own direction only, which nobody notices before it is idle for
  /// too long.
  enum class Incoming : std::uint8_t { Unknown, Emptied, NothingUnnoticed };

  PosixWaits waits_;
  Address peer_;
  bool established_;
  std::atomic<Incoming> incoming_ = Incoming::Unknown;
};

class PosixListener final : public Listener {
 public:
  PosixListener(Descriptor descriptor, asio::any_io_executor executor)
      : executor_(executor), waits_(std::move(descriptor), std::move(executor)) {}

  Address local() const override { return waits_.local(); }
  void async_wait(Event event, std::weak_ptr<EventHandler> handler) override {
    waits_.async_wait(event, std::move(handler));
  }
  void cancel_waits() override { waits_.cancel(); }
  bool wait(Interest interest, Duration timeout) override { return waits_.wait(interest, timeout); }
  Result<std::unique_ptr<StreamSocket>> accept() override;

 private:
  asio::any_io_executor executor_;
  PosixWaits waits_;
};

}  // namespace once::transport
