// The full record of a call at the server: what the duplicate filter compares, what a servant is given, what
// is answered to copies.
#pragma once

#include <cstdint>

#include <once/base/buffer.hpp>
#include <once/base/error.hpp>
#include <once/base/ids.hpp>
#include <once/base/time.hpp>

#include "core/server_core.hpp"
#include "core/slab.hpp"
#include "core/wire.hpp"

namespace once::core {

enum class RecordState : std::uint8_t {
  Free,
  Queued,     // not started: may still become refused
  Running,    // started: never refused by the core
  Done,       // ran; the reply is kept
  ReplyGone,  // ran; the reply's octets are not kept
  Refused,    // did not run and never will
};

struct Record {
  std::uint32_t generation = 1;
  RecordState state = RecordState::Free;
  Semantics semantics = Semantics::AtMostOnce;
  ReplyStatus status = ReplyStatus::Value;
  std::uint8_t codec = 0;
  bool little_endian = false;  // of the request's body; once done, of the reply's
  bool findable = false;       // in the index: copies of the request meet it
  bool told_abandoned = false;
  bool told_cancelled = false;
  bool oversize = false;      // its reply is kept on top of what was set aside, and may be evicted
  std::uint16_t attempt = 0;  // of the copy that was recorded
  Errc reason = Errc::ok;
  std::uint32_t retry_after_ms = 0;
  std::uint32_t fingerprint = 0;
  std::uint32_t body_checksum = 0;  // of the reply
  std::uint32_t session = kNone;    // place; kNone for an orphan whose session has ended
  std::uint32_t client = kNone;
  RequestId id;
  Digest digest;
  Time deadline = kNever;
  Time last_working;            // when a copy was last answered WORKING
  Slice key;                    // until the servant has been given it
  Slice body;                   // the request's until the servant has been given it, then the reply's
  std::uint64_t charge = 0;     // octets kept or set aside in the replay cache
  std::uint32_t place = kNone;  // its own
  std::uint32_t next = kNone;   // neighbours in the session's list
  std::uint32_t previous = kNone;
  // Neighbours: while it waits for its servant, among its client's waiting calls; then among the oversize replies.
  std::uint32_t later = kNone;
  std::uint32_t earlier = kNone;
  // While queued:
  Time arrived{};
  std::uint32_t request_octets = 0;
  std::uint32_t flow = kNone;      // its client's calls in the lane; kNone: the driver has it
  std::uint32_t begun_before = 0;  // calls of the lane, when it came
  Lane lane = 0;

  Series series() const { return series_of(semantics); }
  /// Its outcome is kept by the durable store, too.
  bool is_in_store() const {
    return semantics == Semantics::ExactlyOnce &&
           (state == RecordState::Done || state == RecordState::ReplyGone);
  }
  CallHandle handle() const { return {place, generation}; }
};

}  // namespace once::core
