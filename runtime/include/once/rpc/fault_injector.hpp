// A network that misbehaves on purpose, by seed: it loses, repeats, delays and reorders datagrams and cuts
// connections. It wraps the network of an Environment, so that real programs show what their calls do on a
// bad line:
//
//   auto faults = std::make_shared<once::FaultInjector>(environment, once::Faults{.seed = 7, .loss = 0.3});
//   environment.network = faults;
//   once::Client client{environment};
//
// Faults strike in both directions of the wrapped side. The fate of the n-th datagram of a socket's direction
// depends on the seed, the socket's number and n alone.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include <once/base/time.hpp>
#include <once/rpc/environment.hpp>
#include <once/rpc/network.hpp>

namespace once {

struct Faults {
  std::uint64_t seed = 1;

  // Datagrams: probabilities, each drawn for itself.
  double loss = 0;
  double duplication = 0;  // a second copy, delayed on its own
  double reordering = 0;   // held back until another datagram of the direction has passed, or delay_max
  double delay = 0;        // held back between delay_min and delay_max
  Duration delay_min = std::chrono::milliseconds{1};
  Duration delay_max = std::chrono::milliseconds{20};

  // Streams.
  /// Where connections are cut: the first connection at the first entry, and so on; later ones are left alone
  /// by this rule. Exactly so many octets pass in that direction.
  struct Cut {
    static constexpr std::uint64_t kNever = ~std::uint64_t{0};
    std::uint64_t sent = kNever;
    std::uint64_t received = kNever;
  };
  std::deque<Cut> cuts{};
  /// The probability that a piece of data on its way out or in is cut somewhere in the middle, with its
  /// connection.
  double cut = 0;
};

struct FaultCounters {
  std::uint64_t datagrams = 0, lost = 0, duplicated = 0, delayed = 0, reordered = 0, delivered = 0;
  std::uint64_t connections = 0, connections_cut = 0;
  bool operator==(const FaultCounters&) const = default;
};

class FaultInjector final : public Network {
 public:
  /// Wraps `environment`'s network; delays use its clock and executor.
  FaultInjector(const Environment& environment, Faults faults);
  ~FaultInjector() override;

  /// From now on everything passes; what is held back still comes.
  void stop();
  FaultCounters counters() const;

  Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port) override;
  Result<std::unique_ptr<DatagramSocket>> bind_datagram(asio::any_io_executor executor, const Address& local,
                                                        bool shared) override;
  Result<std::unique_ptr<DatagramSocket>> connect_datagram(asio::any_io_executor executor,
                                                           const Address& peer) override;
  Result<std::unique_ptr<Listener>> listen(asio::any_io_executor executor, const Address& local,
                                           bool shared) override;
  Result<std::unique_ptr<StreamSocket>> connect_stream(asio::any_io_executor executor,
                                                       const Address& peer) override;
  bool can_block() const override;

  class State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace once
