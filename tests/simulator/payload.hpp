// The bodies of simulated calls. A request carries the number of its logical call, a reply echoes it beside
// the number of the execution that made it; the rest is a pattern that follows from both. So an octet that
// changed on the way, a body at the wrong call and a reply of another execution are all seen.
#pragma once

#include <cstdint>
#include <optional>

#include <once/base/buffer.hpp>

namespace once::simulator {

/// A logical call of one run: a salt of the seed above, the oracle's index below. 0 is no call.
using CallId = std::uint64_t;

inline constexpr std::uint32_t kRequestBodyMin = 16;
inline constexpr std::uint32_t kReplyBodyMin = 24;

struct ReplyContent {
  CallId call = 0;
  std::uint64_t execution = 0;
};

Slice make_request_body(CallId call, std::uint32_t size);
Slice make_reply_body(const ReplyContent& content, std::uint32_t size);

/// Nothing if the octets are not exactly what make_request_body() made.
std::optional<CallId> read_request_body(ByteView body);
std::optional<ReplyContent> read_reply_body(ByteView body);

/// The call that a body on its way claims to belong to, without a look at the rest; 0 if it is none.
CallId peek_request_body(ByteView body);

}  // namespace once::simulator
