// The server's verdict on a request, cancel or probe: docs/protocol.md, "The server's verdict", steps 2 to 8
// in their order. The filter decides; apart from the acknowledgement in step 4, it changes nothing.
#pragma once

#include <once/base/verdict.hpp>

#include "core/server/call_book.hpp"
#include "core/server/session_table.hpp"

namespace once::core {

struct Judgement {
  Verdict verdict = Verdict::New;
  Record* record = nullptr;  // the one that was met; Stale: the orphan that a cancel is handed to
  Errc reason = Errc::ok;    // of Refused, and of RefusedAgain where there is no record
};

class DuplicateFilter {
 public:
  /// `durable`: exactly-once calls are accepted.
  DuplicateFilter(const Epoch& epoch, const ServerLimits& limits, CallBook& calls, bool durable)
      : epoch_(epoch),
        limits_(limits),
        calls_(calls),
        durable_refusal_(durable ? Errc::ok : Errc::no_store) {}

  /// Steps 2 to 4, for every message of a session. `session` is nullptr if there is none with that id.
  Verdict admit(Session* session, const SessionMessage& message);
  /// Steps 5 to 8, for a request, cancel or probe that was admitted. `digest` is looked at for requests only.
  Judgement judge(Time now, Session& session, const SessionMessage& message, const Digest& digest);

  /// Step 4 alone.
  void acknowledge(Session& session, const Acknowledgement& acknowledgement);

  /// From now on new requests are refused.
  void drain() { draining_ = true; }
  /// From now on new exactly-once requests are refused with `reason`; ok: no longer.
  void refuse_durable(Errc reason) { durable_refusal_ = reason; }

 private:
  Judgement judge_known(Time now, Session& session, const SessionMessage& message, const Digest& digest);
  Judgement judge_record(Time now, Record& record, const SessionMessage& message, const Digest& digest);
  Judgement judge_unknown(const Session& session, const SessionMessage& message);
  Judgement judge_free(const Session& session, const SessionMessage& message);
  Errc reason_to_refuse(const Session& session, const SessionMessage& message) const;

  const Epoch& epoch_;
  const ServerLimits& limits_;
  CallBook& calls_;
  bool draining_ = false;
  Errc durable_refusal_;
};

}  // namespace once::core
