// The network between simulated hosts: who is who, who reaches whom, and how long it takes. What is sent is lost, copied,
// damaged and delayed here; sockets are in sockets.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <once/rpc/network.hpp>
#include <once/simulation/faults.hpp>
#include <once/simulation/random.hpp>

#include "simulation/engine.hpp"

namespace once::simulation {

class DatagramEnd;
class Life;

class Fabric {
 public:
  using Place = std::array<std::uint8_t, 16>;  // a host's address, without a port

  Fabric(std::shared_ptr<Engine> engine, const Faults& faults, std::uint64_t seed);

  Engine& engine() { return *engine_; }
  const Faults& faults() const { return faults_; }
  Random& random() { return random_; }
  /// From now on nothing goes wrong any more.
  void heal();

  // Hosts.
  Address add(const std::string& host);
  void starts(const std::shared_ptr<Life>& life);
  void ends(const Life& life) { lives_.erase(place(life)); }
  std::optional<Address> find(const std::string& host) const;
  const std::string& name(const Address& address) const;
  /// "udp://server:7000" for "udp://10.0.0.1:7000".
  std::string with_names(const std::string& peer) const;
  /// Null: it is down, or there is none.
  std::shared_ptr<Life> life_at(const Address& address) const;

  // Ways.
  /// `by_test`: whether faults are over or not.
  void part(const Address& from, const Address& to, Duration until, bool by_test);
  bool is_parted(const Address& from, const Address& to) const;
  /// How long what is sent now travels.
  Duration delay(const Address& from, const Address& to);
  /// The largest datagram; of larger ones the sender is told, or not.
  std::size_t datagram_max() const { return datagram_max_; }

  std::error_code send(Life& from, const Address& source, const Address& to, const Slice& octets);

 private:
  static Place place(const Life& life);
  void carry(const Address& source, const Address& to, Slice octets, Duration delay);
  void arrive(const Address& source, const Address& to, const Slice& octets);
  Slice damaged(const Slice& octets);

  const std::shared_ptr<Engine> engine_;
  Faults faults_;
  Random random_;
  std::size_t datagram_max_;
  bool tells_of_large_;
  std::map<std::string, Address> addresses_;
  std::map<Place, std::string> names_;
  std::map<Place, std::weak_ptr<Life>> lives_;
  std::map<std::pair<Place, Place>, Duration> distances_;
  std::map<std::pair<Place, Place>, Duration> parted_until_, parted_by_test_until_;
  std::map<std::pair<Place, Place>, Duration> last_arrival_;  // of datagrams that are not late
};

}  // namespace once::simulation
