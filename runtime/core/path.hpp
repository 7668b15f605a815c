// What the core and its driver say to each other about bytes: where they came from, and where they shall go.
//
// The driver is whoever owns sockets and clocks: the rpc layer on Asio, a simulator, a fuzzer, a test's Pair.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <once/base/buffer.hpp>

namespace once::core {

/// A way to a peer, as a value. The core compares paths, hashes their addresses into cookies and hands them
/// back; it never looks inside.
struct Path {
  std::uint32_t link = 0;       // the driver's socket or connection; a new connection is a new link
  std::uint32_t principal = 0;  // who the transport has authenticated; 0: nobody
  std::array<std::uint8_t, 16> address{};  // IPv6, or IPv4-mapped
  std::uint16_t port = 0;
  bool validated : 1 = false;  // the transport itself proves the address (a stream after its handshake)
  bool local : 1 = false;      // the peer is on this machine: answers are expected sooner
  /// Messages larger than message_max go as fragments (core/fragments), and need not be refused.
  bool fragments : 1 = false;
  std::uint32_t message_max = 0;  // octets of the largest message that goes in one piece; 0: no limit
  bool operator==(const Path&) const = default;

  /// True if whoever has shown that he receives at `other` has shown the same of this path.
  bool is_as_proven_as(const Path& other) const {
    return validated || (!other.validated && address == other.address && port == other.port);
  }

  bool carries(std::size_t message) const { return fragments || fits(message); }
  /// True if a message of this size is too large for one datagram, and is taken apart.
  bool splits(std::size_t message) const { return fragments && !fits(message); }

 private:
  bool fits(std::size_t message) const { return message_max == 0 || message <= message_max; }
};

/// One message on its way out: header, then body. The caller of poll_transmit() owns and reuses it, so that
/// the header's memory is allocated once. `body` shares the memory of the record that it comes from.
struct Transmit {
  Path to;
  std::vector<std::uint8_t> header;
  Slice body;
};

}  // namespace once::core
