#include "simulation/fabric.hpp"

#include <algorithm>

#include <once/base/crc32c.hpp>

#include "simulation/life.hpp"
#include "simulation/sockets.hpp"

namespace once::simulation {
namespace {

/// Inside of one host.
constexpr Duration kHere = std::chrono::microseconds{10};
constexpr std::size_t kDatagramMaxHere = 65'507;

/// What a path takes, of IP's 1,500 octets and of less: Once sends 1,200 without asking.
constexpr std::array<std::size_t, 4> kWidths{1'472, 1'200, 1'252, 1'400};

}  // namespace

Fabric::Fabric(std::shared_ptr<Engine> engine, const Faults& faults, std::uint64_t seed)
    : engine_(std::move(engine)),
      faults_(faults),
      random_(seed),
      datagram_max_(kWidths[faults.narrow_paths ? random_.between<std::size_t>(0, kWidths.size() - 1) : 0]),
      tells_of_large_(random_.chance(0.5)) {}

void Fabric::heal() {
  const Duration delay_min = faults_.delay_min;
  const Duration delay_max = faults_.delay_max;
  faults_ = none();
  faults_.delay_min = delay_min;
  faults_.delay_max = delay_max;
  parted_until_.clear();
}

// --- Hosts

Fabric::Place Fabric::place(const Life& life) {
  return life.address().octets;
}

Address Fabric::add(const std::string& host) {
  const auto number = static_cast<std::uint16_t>(addresses_.size() + 1);
  const Address address =
      Address::v4({10, 0, static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)}, 0);
  addresses_[host] = address;
  names_[address.octets] = host;
  return address;
}

void Fabric::starts(const std::shared_ptr<Life>& life) {
  lives_[place(*life)] = life;
}

std::optional<Address> Fabric::find(const std::string& host) const {
  const auto found = addresses_.find(host);
  if (found == addresses_.end()) return std::nullopt;
  return found->second;
}

const std::string& Fabric::name(const Address& address) const {
  static const std::string kNobody = "nobody";
  const auto found = names_.find(address.octets);
  return found == names_.end() ? kNobody : found->second;
}

std::string Fabric::with_names(const std::string& peer) const {
  const std::size_t begin = peer.find("://");
  const std::size_t end = peer.rfind(':');
  if (begin == std::string::npos || end <= begin + 3) return peer;
  const auto address = parse_address(std::string_view{peer}.substr(begin + 3, end - begin - 3), 0);
  if (!address || !names_.contains(address->octets)) return peer;
  return peer.substr(0, begin + 3) + name(*address) + peer.substr(end);
}

std::shared_ptr<Life> Fabric::life_at(const Address& address) const {
  const auto found = lives_.find(address.octets);
  return found == lives_.end() ? nullptr : found->second.lock();
}

// --- Ways

void Fabric::part(const Address& from, const Address& to, Duration until, bool by_test) {
  Duration& parted = (by_test ? parted_by_test_until_ : parted_until_)[{from.octets, to.octets}];
  parted = std::max(parted, until);
}

bool Fabric::is_parted(const Address& from, const Address& to) const {
  const auto parted = [&](const auto& ways) {
    const auto found = ways.find({from.octets, to.octets});
    return found != ways.end() && found->second > engine_->now();
  };
  return parted(parted_until_) || parted(parted_by_test_until_);
}

Duration Fabric::delay(const Address& from, const Address& to) {
  if (from.octets == to.octets) return kHere;
  const auto [distance, is_new] = distances_.try_emplace({from.octets, to.octets});
  if (is_new) distance->second = random_.log_between(faults_.delay_min, faults_.delay_max);
  return distance->second + random_.between(Duration{0}, distance->second / 4);
}

// --- Datagrams

std::error_code Fabric::send(Life& from, const Address& source, const Address& to, const Slice& octets) {
  ++engine_->summary.datagrams;
  engine_->mix(crc32c(octets.view()));
  if (source.octets == to.octets) {
    if (octets.size() > kDatagramMaxHere) return std::make_error_code(std::errc::message_size);
    carry(source, to, octets, kHere);
    return {};
  }
  if (octets.size() > datagram_max_) {
    if (tells_of_large_) return std::make_error_code(std::errc::message_size);
    ++engine_->summary.lost;
    return {};
  }
  const auto told = [&](const char* what) {
    engine_->note(from.host(), std::string{what} + " on the way to " + name(to) + ": " +
                                   std::to_string(octets.size()) + " octets");
  };
  if (is_parted(source, to) || random_.chance(faults_.loss)) {
    ++engine_->summary.lost;
    told("lost");
    return {};
  }
  const bool copied = random_.chance(faults_.copies);
  if (copied) ++engine_->summary.copied;
  Slice sent = octets;
  if (random_.chance(faults_.damage)) {
    ++engine_->summary.damaged;
    told("damaged");
    sent = damaged(octets);
  }
  Duration travels = delay(source, to);
  if (random_.chance(faults_.reordering)) {
    ++engine_->summary.late;
    travels += random_.log_between(std::chrono::microseconds{10}, faults_.late_max);
  } else {
    Duration& last = last_arrival_[{source.octets, to.octets}];
    last = std::max(last, engine_->now() + travels);
    travels = last - engine_->now();
  }
  carry(source, to, sent, travels);
  if (copied) {
    carry(source, to, octets,
          delay(source, to) + random_.log_between(std::chrono::microseconds{10}, faults_.late_max));
  }
  return {};
}

void Fabric::carry(const Address& source, const Address& to, Slice octets, Duration delay) {
  engine_->plan(engine_->now() + delay,
                Task{[this, source, to, octets = std::move(octets)] { arrive(source, to, octets); }});
}

void Fabric::arrive(const Address& source, const Address& to, const Slice& octets) {
  const auto life = life_at(to);
  if (!life) return;
  const auto found = life->datagram_ports.find(to.port);
  if (found != life->datagram_ports.end()) {
    found->second->arrive(source, octets);
    return;
  }
  // ICMP's "port unreachable": a hint to whoever has sent it.
  engine_->plan(engine_->now() + delay(to, source), Task{[this, source, to] {
                  const auto sender = life_at(source);
                  if (!sender || is_parted(to, source)) return;
                  const auto port = sender->datagram_ports.find(source.port);
                  if (port != sender->datagram_ports.end()) port->second->refused(to);
                }});
}

Slice Fabric::damaged(const Slice& octets) {
  Bytes copy(octets.view().begin(), octets.view().end());
  if (copy.empty()) return octets;
  if (random_.chance(0.3)) {
    copy.resize(random_.between<std::size_t>(0, copy.size() - 1));
  } else {
    for (unsigned bits = random_.between(1U, 4U); bits > 0; --bits) {
      copy[random_.between<std::size_t>(0, copy.size() - 1)] ^=
          static_cast<std::uint8_t>(1U << random_.between(0U, 7U));
    }
  }
  return Slice::copy_of(copy);
}

}  // namespace once::simulation
