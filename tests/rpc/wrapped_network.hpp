// A network for tests that change a part of the machine's.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <once/once.hpp>

namespace raw {

/// The machine's network, parts of which a test may replace.
class WrappedNetwork : public once::Network {
 public:
  once::Result<std::vector<once::Address>> resolve(const std::string& host, std::uint16_t port) override {
    return real_->resolve(host, port);
  }
  once::Result<std::unique_ptr<once::DatagramSocket>> bind_datagram(asio::any_io_executor executor,
                                                                    const once::Address& local,
                                                                    bool shared) override {
    return real_->bind_datagram(std::move(executor), local, shared);
  }
  once::Result<std::unique_ptr<once::DatagramSocket>> connect_datagram(asio::any_io_executor executor,
                                                                       const once::Address& peer) override {
    return real_->connect_datagram(std::move(executor), peer);
  }
  once::Result<std::unique_ptr<once::Listener>> listen(asio::any_io_executor executor,
                                                       const once::Address& local, bool shared) override {
    return real_->listen(std::move(executor), local, shared);
  }
  once::Result<std::unique_ptr<once::StreamSocket>> connect_stream(asio::any_io_executor executor,
                                                                   const once::Address& peer) override {
    return real_->connect_stream(std::move(executor), peer);
  }
  bool can_block() const override { return true; }

 private:
  const std::shared_ptr<once::Network> real_ = once::posix_network();
};

/// One of its datagram sockets.
class WrappedDatagramSocket : public once::DatagramSocket {
 public:
  explicit WrappedDatagramSocket(std::unique_ptr<once::DatagramSocket> real) : real_(std::move(real)) {}
  once::Address local() const override { return real_->local(); }
  void async_wait(once::Event event, std::weak_ptr<once::EventHandler> handler) override {
    real_->async_wait(event, std::move(handler));
  }
  void cancel_waits() override { real_->cancel_waits(); }
  bool wait(once::Interest interest, once::Duration timeout) override {
    return real_->wait(interest, timeout);
  }
  std::error_code send(const once::Address& to, std::span<const once::ByteView> pieces) override {
    return real_->send(to, pieces);
  }
  std::error_code receive(once::Address& from, once::Slice& datagram, once::Duration patience) override {
    return real_->receive(from, datagram, patience);
  }

 private:
  const std::unique_ptr<once::DatagramSocket> real_;
};

}  // namespace raw
