// Cuts connections at any octet, resets them, closes one direction, or lets what they carry wait.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "proxy.hpp"

namespace crash {

class StreamProxy {
 public:
  using Protocol = asio::ip::tcp;

  /// For clients at `local`, whose port may be 0.
  StreamProxy(asio::io_context& io, Sky& sky, const Protocol::endpoint& local, Protocol::endpoint server);
  Protocol::endpoint local() const { return acceptor_.local_endpoint(); }

 private:
  /// A client's connection, and the one that stands for it at the server.
  struct Pair {
    explicit Pair(asio::io_context& io) : front(io), back(io) {}
    void close();
    void reset();
    Protocol::socket front, back;
  };
  using Piece = std::array<std::uint8_t, 4096>;

  asio::awaitable<void> accept();
  asio::awaitable<void> serve(std::shared_ptr<Pair> pair);
  /// Until the direction ends, or the connection.
  void carry(const std::shared_ptr<Pair>& pair, Protocol::socket& from, Protocol::socket& to);
  /// False: the direction has ended, or the connection.
  asio::awaitable<bool> pass(std::shared_ptr<Pair> pair, Protocol::socket& to, std::shared_ptr<Piece> piece,
                             std::size_t size);
  /// False: it is broken.
  asio::awaitable<bool> send(Protocol::socket& to, const std::uint8_t* octets, std::size_t size,
                             bool singly) const;
  asio::awaitable<void> wait(std::chrono::microseconds time) const;

  asio::io_context& io_;
  Sky& sky_;
  const Protocol::endpoint server_;
  Protocol::acceptor acceptor_;
};

}  // namespace crash
