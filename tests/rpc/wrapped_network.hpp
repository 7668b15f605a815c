// A network for tests that change a part of the machine's.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <system_error>
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

/// One of its sockets, or what it listens on: passes everything on that a test does not replace.
template <class Base>
class WrappedSocket : public Base {
 public:
  explicit WrappedSocket(std::unique_ptr<Base> real) : real_(std::move(real)) {}
  once::Address local() const override { return real_->local(); }
  void async_wait(once::Event event, std::weak_ptr<once::EventHandler> handler) override {
    real_->async_wait(event, std::move(handler));
  }
  void cancel_waits() override { real_->cancel_waits(); }
  void leave_loop() override { real_->leave_loop(); }
  bool wait(once::Interest interest, once::Duration timeout) override {
    return real_->wait(interest, timeout);
  }

 protected:
  Base& real() const { return *real_; }

 private:
  const std::unique_ptr<Base> real_;
};

class WrappedDatagramSocket : public WrappedSocket<once::DatagramSocket> {
 public:
  using WrappedSocket::WrappedSocket;
  std::error_code send(const once::Address& to, std::span<const once::ByteView> pieces) override {
    return real().send(to, pieces);
  }
  std::error_code receive(once::Address& from, once::Slice& datagram, once::Duration patience) override {
    return real().receive(from, datagram, patience);
  }
};

/// Without move_to(), which has to wrap again.
class WrappedStreamSocket : public WrappedSocket<once::StreamSocket> {
 public:
  using WrappedSocket::WrappedSocket;
  once::Address peer() const override { return real().peer(); }
  std::error_code connected() override { return real().connected(); }
  once::Result<std::size_t> send(std::span<const once::ByteView> pieces) override {
    return real().send(pieces);
  }
  once::Result<std::size_t> receive(once::MutableByteView into, once::Duration patience) override {
    return real().receive(into, patience);
  }
  void shutdown() override { real().shutdown(); }
};

/// Counts how often its servers' connections are asked for what has come.
class WatchedNetwork final : public WrappedNetwork {
 public:
  once::Result<std::unique_ptr<once::Listener>> listen(asio::any_io_executor executor,
                                                       const once::Address& local, bool shared) override {
    auto listener = WrappedNetwork::listen(std::move(executor), local, shared);
    if (!listener) return listener;
    return std::unique_ptr<once::Listener>{std::make_unique<Accepting>(std::move(*listener), *this)};
  }

  std::atomic<int> receives{0};
  /// Called by whoever has been given something, before it can do anything with it.
  std::function<void()> received;

 private:
  class Connection final : public WrappedStreamSocket {
   public:
    Connection(std::unique_ptr<once::StreamSocket> real, WatchedNetwork& network)
        : WrappedStreamSocket(std::move(real)), network_(network) {}
    once::Result<std::size_t> receive(once::MutableByteView into, once::Duration patience) override {
      ++network_.receives;
      const auto count = WrappedStreamSocket::receive(into, patience);
      if (count && *count > 0 && network_.received) network_.received();
      return count;
    }
    std::unique_ptr<once::StreamSocket> move_to(asio::any_io_executor executor) override {
      return std::make_unique<Connection>(real().move_to(std::move(executor)), network_);
    }

   private:
    WatchedNetwork& network_;
  };
  class Accepting final : public WrappedSocket<once::Listener> {
   public:
    Accepting(std::unique_ptr<once::Listener> real, WatchedNetwork& network)
        : WrappedSocket(std::move(real)), network_(network) {}
    once::Result<std::unique_ptr<once::StreamSocket>> accept() override {
      auto accepted = real().accept();
      if (!accepted) return accepted;
      return std::unique_ptr<once::StreamSocket>{
          std::make_unique<Connection>(std::move(*accepted), network_)};
    }

   private:
    WatchedNetwork& network_;
  };
};

}  // namespace raw
