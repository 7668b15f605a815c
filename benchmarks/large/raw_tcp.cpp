// Plain sockets.
#include "raw_tcp.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace large {
namespace {

bool send_all(int socket, const std::vector<std::uint8_t>& block) {
  for (std::size_t sent = 0; sent < block.size();) {
    const ssize_t count = ::send(socket, block.data() + sent, block.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

bool receive_all(int socket, std::vector<std::uint8_t>& block) {
  for (std::size_t got = 0; got < block.size();) {
    const ssize_t count = ::recv(socket, block.data() + got, block.size() - got, 0);
    if (count <= 0) return false;
    got += static_cast<std::size_t>(count);
  }
  return true;
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

RawTcpEcho::RawTcpEcho(std::size_t size) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, length) != 0 || ::listen(listener, 1) != 0 ||
      ::getsockname(listener, generic, &length) != 0) {
    fail("listen");
  }
  client_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client_ < 0 || ::connect(client_, generic, length) != 0) fail("connect");
  server_ = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (server_ < 0) fail("accept");
  ::close(listener);
  const int on = 1;
  for (const int socket : {client_, server_}) ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  thread_ = std::thread{[this, size] {
    std::vector<std::uint8_t> block(size);
    while (receive_all(server_, block) && send_all(server_, block)) {
    }
  }};
}

RawTcpEcho::~RawTcpEcho() {
  ::shutdown(client_, SHUT_RDWR);
  thread_.join();
  ::close(client_);
  ::close(server_);
}

void RawTcpEcho::echo(const std::vector<std::uint8_t>& block, std::vector<std::uint8_t>& back) {
  back.resize(block.size());
  if (!send_all(client_, block) || !receive_all(client_, back)) {
    throw std::runtime_error("the raw connection broke");
  }
}

}  // namespace large
