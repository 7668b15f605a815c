// The messages between the fragment layers of both sides: their byte grammar, and the functions that check,
// read and write them. docs/protocol.md, "Fragments", is the specification. The conventions are wire.hpp's.
//
//   FRAGMENT      := u64 session  u64 number  u64 transfer  u64 oldest  u64 order  u32 whole_length
//                    u32 fragment_size  u32 index  u32 payload_checksum  u8 semantics  u8 ask  u16 0  u32 age_ms
//                    and the payload as its body
//   FRAGMENT_ACK  := u64 session  u64 transfer  u64 began  u64 echo_order  u32 cumulative  u32 echo_index
//                    u8 status  u8 words  u16 0  u32 0  u64 bitmap[words]
//   PATH_PROBE    := u64 session  u32 probe  u32 0, and zeros up to the probed size as its body
//   PATH_ANSWER   := u64 session  u32 probe  u32 0
//
// A client says them with types from 0x20 on, a server with the same from 0xA0 on. What a FRAGMENT carries is
// a REQUEST if a client says it, a REPLY if a server does.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <once/base/bytes.hpp>
#include <once/base/error.hpp>
#include <once/base/ids.hpp>

#include "core/wire.hpp"

namespace once::core {

inline constexpr std::size_t kFragmentHeaderSize = 80;
inline constexpr std::size_t kFragmentAckSize = 64;  // without its bitmap
inline constexpr std::size_t kPathMessageSize = 32;  // without a probe's padding
inline constexpr std::size_t kAckWordsMax = 16;
/// How far beyond the first missing fragment a sender may go: what an acknowledgement can speak of.
inline constexpr std::uint32_t kFragmentSpan = 64 * kAckWordsMax;
/// No fragment but the last one is smaller, so that their number, and what is kept of each, stays in
/// proportion.
inline constexpr std::uint32_t kFragmentSizeMin = 64;
/// Paths whose datagrams are smaller carry no fragments.
inline constexpr std::size_t kFragmentDatagramMin = kFragmentHeaderSize + kFragmentSizeMin;
/// A message's header at its longest: its length is a 16-bit number.
inline constexpr std::size_t kHeaderMax = 65'536;

/// Which half of the protocol a core, and the fragment layer under it, is.
enum class Side : std::uint8_t { Client, Server };

struct Fragment {
  SessionId session = 0;
  Sequence number = 0;                          // of the call whose message this is a part of
  Semantics semantics = Semantics::AtMostOnce;  // tells the series of the number
  std::uint64_t transfer = 0;
  std::uint64_t oldest = 0;        // no transfer of this sender's life before it is under way in the session
  std::uint64_t order = 0;         // counts what the sender has sent in the session
  std::uint32_t whole_length = 0;  // of the message, header included
  std::uint32_t fragment_size = 0;
  std::uint32_t index = 0;
  bool ask = false;          // the sender waits for an acknowledgement
  std::uint32_t age_ms = 0;  // since the core of the sender gave the message away
  ByteView payload;          // when read

  std::uint32_t count() const {
    return static_cast<std::uint32_t>((std::uint64_t{whole_length} + fragment_size - 1) / fragment_size);
  }
  std::uint32_t offset() const { return index * fragment_size; }
  std::uint32_t payload_size() const { return std::min(fragment_size, whole_length - offset()); }
};

enum class TransferStatus : std::uint8_t {
  GoingOn = 0,
  Complete = 1,
  Refused = 2,   // there is no room for it now: try again later
  Unwanted = 3,  // nobody waits for it
  Broken = 4,    // its fragments contradict each other: dropped
};

struct FragmentAck {
  SessionId session = 0;
  std::uint64_t transfer = 0;
  std::uint64_t began = 0;       // the order of the fragment that this reassembly began with
  std::uint64_t echo_order = 0;  // of the fragment that is answered
  std::uint32_t echo_index = 0;
  std::uint32_t cumulative = 0;  // the first index that is missing
  TransferStatus status = TransferStatus::GoingOn;
  std::uint8_t words = 0;
  std::array<std::uint64_t, kAckWordsMax> bitmap{};  // bit i of word w: index cumulative + 1 + 64 w + i
};

/// A PATH_PROBE, or the PATH_ANSWER to it.
struct PathMessage {
  SessionId session = 0;
  std::uint32_t probe = 0;
};

/// What of the layer's messages this is, whichever side says it; nothing if it is none of them.
enum class FragmentKind : std::uint8_t { Fragment, Ack, Probe, Answer };
std::optional<FragmentKind> fragment_kind(MessageType type);

// Each takes a message whose prefix has been read and has the right type. Errors: truncated, invalid_value
// (geometry that contradicts itself), unsupported (an extension that would have to be understood),
// bad_checksum (of the payload).
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, Fragment& out);
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, FragmentAck& out);
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, PathMessage& out);

/// Replaces what `header` holds; the payload of `payload_size()` octets with this checksum follows it.
void write(const Fragment& fragment, Side from, std::uint32_t payload_checksum,
           std::vector<std::uint8_t>& header);
void write(const FragmentAck& ack, Side from, std::vector<std::uint8_t>& header);
/// The whole message of `size` octets, its padding included.
void write_probe(const PathMessage& probe, Side from, std::size_t size, std::vector<std::uint8_t>& header);
void write_answer(const PathMessage& answer, Side from, std::vector<std::uint8_t>& header);

/// What a REQUEST, or an answer about a call, is about; read from a header that the core has written.
struct CallName {
  MessageType type = MessageType::Request;
  Semantics semantics = Semantics::AtMostOnce;
  SessionId session = 0;
  Sequence number = 0;
  // Of a REQUEST:
  Epoch epoch;  // that it is meant for
  std::uint32_t budget_ms = kBudgetUnlimited;
};
CallName name_of(ByteView header);
bool same_call(const CallName& a, const CallName& b);
/// A request for another epoch is another message.
inline bool same_message(const CallName& a, const CallName& b) {
  return same_call(a, b) && a.epoch == b.epoch;
}
/// Makes of a REPLY's or REPLY_LOST's header one that says WORKING to the same message.
void turn_into_working(std::vector<std::uint8_t>& header);

}  // namespace once::core
