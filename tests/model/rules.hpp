// The rules of docs/protocol.md that the model implements, by name, and those that it leaves out, with the reason.
// rules_test.cpp holds both lists to that page.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace once::model {

struct RuleText {
  std::string_view name;
  std::string_view text;  // what the model has of it, or why it has nothing
};

inline constexpr std::array kModelled = {
    RuleText{"I1", "a session id is never given twice"},
    RuleText{"I3", "a number is never used twice"},
    RuleText{"O1", "a call counts as sent before its request is"},
    RuleText{"H1", "only HELLO makes a session"},
    RuleText{"H2", "WELCOME counts for the outstanding nonce only"},
    RuleText{"H3", "a copy of a HELLO gets the same session while it lives, else another"},
    RuleText{"V2", "WrongEpoch"},
    RuleText{"V3", "NoSession"},
    RuleText{"V4", "the acknowledgement: maximum and union"},
    RuleText{"V5", "Stale"},
    RuleText{"V6", "OverWindow; the widest grant counts"},
    RuleText{"V7", "what is known: queued, running, done, octets gone, refused"},
    RuleText{"V8", "what is not: UNSEEN, refused and recorded, New"},
    RuleText{"V9", "queued to running in one step, or refused; orphans count"},
    RuleText{"V10", "the driver refuses what has not begun"},
    RuleText{"V11", "a refusal is recorded before it is answered"},
    RuleText{"V12", "a reply is recorded before it is sent"},
    RuleText{"V15", "the free series keeps nothing after the call"},
    RuleText{"C1", "an answer counts for what is bound and was sent"},
    RuleText{"C2", "REPLY and REPLY_LOST, of any epoch"},
    RuleText{"C3", "NOT_EXECUTED, of the present epoch; Unknown if at least once"},
    RuleText{"C4", "WORKING, of the present epoch"},
    RuleText{"C5", "UNSEEN, of the present epoch; also as the answer to an older PROBE, which allows more"},
    RuleText{"C6", "WRONG_EPOCH, if the present one was asked for"},
    RuleText{"C7", "NO_SESSION"},
    RuleText{"C8", "the session is over: Unknown, or bound again"},
    RuleText{"C10", "numbers within the grant, first come, first bound"},
    RuleText{"C11", "a number is finished when the completion was handed over"},
    RuleText{"C12", "deadline and cancellation; CANCEL is repeated until it is answered"},
    RuleText{"C14", "what was sent is sent again on a new path"},
    RuleText{"C16", "a further session where old calls hold the window up"},
    RuleText{"C17", "a call that was refused is made again under a new number, within a budget"},
    RuleText{"T1", "retransmission, at any time"},
    RuleText{"T3", "probes, at any time after WORKING"},
    RuleText{"T4", "the idle acknowledgement, at any time"},
    RuleText{"T5", "the client stops using a session, at any time"},
    RuleText{"T6", "a session ends at its server, at any time"},
    RuleText{"T7", "HELLO is repeated under its nonce"},
    RuleText{"M2", "records live until their number is acknowledged"},
    RuleText{"M4", "a reply's octets are evicted"},
    RuleText{"M5", "the window widens and shrinks, at any time"},
    RuleText{"E1", "the session's row is written in one step with WELCOME"},
    RuleText{"E2", "a restart: the epoch rises, the rows are loaded"},
    RuleText{"E3", "the fence, and the session's row, at each commit"},
    RuleText{"E5", "the reply leaves when its outcome is on disk; until that is known, the call runs"},
    RuleText{"E6", "the client resumes in the next epoch; at-most-once calls are Unknown"},
    RuleText{"E7", "an exactly-once call in flight keeps its session"},
    RuleText{"E8", "rows go when their number is acknowledged, or with the session's"},
    RuleText{"E9", "rows carry the mark"},
    RuleText{"N1", "a later life has a higher incarnation"},
    RuleText{"N2", "a lower incarnation is refused"},
    RuleText{"L1", "a number is finished when the outbox says so"},
    RuleText{"L2", "a later life gets the same session by the same nonce"},
    RuleText{"L3", "made_in: calls of a session that is gone are Unknown"},
    RuleText{"L4", "the session was entered, on disk, before anything is sent"},
    RuleText{"L5", "NO_SESSION ends a lasting session; the next has another nonce"},
    RuleText{"L6", "a lasting session ends at its server, at any time, but no HELLO is older than that"},
    RuleText{"L8", "CANCEL in the place of a call that has become too large"},
};

inline constexpr std::array kNotModelled = {
    RuleText{"I2", "no address is modelled, and nothing in the model looks at one"},
    RuleText{"I4", "the model has no clock: every timer may fire at any time"},
    RuleText{"O2",
             "no call is bound again after it was sent, but at-least-once calls; what is left is that "
             "NotSent says so"},
    RuleText{"H4", "principals: there is one"},
    RuleText{"H5", "a WELCOME that is too late is one whose session the client stops using at once (T5)"},
    RuleText{"V1", "the network of the model loses, copies, delays and reorders, and damages nothing"},
    RuleText{"H6", "addresses"},
    RuleText{"V13", "addresses"},
    RuleText{"V16", "addresses; what is challenged is as if lost, but for its acknowledgement"},
    RuleText{"V14", "how often WORKING is sent; a copy of it stays in the network for ever"},
    RuleText{"C9", "digests never differ in the model, the worst case: nothing in the promise leans on them"},
    RuleText{"C13", "nothing is promised about a maybe call but that NotSent is true, which O1 is about"},
    RuleText{"C15", "sizes; but for L8"},
    RuleText{"C18", "addresses; everything may be sent again at any time"},
    RuleText{"T2", "time"},
    RuleText{"T8", "time: a budget may be used up at any moment (V7, V8, V9)"},
    RuleText{"T9", "a PROBE of a number that no call has: it only renews leases"},
    RuleText{"M1", "how a session is laid out in memory"},
    RuleText{"M3", "how a refusal is laid out in memory; it is one state here, and sticks"},
    RuleText{"M6", "sums; the model has the limit of running calls alone (V9)"},
    RuleText{"M7", "memory of fragments"},
    RuleText{"E4", "values and exceptions: an outcome is an outcome"},
    RuleText{"N3",
             "a client asks for another lasting session when the old one is gone (L5): there is none to end"},
    RuleText{"N4", "event loops"},
    RuleText{"L7", "the counter of messages: it renews leases and tells addresses, and decides nothing else"},
};

/// Sections of docs/protocol.md whose rules stand in one of the lists; of the others none does.
inline constexpr std::array<std::string_view, 9> kSections = {
    "Identities", "Outcomes",           "Making a session", "The server's verdict", "The client's side",
    "Timers",     "Records and memory", "Exactly once",     "Named clients"};

/// Of kModelled: no step goes by it, which is an invariant.
inline constexpr std::string_view kNeverUsed = "V6";

using Rules = std::bitset<kModelled.size()>;

/// A rule's name as code writes it: step.by("V5"). A name that is not in kModelled does not compile.
struct RuleName {
  std::size_t index = 0;

  consteval RuleName(const char* name) : index(find(name)) {}  // NOLINT(google-explicit-constructor)

 private:
  static consteval std::size_t find(std::string_view name) {
    for (std::size_t i = 0; i < kModelled.size(); ++i) {
      if (kModelled[i].name == name) return i;
    }
    throw "the model has no such rule";
  }
};

}  // namespace once::model
