// The ordered steps of the verdict. The order is the promise: every exchange of two steps lets some schedule
// run a call twice, report a call that ran as not executed, or stop a session.
#include "core/server/duplicate_filter.hpp"

#include <bit>

#include "core/planted_bugs.hpp"
#include "core/rare.hpp"

namespace once::core {
namespace {

bool is_over_window(const Session& session, const SessionMessage& message) {
  const std::uint8_t window = planted(Bug::WindowShrunk) ? session.window : session.window_held;
  return series_of(message.semantics) == Series::Windowed && message.sequence > session.mark &&
         message.sequence - session.mark > window;
}

}  // namespace

Verdict DuplicateFilter::admit(Session* session, const SessionMessage& message) {
  const bool equal =
      planted(Bug::EpochByCounter) ? message.expected.counter == epoch_.counter : message.expected == epoch_;
  if (!equal) return Verdict::WrongEpoch;             // step 2
  if (session == nullptr) return Verdict::NoSession;  // step 3
  if (planted(Bug::AckAfterWindow) && is_over_window(*session, message)) return Verdict::Admitted;
  acknowledge(*session, message.acknowledgement);  // step 4
  return Verdict::Admitted;
}

/// Step 4: the mark becomes the maximum, the bitmap the union; neither ever goes back, so a header that was
/// overtaken does no harm.
void DuplicateFilter::acknowledge(Session& session, const Acknowledgement& acknowledgement) {
  if (planted(Bug::MarkAssigned) && acknowledgement.through < session.mark) {
    session.acknowledged = session.state_low = session.state_high = 0;
    session.mark = acknowledgement.through;
  }
  const auto finish_all = [&](std::uint64_t finished) {
    for (; finished != 0; finished &= finished - 1) {
      const Sequence number = session.mark + 1 + static_cast<Sequence>(std::countr_zero(finished));
      if (session.state_of(number) == NumberState::Recorded) calls_.acknowledge(session, number);
      session.set_state(number, NumberState::Unseen);
    }
  };

  if (acknowledgement.through > session.mark) {
    const std::uint64_t step = acknowledgement.through - session.mark;
    const std::uint64_t passed = step < 64 ? (std::uint64_t{1} << step) - 1 : ~std::uint64_t{0};
    finish_all(passed & (session.state_low | session.state_high));
    session.mark = acknowledgement.through;
    session.acknowledged = step < 64 ? session.acknowledged >> step : 0;
    session.state_low = step < 64 ? session.state_low >> step : 0;
    session.state_high = step < 64 ? session.state_high >> step : 0;
  }
  const std::uint64_t behind = session.mark - acknowledgement.through;
  const std::uint64_t finished = behind < 64 ? acknowledgement.bitmap >> behind : 0;
  finish_all(finished & (session.state_low | session.state_high));
  if (planted(Bug::BitmapAssigned)) {
    session.acknowledged = finished;
  } else {
    session.acknowledged |= finished;
  }
}

Judgement DuplicateFilter::judge(Time now, Session& session, const SessionMessage& message,
                                 const Digest& digest) {
  if (planted(Bug::FilterOff) && message.type == MessageType::Request) return {Verdict::New};
  if (series_of(message.semantics) == Series::Free) return judge_free(session, message);

  const Sequence number = message.sequence;
  if (session.is_acknowledged(number)) {  // step 5
    if (planted(Bug::StaleAsNew) && message.type == MessageType::Request) return {Verdict::New};
    return {Verdict::Stale, calls_.find(session, Series::Windowed, number)};
  }
  if (is_over_window(session, message)) return {Verdict::OverWindow};  // step 6
  if (planted(Bug::KnownAfterRefused) && message.type == MessageType::Request) {
    if (const Errc reason = reason_to_refuse(session, message); reason != Errc::ok) {
      return {Verdict::Refused, nullptr, reason};
    }
  }
  if (session.state_of(number) != NumberState::Unseen) {  // step 7
    return judge_known(now, session, message, digest);
  }
  return judge_unknown(session, message);  // step 8
}

Judgement DuplicateFilter::judge_known(Time now, Session& session, const SessionMessage& message,
                                       const Digest& digest) {
  switch (session.state_of(message.sequence)) {
    case NumberState::RefusedOverload: return {Verdict::RefusedAgain, nullptr, Errc::overloaded};
    case NumberState::RefusedGivenUp:
      return {Verdict::RefusedAgain, nullptr,
              message.type == MessageType::Cancel ? Errc::cancelled : Errc::deadline_exceeded};
    case NumberState::Recorded:
    case NumberState::Unseen: break;
  }
  Record* const record = calls_.find(session, Series::Windowed, message.sequence);
  ONCE_ASSERT(record != nullptr);
  return judge_record(now, *record, message, digest);
}

Judgement DuplicateFilter::judge_record(Time now, Record& record, const SessionMessage& message,
                                        const Digest& digest) {
  ONCE_ASSERT(record.state != RecordState::Free);
  if (message.semantics != record.semantics ||
      (message.type == MessageType::Request && digest != record.digest && !planted(Bug::DigestIgnored))) {
    return {Verdict::Collision, &record};
  }
  const bool is_done = record.state != RecordState::Queued && record.state != RecordState::Running;
  if (planted(Bug::NoInProgress) && !is_done && message.type == MessageType::Request) return {Verdict::New};
  switch (record.state) {
    case RecordState::Queued:
      if (message.type == MessageType::Cancel) return {Verdict::Refused, &record, Errc::cancelled};
      if (message.budget_ms == 0 || record.deadline <= now) {
        return {Verdict::Refused, &record, Errc::deadline_exceeded};
      }
      return {Verdict::InProgress, &record};
    case RecordState::Running: return {Verdict::InProgress, &record};
    case RecordState::Done: return {Verdict::Replay, &record};
    case RecordState::ReplyGone: return {Verdict::ReplyLost, &record};
    case RecordState::Refused: return {Verdict::RefusedAgain, &record, record.reason};
    case RecordState::Free: break;
  }
  return {};
}

Judgement DuplicateFilter::judge_unknown(const Session& session, const SessionMessage& message) {
  if (message.type == MessageType::Probe) return {Verdict::Unseen};
  if (message.type == MessageType::Cancel) return {Verdict::Refused, nullptr, Errc::cancelled};
  const Errc reason = reason_to_refuse(session, message);
  if (reason != Errc::ok) return {Verdict::Refused, nullptr, reason};
  return {Verdict::New};
}

/// Numbers outside the window: only a call that is queued or running is known, and nothing sticks.
Judgement DuplicateFilter::judge_free(const Session& session, const SessionMessage& message) {
  if (message.semantics == Semantics::Maybe) {
    const Errc reason = reason_to_refuse(session, message);
    return {reason == Errc::ok ? Verdict::New : Verdict::Refused, nullptr, reason};
  }
  Record* const record = calls_.find(session, Series::Free, message.sequence);
  if (record == nullptr) return judge_unknown(session, message);
  if (message.type == MessageType::Cancel && record->state == RecordState::Queued) {
    return {Verdict::Refused, record, Errc::cancelled};
  }
  return {Verdict::InProgress, record};
}

Errc DuplicateFilter::reason_to_refuse(const Session& session, const SessionMessage& message) const {
  if (message.semantics == Semantics::ExactlyOnce && durable_refusal_ != Errc::ok) return durable_refusal_;
  if (message.must_understand || message.fragment != 0 || message.fragments != 1) return Errc::unsupported;
  if (message.body_length > limits_.message_max) return Errc::message_too_large;
  if (draining_) return Errc::shutting_down;
  if (message.budget_ms == 0) return Errc::deadline_exceeded;
  if (rarely(Rare::QueueFull) || !calls_.may_queue(session.client, octets_of(message)) ||
      !calls_.has_room() || !calls_.may_start(session.client)) {
    return Errc::overloaded;
  }
  return Errc::ok;
}

}  // namespace once::core
