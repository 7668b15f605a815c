// Offsets, all in network byte order:
//   prefix   length 0, magic 4, version 6, type 7, flags 8, header length 10, header checksum 12
//   session  session 16, counter 24, acknowledged_through 32, bitmap 40, expected epoch 48 … 63
//   call     sequence 64, attempt 72, semantics 74, codec 75, budget 76
//   request  operation 80, fingerprint 84, body length 88, body checksum 92
//   fragment whole length 56, fragment size 60, index 64, payload checksum 68
//   answer   session 16, sequence 24, epoch 32, attempt 48, semantics 50, status 51, reason 52, window 54
#include "wire_view.hpp"

#include <algorithm>

#include <once/base/crc32c.hpp>

#include "random.hpp"

namespace once::simulator {
namespace {

constexpr std::size_t kCallHeaderSize = 88;

std::uint64_t read(ByteView bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : bytes.subspan(at, width)) value = value << 8 | octet;
  return value;
}

void write(Buffer& bytes, std::size_t at, std::size_t width, std::uint64_t value) {
  for (std::size_t i = width; i > 0; --i, value >>= 8) {
    bytes.data()[at + i - 1] = static_cast<std::uint8_t>(value);
  }
}

const char* name_of(std::uint64_t type) {
  switch (type) {
    case 0x01: return "HELLO";
    case 0x02: return "REQUEST";
    case 0x03: return "CANCEL";
    case 0x04: return "PROBE";
    case 0x05: return "ACK";
    case 0x06: return "BYE";
    case 0x07: return "PATH_RESPONSE";
    case 0x20:
    case 0xA0: return "FRAGMENT";
    case 0x21:
    case 0xA1: return "FRAGMENT_ACK";
    case 0x22:
    case 0xA2: return "PATH_PROBE";
    case 0x23:
    case 0xA3: return "PATH_ANSWER";
    case 0x81: return "COOKIE";
    case 0x82: return "WELCOME";
    case 0x83: return "REFUSED";
    case 0x84: return "VERSIONS";
    case 0x85: return "PATH_CHALLENGE";
    case 0x90: return "REPLY";
    case 0x91: return "NOT_EXECUTED";
    case 0x92: return "REPLY_LOST";
    case 0x93: return "WORKING";
    case 0x94: return "UNSEEN";
    case 0x95: return "COLLISION";
    case 0x96: return "WRONG_EPOCH";
    case 0x97: return "NO_SESSION";
    default: return "?";
  }
}

}  // namespace

WireEdit::WireEdit(const Slice& message) {
  bytes_.append(message);
}

WireType WireEdit::type() const {
  return static_cast<WireType>(bytes_.view()[7]);
}
std::uint64_t WireEdit::sequence() const {
  return read(bytes_.view(), 64, 8);
}
std::uint8_t WireEdit::semantics() const {
  return bytes_.view()[74];
}
std::size_t WireEdit::header_size() const {
  return read(bytes_.view(), 10, 2);
}

void WireEdit::set_type(WireType type) {
  write(bytes_, 7, 1, static_cast<std::uint8_t>(type));
  if (type == WireType::Request || bytes_.size() <= kCallHeaderSize) return;
  bytes_.resize(kCallHeaderSize);
  write(bytes_, 80, 8, 0);
  write(bytes_, 10, 2, kCallHeaderSize);
}
void WireEdit::set_session(std::uint64_t session) {
  write(bytes_, 16, 8, session);
}
void WireEdit::set_counter(std::uint64_t counter) {
  write(bytes_, 24, 8, counter);
}
void WireEdit::set_acknowledged_through(std::uint64_t number) {
  write(bytes_, 32, 8, number);
}
void WireEdit::set_bitmap(std::uint64_t bitmap) {
  write(bytes_, 40, 8, bitmap);
}
void WireEdit::set_sequence(std::uint64_t sequence) {
  write(bytes_, 64, 8, sequence);
}
void WireEdit::set_semantics(std::uint8_t semantics) {
  write(bytes_, 74, 1, semantics);
}
void WireEdit::set_budget_ms(std::uint32_t budget_ms) {
  write(bytes_, 76, 4, budget_ms);
}
void WireEdit::set_operation(std::uint32_t operation) {
  write(bytes_, 80, 4, operation);
}
void WireEdit::flip(std::size_t at, std::uint8_t bits) {
  bytes_.data()[at] ^= bits;
}

void WireEdit::change_payload(std::uint8_t bits) {
  constexpr std::size_t kPayloadChecksumAt = 68;
  const std::size_t payload = header_size();
  if (payload >= bytes_.size()) return;
  bytes_.data()[payload] ^= bits;
  write(bytes_, kPayloadChecksumAt, 4, crc32c(bytes_.view().subspan(payload)));
}

Slice WireEdit::sealed() && {
  write(bytes_, 0, 4, bytes_.size());
  write(bytes_, 12, 4, 0);
  write(bytes_, 12, 4, crc32c(bytes_.view().first(std::min(header_size(), bytes_.size()))));
  return std::move(bytes_).freeze();
}

std::uint64_t content_of(std::uint32_t operation, std::uint32_t body_length, std::uint32_t body_checksum) {
  return mix(std::uint64_t{operation} << 32 | body_checksum) ^ body_length;
}

std::optional<Said> read_said(ByteView message) {
  constexpr std::size_t kSessionHeaderSize = 64, kRequestHeaderSize = 104;
  if (message.size() < kSessionHeaderSize) return std::nullopt;
  const std::uint64_t type = read(message, 7, 1);
  if (type < 0x02 || type > 0x07) return std::nullopt;
  Said said;
  said.type = static_cast<WireType>(type);
  said.session = read(message, 16, 8);
  said.counter = read(message, 24, 8);
  said.through = read(message, 32, 8);
  said.bitmap = read(message, 40, 8);
  said.epoch = read(message, 56, 8);
  said.is_call = type <= 0x04;
  if (!said.is_call) return said;
  if (message.size() < kCallHeaderSize) return std::nullopt;
  said.sequence = read(message, 64, 8);
  said.semantics = message[74];
  said.budget_ms = static_cast<std::uint32_t>(read(message, 76, 4));
  if (said.type == WireType::Request && message.size() >= kRequestHeaderSize) {
    said.content = content_of(static_cast<std::uint32_t>(read(message, 80, 4)),
                              static_cast<std::uint32_t>(read(message, 88, 4)),
                              static_cast<std::uint32_t>(read(message, 92, 4)));
  }
  return said;
}

std::optional<Interim> read_interim(ByteView message) {
  if (message.size() < kCallHeaderSize) return std::nullopt;
  const bool is_refusal = message[7] == 0x91 && read(message, 56, 4) != 0;  // after so many milliseconds
  if (message[7] != 0x93 && !is_refusal) return std::nullopt;
  return Interim{read(message, 16, 8), read(message, 24, 8), read(message, 40, 8), is_refusal};
}

std::optional<SessionId> read_durable_welcome(ByteView message) {
  constexpr std::size_t kWelcomeSize = 72;
  if (message.size() < kWelcomeSize || message[7] != 0x82 || (message[63] & 1) == 0) return std::nullopt;
  return read(message, 24, 8);
}

Statement read_statement(ByteView message) {
  constexpr std::uint64_t kAtMostOnce = 2;
  if (message.size() < kCallHeaderSize || read(message, 50, 1) != kAtMostOnce) return {};
  const RequestId id{read(message, 16, 8), read(message, 24, 8)};
  switch (read(message, 7, 1)) {
    case 0x90:
    case 0x92: return {Statement::Kind::Ran, id};
    case 0x91: return {Statement::Kind::DidNotRun, id};
    default: return {};
  }
}

bool wants_no_answer(ByteView message) {
  if (message.size() < 8) return true;
  const std::uint64_t type = read(message, 7, 1);
  return type >= 0x80 || (type >= 0x05 && type <= 0x07);
}

std::string describe_message(ByteView message) {
  if (message.size() < 16) return "(" + std::to_string(message.size()) + " octets)";
  const std::uint64_t type = read(message, 7, 1);
  std::string text = name_of(type);
  if (type >= 0x90 && type <= 0x97 && message.size() >= kCallHeaderSize) {
    text += " " + std::to_string(read(message, 16, 8)) + ":" + std::to_string(read(message, 24, 8)) +
            " attempt " + std::to_string(read(message, 48, 2)) + ", reason " +
            std::to_string(read(message, 52, 2)) + ", window " + std::to_string(read(message, 54, 2));
  } else if (type >= 0x02 && type <= 0x07 && message.size() >= 64) {
    text += " " + std::to_string(read(message, 16, 8));
    if (type <= 0x04 && message.size() >= kCallHeaderSize) {
      text += ":" + std::to_string(read(message, 64, 8)) + " attempt " +
              std::to_string(read(message, 72, 2)) + ", budget " + std::to_string(read(message, 76, 4)) +
              " ms";
    }
    text += ", acknowledged through " + std::to_string(read(message, 32, 8)) + " and " +
            std::to_string(read(message, 40, 8));
  }
  return text;
}

}  // namespace once::simulator
