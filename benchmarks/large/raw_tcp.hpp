// The yardstick: the same octets to and fro over a bare TCP connection on loopback, without a checksum, a
// header, or a call.
#pragma once

#include <cstdint>
#include <thread>
#include <vector>

namespace large {

class RawTcpEcho {
 public:
  /// A connection whose other end sends every block of `size` octets back when it is whole, as a server that
  /// answers a call does.
  explicit RawTcpEcho(std::size_t size);
  ~RawTcpEcho();
  RawTcpEcho(const RawTcpEcho&) = delete;
  RawTcpEcho& operator=(const RawTcpEcho&) = delete;

  /// One block there and back. Throws std::runtime_error if the connection breaks.
  void echo(const std::vector<std::uint8_t>& block, std::vector<std::uint8_t>& back);

 private:
  int client_ = -1;
  int server_ = -1;
  std::thread thread_;
};

}  // namespace large
