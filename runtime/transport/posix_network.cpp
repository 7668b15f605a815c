// The operating system's network: makes sockets, looks names up.
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>

#include <once/base/error.hpp>

#include "transport/posix_datagram_socket.hpp"
#include "transport/posix_stream_socket.hpp"

namespace once {
namespace transport {
namespace {

constexpr int kReceiveBuffer = 4 << 20;  // asked for; the system gives what its administrator allows

bool switch_on(int fd, int level, int option) {
  const int on = 1;
  return ::setsockopt(fd, level, option, &on, sizeof on) == 0;
}

Result<Descriptor> open_socket(const Address& address, int type) {
  Descriptor socket{::socket(address.is_v4() ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0)};
  if (!socket) return Unexpected{last_error()};
  if (!address.is_v4() && !switch_on(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY)) {
    return Unexpected{last_error()};
  }
  return socket;
}

/// A socket that is bound to `local`.
Result<Descriptor> bind_socket(const Address& local, int type, bool shared) {
  auto socket = open_socket(local, type);
  if (!socket) return socket;
  const int fd = socket->number();
  // A listener may be followed at once by another on its port; a datagram socket with this option would
  // steal.
  if (type == SOCK_STREAM && !switch_on(fd, SOL_SOCKET, SO_REUSEADDR)) return Unexpected{last_error()};
  if (shared && !switch_on(fd, SOL_SOCKET, SO_REUSEPORT)) return Unexpected{last_error()};
  const SystemAddress address{local};
  if (::bind(fd, address.data(), address.size) != 0) return Unexpected{last_error()};
  return socket;
}

/// What a socket for datagrams wants of the system, and works without: room, and that datagrams are never
/// taken apart on the way, nor by this machine's idea of the path.
void set_up_datagrams(int fd, const Address& address) {
  (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  static_assert(IP_PMTUDISC_PROBE == IPV6_PMTUDISC_PROBE);
  const int probe = IP_PMTUDISC_PROBE;
  (void)::setsockopt(fd, address.is_v4() ? IPPROTO_IP : IPPROTO_IPV6,
                     address.is_v4() ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, &probe, sizeof probe);
}

class PosixNetwork final : public Network {
 public:
  Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port) override {
    if (const auto numeric = parse_address(host, port)) return std::vector{*numeric};
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;  // one entry for each address
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) {
      return Unexpected{make_error_code(Errc::unknown_host)};
    }
    std::vector<Address> addresses;
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
      if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
      SystemAddress address;
      std::copy_n(reinterpret_cast<const char*>(entry->ai_addr), entry->ai_addrlen,
                  reinterpret_cast<char*>(&address.storage));
      addresses.push_back(address.address());
      addresses.back().port = port;
    }
    ::freeaddrinfo(found);
    if (addresses.empty()) return Unexpected{make_error_code(Errc::unknown_host)};
    return addresses;
  }

  Result<std::unique_ptr<DatagramSocket>> bind_datagram(asio::any_io_executor executor, const Address& local,
                                                        bool shared) override {
    auto socket = bind_socket(local, SOCK_DGRAM, shared);
    if (!socket) return Unexpected{socket.error()};
    set_up_datagrams(socket->number(), local);
    return std::unique_ptr<DatagramSocket>{
        std::make_unique<PosixDatagramSocket>(std::move(*socket), std::move(executor), false)};
  }

  Result<std::unique_ptr<DatagramSocket>> connect_datagram(asio::any_io_executor executor,
                                                           const Address& peer) override {
    auto socket = open_socket(peer, SOCK_DGRAM);
    if (!socket) return Unexpected{socket.error()};
    const SystemAddress address{peer};
    if (::connect(socket->number(), address.data(), address.size) != 0) return Unexpected{last_error()};
    set_up_datagrams(socket->number(), peer);
    return std::unique_ptr<DatagramSocket>{
        std::make_unique<PosixDatagramSocket>(std::move(*socket), std::move(executor), true)};
  }

  Result<std::unique_ptr<Listener>> listen(asio::any_io_executor executor, const Address& local,
                                           bool shared) override {
    auto socket = bind_socket(local, SOCK_STREAM, shared);
    if (!socket) return Unexpected{socket.error()};
    const int fd = socket->number();
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || ::listen(fd, SOMAXCONN) != 0) {
      return Unexpected{last_error()};
    }
    return std::unique_ptr<Listener>{
        std::make_unique<PosixListener>(std::move(*socket), std::move(executor))};
  }

  Result<std::unique_ptr<StreamSocket>> connect_stream(asio::any_io_executor executor,
                                                       const Address& peer) override {
    auto socket = open_socket(peer, SOCK_STREAM | SOCK_NONBLOCK);
    if (!socket) return Unexpected{socket.error()};
    const SystemAddress address{peer};
    // An interrupted connect goes on by itself, like one in progress.
    if (::connect(socket->number(), address.data(), address.size) != 0 && errno != EINPROGRESS &&
        errno != EINTR) {
      return Unexpected{last_error()};
    }
    return std::unique_ptr<StreamSocket>{
        std::make_unique<PosixStreamSocket>(std::move(*socket), std::move(executor), peer, false)};
  }

  bool can_block() const override { return true; }
};

}  // namespace
}  // namespace transport

std::shared_ptr<Network> posix_network() {
  static const auto network = std::make_shared<transport::PosixNetwork>();
  return network;
}

}  // namespace once
