// request: call u64 | check u64 | pattern          check = mix(call, size)
// reply:   call u64 | execution u64 | check u64 | pattern
// Integers are in the machine's order: these octets never leave the process.
#include "payload.hpp"

#include <cstring>

#include "random.hpp"

namespace once::simulator {
namespace {

std::uint64_t load(const std::uint8_t* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

void store(std::uint8_t* to, std::uint64_t word) {
  std::memcpy(to, &word, sizeof word);
}

std::uint64_t check_of(std::uint64_t call, std::uint64_t execution, std::size_t size) {
  return mix(call ^ mix(execution ^ size));
}

void fill(MutableByteView room, std::uint64_t pattern) {
  std::size_t at = 0;
  for (; at + 8 <= room.size(); at += 8) store(room.data() + at, pattern + at);
  for (; at < room.size(); ++at) room[at] = static_cast<std::uint8_t>(pattern + at);
}

bool is_filled(ByteView room, std::uint64_t pattern) {
  std::size_t at = 0;
  for (; at + 8 <= room.size(); at += 8) {
    if (load(room.data() + at) != pattern + at) return false;
  }
  for (; at < room.size(); ++at) {
    if (room[at] != static_cast<std::uint8_t>(pattern + at)) return false;
  }
  return true;
}

}  // namespace

Slice make_request_body(CallId call, std::uint32_t size) {
  Buffer body;
  body.resize(size);
  const std::uint64_t check = check_of(call, 0, size);
  store(body.data(), call);
  store(body.data() + 8, check);
  fill(body.writable().subspan(kRequestBodyMin), check);
  return std::move(body).freeze();
}

Slice make_reply_body(const ReplyContent& content, std::uint32_t size) {
  Buffer body;
  body.resize(size);
  const std::uint64_t check = check_of(content.call, content.execution, size);
  store(body.data(), content.call);
  store(body.data() + 8, content.execution);
  store(body.data() + 16, check);
  fill(body.writable().subspan(kReplyBodyMin), check);
  return std::move(body).freeze();
}

std::optional<CallId> read_request_body(ByteView body) {
  const CallId call = peek_request_body(body);
  if (call == 0 || !is_filled(body.subspan(kRequestBodyMin), load(body.data() + 8))) return std::nullopt;
  return call;
}

std::optional<ReplyContent> read_reply_body(ByteView body) {
  if (body.size() < kReplyBodyMin) return std::nullopt;
  const ReplyContent content{load(body.data()), load(body.data() + 8)};
  const std::uint64_t check = load(body.data() + 16);
  if (check != check_of(content.call, content.execution, body.size())) return std::nullopt;
  if (!is_filled(body.subspan(kReplyBodyMin), check)) return std::nullopt;
  return content;
}

CallId peek_request_body(ByteView body) {
  if (body.size() < kRequestBodyMin) return 0;
  const CallId call = load(body.data());
  return load(body.data() + 8) == check_of(call, 0, body.size()) ? call : 0;
}

}  // namespace once::simulator
