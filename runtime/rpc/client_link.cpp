#include "rpc/client_link.hpp"

#include "rpc/paths.hpp"

namespace once::detail {

using transport::StreamState;

Result<std::shared_ptr<ClientLink>> ClientLink::open(const Environment& environment,
                                                     const Candidate& candidate, const Limits& limits,
                                                     std::uint32_t number) {
  auto link = std::make_shared<ClientLink>();
  if (candidate.transport == TransportKind::Udp) {
    auto socket = environment.network->connect_datagram(environment.executor, candidate.address);
    if (!socket) return Unexpected{socket.error()};
    link->port_ = std::make_unique<transport::DatagramPort>(std::move(*socket));
    link->path_ = datagram_path(number, candidate.address, limits);
  } else {
    auto socket = environment.network->connect_stream(environment.executor, candidate.address);
    if (!socket) return Unexpected{socket.error()};
    link->stream_ = std::make_unique<transport::MessageStream>(std::move(*socket), &front_message,
                                                               stream_message_max(limits));
    link->path_ = stream_path(number, candidate.address);
    link->connecting_ = true;
  }
  return link;
}

Socket& ClientLink::socket() {
  if (port_) return port_->socket();
  return stream_->socket();
}

std::error_code ClientLink::connected() {
  if (!connecting_) return {};
  const std::error_code error = stream_->socket().connected();
  if (!error) connecting_ = false;
  return error;
}

std::error_code ClientLink::send(const core::Transmit& message) {
  if (stream_) {
    const bool stands = stream_->send(message.header, message.body);
    return stands ? std::error_code{} : std::make_error_code(std::errc::connection_reset);
  }
  const std::error_code error = port_->send(address_of(path_), message.header, message.body);
  // The socket is as good as before: a lost datagram is sent again.
  const bool by_chance = error == std::errc::operation_would_block || error == std::errc::connection_refused;
  return by_chance ? std::error_code{} : error;
}

bool ClientLink::flush() {
  if (!stream_) {
    port_->flush();
    return true;
  }
  const std::size_t queued = stream_->queued_octets();
  const bool stands = stream_->flush();
  if (stream_->queued_octets() < queued) moved_.store(true, std::memory_order_relaxed);
  return stands;
}

bool ClientLink::has_queued() const {
  return stream_ ? stream_->queued_octets() > 0 : port_->has_queued();
}

void ClientLink::shutdown() {
  if (stream_) stream_->socket().shutdown();
}

StreamState ClientLink::receive(std::vector<Slice>& messages, Duration patience) {
  if (stream_) {
    // Everything that one read brought: what has been read makes no socket readable again.
    Slice message;
    const std::size_t partial = stream_->partial_octets();
    StreamState state = StreamState::Open;
    while ((state = stream_->receive(message, patience)) == StreamState::Open) {
      messages.push_back(std::move(message));
      patience = Duration{0};
    }
    if (!messages.empty() || stream_->partial_octets() != partial) {
      moved_.store(true, std::memory_order_relaxed);
    }
    return state == StreamState::WouldBlock && !messages.empty() ? StreamState::Open : state;
  }
  constexpr int kAtOnce = 64;
  Address from;
  Slice datagram;
  const std::error_code error = port_->socket().receive(from, datagram, patience);
  if (error) {
    if (error == std::errc::connection_refused) refused_.store(true, std::memory_order_relaxed);
    return StreamState::WouldBlock;  // a datagram socket does not break
  }
  moved_.store(true, std::memory_order_relaxed);
  refused_.store(false, std::memory_order_relaxed);
  // A thread that waited for one has it. Whoever did not wait takes all: the socket may have read ahead, and would
  // wake nobody for that.
  (void)split_datagram(std::move(datagram), messages);
  for (int i = 1; i < kAtOnce && patience == Duration{0}; ++i) {
    if (port_->socket().receive(from, datagram, Duration{0})) break;
    (void)split_datagram(std::move(datagram), messages);
  }
  return StreamState::Open;
}

}  // namespace once::detail
