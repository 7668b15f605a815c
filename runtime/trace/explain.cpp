#include <algorithm>
#include <iomanip>
#include <ostream>
#include <set>

#include <once/trace/explain.hpp>
#include <once/trace/text.hpp>

#include "trace/sentences.hpp"
#include "trace/story.hpp"

namespace once::trace {
namespace {

/// The worst first.
int badness(const Call& call) {
  if (call.ran_too_often()) return 0;
  if (!call.outcome)
    return call.began ? 2 : 7;  // of a call whose client is not in the trace nothing bad is known
  switch (*call.outcome) {
    case OutcomeKind::Unknown: return 1;
    case OutcomeKind::ReplyLost: return 3;
    case OutcomeKind::NotExecuted: return 4;
    case OutcomeKind::NotSent: return 5;
    case OutcomeKind::Executed: return call.reason == Errc::ok ? 8 : 6;
    case OutcomeKind::Sent: return 8;
  }
  return 8;
}

std::string outcome_text(const Call& call) {
  std::string text = call.outcome ? std::string{to_string(*call.outcome)}
                     : call.began ? "no end"
                                  : "(client unknown)";
  if (call.reason != Errc::ok) text += " " + reason_name(call.reason);
  return text;
}

std::string ms_text(Duration time) {
  const std::int64_t us = time.count() / 1000;
  std::string digits = std::to_string(us % 1000);
  return std::to_string(us / 1000) + "." + std::string(3 - digits.size(), '0') + digits;
}

/// The epochs that its executions and answers were in, in order.
std::vector<Epoch> epochs_of(const Story& story, const Call& call) {
  std::vector<Epoch> epochs;
  for (const std::size_t i : call.events) {
    const TraceEvent& event = story.event(i);
    for (const Epoch& epoch : {event.epoch, event.expected}) {
      if (epoch != Epoch{} && std::find(epochs.begin(), epochs.end(), epoch) == epochs.end()) {
        epochs.push_back(epoch);
      }
    }
  }
  return epochs;
}

void tell_outcome(const Call& call, std::ostream& out) {
  if (!call.outcome && !call.began) {
    out << "  Outcome: its client's trace is not among these.\n";
    return;
  }
  out << "  Outcome: " << outcome_text(call) << ".";
  if (call.outcome) {
    out << " " << meaning_of(*call.outcome, call.reason);
  } else {
    out << " The trace ends before the call does.";
  }
  out << "\n";
}

/// What the servers' traces know, which may be more than the client could.
void tell_executions(const Call& call, std::ostream& out) {
  if (!call.has_server) {
    out << "  Executions: no server's trace tells of this call.\n";
    return;
  }
  out << "  Executions: by the servers' traces, its servant began " << times(call.executions);
  if (call.semantics == Semantics::ExactlyOnce) out << ", and its outcome was kept " << times(call.kept);
  out << ".";
  if (call.ran_too_often()) out << " THIS BREAKS THE PROMISE: such a call runs at most once.";
  const bool said_not = call.outcome == OutcomeKind::NotExecuted || call.outcome == OutcomeKind::NotSent;
  if (said_not && call.executions > 0)
    out << " THIS BREAKS THE PROMISE: its caller was told that it did not run.";
  if (call.outcome == OutcomeKind::Unknown) out << " Its client could not know that.";
  out << "\n";
}

void tell_counts(const Story& story, const Call& call, std::ostream& out) {
  const char* separator = "  Requests: ";
  if (!call.host.empty()) {
    out << separator << "sent " << times(call.requests_sent);
    separator = ", ";
  }
  if (call.has_server) out << separator << "arrived " << times(call.requests_received);
  out << ".\n";
  const std::vector<Epoch> epochs = epochs_of(story, call);
  if (epochs.empty()) return;
  out << (epochs.size() == 1 ? "  Epoch: " : "  Epochs: ");
  for (std::size_t i = 0; i < epochs.size(); ++i) out << (i == 0 ? "" : ", then ") << to_text(epochs[i]);
  out << ".\n";
}

void tell_steps(const Story& story, const Call& call, std::ostream& out) {
  const std::vector<std::size_t> events = story.events_around(call);
  if (events.empty()) return;
  const Time origin = call.began.value_or(story.event(events.front()).at);
  std::size_t widest = 0;
  for (const std::size_t i : events) widest = std::max(widest, printable(story.event(i).host).size());
  out << "\n";
  for (const std::size_t i : events) {
    const TraceEvent& event = story.event(i);
    const bool before = event.at < origin;
    const std::string time = (before ? "-" : "") + ms_text(before ? origin - event.at : event.at - origin);
    const std::string host = printable(event.host);
    out << std::string(time.size() < 12 ? 12 - time.size() : 0, ' ') << time << " ms  " << host
        << std::string(widest - host.size() + 2, ' ') << sentence_of(story, i, &call) << "\n";
  }
}

}  // namespace

std::vector<std::string> calls_named(const std::vector<TraceEvent>& events, std::string_view id) {
  const Story story{events};
  std::vector<std::string> titles;
  for (const std::size_t call : story.find(id)) titles.push_back(story.calls()[call].title());
  return titles;
}

void explain(const std::vector<TraceEvent>& events, std::string_view id, std::ostream& out) {
  const Story story{events};
  const std::vector<std::size_t> found = story.find(id);
  if (found.empty()) return;
  const Call& call = story.calls()[found.front()];
  out << "Call " << printable(call.title()) << ": "
      << (call.operation.empty() ? "operation not known" : printable(call.operation)) << ", "
      << semantics_text(call.semantics);
  if (!call.host.empty()) out << ", of " << printable(call.host);
  out << "\n";
  tell_outcome(call, out);
  tell_executions(call, out);
  tell_counts(story, call, out);
  tell_steps(story, call, out);
}

void list_calls(const std::vector<TraceEvent>& events, std::ostream& out) {
  const Story story{events};
  std::vector<const Call*> calls;
  for (const Call& call : story.calls()) calls.push_back(&call);
  std::stable_sort(calls.begin(), calls.end(),
                   [](const Call* a, const Call* b) { return badness(*a) < badness(*b); });
  for (const Call* const call : calls) {
    out << std::left << std::setw(22) << printable(call->title()) << "  " << std::setw(30)
        << outcome_text(*call) << "  " << std::setw(16) << printable(call->operation) << "  sent "
        << std::setw(8) << (call->host.empty() ? "?" : times(call->requests_sent)) << std::right;
    if (call->has_server) out << "  ran " << times(call->executions);
    if (call->ran_too_often()) out << " (MORE THAN ONCE)";
    if (call->began && call->ended) out << "  " << span_text(*call->ended - *call->began);
    out << "\n";
  }
}

}  // namespace once::trace
