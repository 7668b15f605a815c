// A datagram socket with a short queue for what the system does not take at once. The queue holds the body's
// memory, no copy; what does not fit it is lost, as datagrams may be.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <once/base/buffer.hpp>
#include <once/rpc/network.hpp>

namespace once::transport {

class DatagramPort {
 public:
  explicit DatagramPort(std::unique_ptr<DatagramSocket> socket) : socket_(std::move(socket)) {}

  DatagramSocket& socket() { return *socket_; }

  /// An error if the message was lost here: message_size if it is larger than a datagram may be,
  /// operation_would_block if the queue is full.
  std::error_code send(const Address& to, const std::vector<std::uint8_t>& header, const Slice& body);
  /// Sends what is queued, as far as the system takes it. If it takes nothing, the oldest is lost: where a device is
  /// full, its sockets are writable all the same, and whoever waits for that would try for ever.
  void flush();
  bool has_queued() const { return count_ > 0; }
  /// Octets of the largest datagram that the system has taken.
  std::size_t largest() const { return largest_; }

 private:
  struct Queued {
    Address to;
    std::vector<std::uint8_t> header;
    Slice body;
  };

  std::error_code send_now(const Address& to, const std::vector<std::uint8_t>& header, const Slice& body);

  static constexpr std::size_t kQueueMax = 256;

  std::unique_ptr<DatagramSocket> socket_;
  std::vector<Queued> ring_;  // of kQueueMax, once it is needed
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::size_t largest_ = 0;
};

}  // namespace once::transport
