// Loses, copies, delays (and so reorders) and damages datagrams, and moves their senders to other ports.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>

#include "proxy.hpp"

namespace crash {

class DatagramProxy {
 public:
  using Protocol = asio::ip::udp;

  /// For clients at `local`, whose port may be 0.
  DatagramProxy(asio::io_context& io, Sky& sky, const Protocol::endpoint& local, Protocol::endpoint server);
  Protocol::endpoint local() const { return front_.local_endpoint(); }

 private:
  using Octets = std::vector<std::uint8_t>;
  using Clock = std::chrono::steady_clock;

  /// A socket that stands for a client at the server.
  struct Back {
    explicit Back(asio::io_context& io);
    Protocol::socket socket;
    Protocol::endpoint from;
    Octets buffer;
    Clock::time_point used;
  };

  void read_front();
  void read_back(const Protocol::endpoint& client, const std::shared_ptr<Back>& back);
  /// Lets the datagram through, or what becomes of it.
  void pass(Octets datagram, const std::function<void(const Octets&)>& send);
  void damage(Octets& datagram);
  void send_later(Octets datagram, std::chrono::microseconds delay,
                  const std::function<void(const Octets&)>& send);
  void send_to_server(const Protocol::endpoint& client, const Octets& datagram);
  std::shared_ptr<Back> open_back(const Protocol::endpoint& client);
  void close_unused();

  asio::io_context& io_;
  Sky& sky_;
  const Protocol::endpoint server_;
  Protocol::socket front_;
  Protocol::endpoint from_;
  Octets buffer_;
  std::map<Protocol::endpoint, std::shared_ptr<Back>> backs_;  // by their clients
};

}  // namespace crash
