#include "transport/posix_datagram_socket.hpp"

#include <array>
#include <cerrno>
#include <sys/uio.h>

namespace once::transport {

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
  const bool blocks = patience > Duration{0} && waits_.set_patience(patience);
  ssize_t count = -1;
  do {
    count = ::recvmsg(waits_.fd(), &message, blocks ? 0 : MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR && !blocks);
  if (count < 0) {
    return errno == EINTR ? would_block() : last_error();
  }
  if (!connected_) {
    from = address.address();
  } else {
    if (peer_.port == 0) {
      SystemAddress peer;
      if (::getpeername(waits_.fd(), peer.data(), &peer.size) == 0) peer_ = peer.address();
    }
    from = peer_;
  }
  const auto size = static_cast<std::size_t>(count);
  if (size > head_size_) {
    head_.append(rest_.view().first(size - head_size_));
    head_size_ = kLargest;
    small_in_a_row_ = 0;
  } else {
    head_.resize(size);
    small_in_a_row_ = size <= kSmall ? small_in_a_row_ + 1 : 0;
    if (small_in_a_row_ == kSmallAgain) head_size_ = kSmall;
  }
  datagram = std::move(head_).freeze();
  return {};
}

}  // namespace once::transport
