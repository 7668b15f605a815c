// Sockets that do what a test says, and a box in the middle.
#pragma once

#include <functional>

#include "raw.hpp"
#include "wrapped_network.hpp"

namespace raw {

/// What becomes of a datagram before the system sees it; an error is told to the runtime.
struct DatagramHooks {
  std::function<std::error_code(once::ByteView)> send = [](once::ByteView) { return std::error_code{}; };
  std::function<std::error_code()> receive = [] { return std::error_code{}; };
  /// Of a client: the port that its sockets take; 0: any.
  std::uint16_t local_port = 0;
};

class HookedNetwork final : public WrappedNetwork {
 public:
  explicit HookedNetwork(std::shared_ptr<DatagramHooks> hooks) : hooks_(std::move(hooks)) {}

  once::Result<std::unique_ptr<once::DatagramSocket>> bind_datagram(asio::any_io_executor executor,
                                                                    const once::Address& local,
                                                                    bool shared) override {
    return hooked(WrappedNetwork::bind_datagram(std::move(executor), local, shared), {});
  }
  once::Result<std::unique_ptr<once::DatagramSocket>> connect_datagram(asio::any_io_executor executor,
                                                                       const once::Address& peer) override {
    if (hooks_->local_port == 0)
      return hooked(WrappedNetwork::connect_datagram(std::move(executor), peer), {});
    const once::Address local = once::Address::v4({127, 0, 0, 1}, hooks_->local_port);
    return hooked(WrappedNetwork::bind_datagram(std::move(executor), local, false), peer);
  }

 private:
  using Opened = once::Result<std::unique_ptr<once::DatagramSocket>>;

  class Socket final : public WrappedDatagramSocket {
   public:
    Socket(std::unique_ptr<once::DatagramSocket> real, std::shared_ptr<DatagramHooks> hooks,
           const once::Address& peer)
        : WrappedDatagramSocket(std::move(real)), hooks_(std::move(hooks)), peer_(peer) {}
    std::error_code send(const once::Address& to, std::span<const once::ByteView> pieces) override {
      std::vector<std::uint8_t> whole;
      for (const once::ByteView piece : pieces) whole.insert(whole.end(), piece.begin(), piece.end());
      if (const auto error = hooks_->send(whole)) return error;
      return WrappedDatagramSocket::send(peer_.port != 0 ? peer_ : to, pieces);
    }
    std::error_code receive(once::Address& from, once::Slice& datagram, once::Duration patience) override {
      if (const auto error = hooks_->receive()) return error;
      return WrappedDatagramSocket::receive(from, datagram, patience);
    }

   private:
    const std::shared_ptr<DatagramHooks> hooks_;
    const once::Address peer_;
  };

  Opened hooked(Opened real, const once::Address& peer) const {
    if (!real) return real;
    return std::unique_ptr<once::DatagramSocket>{std::make_unique<Socket>(std::move(*real), hooks_, peer)};
  }

  const std::shared_ptr<DatagramHooks> hooks_;
};

inline once::Environment hooked(asio::io_context& io, const std::shared_ptr<DatagramHooks>& hooks) {
  once::Environment environment{io};
  environment.network = std::make_shared<HookedNetwork>(hooks);
  return environment;
}

/// A datagram socket for those who write their messages themselves.
class BareSocket {
 public:
  BareSocket()
      : socket_(std::move(*once::posix_network()->bind_datagram(io_.get_executor(), any(), false))) {}
  void send(std::uint16_t port, once::ByteView octets) {
    socket_->send(once::Address::v4({127, 0, 0, 1}, port), std::span{&octets, 1});
  }
  /// Nothing if nothing came in time.
  once::Slice receive(once::Duration patience, once::Address* from = nullptr) {
    once::Address peer;
    once::Slice datagram;
    if (patience > once::Duration{0}) socket_->wait({.readable = true}, patience);
    if (socket_->receive(from != nullptr ? *from : peer, datagram, once::Duration{0})) return {};
    return datagram;
  }
  std::uint16_t port() const { return socket_->local().port; }

 private:
  static once::Address any() { return once::Address::v4({127, 0, 0, 1}, 0); }
  asio::io_context io_;
  std::unique_ptr<once::DatagramSocket> socket_;
};

/// A box between one client and a server: sees every datagram, changes what it likes, and may take another port
/// towards the server, as a NAT does that has forgotten.
class Box {
 public:
  using Change = std::function<void(std::vector<std::uint8_t>&)>;

  explicit Box(
      std::uint16_t server, Change change = [](auto&) {})
      : server_(server), change_(std::move(change)) {
    thread_ = std::thread{[this] { run(); }};
  }
  ~Box() {
    stop_ = true;
    thread_.join();
  }
  std::uint16_t port() const { return inner_.port(); }
  void rebind() {
    const std::lock_guard lock{mutex_};
    outer_ = std::make_unique<BareSocket>();
  }
  std::atomic<std::size_t> to_server{0}, to_client{0};

 private:
  void run() {
    using namespace std::chrono_literals;
    while (!stop_) {
      pass_on(inner_.receive(1ms, &client_), to_server, true);
      const std::lock_guard lock{mutex_};
      for (int i = 0; i < 16; ++i) pass_on(outer_->receive(0ms), to_client, false);
    }
  }
  void pass_on(const once::Slice& datagram, std::atomic<std::size_t>& count, bool up) {
    if (datagram.empty()) return;
    ++count;
    std::vector<std::uint8_t> octets{datagram.data(), datagram.data() + datagram.size()};
    change_(octets);
    if (!up) return inner_.send(client_.port, octets);
    const std::lock_guard lock{mutex_};
    outer_->send(server_, octets);
  }

  const std::uint16_t server_;
  const Change change_;
  BareSocket inner_;
  once::Address client_;
  std::mutex mutex_;
  std::unique_ptr<BareSocket> outer_ = std::make_unique<BareSocket>();
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

inline std::string url_of(std::uint16_t port) {
  return "once://127.0.0.1:" + std::to_string(port) + "/object?transport=udp";
}

}  // namespace raw
