// Rows of a durable store. All integers are in network byte order.
//
//   row      := u32 checksum  u16 version (1)  u16 kind  fields     CRC32C of all that follows it
//   session  := u64 u64 instance  u64 nonce  u32 principal  u32 message_max  u8 window  u8 flags  u16 0
//               u32 heard  u64 incarnation  u64 made_in  octet client[]           bit 0 of flags: lasting
//   outcome  := u64 mark  u32 operation  u32 key_checksum  u32 body_length  u32 body_checksum
//               u8 codec  u8 status  u16 flags  u16 reason  u16 0  octet body[]
//               bits of flags: 0 little-endian, 1 beyond promise
#include "core/server/rows.hpp"

#include <algorithm>
#include <array>

#include <once/base/crc32c.hpp>

#include "core/octets.hpp"

namespace once::core {
namespace {

constexpr std::uint16_t kRowVersion = 1;
constexpr std::uint16_t kSessionKind = 1;
constexpr std::uint16_t kOutcomeKind = 2;
constexpr std::size_t kHeadSize = 8;
constexpr std::size_t kSessionRowSize = kHeadSize + 56;
constexpr std::size_t kOutcomeRowSize = kHeadSize + 32;

/// Version, kind and checksum of a row that is written but for these.
void seal_row(MutableByteView row, std::uint16_t kind) {
  store(row.data() + 4, kRowVersion);
  store(row.data() + 6, kind);
  store(row.data(), crc32c(ByteView{row}.subspan(4)));
}

Errc check_row(ByteView row, std::uint16_t kind, std::size_t size_min) {
  if (row.size() < size_min) return Errc::truncated;
  if (load<std::uint32_t>(row.data()) != crc32c(row.subspan(4))) return Errc::bad_checksum;
  if (load<std::uint16_t>(row.data() + 4) != kRowVersion) return Errc::bad_version;
  return load<std::uint16_t>(row.data() + 6) == kind ? Errc::ok : Errc::invalid_value;
}

}  // namespace

Slice write_row(const SessionRow& row) {
  Bytes octets(kSessionRowSize + row.client.size());
  std::uint8_t* const at = octets.data() + kHeadSize;
  store(at, row.instance.high);
  store(at + 8, row.instance.low);
  store(at + 16, row.nonce);
  store(at + 24, row.principal);
  store(at + 28, row.message_max);
  at[32] = row.window;
  at[33] = row.lasting ? 1 : 0;
  store(at + 36, row.heard);
  store(at + 40, row.incarnation);
  store(at + 48, row.made_in);
  std::copy(row.client.begin(), row.client.end(), octets.begin() + kSessionRowSize);
  seal_row(octets, kSessionKind);
  return Slice::copy_of(octets);
}

Slice write_row(const OutcomeRow& row) {
  std::array<std::uint8_t, kOutcomeRowSize> head{};
  std::uint8_t* const at = head.data() + kHeadSize;
  store(at, row.mark);
  store(at + 8, row.digest.operation);
  store(at + 12, row.digest.key_checksum);
  store(at + 16, row.digest.body_length);
  store(at + 20, row.digest.body_checksum);
  at[24] = row.codec;
  at[25] = static_cast<std::uint8_t>(row.status);
  store<std::uint16_t>(at + 26, (row.little_endian ? 1 : 0) | (row.beyond_promise ? 2 : 0));
  store(at + 28, static_cast<std::uint16_t>(row.reason));
  Buffer octets{head.size() + row.body.size()};
  octets.append(head);
  octets.append(row.body);
  seal_row(octets.writable(), kOutcomeKind);
  return std::move(octets).freeze();
}

Errc read_row(const Slice& octets, SessionRow& row) {
  const Errc error = check_row(octets, kSessionKind, kSessionRowSize);
  if (error != Errc::ok) return error;
  const std::uint8_t* const at = octets.data() + kHeadSize;
  row.instance = {load<std::uint64_t>(at), load<std::uint64_t>(at + 8)};
  row.nonce = load<std::uint64_t>(at + 16);
  row.principal = load<std::uint32_t>(at + 24);
  row.message_max = load<std::uint32_t>(at + 28);
  row.window = at[32];
  row.lasting = (at[33] & 1) != 0;
  row.heard = load<std::uint32_t>(at + 36);
  row.incarnation = load<std::uint64_t>(at + 40);
  row.made_in = load<std::uint64_t>(at + 48);
  row.client.assign(as_text(octets.view().subspan(kSessionRowSize)));
  return row.window >= 1 && row.window <= 64 ? Errc::ok : Errc::invalid_value;
}

Errc read_row(const Slice& octets, OutcomeRow& row) {
  const Errc error = check_row(octets, kOutcomeKind, kOutcomeRowSize);
  if (error != Errc::ok) return error;
  const std::uint8_t* const at = octets.data() + kHeadSize;
  row.mark = load<std::uint64_t>(at);
  row.digest = {load<std::uint32_t>(at + 8), load<std::uint32_t>(at + 12), load<std::uint32_t>(at + 16),
                load<std::uint32_t>(at + 20)};
  row.codec = at[24];
  row.status = static_cast<ReplyStatus>(at[25]);
  const auto flags = load<std::uint16_t>(at + 26);
  row.little_endian = (flags & 1) != 0;
  row.beyond_promise = (flags & 2) != 0;
  row.reason = static_cast<Errc>(load<std::uint16_t>(at + 28));
  row.body = octets.part(kOutcomeRowSize, octets.size() - kOutcomeRowSize);
  return at[25] <= static_cast<std::uint8_t>(ReplyStatus::ServantFailed) ? Errc::ok : Errc::invalid_value;
}

}  // namespace once::core
