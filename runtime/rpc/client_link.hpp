// A client's one way to a server at a time: a datagram socket, or a connection that is being made or stands.
// One thread may be in receive() or in a blocking wait while others send under the channel's lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <once/rpc/environment.hpp>
#include <once/rpc/limits.hpp>
#include <once/rpc/object_ref.hpp>

#include "core/path.hpp"
#include "transport/datagram_port.hpp"
#include "transport/message_stream.hpp"

namespace once::detail {

/// An address that a server may be reached at.
struct Candidate {
  TransportKind transport = TransportKind::Tcp;
  Address address;
};

class ClientLink {
 public:
  static Result<std::shared_ptr<ClientLink>> open(const Environment& environment, const Candidate& candidate,
                                                  const Limits& limits, std::uint32_t number);

  Socket& socket();
  const core::Path& path() const { return path_; }
  /// True until connected() has said that the connection stands.
  bool connecting() const { return connecting_; }
  bool is_stream() const { return stream_ != nullptr; }
  /// operation_would_block while it is being made.
  std::error_code connected();

  /// message_size: the message was larger than a datagram may be, and is lost. Any other error: the connection
  /// is broken, or the message is lost since the system sends no datagrams from this socket, as when its address
  /// has gone.
  std::error_code send(const core::Transmit& message);
  bool flush();
  bool has_queued() const;
  /// What a connection has not taken yet. Datagrams have a short queue of their own.
  std::size_t queued_octets() const { return stream_ ? stream_->queued_octets() : 0; }
  std::size_t largest_datagram() const { return port_ ? port_->largest() : 0; }
  /// Ends a connection, so that whoever waits for it returns.
  void shutdown();

  /// Appends what has arrived. May block for about `patience`. Would-block comes with an empty result only.
  transport::StreamState receive(std::vector<Slice>& messages, Duration patience);
  /// True if octets have come, or have gone that had to wait, since this was asked last: the peer is there.
  bool moved() { return moved_.exchange(false, std::memory_order_relaxed); }
  /// The peer's host has said that nobody listens there: a hint.
  bool refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  std::unique_ptr<transport::DatagramPort> port_;  // one of the two
  std::unique_ptr<transport::MessageStream> stream_;
  core::Path path_;
  bool connecting_ = false;
  std::atomic<bool> moved_{false};
  std::atomic<bool> refused_{false};
};

}  // namespace once::detail
