#include "simulation/network.hpp"

#include <utility>

#include <once/base/error.hpp>

#include "simulation/fabric.hpp"
#include "simulation/life.hpp"
#include "simulation/sockets.hpp"

namespace once::simulation {
namespace {

class LifeDatagramSocket final : public DatagramSocket {
 public:
  LifeDatagramSocket(std::unique_ptr<DatagramEnd> end, asio::any_io_executor executor)
      : waits_(std::make_shared<Waits>(std::move(executor))), end_(std::move(end)) {
    end_->waits = waits_;
  }

  Address local() const override { return end_->local(); }
  void async_wait(Event event, std::weak_ptr<EventHandler> handler) override {
    waits_->wait(event, std::move(handler), event == Event::Writable || end_->is_readable());
  }
  void cancel_waits() override { waits_->cancel(); }
  bool wait(Interest, Duration) override { return false; }
  std::error_code send(const Address& to, std::span<const ByteView> pieces) override {
    return end_->send(to, pieces);
  }
  std::error_code receive(Address& from, Slice& datagram, Duration) override {
    return end_->receive(from, datagram);
  }

 private:
  const std::shared_ptr<Waits> waits_;
  const std::unique_ptr<DatagramEnd> end_;
};

class LifeStreamSocket final : public StreamSocket {
 public:
  LifeStreamSocket(std::shared_ptr<StreamEnd> end, asio::any_io_executor executor)
      : waits_(std::make_shared<Waits>(std::move(executor))), end_(std::move(end)) {
    end_->waits = waits_;
  }
  ~LifeStreamSocket() override {
    if (!end_) return;
    end_->waits.reset();
    end_->shutdown();
  }
  LifeStreamSocket(const LifeStreamSocket&) = delete;
  LifeStreamSocket& operator=(const LifeStreamSocket&) = delete;

  Address local() const override { return end_->local(); }
  Address peer() const override { return end_->peer(); }
  void async_wait(Event event, std::weak_ptr<EventHandler> handler) override {
    const bool is_ready = event == Event::Writable ? end_->is_writable() : end_->is_readable();
    waits_->wait(event, std::move(handler), is_ready);
  }
  void cancel_waits() override { waits_->cancel(); }
  bool wait(Interest, Duration) override { return false; }
  std::error_code connected() override { return end_->connected(); }
  Result<std::size_t> send(std::span<const ByteView> pieces) override { return end_->send(pieces); }
  Result<std::size_t> receive(MutableByteView into, Duration) override { return end_->receive(into); }
  void shutdown() override { end_->shutdown(); }
  std::unique_ptr<StreamSocket> move_to(asio::any_io_executor executor) override {
    waits_->cancel();
    return std::make_unique<LifeStreamSocket>(std::exchange(end_, nullptr), std::move(executor));
  }

 private:
  const std::shared_ptr<Waits> waits_;
  std::shared_ptr<StreamEnd> end_;
};

class LifeListener final : public Listener {
 public:
  LifeListener(std::unique_ptr<ListenerEnd> end, asio::any_io_executor executor)
      : executor_(std::move(executor)), waits_(std::make_shared<Waits>(executor_)), end_(std::move(end)) {
    end_->waits = waits_;
  }

  Address local() const override { return end_->local(); }
  void async_wait(Event event, std::weak_ptr<EventHandler> handler) override {
    waits_->wait(event, std::move(handler), end_->is_readable());
  }
  void cancel_waits() override { waits_->cancel(); }
  bool wait(Interest, Duration) override { return false; }
  Result<std::unique_ptr<StreamSocket>> accept() override {
    auto end = end_->accept();
    if (!end) return Unexpected{std::make_error_code(std::errc::operation_would_block)};
    return std::unique_ptr<StreamSocket>{std::make_unique<LifeStreamSocket>(std::move(end), executor_)};
  }

 private:
  const asio::any_io_executor executor_;
  const std::shared_ptr<Waits> waits_;
  const std::unique_ptr<ListenerEnd> end_;
};

Address with_port(Address address, std::uint16_t port) {
  address.port = port;
  return address;
}

}  // namespace

Result<std::vector<Address>> LifeNetwork::resolve(const std::string& host, std::uint16_t port) {
  if (const auto known = life_->fabric().find(host)) return std::vector{with_port(*known, port)};
  auto address = parse_address(host, port);
  if (host == "localhost" || (address && address->is_loopback())) {
    return std::vector{with_port(life_->address(), port)};
  }
  if (!address) return Unexpected{make_error_code(Errc::unknown_host)};
  return std::vector{*address};
}

Result<Address> LifeNetwork::choose(const Address& local, bool taken) {
  if (life_->is_over()) return Unexpected{std::make_error_code(std::errc::network_down)};
  if (local.octets != life_->address().octets) {
    return Unexpected{std::make_error_code(std::errc::address_not_available)};
  }
  if (local.port != 0 && taken) return Unexpected{std::make_error_code(std::errc::address_in_use)};
  const std::uint16_t port = local.port != 0 ? local.port : life_->free_port();
  if (port == 0) return Unexpected{std::make_error_code(std::errc::address_in_use)};
  return with_port(local, port);
}

Result<std::unique_ptr<DatagramSocket>> LifeNetwork::bind_datagram(asio::any_io_executor executor,
                                                                   const Address& local, bool) {
  const auto chosen = choose(local, life_->datagram_ports.contains(local.port));
  if (!chosen) return Unexpected{chosen.error()};
  return std::unique_ptr<DatagramSocket>{std::make_unique<LifeDatagramSocket>(
      std::make_unique<DatagramEnd>(life_, *chosen, std::nullopt), std::move(executor))};
}

Result<std::unique_ptr<DatagramSocket>> LifeNetwork::connect_datagram(asio::any_io_executor executor,
                                                                      const Address& peer) {
  const auto local = choose(life_->address(), false);
  if (!local) return Unexpected{local.error()};
  return std::unique_ptr<DatagramSocket>{std::make_unique<LifeDatagramSocket>(
      std::make_unique<DatagramEnd>(life_, *local, peer), std::move(executor))};
}

Result<std::unique_ptr<Listener>> LifeNetwork::listen(asio::any_io_executor executor, const Address& local,
                                                      bool) {
  const auto chosen = choose(local, life_->listeners.contains(local.port));
  if (!chosen) return Unexpected{chosen.error()};
  return std::unique_ptr<Listener>{
      std::make_unique<LifeListener>(std::make_unique<ListenerEnd>(life_, *chosen), std::move(executor))};
}

Result<std::unique_ptr<StreamSocket>> LifeNetwork::connect_stream(asio::any_io_executor executor,
                                                                  const Address& peer) {
  const auto local = choose(life_->address(), false);
  if (!local) return Unexpected{local.error()};
  auto end = std::make_shared<StreamEnd>(life_, *local, peer);
  end->connect();
  return std::unique_ptr<StreamSocket>{
      std::make_unique<LifeStreamSocket>(std::move(end), std::move(executor))};
}

}  // namespace once::simulation
