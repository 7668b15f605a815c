// Reading and writing of messages; the grammar stands in wire.hpp.
#include "core/wire.hpp"

#include <algorithm>
#include <cstring>

#include <once/base/crc32c.hpp>

#include "core/octets.hpp"

namespace once::core {
namespace {

constexpr std::size_t kLengthAt = 0;
constexpr std::size_t kMagicAt = 4;
constexpr std::size_t kVersionAt = 6;
constexpr std::size_t kTypeAt = 7;
constexpr std::size_t kFlagsAt = 8;
constexpr std::size_t kHeaderLengthAt = 10;
constexpr std::size_t kChecksumAt = 12;

constexpr std::size_t kHelloFixedSize = 64;
constexpr std::size_t kClientFixedSize = 9;
constexpr std::uint8_t kFlagLasting = 0x01;

/// The checksum of a header as if its own field were zero.
std::uint32_t header_checksum(ByteView header) {
  return detail::crc32c_with_blank(header, kChecksumAt);
}

Epoch load_epoch(const std::uint8_t* from) {
  return {load<std::uint64_t>(from), load<std::uint64_t>(from + 8)};
}

void store_epoch(std::uint8_t* to, const Epoch& epoch) {
  store(to, epoch.counter);
  store(to + 8, epoch.random);
}

/// Walks the extensions from `at` to the header's end. `take(type, value)` is true for those that are
/// understood.
template <class Take>
Errc walk_extensions(ByteView header, std::size_t at, bool& must_understand, Take take) {
  while (at < header.size()) {
    // The header and every extension are multiples of 8, so type and length are there.
    const auto type = load<std::uint16_t>(header.data() + at);
    const std::size_t length = load<std::uint16_t>(header.data() + at + 2);
    const std::size_t size = (4 + length + 7) / 8 * 8;
    if (size > header.size() - at) return Errc::truncated;
    if (!take(type, header.subspan(at + 4, length)) && (type & kMustUnderstand) != 0) must_understand = true;
    at += size;
  }
  return Errc::ok;
}

/// For messages that have no body: the header is the message, and holds `fixed` octets at least.
Errc check_bodyless(ByteView message, const Prefix& prefix, std::size_t fixed, bool& must_understand) {
  if (prefix.header_length < fixed) return Errc::truncated;
  if (prefix.header_length != message.size()) return Errc::invalid_value;
  return read_extensions(message, fixed, must_understand);
}

/// The same for a client, which knows no extension that it would have to understand.
Errc check_from_server(ByteView message, const Prefix& prefix, std::size_t fixed) {
  bool must_understand = false;
  const Errc error = check_bodyless(message, prefix, fixed, must_understand);
  if (error != Errc::ok) return error;
  return must_understand ? Errc::unsupported : Errc::ok;
}

Errc check_body(ByteView body, std::uint32_t length, std::uint32_t checksum) {
  if (body.size() != length) return Errc::invalid_value;
  return crc32c(body) == checksum ? Errc::ok : Errc::bad_checksum;
}

Errc read_request(ByteView message, const Prefix& prefix, SessionMessage& out) {
  if (prefix.header_length < kRequestSize) return Errc::truncated;
  const std::uint8_t* const at = message.data();
  out.operation = load<std::uint32_t>(at + 80);
  out.fingerprint = load<std::uint32_t>(at + 84);
  out.body_length = load<std::uint32_t>(at + 88);
  out.body_checksum = load<std::uint32_t>(at + 92);
  out.fragment = load<std::uint16_t>(at + 96);
  out.fragments = load<std::uint16_t>(at + 98);
  out.key_length = load<std::uint16_t>(at + 100);
  if (out.key_length > kKeySizeMax) return Errc::invalid_value;
  const std::size_t extensions = request_header_size(out.key_length);
  if (extensions > prefix.header_length) return Errc::truncated;
  const Errc error = read_extensions(message.first(prefix.header_length), extensions, out.must_understand);
  if (error != Errc::ok) return error;
  return check_body(message.subspan(prefix.header_length), out.body_length, out.body_checksum);
}

}  // namespace

void seal(MutableByteView header, MessageType type, std::uint16_t flags, std::uint32_t body_length) {
  std::uint8_t* const at = header.data();
  store<std::uint32_t>(at + kLengthAt, static_cast<std::uint32_t>(header.size()) + body_length);
  store<std::uint16_t>(at + kMagicAt, kMagic);
  at[kVersionAt] = kVersion;
  at[kTypeAt] = static_cast<std::uint8_t>(type);
  store<std::uint16_t>(at + kFlagsAt, flags);
  store<std::uint16_t>(at + kHeaderLengthAt, static_cast<std::uint16_t>(header.size()));
  store<std::uint32_t>(at + kChecksumAt, header_checksum(header));
}

Errc read_extensions(ByteView header, std::size_t at, bool& must_understand) {
  return walk_extensions(header, at, must_understand, [](std::uint16_t, ByteView) { return false; });
}

std::optional<MessageType> peek_type(ByteView message) {
  if (message.size() < kPrefixSize || load<std::uint16_t>(message.data() + kMagicAt) != kMagic) return {};
  return static_cast<MessageType>(message[kTypeAt]);
}

std::uint8_t home_of(std::string_view client_name) {
  return static_cast<std::uint8_t>(crc32c(as_bytes(client_name)));
}

std::optional<std::uint8_t> home_of_hello(ByteView message) {
  Prefix prefix;
  Hello hello;
  if (read_prefix(message, prefix) != Errc::ok || prefix.type != MessageType::Hello ||
      read(message, prefix, hello) != Errc::ok || hello.name.empty()) {
    return {};
  }
  return home_of(hello.name);
}

Frame next_frame(ByteView octets, std::size_t length_max) {
  if (octets.size() >= kMagicAt + 2 && load<std::uint16_t>(octets.data() + kMagicAt) != kMagic) return {};
  if (octets.size() < kPrefixSize) return {Frame::Kind::Incomplete, kPrefixSize};
  const std::size_t length = load<std::uint32_t>(octets.data() + kLengthAt);
  if (length < kPrefixSize || length > length_max) return {};
  return {octets.size() < length ? Frame::Kind::Incomplete : Frame::Kind::Message, length};
}

bool BundleReader::next(Slice& message) {
  const Frame frame = next_frame(rest_, rest_.size());
  if (frame.kind != Frame::Kind::Message) return false;
  message = rest_.part(0, frame.size);
  rest_ = rest_.part(frame.size, rest_.size() - frame.size);
  return true;
}

Errc read_prefix(ByteView message, Prefix& prefix) {
  if (message.size() < kPrefixSize) return Errc::truncated;
  const std::uint8_t* const at = message.data();
  if (load<std::uint16_t>(at + kMagicAt) != kMagic) return Errc::bad_magic;
  if (load<std::uint32_t>(at + kLengthAt) != message.size()) return Errc::invalid_value;
  prefix.header_length = load<std::uint16_t>(at + kHeaderLengthAt);
  if (prefix.header_length < kPrefixSize || prefix.header_length % 8 != 0 ||
      prefix.header_length > message.size()) {
    return Errc::invalid_value;
  }
  if (header_checksum(message.first(prefix.header_length)) != load<std::uint32_t>(at + kChecksumAt)) {
    return Errc::bad_checksum;
  }
  prefix.type = static_cast<MessageType>(at[kTypeAt]);
  prefix.version = at[kVersionAt];
  prefix.flags = load<std::uint16_t>(at + kFlagsAt);
  return prefix.version == kVersion ? Errc::ok : Errc::bad_version;
}

Errc read(ByteView message, const Prefix& prefix, Hello& out) {
  if (prefix.header_length < kHelloSize) return Errc::truncated;
  const std::uint8_t* const at = message.data();
  out.nonce = load<std::uint64_t>(at + 16);
  out.instance = {load<std::uint64_t>(at + 24), load<std::uint64_t>(at + 32)};
  out.cookie = load<std::uint64_t>(at + 40);
  out.window_max = load<std::uint32_t>(at + 48);
  out.message_max = load<std::uint32_t>(at + 52);
  out.version_min = at[56];
  out.version_max = at[57];
  out.attempt = load<std::uint16_t>(at + 58);
  if (out.window_max == 0 || out.version_min > out.version_max) return Errc::invalid_value;
  if (prefix.header_length != message.size()) return Errc::invalid_value;
  bool wrong = false;
  const Errc error =
      walk_extensions(message, kHelloFixedSize, out.must_understand, [&](std::uint16_t type, ByteView value) {
        if (type != kExtensionClient) return false;
        const bool fits = value.size() > kClientFixedSize && value.size() - kClientFixedSize <= kNameSizeMax;
        wrong = wrong || !fits || !out.name.empty();
        if (!fits) return true;
        out.incarnation = load<std::uint64_t>(value.data());
        out.lasting = (value[8] & kFlagLasting) != 0;
        out.name.assign(as_text(value.subspan(kClientFixedSize)));
        return true;
      });
  if (error != Errc::ok) return error;
  return wrong ? Errc::invalid_value : Errc::ok;
}

Errc read(ByteView message, const Prefix& prefix, SessionMessage& out) {
  if (prefix.header_length < kSessionSize) return Errc::truncated;
  const std::uint8_t* const at = message.data();
  out.type = prefix.type;
  out.header_length = prefix.header_length;
  out.little_endian = (prefix.flags & kFlagLittleEndian) != 0;
  out.session = load<std::uint64_t>(at + 16);
  out.counter = load<std::uint64_t>(at + 24);
  out.acknowledgement = {load<std::uint64_t>(at + 32), load<std::uint64_t>(at + 40)};
  out.expected = load_epoch(at + 48);
  if (out.type == MessageType::Ack || out.type == MessageType::Bye) {
    return check_bodyless(message, prefix, kSessionSize, out.must_understand);
  }
  if (out.type == MessageType::PathResponse) {
    if (prefix.header_length < kPathResponseSize) return Errc::truncated;
    out.cookie = load<std::uint64_t>(at + 64);
    return check_bodyless(message, prefix, kPathResponseSize, out.must_understand);
  }
  if (prefix.header_length < kCallSize) return Errc::truncated;
  out.sequence = load<std::uint64_t>(at + 64);
  out.attempt = load<std::uint16_t>(at + 72);
  if (out.sequence == 0 || at[74] > static_cast<std::uint8_t>(Semantics::ExactlyOnce)) {
    return Errc::invalid_value;
  }
  out.semantics = static_cast<Semantics>(at[74]);
  out.codec = at[75];
  out.budget_ms = load<std::uint32_t>(at + 76);
  if (out.type == MessageType::Request) return read_request(message, prefix, out);
  if (out.semantics == Semantics::Maybe) return Errc::invalid_value;
  return check_bodyless(message, prefix, kCallSize, out.must_understand);
}

Errc read(ByteView message, const Prefix& prefix, Cookie& out) {
  const Errc error = check_from_server(message, prefix, kCookieSize);
  if (error != Errc::ok) return error;
  const std::uint8_t* const at = message.data();
  out = {load<std::uint64_t>(at + 16), load<std::uint64_t>(at + 24), load<std::uint16_t>(at + 32)};
  return Errc::ok;
}

Errc read(ByteView message, const Prefix& prefix, Welcome& out) {
  const Errc error = check_from_server(message, prefix, kWelcomeSize);
  if (error != Errc::ok) return error;
  const std::uint8_t* const at = message.data();
  out.nonce = load<std::uint64_t>(at + 16);
  out.session = load<std::uint64_t>(at + 24);
  out.epoch = load_epoch(at + 32);
  out.window = load<std::uint32_t>(at + 48);
  out.lease_ms = load<std::uint32_t>(at + 52);
  out.message_max = load<std::uint32_t>(at + 56);
  out.attempt = load<std::uint16_t>(at + 60);
  out.durable = (load<std::uint16_t>(at + 62) & kFlagDurable) != 0;
  out.made_in = load<std::uint64_t>(at + 64);
  out.incarnation = load<std::uint64_t>(at + 72);
  return out.session == 0 || out.window == 0 || out.window > 64 ? Errc::invalid_value : Errc::ok;
}

Errc read(ByteView message, const Prefix& prefix, Refused& out) {
  const Errc error = check_from_server(message, prefix, kRefusedSize);
  if (error != Errc::ok) return error;
  const std::uint8_t* const at = message.data();
  out.nonce = load<std::uint64_t>(at + 16);
  out.reason = static_cast<Errc>(load<std::uint16_t>(at + 24));
  out.attempt = load<std::uint16_t>(at + 26);
  out.retry_after_ms = load<std::uint32_t>(at + 28);
  return Errc::ok;
}

Errc read(ByteView message, const Prefix& prefix, Versions& out) {
  if (prefix.header_length < kVersionsSize) return Errc::truncated;
  out = {load<std::uint64_t>(message.data() + 16), message[24], message[25]};
  return Errc::ok;
}

Errc read(ByteView message, const Prefix& prefix, PathChallenge& out) {
  const Errc error = check_from_server(message, prefix, kPathChallengeSize);
  if (error != Errc::ok) return error;
  const std::uint8_t* const at = message.data();
  out = {load<std::uint64_t>(at + 16), load<std::uint64_t>(at + 24), load<std::uint64_t>(at + 32)};
  return Errc::ok;
}

Errc read(ByteView message, const Prefix& prefix, Answer& out) {
  if (prefix.header_length < kAnswerSize) return Errc::truncated;
  const std::uint8_t* const at = message.data();
  out.type = prefix.type;
  out.little_endian = (prefix.flags & kFlagLittleEndian) != 0;
  out.session = load<std::uint64_t>(at + 16);
  out.sequence = load<std::uint64_t>(at + 24);
  out.epoch = load_epoch(at + 32);
  out.attempt = load<std::uint16_t>(at + 48);
  out.reason = static_cast<Errc>(load<std::uint16_t>(at + 52));
  out.window = load<std::uint16_t>(at + 54);
  out.retry_after_ms = load<std::uint32_t>(at + 56);
  out.codec = at[60];
  out.body_length = load<std::uint32_t>(at + 64);
  out.body_checksum = load<std::uint32_t>(at + 68);
  out.expected = load_epoch(at + 72);
  const Errc body = check_body(message.subspan(prefix.header_length), out.body_length, out.body_checksum);
  if (body == Errc::bad_checksum) return body;
  if (at[50] > static_cast<std::uint8_t>(Semantics::ExactlyOnce)) return Errc::invalid_value;
  out.semantics = static_cast<Semantics>(at[50]);
  if (at[51] > static_cast<std::uint8_t>(ReplyStatus::ServantFailed)) return Errc::invalid_value;
  out.status = static_cast<ReplyStatus>(at[51]);
  if (body != Errc::ok || out.window > 64) return Errc::invalid_value;
  if (out.type != MessageType::Reply && out.body_length != 0) return Errc::invalid_value;
  bool must_understand = false;
  const Errc error = read_extensions(message.first(prefix.header_length), kAnswerSize, must_understand);
  return error != Errc::ok || must_understand ? Errc::invalid_value : Errc::ok;
}

Errc read_nonce(ByteView message, const Prefix& prefix, std::uint64_t& nonce) {
  if (prefix.header_length < kPrefixSize + sizeof nonce) return Errc::truncated;
  nonce = load<std::uint64_t>(message.data() + kPrefixSize);
  return Errc::ok;
}

void write(const Hello& hello, std::vector<std::uint8_t>& header) {
  const std::size_t client = hello.name.empty() ? 0 : (4 + kClientFixedSize + hello.name.size() + 7) / 8 * 8;
  header.assign(std::max(kHelloSize, kHelloFixedSize + client), 0);
  std::uint8_t* const at = header.data();
  store(at + 16, hello.nonce);
  store(at + 24, hello.instance.high);
  store(at + 32, hello.instance.low);
  store(at + 40, hello.cookie);
  store(at + 48, hello.window_max);
  store(at + 52, hello.message_max);
  at[56] = hello.version_min;
  at[57] = hello.version_max;
  store(at + 58, hello.attempt);
  std::uint8_t* extension = at + kHelloFixedSize;
  if (client != 0) {
    store(extension, kExtensionClient);
    store(extension + 2, static_cast<std::uint16_t>(kClientFixedSize + hello.name.size()));
    store(extension + 4, hello.incarnation);
    extension[12] = hello.lasting ? kFlagLasting : 0;
    std::copy(hello.name.begin(), hello.name.end(), extension + 4 + kClientFixedSize);
    extension += client;
  }
  if (const auto left = static_cast<std::size_t>(header.data() + header.size() - extension); left != 0) {
    store(extension, kExtensionPadding);
    store(extension + 2, static_cast<std::uint16_t>(left - 4));
  }
  seal(header, MessageType::Hello, 0, 0);
}

void write(const SessionMessage& message, ByteView key, std::vector<std::uint8_t>& header) {
  const bool is_request = message.type == MessageType::Request;
  const bool is_call =
      is_request || message.type == MessageType::Cancel || message.type == MessageType::Probe;
  const bool is_response = message.type == MessageType::PathResponse;
  const std::size_t bare = is_response ? kPathResponseSize : kSessionSize;
  header.resize(is_request ? request_header_size(key.size()) : is_call ? kCallSize : bare);
  std::uint8_t* const at = header.data();
  store(at + 16, message.session);
  store(at + 24, message.counter);
  store(at + 32, message.acknowledgement.through);
  store(at + 40, message.acknowledgement.bitmap);
  store_epoch(at + 48, message.expected);
  if (is_response) store(at + 64, message.cookie);
  if (is_call) {
    store(at + 64, message.sequence);
    store(at + 72, message.attempt);
    at[74] = static_cast<std::uint8_t>(message.semantics);
    at[75] = message.codec;
    store(at + 76, message.budget_ms);
    store(at + 80, std::uint64_t{0});
  }
  if (is_request) {
    store(at + 80, message.operation);
    store(at + 84, message.fingerprint);
    store(at + 88, message.body_length);
    store(at + 92, message.body_checksum);
    store(at + 96, message.fragment);
    store(at + 98, message.fragments);
    store(at + 100, static_cast<std::uint16_t>(key.size()));
    store(at + 102, std::uint16_t{0});
    const std::size_t key_end = kRequestSize + key.size();
    if (!key.empty()) std::memcpy(at + kRequestSize, key.data(), key.size());
    std::fill(header.begin() + static_cast<std::ptrdiff_t>(key_end), header.end(), std::uint8_t{0});
  }
  seal(header, message.type, message.little_endian ? kFlagLittleEndian : 0, message.body_length);
}

std::size_t write(const Cookie& cookie, std::uint8_t* out) {
  std::memset(out, 0, kCookieSize);
  store(out + 16, cookie.nonce);
  store(out + 24, cookie.cookie);
  store(out + 32, cookie.attempt);
  seal({out, kCookieSize}, MessageType::Cookie, 0, 0);
  return kCookieSize;
}

std::size_t write(const Welcome& welcome, std::uint8_t* out) {
  std::memset(out, 0, kWelcomeSize);
  store(out + 16, welcome.nonce);
  store(out + 24, welcome.session);
  store_epoch(out + 32, welcome.epoch);
  store(out + 48, welcome.window);
  store(out + 52, welcome.lease_ms);
  store(out + 56, welcome.message_max);
  store(out + 60, welcome.attempt);
  store<std::uint16_t>(out + 62, welcome.durable ? kFlagDurable : 0);
  store(out + 64, welcome.made_in);
  store(out + 72, welcome.incarnation);
  seal({out, kWelcomeSize}, MessageType::Welcome, 0, 0);
  return kWelcomeSize;
}

std::size_t write(const Refused& refused, std::uint8_t* out) {
  store(out + 16, refused.nonce);
  store(out + 24, static_cast<std::uint16_t>(refused.reason));
  store(out + 26, refused.attempt);
  store(out + 28, refused.retry_after_ms);
  seal({out, kRefusedSize}, MessageType::Refused, 0, 0);
  return kRefusedSize;
}

std::size_t write(const Versions& versions, std::uint8_t* out) {
  std::memset(out, 0, kVersionsSize);
  store(out + 16, versions.nonce);
  out[24] = versions.version_min;
  out[25] = versions.version_max;
  seal({out, kVersionsSize}, MessageType::Versions, 0, 0);
  return kVersionsSize;
}

std::size_t write(const PathChallenge& challenge, std::uint8_t* out) {
  store(out + 16, challenge.session);
  store(out + 24, challenge.counter);
  store(out + 32, challenge.cookie);
  seal({out, kPathChallengeSize}, MessageType::PathChallenge, 0, 0);
  return kPathChallengeSize;
}

std::size_t write(const Answer& answer, std::uint8_t* out) {
  store(out + 16, answer.session);
  store(out + 24, answer.sequence);
  store_epoch(out + 32, answer.epoch);
  store(out + 48, answer.attempt);
  out[50] = static_cast<std::uint8_t>(answer.semantics);
  out[51] = static_cast<std::uint8_t>(answer.status);
  store(out + 52, static_cast<std::uint16_t>(answer.reason));
  store(out + 54, answer.window);
  store(out + 56, answer.retry_after_ms);
  store(out + 60, std::uint32_t{answer.codec} << 24);
  store(out + 64, answer.body_length);
  store(out + 68, answer.body_checksum);
  store_epoch(out + 72, answer.expected);
  seal({out, kAnswerSize}, answer.type, answer.little_endian ? kFlagLittleEndian : 0, answer.body_length);
  return kAnswerSize;
}

}  // namespace once::core
