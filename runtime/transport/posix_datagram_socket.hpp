// UDP on POSIX sockets.
#pragma once

#include "transport/posix_socket.hpp"

namespace once::transport {

class PosixDatagramSocket final : public DatagramSocket {
 public:
  PosixDatagramSocket(Descriptor descriptor, asio::any_io_executor executor, bool connected)
      : waits_(std::move(descriptor), std::move(executor)), connected_(connected) {}

  Address local() const override { return waits_.local(); }
  void async_wait(Event event, std::weak_ptr<EventHandler> handler) override {
    waits_.async_wait(event, std::move(handler));
  }
  void cancel_waits() override { waits_.cancel(); }
  bool wait(Interest interest, Duration timeout) override { return waits_.wait(interest, timeout); }

  std::error_code send(const Address& to, std::span<const ByteView> pieces) override;
  std::error_code receive(Address& from, Slice& datagram, Duration patience) override;

 private:
  PosixWaits waits_;
  bool connected_;
  Address peer_{};  // where the datagrams of a connected socket come from
  Buffer head_;     // what most datagrams fit in
  Buffer rest_;     // room for the rest of the largest one
  std::size_t head_size_ = kSmall;

  std::uint32_t small_in_a_row_ = 0;

  static constexpr std::size_t kSmall = 4096;
  static constexpr std::uint32_t kSmallAgain = 64;  // small datagrams until blocks are small again
  static constexpr std::size_t kLargest = 65536;
};

}  // namespace once::transport
