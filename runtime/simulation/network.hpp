// once::Network of a simulated host's life.
#pragma once

#include <memory>

#include <once/rpc/network.hpp>

namespace once::simulation {

class Life;

class LifeNetwork final : public Network {
 public:
  explicit LifeNetwork(std::shared_ptr<Life> life) : life_(std::move(life)) {}

  Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port) override;
  Result<std::unique_ptr<DatagramSocket>> bind_datagram(asio::any_io_executor executor, const Address& local,
                                                        bool shared) override;
  Result<std::unique_ptr<DatagramSocket>> connect_datagram(asio::any_io_executor executor,
                                                           const Address& peer) override;
  Result<std::unique_ptr<Listener>> listen(asio::any_io_executor executor, const Address& local,
                                           bool shared) override;
  Result<std::unique_ptr<StreamSocket>> connect_stream(asio::any_io_executor executor,
                                                       const Address& peer) override;
  bool can_block() const override { return false; }

 private:
  /// Where a socket is bound that wants `local`; port 0: any.
  Result<Address> choose(const Address& local, bool taken);

  const std::shared_ptr<Life> life_;
};

}  // namespace once::simulation
