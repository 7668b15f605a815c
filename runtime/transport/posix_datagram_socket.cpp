#include "transport/posix_datagram_socket.hpp"

#include <array>
#include <cerrno>
#include <sys/uio.h>
#include <utility>

namespace once::transport {

/// Room for what one system call may bring. As in receive_one(), each datagram has a block that it keeps, and further
/// room, the pages of which are there when they are used.
struct PosixDatagramSocket::Batch {
  void prepare(unsigned i, std::size_t head_size, bool named) {
    heads[i].resize(head_size);
    parts[i] = {iovec{heads[i].data(), heads[i].size()}, iovec{rest(i), kLargest}};
    msghdr& message = messages[i].msg_hdr;
    message.msg_iov = parts[i].data();
    message.msg_iovlen = parts[i].size();
    message.msg_name = named ? senders[i].data() : nullptr;
    message.msg_namelen = named ? sizeof senders[i].storage : 0;
  }
  std::uint8_t* rest(unsigned i) { return rests.get() + std::size_t{i} * kLargest; }

  unsigned used = kAtOnce;  // from the first one on, which have to be prepared again
  unsigned next = 0;        // to be given out
  std::array<Buffer, kAtOnce> heads;
  std::unique_ptr<std::uint8_t[]> rests{new std::uint8_t[kAtOnce * kLargest]};  // not initialised
  std::array<SystemAddress, kAtOnce> senders;
  std::array<std::array<iovec, 2>, kAtOnce> parts;
  std::array<mmsghdr, kAtOnce> messages{};
};

PosixDatagramSocket::PosixDatagramSocket(Descriptor descriptor, asio::any_io_executor executor,
                                         bool connected)
    : waits_(std::move(descriptor), std::move(executor)), connected_(connected) {}

PosixDatagramSocket::~PosixDatagramSocket() = default;

void PosixDatagramSocket::async_wait(Event event, std::weak_ptr<EventHandler> handler) {
  drained_.store(false, std::memory_order_relaxed);
  if (event == Event::Readable && in_batch_.load(std::memory_order_relaxed) > 0) {
    waits_.post(event, std::move(handler));
  } else {
    waits_.async_wait(event, std::move(handler), emptied_.load(std::memory_order_relaxed));
  }
}

bool PosixDatagramSocket::wait(Interest interest, Duration timeout) {
  drained_.store(false, std::memory_order_relaxed);
  return (interest.readable && in_batch_.load(std::memory_order_relaxed) > 0) ||
         waits_.wait(interest, timeout);
}

std::error_code PosixDatagramSocket::send(const Address& to, std::span<const ByteView> pieces) {
  std::array<iovec, 4> parts{};
  ONCE_ASSERT(pieces.size() <= parts.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    parts[i] = {const_cast<std::uint8_t*>(pieces[i].data()), pieces[i].size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = pieces.size();
  SystemAddress address;
  if (!connected_) {
    address = SystemAddress{to};
    message.msg_name = address.data();
    message.msg_namelen = address.size;
  }
  for (bool told = false;;) {
    if (::sendmsg(waits_.fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return {};
    if (errno == EINTR) continue;
    // The ICMP answer to an earlier datagram; this one has not been sent yet.
    if (errno == ECONNREFUSED && !std::exchange(told, true)) continue;
    if (errno == ENOBUFS)
      return would_block();  // the device's queue is full, not ours: the same to the caller
    return last_error();
  }
}

std::error_code PosixDatagramSocket::receive(Address& from, Slice& datagram, Duration patience) {
  if (in_batch_.load(std::memory_order_relaxed) > 0) {
    give_out(from, datagram);
    return {};
  }
  const bool drained = drained_.exchange(false, std::memory_order_relaxed);
  if (patience > Duration{0} && waits_.set_patience(patience)) return receive_one(from, datagram);
  if (drained) return would_block();
  if (const auto error = receive_batch()) return error;
  give_out(from, datagram);
  return {};
}

/// Blocks, for as long as the socket's patience lasts.
std::error_code PosixDatagramSocket::receive_one(Address& from, Slice& datagram) {
  // Two pieces: a block that the datagram keeps, and room for what is too large for it. Only a datagram that
  // is larger than those before it is copied; the next one finds a larger block.
  head_.resize(head_size_);
  rest_.resize(kLargest);
  std::array<iovec, 2> parts{iovec{head_.data(), head_.size()}, iovec{rest_.data(), rest_.size()}};
  SystemAddress address;
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (!connected_) {
    message.msg_name = address.data();
    message.msg_namelen = address.size;
  }
  const ssize_t count = ::recvmsg(waits_.fd(), &message, 0);
  emptied_.store(false, std::memory_order_relaxed);
  if (count < 0) return errno == EINTR ? would_block() : last_error();
  from = sender(address);
  datagram = cut(std::move(head_), rest_.data(), static_cast<std::size_t>(count));
  return {};
}

std::error_code PosixDatagramSocket::receive_batch() {
  if (batch_ == nullptr) batch_ = std::make_unique<Batch>();
  Batch& batch = *batch_;
  for (unsigned i = 0; i < batch.used; ++i) batch.prepare(i, head_size_, !connected_);
  batch.used = 0;
  int count = -1;
  do {
    waits_.will_look();
    count = ::recvmmsg(waits_.fd(), batch.messages.data(), kAtOnce, MSG_DONTWAIT, nullptr);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    const std::error_code error = last_error();
    emptied_.store(error == would_block(), std::memory_order_relaxed);
    return error;
  }
  emptied_.store(count < static_cast<int>(kAtOnce), std::memory_order_relaxed);
  batch.next = 0;
  batch.used = static_cast<unsigned>(count);
  in_batch_.store(static_cast<unsigned>(count), std::memory_order_relaxed);
  // Asking again would only cost a system call.
  drained_.store(static_cast<unsigned>(count) < kAtOnce, std::memory_order_relaxed);
  return {};
}

void PosixDatagramSocket::give_out(Address& from, Slice& datagram) {
  Batch& batch = *batch_;
  const unsigned i = batch.next++;
  from = sender(batch.senders[i]);
  datagram = cut(std::move(batch.heads[i]), batch.rest(i), batch.messages[i].msg_len);
  in_batch_.fetch_sub(1, std::memory_order_relaxed);
}

Address PosixDatagramSocket::sender(const SystemAddress& from) {
  if (!connected_) return from.address();
  if (peer_.port == 0) {
    SystemAddress peer;
    if (::getpeername(waits_.fd(), peer.data(), &peer.size) == 0) peer_ = peer.address();
  }
  return peer_;
}

Slice PosixDatagramSocket::cut(Buffer&& head, const std::uint8_t* rest, std::size_t size) {
  if (size > head.size()) {
    head.append({rest, size - head.size()});
    head_size_ = kLargest;
    small_in_a_row_ = 0;
  } else {
    head.resize(size);
    small_in_a_row_ = size <= kSmall ? small_in_a_row_ + 1 : 0;
    if (small_in_a_row_ == kSmallAgain) head_size_ = kSmall;
  }
  return std::move(head).freeze();
}

}  // namespace once::transport
