#include "transport/posix_stream_socket.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/uio.h>

namespace once::transport {
namespace {

void no_delay(int fd) {
  const int on = 1;
  // A refusal only costs speed.
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// `pieces`: one at least. As send(2), which is given one piece a little faster than sendmsg(2) is.
ssize_t send_pieces(int fd, std::span<const ByteView> pieces) {
  constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
  if (pieces.size() == 1) return ::send(fd, pieces[0].data(), pieces[0].size(), kFlags);
  std::array<iovec, 64> parts;  // set as far as there are pieces
  const std::size_t count = std::min(pieces.size(), parts.size());
  for (std::size_t i = 0; i < count; ++i) {
    parts[i] = {const_cast<std::uint8_t*>(pieces[i].data()), pieces[i].size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  return ::sendmsg(fd, &message, kFlags);
}

}  // namespace

void PosixStreamSocket::async_wait(Event event, std::weak_ptr<EventHandler> handler) {
  const bool is_empty = incoming_.load(std::memory_order_relaxed) == Incoming::NothingUnnoticed;
  waits_.async_wait(event, std::move(handler), is_empty);
}

std::error_code PosixStreamSocket::connected() {
  if (established_) return {};
  pollfd entry{waits_.fd(), POLLOUT, 0};
  if (::poll(&entry, 1, 0) <= 0) return would_block();
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(waits_.fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return last_error();
  if (error != 0) return {error, std::generic_category()};
  const int flags = ::fcntl(waits_.fd(), F_GETFL);
  if (flags < 0 || ::fcntl(waits_.fd(), F_SETFL, flags & ~O_NONBLOCK) != 0) return last_error();
  no_delay(waits_.fd());
  established_ = true;
  return {};
}

Result<std::size_t> PosixStreamSocket::send(std::span<const ByteView> pieces) {
  while (true) {
    const ssize_t sent = send_pieces(waits_.fd(), pieces);
    if (sent >= 0) {
      auto emptied = Incoming::Emptied;  // another thread may read meanwhile
      (void)incoming_.compare_exchange_strong(emptied, Incoming::NothingUnnoticed, std::memory_order_relaxed);
      return static_cast<std::size_t>(sent);
    }
    if (errno == EINTR) continue;
    if (errno == ENOBUFS) return Unexpected{would_block()};
    return Unexpected{last_error()};
  }
}

Result<std::size_t> PosixStreamSocket::receive(MutableByteView into, Duration patience) {
  const bool blocks = patience > Duration{0} && waits_.set_patience(patience);
  while (true) {
    waits_.will_look();
    const ssize_t count = ::recv(waits_.fd(), into.data(), into.size(), blocks ? 0 : MSG_DONTWAIT);
    const auto size = static_cast<std::size_t>(count);
    if (count >= 0) {
      incoming_.store(size < into.size() ? Incoming::Emptied : Incoming::Unknown, std::memory_order_relaxed);
      return size;
    }
    if (errno == EINTR && blocks) return Unexpected{would_block()};
    if (errno == EINTR) continue;
    const std::error_code error = last_error();
    if (error == would_block()) incoming_.store(Incoming::NothingUnnoticed, std::memory_order_relaxed);
    return Unexpected{error};
  }
}

void PosixStreamSocket::shutdown() {
  (void)::shutdown(waits_.fd(), SHUT_RDWR);
}

std::unique_ptr<StreamSocket> PosixStreamSocket::move_to(asio::any_io_executor executor) {
  return std::make_unique<PosixStreamSocket>(waits_.release(), std::move(executor), peer_, established_);
}

Result<std::unique_ptr<StreamSocket>> PosixListener::accept() {
  SystemAddress peer;
  while (true) {
    Descriptor accepted{::accept4(waits_.fd(), peer.data(), &peer.size, SOCK_CLOEXEC)};
    if (accepted) {
      no_delay(accepted.number());
      return std::unique_ptr<StreamSocket>{
          std::make_unique<PosixStreamSocket>(std::move(accepted), executor_, peer.address(), true)};
    }
    // Errors of the connection that was not taken are not the listener's (accept(2), "Error handling").
    switch (errno) {
      case EINTR:
      case ECONNABORTED:
      case EPROTO:
      case ENETDOWN:
      case EHOSTDOWN:
      case EHOSTUNREACH:
      case ENETUNREACH: continue;
      default: return Unexpected{last_error()};
    }
  }
}

}  // namespace once::transport
