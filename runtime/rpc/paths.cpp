#include "rpc/paths.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/fragments/fragment_wire.hpp"
#include "core/wire.hpp"

namespace once::detail {
core::Path datagram_path(std::uint32_t link, const Address& address, const Limits& limits) {
  core::Path path;
  path.link = link;
  path.address = address.octets;
  path.port = address.port;
  path.local = address.is_loopback();
  path.message_max = path.local ? limits.datagram_max_loopback : limits.datagram_max;
  path.fragments = path.message_max >= core::kFragmentDatagramMin;
  return path;
}

core::Path stream_path(std::uint32_t link, const Address& address) {
  core::Path path;
  path.link = link;
  path.address = address.octets;
  path.port = address.port;
  path.validated = true;
  return path;
}

Address address_of(const core::Path& path) {
  return {path.address, path.port};
}

std::string to_text(TransportKind transport, const Address& address) {
  return (transport == TransportKind::Udp ? "udp://" : "tcp://") + to_string(address);
}

transport::FrontFrame front_message(ByteView octets, std::size_t length_max) {
  using Kind = transport::FrontFrame::Kind;
  const core::Frame frame = core::next_frame(octets, length_max);
  switch (frame.kind) {
    case core::Frame::Kind::Message: return {Kind::Message, frame.size};
    case core::Frame::Kind::Incomplete: return {Kind::Incomplete, frame.size};
    case core::Frame::Kind::Malformed: break;
  }
  return {Kind::Malformed, 0};
}

std::size_t stream_message_max(const Limits& limits) {
  return core::kHeaderMax + limits.message_max;
}

bool join(core::Transmit& first, const core::Transmit& second) {
  constexpr std::size_t kSmall = 2'048, kTogether = 16'384;  // octets
  const auto goes_alone = [](const core::Transmit& message) {
    const auto type = core::peek_type(message.header);
    return message.body.size() > kSmall || !type || core::fragment_kind(*type);
  };
  if (first.to != second.to || goes_alone(first) || goes_alone(second)) return false;
  const std::size_t most =
      first.to.message_max == 0 ? kTogether : std::min<std::size_t>(kTogether, first.to.message_max);
  const std::size_t so_far = first.header.size() + first.body.size();
  if (!core::fits_bundle(so_far, second.header.size() + second.body.size(), most)) return false;
  const auto append = [&](ByteView octets) {
    if (octets.empty()) return;
    const std::size_t size = first.header.size();
    if (size + octets.size() > first.header.capacity()) first.header.reserve(kTogether);
    first.header.resize(size + octets.size());
    std::memcpy(first.header.data() + size, octets.data(), octets.size());
  };
  append(first.body.view());
  first.body = Slice{};
  append(second.header);
  append(second.body.view());
  return true;
}

bool split_datagram(Slice datagram, std::vector<Slice>& messages) {
  core::BundleReader reader{std::move(datagram)};
  Slice message;
  while (reader.next(message)) messages.push_back(std::move(message));
  return reader.malformed_octets() == 0;
}

}  // namespace once::detail
