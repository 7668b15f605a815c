// The messages of the once protocol: their byte grammar, and the functions that check, read and write them.
// docs/protocol.md, "Wire", is the specification; what stands here repeats it beside the code.
//
// All integers are in network byte order. u8, u16, u32, u64: unsigned; epoch: u64 counter, u64 random.
//
//   message     := header body                     header is a multiple of 8 octets
//   header      := prefix fixed [key] extension*   `fixed` by type
//   prefix      := u32 message_length              all of it, this field included
//                  u16 magic ("On") u8 version u8 type
//                  u16 flags u16 header_length     bit 0 of flags: the body is little-endian
//                  u32 header_checksum             CRC32C of the header with this field zero
//   extension   := u16 type u16 length octet[length], zeros up to a multiple of 8
//                  bit 15 of type: must be understood; type 0 is padding
//
//   client to server (type < 0x80)
//   HELLO       := u64 nonce  u64 u64 instance  u64 cookie  u32 window_max  u32 message_max
//                  u8 version_min  u8 version_max  u16 attempt  u32 0
//                  extensions up to 128 octets at least, so that no answer is larger
//   CLIENT, an extension of HELLO (0x8001) := u64 incarnation  u8 flags  octet name[]
//                                            bit 0 of flags: a lasting session is asked for
//   session     := u64 session  u64 counter  u64 acknowledged_through  u64 bitmap  epoch expected
//   ACK, BYE    := session
//   PATH_RESPONSE := session  u64 cookie
//   call        := session  u64 sequence  u16 attempt  u8 semantics  u8 codec  u32 budget_ms
//   CANCEL, PROBE := call  u64 0
//   REQUEST     := call  u32 operation  u32 fingerprint  u32 body_length  u32 body_checksum
//                  u16 fragment  u16 fragments  u16 key_length  u16 0  octet key[key_length], zeros up to 8
//
//   server to client (type >= 0x80)
//   COOKIE      := u64 nonce  u64 cookie  u16 attempt  u16 0  u32 0
//   WELCOME     := u64 nonce  u64 session  epoch  u32 window  u32 lease_ms  u32 message_max
//                  u16 attempt  u16 flags          bit 0: the session is durable
//                  u64 made_in                     the client's incarnation that the session was made for
//   REFUSED     := u64 nonce  u16 reason  u16 attempt  u32 retry_after_ms
//   VERSIONS    := u64 nonce  u8 version_min  u8 version_max  u16 0  u32 0
//   PATH_CHALLENGE := u64 session  u64 counter  u64 cookie    counter: of the message that is answered; 0: a FRAGMENT
//   answer      := u64 session  u64 sequence  epoch  u16 attempt  u8 semantics  u8 status  u16 reason
//                  u16 window  u32 retry_after_ms  u8 codec  u8 0  u16 0  u32 body_length  u32 body_checksum
//                  epoch expected
//   REPLY, NOT_EXECUTED, REPLY_LOST, WORKING, UNSEEN, COLLISION, WRONG_EPOCH, NO_SESSION := answer
//
// FRAGMENT, FRAGMENT_ACK, PATH_PROBE and PATH_ANSWER, which both sides say, stand in fragments/fragment_wire.hpp.
// Of the others only REQUEST and REPLY have a body. The prefix, HELLO's nonce and VERSIONS are the same in every version.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <once/base/bytes.hpp>
#include <once/base/error.hpp>
#include <once/base/ids.hpp>

#include "core/server_core.hpp"

namespace once::core {

inline constexpr std::uint16_t kMagic = 0x4F6E;
inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kPrefixSize = 16;
inline constexpr std::size_t kHelloSize = 128;
inline constexpr std::size_t kSessionSize = 64;  // header of ACK and BYE
inline constexpr std::size_t kCallSize = 88;     // header of CANCEL and PROBE
inline constexpr std::size_t kPathResponseSize = 72;
inline constexpr std::size_t kRequestSize = 104;
inline constexpr std::size_t kCookieSize = 40;
inline constexpr std::size_t kWelcomeSize = 80;
inline constexpr std::size_t kRefusedSize = 32;
inline constexpr std::size_t kVersionsSize = 32;
inline constexpr std::size_t kPathChallengeSize = 40;
inline constexpr std::size_t kAnswerSize = 88;
/// No header from a server to a client is longer.
inline constexpr std::size_t kServerHeaderMax = kAnswerSize;
/// The longest object key, so that every header fits its length field with room for extensions.
inline constexpr std::size_t kKeySizeMax = 4096;
/// The longest name of a client.
inline constexpr std::size_t kNameSizeMax = 64;

inline constexpr std::uint16_t kFlagLittleEndian = 0x0001;
inline constexpr std::uint16_t kFlagDurable = 0x0001;  // of WELCOME
inline constexpr std::uint16_t kMustUnderstand = 0x8000;
inline constexpr std::uint16_t kExtensionPadding = 0;
inline constexpr std::uint16_t kExtensionClient = 0x8001;
/// A budget that does not end.
inline constexpr std::uint32_t kBudgetUnlimited = ~std::uint32_t{0};

enum class MessageType : std::uint8_t {
  Hello = 0x01,
  Request = 0x02,
  Cancel = 0x03,
  Probe = 0x04,
  Ack = 0x05,
  Bye = 0x06,
  PathResponse = 0x07,
  FragmentUp = 0x20,
  FragmentAckUp = 0x21,
  PathProbeUp = 0x22,
  PathAnswerUp = 0x23,

  Cookie = 0x81,
  Welcome = 0x82,
  Refused = 0x83,
  Versions = 0x84,
  PathChallenge = 0x85,
  Reply = 0x90,
  NotExecuted = 0x91,
  ReplyLost = 0x92,
  Working = 0x93,
  Unseen = 0x94,
  Collision = 0x95,
  WrongEpoch = 0x96,
  NoSession = 0x97,
  FragmentDown = 0xA0,
  FragmentAckDown = 0xA1,
  PathProbeDown = 0xA2,
  PathAnswerDown = 0xA3,
};

/// True for what a client says to a server. Both halves may live behind one socket: this tells which of them
/// a message is for.
constexpr bool is_client_to_server(MessageType type) {
  return static_cast<std::uint8_t>(type) < 0x80;
}

/// The home of a named client's sessions: low 8 bits of their ids, so that they all are of one event loop.
std::uint8_t home_of(std::string_view client_name);
/// The same for a HELLO that names its client; nothing for any other message.
std::optional<std::uint8_t> home_of_hello(ByteView message);

/// Which half the message is for, without checking anything but its magic; nothing if it is not ours.
std::optional<MessageType> peek_type(ByteView message);

/// The two series of numbers of a session. Only the first lies in the window, is acknowledged, and has
/// records that outlive their call.
enum class Series : std::uint8_t { Windowed, Free };

constexpr Series series_of(Semantics semantics) {
  return semantics == Semantics::Maybe || semantics == Semantics::AtLeastOnce ? Series::Free
                                                                              : Series::Windowed;
}

// --- Streams and bundles

/// What stands at the front of a stream or of a bundle.
struct Frame {
  enum class Kind : std::uint8_t { Message, Incomplete, Malformed };
  Kind kind = Kind::Malformed;
  std::size_t size = 0;  // Message: its octets; Incomplete: how many octets are needed before asking again
};

/// `length_max`: the longest message that the caller takes; a longer one is Malformed. Only length and magic
/// are looked at, so what follows a damaged length cannot be found: close the stream, drop the datagram.
Frame next_frame(ByteView octets, std::size_t length_max);

/// True if a message of `message` octets may join a bundle that has `bundle` octets already. A bundle is
/// messages end to end, with nothing between or behind them.
constexpr bool fits_bundle(std::size_t bundle, std::size_t message, std::size_t datagram_max) {
  return message <= datagram_max && bundle <= datagram_max - message;
}

/// The messages of one datagram, in order, as parts of its memory.
class BundleReader {
 public:
  explicit BundleReader(Slice datagram) : rest_(std::move(datagram)) {}
  /// False at the end, or where the octets stop being messages.
  bool next(Slice& message);
  /// After next() was false: octets that are no message; 0 if the bundle was whole.
  std::size_t malformed_octets() const { return rest_.size(); }

 private:
  Slice rest_;
};

// --- Reading

struct Prefix {
  MessageType type = MessageType::Hello;
  std::uint8_t version = kVersion;
  std::uint16_t flags = 0;
  std::uint16_t header_length = 0;
};

/// Checks length, magic and header checksum. Errors: truncated, bad_magic, invalid_value (lengths that
/// contradict each other), bad_checksum, bad_version (the prefix is filled in then, and nothing else in the
/// message may be trusted to have this version's layout).
[[nodiscard]] Errc read_prefix(ByteView message, Prefix& prefix);

/// What a client says about the calls that it has finished.
struct Acknowledgement {
  std::uint64_t through = 0;
  std::uint64_t bitmap = 0;  // bit i: number through + 1 + i
};

struct Hello {
  std::uint64_t nonce = 0;
  ClientInstance instance;
  std::uint64_t cookie = 0;
  std::uint32_t window_max = 0;
  std::uint32_t message_max = 0;
  std::uint8_t version_min = kVersion;
  std::uint8_t version_max = kVersion;
  std::uint16_t attempt = 0;
  bool must_understand = false;  // it carries an extension that must be understood and is not
  std::string name;              // of the client; empty: it has none
  std::uint64_t incarnation = 0;
  bool lasting = false;
};

/// REQUEST, CANCEL, PROBE, ACK, BYE and PATH_RESPONSE; what a type does not have stays at its default.
struct SessionMessage {
  MessageType type = MessageType::Ack;
  bool little_endian = false;
  bool must_understand = false;
  Semantics semantics = Semantics::AtMostOnce;
  std::uint8_t codec = 0;
  std::uint16_t attempt = 0;
  SessionId session = 0;
  std::uint64_t counter = 0;
  Acknowledgement acknowledgement;
  Epoch expected;
  Sequence sequence = 0;
  std::uint32_t budget_ms = kBudgetUnlimited;
  std::uint32_t operation = 0;
  std::uint32_t fingerprint = 0;
  std::uint32_t body_length = 0;
  std::uint32_t body_checksum = 0;
  std::uint16_t fragment = 0;
  std::uint16_t fragments = 1;
  std::uint16_t key_length = 0;     // the key lies at kRequestSize
  std::uint16_t header_length = 0;  // the body lies here
  std::uint64_t cookie = 0;         // of a PATH_RESPONSE
};

struct Cookie {
  std::uint64_t nonce = 0;
  std::uint64_t cookie = 0;
  std::uint16_t attempt = 0;
};

struct Welcome {
  std::uint64_t nonce = 0;
  SessionId session = 0;
  Epoch epoch;
  std::uint32_t window = 0;
  std::uint32_t lease_ms = 0;
  std::uint32_t message_max = 0;
  std::uint16_t attempt = 0;
  bool durable = false;  // the session outlives the server
  std::uint64_t made_in = 0;
  std::uint64_t incarnation = 0;  // the latest that the server knows of the client's
};

struct Refused {
  std::uint64_t nonce = 0;
  Errc reason = Errc::ok;
  std::uint16_t attempt = 0;
  std::uint32_t retry_after_ms = 0;
};

struct Versions {
  std::uint64_t nonce = 0;
  std::uint8_t version_min = kVersion;
  std::uint8_t version_max = kVersion;
};

/// Whoever is at the address that it is sent to shall show that he receives there, with a PATH_RESPONSE.
struct PathChallenge {
  SessionId session = 0;
  std::uint64_t counter = 0;  // of the message that is answered; 0: a fragment, which has none
  std::uint64_t cookie = 0;
};

struct Answer {
  MessageType type = MessageType::Reply;
  bool little_endian = false;
  Semantics semantics = Semantics::AtMostOnce;
  ReplyStatus status = ReplyStatus::Value;
  std::uint8_t codec = 0;
  std::uint16_t attempt = 0;  // of the message that this answers
  Errc reason = Errc::ok;
  std::uint16_t window = 0;  // the present grant; 0 where there is no session
  std::uint32_t retry_after_ms = 0;
  SessionId session = 0;
  Sequence sequence = 0;
  Epoch epoch;     // the server's
  Epoch expected;  // what the message asked for
  std::uint32_t body_length = 0;
  std::uint32_t body_checksum = 0;
};

// Each takes a message whose prefix has been read and has the right type. Errors: invalid_value, truncated
// (the fixed part is short), bad_checksum (of the body).
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, Hello& out);
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, SessionMessage& out);
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, Cookie& out);
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, Welcome& out);
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, Refused& out);
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, Versions& out);
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, PathChallenge& out);
/// `out` is filled in as far as it goes also where the result is invalid_value, so that a malformed answer
/// can be told to the call that it names.
[[nodiscard]] Errc read(ByteView message, const Prefix& prefix, Answer& out);

/// Walks the extensions of `header` from `at` to its end. `must_understand` becomes true if there is one that
/// would have to be understood; none is known yet, padding aside.
[[nodiscard]] Errc read_extensions(ByteView header, std::size_t at, bool& must_understand);

/// The nonce of a HELLO of any version.
[[nodiscard]] Errc read_nonce(ByteView message, const Prefix& prefix, std::uint64_t& nonce);

// --- Writing

/// Octets of a request's header for an object key of `key_length` octets.
constexpr std::size_t request_header_size(std::size_t key_length) {
  return kRequestSize + (key_length + 7) / 8 * 8;
}

/// Fills in the prefix of a header whose other fields are written, checksum last.
void seal(MutableByteView header, MessageType type, std::uint16_t flags, std::uint32_t body_length);

// A client's messages. The header replaces what `header` holds; the body, if any, is sent behind it.
void write(const Hello& hello, std::vector<std::uint8_t>& header);
void write(const SessionMessage& message, ByteView key, std::vector<std::uint8_t>& header);

// A server's messages: the header is written to `out`, which has room for kServerHeaderMax octets. They
// return its size.
std::size_t write(const Cookie& cookie, std::uint8_t* out);
std::size_t write(const Welcome& welcome, std::uint8_t* out);
std::size_t write(const Refused& refused, std::uint8_t* out);
std::size_t write(const Versions& versions, std::uint8_t* out);
std::size_t write(const PathChallenge& challenge, std::uint8_t* out);
std::size_t write(const Answer& answer, std::uint8_t* out);

}  // namespace once::core
