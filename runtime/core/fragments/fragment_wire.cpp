// Reading and writing of the fragment layer's messages; the grammar stands in fragment_wire.hpp.
#include "core/fragments/fragment_wire.hpp"

#include <algorithm>

#include <once/base/crc32c.hpp>

#include "core/octets.hpp"

namespace once::core {
namespace {

constexpr std::uint8_t kFirstUp = static_cast<std::uint8_t>(MessageType::FragmentUp);
constexpr std::uint8_t kFromServer = 0x80;

MessageType type_of(FragmentKind kind, Side from) {
  const auto base = static_cast<std::uint8_t>(kFirstUp + static_cast<std::uint8_t>(kind));
  return static_cast<MessageType>(from == Side::Client ? base : base | kFromServer);
}

/// The header has `fixed` octets at least, and no extension that would have to be understood.
Errc check_header(ByteView message, const Prefix& prefix, std::size_t fixed) {
  if (prefix.header_length < fixed) return Errc::truncated;
  bool must_understand = false;
  const Errc error = read_extensions(message.first(prefix.header_length), fixed, must_understand);
  if (error != Errc::ok) return error;
  return must_understand ? Errc::unsupported : Errc::ok;
}

}  // namespace

std::optional<FragmentKind> fragment_kind(MessageType type) {
  const auto kind = static_cast<std::uint8_t>((static_cast<std::uint8_t>(type) & ~kFromServer) - kFirstUp);
  if (kind > static_cast<std::uint8_t>(FragmentKind::Answer)) return {};
  return static_cast<FragmentKind>(kind);
}

Errc read(ByteView message, const Prefix& prefix, Fragment& out) {
  const Errc error = check_header(message, prefix, kFragmentHeaderSize);
  if (error != Errc::ok) return error;
  const std::uint8_t* const at = message.data();
  out.session = load<std::uint64_t>(at + 16);
  out.number = load<std::uint64_t>(at + 24);
  out.transfer = load<std::uint64_t>(at + 32);
  out.oldest = load<std::uint64_t>(at + 40);
  out.order = load<std::uint64_t>(at + 48);
  out.whole_length = load<std::uint32_t>(at + 56);
  out.fragment_size = load<std::uint32_t>(at + 60);
  out.index = load<std::uint32_t>(at + 64);
  const auto checksum = load<std::uint32_t>(at + 68);
  if (at[72] > static_cast<std::uint8_t>(Semantics::ExactlyOnce)) return Errc::invalid_value;
  out.semantics = static_cast<Semantics>(at[72]);
  out.ask = (at[73] & 1) != 0;
  out.age_ms = load<std::uint32_t>(at + 76);
  out.payload = message.subspan(prefix.header_length);
  if (out.number == 0 || out.order == 0 || out.oldest > out.transfer || out.whole_length < kPrefixSize ||
      out.fragment_size < kFragmentSizeMin || out.index >= out.count() ||
      out.payload.size() != out.payload_size()) {
    return Errc::invalid_value;
  }
  return crc32c(out.payload) == checksum ? Errc::ok : Errc::bad_checksum;
}

void write(const Fragment& fragment, Side from, std::uint32_t payload_checksum,
           std::vector<std::uint8_t>& header) {
  header.assign(kFragmentHeaderSize, 0);
  std::uint8_t* const at = header.data();
  store(at + 16, fragment.session);
  store(at + 24, fragment.number);
  store(at + 32, fragment.transfer);
  store(at + 40, fragment.oldest);
  store(at + 48, fragment.order);
  store(at + 56, fragment.whole_length);
  store(at + 60, fragment.fragment_size);
  store(at + 64, fragment.index);
  store(at + 68, payload_checksum);
  at[72] = static_cast<std::uint8_t>(fragment.semantics);
  at[73] = fragment.ask ? 1 : 0;
  store(at + 76, fragment.age_ms);
  seal(header, type_of(FragmentKind::Fragment, from), 0, fragment.payload_size());
}

Errc read(ByteView message, const Prefix& prefix, FragmentAck& out) {
  if (prefix.header_length < kFragmentAckSize) return Errc::truncated;
  const std::uint8_t* const at = message.data();
  out.session = load<std::uint64_t>(at + 16);
  out.transfer = load<std::uint64_t>(at + 24);
  out.began = load<std::uint64_t>(at + 32);
  out.echo_order = load<std::uint64_t>(at + 40);
  out.cumulative = load<std::uint32_t>(at + 48);
  out.echo_index = load<std::uint32_t>(at + 52);
  if (at[56] > static_cast<std::uint8_t>(TransferStatus::Broken) || at[57] > kAckWordsMax) {
    return Errc::invalid_value;
  }
  out.status = static_cast<TransferStatus>(at[56]);
  out.words = at[57];
  const std::size_t fixed = kFragmentAckSize + 8 * std::size_t{out.words};
  const Errc error = check_header(message, prefix, fixed);
  if (error != Errc::ok) return error;
  if (message.size() != prefix.header_length) return Errc::invalid_value;
  for (std::size_t i = 0; i < out.words; ++i) {
    out.bitmap[i] = load<std::uint64_t>(at + kFragmentAckSize + 8 * i);
  }
  return Errc::ok;
}

void write(const FragmentAck& ack, Side from, std::vector<std::uint8_t>& header) {
  header.assign(kFragmentAckSize + 8 * std::size_t{ack.words}, 0);
  std::uint8_t* const at = header.data();
  store(at + 16, ack.session);
  store(at + 24, ack.transfer);
  store(at + 32, ack.began);
  store(at + 40, ack.echo_order);
  store(at + 48, ack.cumulative);
  store(at + 52, ack.echo_index);
  at[56] = static_cast<std::uint8_t>(ack.status);
  at[57] = ack.words;
  for (std::size_t i = 0; i < ack.words; ++i) store(at + kFragmentAckSize + 8 * i, ack.bitmap[i]);
  seal(header, type_of(FragmentKind::Ack, from), 0, 0);
}

Errc read(ByteView message, const Prefix& prefix, PathMessage& out) {
  const Errc error = check_header(message, prefix, kPathMessageSize);
  if (error != Errc::ok) return error;
  const bool is_answer = fragment_kind(prefix.type) == FragmentKind::Answer;
  if (is_answer && message.size() != prefix.header_length) return Errc::invalid_value;
  out.session = load<std::uint64_t>(message.data() + 16);
  out.probe = load<std::uint32_t>(message.data() + 24);
  return Errc::ok;
}

void write_probe(const PathMessage& probe, Side from, std::size_t size, std::vector<std::uint8_t>& header) {
  ONCE_ASSERT(size >= kPathMessageSize);
  header.assign(size, 0);
  store(header.data() + 16, probe.session);
  store(header.data() + 24, probe.probe);
  seal(MutableByteView{header}.first(kPathMessageSize), type_of(FragmentKind::Probe, from), 0,
       static_cast<std::uint32_t>(size - kPathMessageSize));
}

void write_answer(const PathMessage& answer, Side from, std::vector<std::uint8_t>& header) {
  header.assign(kPathMessageSize, 0);
  store(header.data() + 16, answer.session);
  store(header.data() + 24, answer.probe);
  seal(header, type_of(FragmentKind::Answer, from), 0, 0);
}

// --- Messages of the cores. All answers about a call have one layout, as wire.hpp says.

CallName name_of(ByteView header) {
  CallName name;
  name.type = peek_type(header).value_or(MessageType::Hello);
  if (header.size() < kCallSize) return name;
  const bool from_server = !is_client_to_server(name.type);
  name.session = load<std::uint64_t>(header.data() + 16);
  name.number = load<std::uint64_t>(header.data() + (from_server ? 24 : 64));
  name.semantics = static_cast<Semantics>(header[from_server ? 50 : 74]);
  if (name.type == MessageType::Request) {
    name.epoch = {load<std::uint64_t>(header.data() + 48), load<std::uint64_t>(header.data() + 56)};
    name.budget_ms = load<std::uint32_t>(header.data() + 76);
  }
  return name;
}

bool same_call(const CallName& a, const CallName& b) {
  return a.session == b.session && a.number == b.number && series_of(a.semantics) == series_of(b.semantics);
}

void turn_into_working(std::vector<std::uint8_t>& header) {
  std::uint8_t* const at = header.data();
  at[51] = 0;                        // status
  store(at + 52, std::uint16_t{0});  // reason
  store(at + 64, std::uint64_t{0});  // body_length, body_checksum
  seal(header, MessageType::Working, 0, 0);
}

}  // namespace once::core
