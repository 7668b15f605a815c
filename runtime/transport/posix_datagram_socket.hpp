// UDP on POSIX sockets.
#pragma once

#include <atomic>
#include <memory>

#include "transport/posix_socket.hpp"

namespace once::transport {

class PosixDatagramSocket final : public DatagramSocket {
 public:
  PosixDatagramSocket(Descriptor descriptor, asio::any_io_executor executor, bool connected);
  ~PosixDatagramSocket() override;

  Address local() const override { return waits_.local(); }
  void async_wait(Event event, std::weak_ptr<EventHandler> handler) override;
  void cancel_waits() override { waits_.cancel(); }
  bool wait(Interest interest, Duration timeout) override;

  std::error_code send(const Address& to, std::span<const ByteView> pieces) override;
  /// What must not wait takes all that has come, or kAtOnce, with one system call, and gives out one after the other.
  std::error_code receive(Address& from, Slice& datagram, Duration patience) override;

 private:
  struct Batch;

  std::error_code receive_one(Address& from, Slice& datagram);
  std::error_code receive_batch();
  void give_out(Address& from, Slice& datagram);
  Address sender(const SystemAddress& from);
  /// The datagram of `size` octets whose first ones are in `head`, and the others in `rest`.
  Slice cut(Buffer&& head, const std::uint8_t* rest, std::size_t size);

  PosixWaits waits_;
  bool connected_;
  Address peer_{};  // where the datagrams of a connected socket come from
  Buffer head_;     // what most datagrams fit in
  Buffer rest_;     // room for the rest of the largest one
  std::size_t head_size_ = kSmall;
  std::uint32_t small_in_a_row_ = 0;
  std::unique_ptr<Batch> batch_;        // made by the first receive that must not wait
  std::atomic<unsigned> in_batch_ = 0;  // that have not been given out
  /// The last batch took everything that there was, and nobody has waited since.
  std::atomic<bool> drained_ = false;
  /// When last looked at, all had been taken: what comes next is a change.
  std::atomic<bool> emptied_ = false;

  static constexpr unsigned kAtOnce = 16;

  static constexpr std::size_t kSmall = 4096;
  static constexpr std::uint32_t kSmallAgain = 64;  // small datagrams until blocks are small again
  static constexpr std::size_t kLargest = 65536;
};

}  // namespace once::transport
