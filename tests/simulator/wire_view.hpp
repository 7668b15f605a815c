// The simulator's own, small reading of the wire (docs/protocol.md, "Wire"): enough to tell people what a
// packet is, and to let a misbehaving client change its own messages and seal them again. Shares nothing with
// the core's reader but CRC32C.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <once/base/buffer.hpp>
#include <once/base/ids.hpp>

namespace once::simulator {

enum class WireType : std::uint8_t {
  Request = 0x02,
  Cancel = 0x03,
  Probe = 0x04,
  Ack = 0x05,
  Bye = 0x06,
  PathResponse = 0x07,
  Fragment = 0x20
};

/// One message that a client sent in a session, open for changes.
class WireEdit {
 public:
  /// `message` is whole and undamaged.
  explicit WireEdit(const Slice& message);

  WireType type() const;
  std::uint64_t sequence() const;
  std::uint8_t semantics() const;
  std::size_t header_size() const;

  void set_type(WireType type);  // from Request: the body and the request's own fields go
  void set_session(std::uint64_t session);
  void set_counter(std::uint64_t counter);
  void set_acknowledged_through(std::uint64_t number);
  void set_bitmap(std::uint64_t bitmap);
  void set_sequence(std::uint64_t sequence);
  void set_semantics(std::uint8_t semantics);
  void set_budget_ms(std::uint32_t budget_ms);
  void set_operation(std::uint32_t operation);
  /// Flips bits of one octet of the header, whatever it means.
  void flip(std::size_t at, std::uint8_t bits);

  /// Of a fragment: other octets, with the right checksum.
  void change_payload(std::uint8_t bits);

  /// The message with the right lengths and checksums.
  Slice sealed() &&;

 private:
  Buffer bytes_;
};

/// What a client's message in a session says. Nothing of it is checked.
struct Said {
  WireType type = WireType::Ack;
  std::uint64_t session = 0, counter = 0;
  std::uint64_t through = 0, bitmap = 0;  // what it acknowledges
  std::uint64_t epoch = 0;                // the random half of the one that it expects
  bool is_call = false;                   // REQUEST, CANCEL, PROBE; what follows is theirs alone
  std::uint64_t sequence = 0;
  std::uint8_t semantics = 0;
  std::uint32_t budget_ms = 0;
  std::uint64_t content = 0;  // of a REQUEST, as content_of() says

  bool is_windowed() const { return is_call && semantics >= 2; }
  bool acknowledges(std::uint64_t number) const {
    return number <= through || (number - through <= 64 && (bitmap >> (number - through - 1) & 1) != 0);
  }
};
/// Nothing unless it is of such a type, and long enough.
std::optional<Said> read_said(ByteView message);
/// Tells requests apart: their operation, and the length and checksum of their body.
std::uint64_t content_of(std::uint32_t operation, std::uint32_t body_length, std::uint32_t body_checksum);

/// What a server says of a call before its end: WORKING, or a NOT_EXECUTED that lets it come again under another number.
struct Interim {
  std::uint64_t session = 0, sequence = 0;
  std::uint64_t epoch = 0;  // the random half
  bool is_refusal = false;
};
std::optional<Interim> read_interim(ByteView message);

/// The session that a WELCOME of a durable server names.
std::optional<SessionId> read_durable_welcome(ByteView message);

/// What a server's message says about a call.
struct Statement {
  enum class Kind : std::uint8_t { None, Ran, DidNotRun };
  Kind kind = Kind::None;
  RequestId id;
};
/// `message` is whole, as a server sent it. Kind::None unless it is a reply, a lost reply or a refusal of an
/// at-most-once call.
Statement read_statement(ByteView message);

/// True for what a server must never answer, whatever else is in it: ACK, BYE, PATH_RESPONSE, and everything that servers
/// say.
bool wants_no_answer(ByteView message);

/// "REQUEST 17:3 attempt 2, acknowledged through 1", for histories.
std::string describe_message(ByteView message);

}  // namespace once::simulator
