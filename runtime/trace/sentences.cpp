#include "trace/sentences.hpp"

#include <algorithm>
#include <charconv>

#include <once/trace/text.hpp>

namespace once::trace {
namespace {

std::string message_text(const TraceEvent& event, const Call* call) {
  std::string text{message_name(event.message)};
  if (event.id.sequence != 0 && (call == nullptr || is_foreign(event, call))) {
    text += " " + std::to_string(event.id.sequence);
  }
  if (event.attempt != 0) {
    text += event.message < 0x80 ? ", attempt " : " to attempt ";
    text += std::to_string(event.attempt);
  }
  if (event.message >= 0x80 && event.reason != Errc::ok) text += " (" + reason_name(event.reason) + ")";
  return text;
}

std::string sent_text(const Story& story, std::size_t index, const Call* call) {
  const TraceEvent& event = story.event(index);
  std::string text = "sends " + message_text(event, call);
  const std::string finished = finished_numbers(event);
  if (!finished.empty() && (is_foreign(event, call) || event.id.sequence == 0)) {
    text += ", which says that numbers are finished: " + finished;
  }
  const Flight* const flight = story.flight_of(index);
  if (flight == nullptr) return text + ".";
  if (story.is_lost(*flight)) return text + ". It never arrives.";
  if (flight->received.size() > 1) return text + ". It arrives " + times(flight->received.size()) + ".";
  return text + ".";
}

std::string received_text(const Story& story, std::size_t index, const Call* call) {
  const TraceEvent& event = story.event(index);
  const Flight* const flight = story.flight_of(index);
  const bool is_copy = flight != nullptr && flight->received.size() > 1 && flight->received.front() != index;
  const bool unsent = flight != nullptr && flight->sent == kNowhere && event.message != 0;
  const bool whole = unsent && story.came_in_fragments(index);
  std::string text = "receives ";
  if (event.message == 0) text += "octets that are no message";
  if (is_copy) text += "a copy of ";
  if (event.message != 0) text += message_text(event, call);
  if (event.verdict && *event.verdict != Verdict::Admitted) {
    text +=
        ": " + std::string{to_string(*event.verdict)} + " (" + std::string{rule_of(*event.verdict)} + ").";
    if (!is_foreign(event, call)) text += " " + meaning_of(*event.verdict);
    if (event.reason != Errc::ok) text += " The reason: " + reason_name(event.reason) + ".";
  } else {
    text += ".";
  }
  if (!event.text.empty()) text += " " + printable(event.text) + ".";
  if (whole) text += " It came in fragments.";
  if (unsent && !whole && story.senders_tell(event)) text += " Nothing in the trace says that it was sent.";
  const bool other_epoch =
      event.message >= 0x80 && event.expected != Epoch{} && event.epoch != event.expected;
  if (other_epoch) {
    text += " It speaks of epoch " + to_text(event.epoch, true) + "; the message was for " +
            to_text(event.expected, true) + ".";
  }
  return text;
}

std::string ended_text(const TraceEvent& event) {
  std::string text = "the call ends";
  if (event.outcome) text += ": " + std::string{to_string(*event.outcome)};
  if (event.reason != Errc::ok) text += " (" + reason_name(event.reason) + ")";
  text += ".";
  if (!event.text.empty()) text += " The caller reads: \"" + printable(event.text) + "\"";
  return text;
}

std::string with(std::string text, const TraceEvent& event) {
  text += event.peer.empty() ? " the other side" : " " + printable(event.peer);
  if (!event.text.empty()) text += ": " + printable(event.text);
  return text + ".";
}

std::string with_reason(std::string text, const TraceEvent& event) {
  if (event.reason != Errc::ok) text += " (" + reason_name(event.reason) + ")";
  if (!event.text.empty()) text += ": " + printable(event.text);
  return text + ".";
}

std::string why_unknown(Errc reason) {
  switch (reason) {
    case Errc::deadline_exceeded:
      return "No answer came in time. A client cannot tell a lost request from a lost reply: the call may "
             "have run, and "
             "a request that is still on its way may run yet.";
    case Errc::cancelled:
      return "The caller gave up before an answer had come: the call may have run, or be running.";
    case Errc::epoch_changed:
      return "The server was started anew while the call was in flight. What its earlier life ran it did not "
             "write down, "
             "so that nobody can say whether this call was among it; it is not sent again, since it could "
             "run twice.";
    case Errc::session_lost:
      return "The session ended while the call was in flight, and with it the server's records: a new "
             "session cannot "
             "tell whether the call ran in the old one.";
    case Errc::refused_after_sending:
      return "The server refused the call, but copies of it were sent before, each of which may run: it is "
             "numbered in "
             "the series whose calls may run more than once.";
    case Errc::connection_lost: return "The connection broke after the request had been sent on it.";
    case Errc::closed: return "The client was closed before an answer had come.";
    case Errc::protocol_error:
      return "The server's answers contradict the protocol: nothing that it says counts.";
    default: return "It was sent, and no answer that says what became of it has come.";
  }
}

}  // namespace

std::string finished_numbers(const TraceEvent& event) {
  std::string text;
  if (event.acknowledged_through != 0) text = "all up to " + std::to_string(event.acknowledged_through);
  for (unsigned bit = 0; bit < 64; ++bit) {
    if ((event.acknowledged_beyond >> bit & 1U) == 0) continue;
    if (!text.empty()) text += ", ";
    text += std::to_string(event.acknowledged_through + 1 + bit);
  }
  return text;
}

bool is_foreign(const TraceEvent& event, const Call* call) {
  if (call == nullptr || event.message == 0) return false;
  const auto name = name_of(event);
  return !name || std::find(call->names.begin(), call->names.end(), *name) == call->names.end();
}

std::string meaning_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Admitted: return "Its acknowledgement is applied.";
    case Verdict::WrongEpoch: return "It was meant for another life of the server; nothing in it is used.";
    case Verdict::NoSession: return "The server has no such session, or has it no more.";
    case Verdict::Challenged:
      return "The session has not been shown to be at this address: it is not looked at until that is shown.";
    case Verdict::Stale: return "Its client has said that this number is finished: it is dropped.";
    case Verdict::OverWindow: return "The number is beyond what the session was granted: it is dropped.";
    case Verdict::Collision:
      return "The number is known as another request: the client has used a number twice.";
    case Verdict::InProgress: return "The call is queued or running already; it does not run again.";
    case Verdict::Replay:
      return "The call has been done; its recorded reply is sent again, and nothing runs.";
    case Verdict::ReplyLost: return "The call has been done; its reply is kept no more. Nothing runs.";
    case Verdict::RefusedAgain: return "The number has been refused before, and stays so.";
    case Verdict::Unseen: return "The server has not seen this number: the request was lost.";
    case Verdict::Refused: return "It is refused, and the refusal recorded: it never runs.";
    case Verdict::New: return "The number has not been seen: it is recorded and queued.";
  }
  return "?";
}

std::string meaning_of(OutcomeKind outcome, Errc reason) {
  switch (outcome) {
    case OutcomeKind::NotSent:
      return "Nothing of it was handed to a transport: it did not run and never will.";
    case OutcomeKind::Sent: return "It went out, once, and nobody will say more.";
    case OutcomeKind::NotExecuted:
      return "The server that owns the record says that it did not run and never will.";
    case OutcomeKind::Executed:
      return reason == Errc::ok ? "It ran, and its caller has what it returned."
                                : "It ran, and ended with a failure.";
    case OutcomeKind::ReplyLost: return "It ran, and its reply is not to be had.";
    case OutcomeKind::Unknown: return "Nobody can know whether it ran. " + why_unknown(reason);
  }
  return "?";
}

std::string times(std::size_t count) {
  if (count == 0) return "never";
  if (count == 1) return "once";
  return count == 2 ? "twice" : std::to_string(count) + " times";
}

std::string semantics_text(const std::optional<Semantics>& semantics) {
  return semantics ? std::string{to_string(*semantics)} : "semantics not known";
}

std::string span_text(Duration time) {
  const double ms = static_cast<double>(time.count()) / 1e6;
  const bool in_seconds = ms >= 10'000;
  char text[48];
  const auto result =
      std::to_chars(text, text + sizeof text, in_seconds ? ms / 1000 : ms, std::chars_format::fixed,
                    ms < 1                   ? 3
                    : ms < 100 || in_seconds ? 1
                                             : 0);
  std::string digits(text, result.ptr);
  if (digits.ends_with(".0")) digits.resize(digits.size() - 2);
  return digits + (in_seconds ? " s" : " ms");
}

std::string sentence_of(const Story& story, std::size_t index, const Call* call) {
  const TraceEvent& event = story.event(index);
  switch (event.step) {
    case TraceStep::Started:
      return event.epoch == Epoch{} ? "starts." : "starts, in epoch " + to_text(event.epoch, true) + ".";
    case TraceStep::ShuttingDown: return "accepts nothing new from now on.";
    case TraceStep::Stopped: return "stops.";
    case TraceStep::Crashed: return with_reason("crashes", event);
    case TraceStep::Note: return with_reason("note", event);
    case TraceStep::CallBegan: {
      std::string text = "calls " + printable(event.operation) + ", " + semantics_text(event.semantics);
      if (event.deadline > Duration{0}) text += ", for up to " + span_text(event.deadline);
      return text + ".";
    }
    case TraceStep::CallBound: {
      std::string text = "gives the call number " + std::to_string(event.id.sequence) + " of session " +
                         to_text(event.id, false).substr(0, 16);
      if (event.epoch != Epoch{}) text += ", in the server's epoch " + to_text(event.epoch, true);
      return text + ".";
    }
    case TraceStep::CallEnded: return ended_text(event);
    case TraceStep::Connected: return with("has a way to", event);
    case TraceStep::Disconnected: return with("gives up its way to", event);
    case TraceStep::SessionOpened: return "opens session " + to_text(event.id, false).substr(0, 16) + ".";
    case TraceStep::SessionEnded:
      return "ends session " + to_text(event.id, false).substr(0, 16) + " with all its records.";
    case TraceStep::Sent: return sent_text(story, index, call);
    case TraceStep::Received: return received_text(story, index, call);
    case TraceStep::Lost: return "the network loses " + message_text(event, call) + ".";
    case TraceStep::Copied: return "the network copies " + message_text(event, call) + ".";
    case TraceStep::Damaged: return "the network damages " + message_text(event, call) + ".";
    case TraceStep::ExecutionBegan: return "the servant begins.";
    case TraceStep::ExecutionEnded: return with_reason("the servant ends", event);
    case TraceStep::Kept: return "the outcome is in the store.";
    case TraceStep::Refused: return with_reason("the call is refused before its servant begins", event);
    case TraceStep::Abandoned: return with_reason("nobody waits for the call any more", event);
  }
  return "?";
}

}  // namespace once::trace
