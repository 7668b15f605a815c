// Messages of the once protocol that pass the checksums, whatever else is wrong with them.
#pragma once

#include <once/base/buffer.hpp>
#include <once/base/bytes.hpp>
#include <once/base/crc32c.hpp>

#include "core/fragments/fragment_wire.hpp"
#include "core/octets.hpp"
#include "core/wire.hpp"

namespace once::fuzz {

/// Where a message of that type has the checksum of its body; 0 if it has none.
inline std::size_t body_checksum_at(core::MessageType type) {
  if (type == core::MessageType::Request) return 92;
  const auto kind = core::fragment_kind(type);
  if (kind) return kind == core::FragmentKind::Fragment ? 68 : 0;
  return core::is_client_to_server(type) ? 0 : 68;
}

/// Length, magic and the checksums. `header_length` is believed if the message has so many octets.
inline void seal_again(Bytes& message, bool seal_body = true) {
  if (message.size() < core::kPrefixSize) return;
  std::uint8_t* const at = message.data();
  core::store(at, static_cast<std::uint32_t>(message.size()));
  core::store(at + 4, core::kMagic);
  const std::size_t header = core::load<std::uint16_t>(at + 10);
  if (header < core::kPrefixSize || header > message.size()) return;
  const std::size_t checksum = body_checksum_at(static_cast<core::MessageType>(at[7]));
  if (seal_body && checksum != 0 && checksum + 4 <= header) {
    core::store(at + checksum, crc32c(ByteView{message}.subspan(header)));
  }
  core::store(at + 12, std::uint32_t{0});
  core::store(at + 12, crc32c(ByteView{message}.first(header)));
}

inline Bytes joined(const core::Transmit& message) {
  Bytes whole = message.header;
  whole.insert(whole.end(), message.body.data(), message.body.data() + message.body.size());
  return whole;
}

}  // namespace once::fuzz
