// What stands between the transports and the protocol cores: addresses as paths, and the framing of streams.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <once/rpc/limits.hpp>
#include <once/rpc/network.hpp>
#include <once/rpc/object_ref.hpp>

#include "core/path.hpp"
#include "transport/stream_splitter.hpp"

namespace once::detail {

core::Path datagram_path(std::uint32_t link, const Address& address, const Limits& limits);
core::Path stream_path(std::uint32_t link, const Address& address);
Address address_of(const core::Path& path);
/// "udp://127.0.0.1:7000".
std::string to_text(TransportKind transport, const Address& address);

/// The frame finder of streams of the once protocol.
transport::FrontFrame front_message(ByteView octets, std::size_t length_max);
/// The longest message on a stream whose bodies have `body_max` octets at most.
std::size_t stream_message_max(const Limits& limits);

/// Adds the second message to the first, if both go to the same place and may go together: as a bundle in a datagram,
/// or at once on a stream (W2). Small ones do: copying them costs less than another system call.
bool join(core::Transmit& first, const core::Transmit& second);
/// Appends the messages of a datagram, as parts of its memory. False if there were octets that are none.
bool split_datagram(Slice datagram, std::vector<Slice>& messages);

}  // namespace once::detail
