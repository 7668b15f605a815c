// What a run of the model is told: its sizes, what may happen in it, and which faults are planted.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "state.hpp"

namespace once::model {

enum class Semantics : std::uint8_t { AtLeastOnce, AtMostOnce, ExactlyOnce };

struct Configuration {
  std::string_view name;
  std::string_view what;
  bool is_small = false;   // it is run by day, too
  bool is_whole = false;   // messages that cannot matter any more are kept
  bool is_lively = false;  // liveness is checked

  // Sizes.
  std::string_view calls = "m";  // each: l at least once, m at most once, x exactly once
  Count window = 1;
  Count sessions = 1;  // that servers make, in all
  Count epochs = 1;
  Count lives = 1;  // of the client
  Count nonces = 1;
  Count places = 1;       // sessions that the client uses at once
  Count retries = 0;      // of refused calls, by a life of the client; calls and retries have kCalls numbers
  Count running_max = 0;  // 0: none

  // What there is.
  bool is_durable = false;  // a store
  bool is_lasting = false;  // an outbox: its lives have names, and make their calls again

  // What may happen at any time.
  bool deadlines = false;
  bool cancels = false;
  bool refusals = false;  // for want of time or room, at the server
  bool working = false;   // WORKING is answered, and PROBE sent
  bool evictions = false;
  bool leases = false;  // end at the server
  bool stops = false;   // leases end at the client
  bool closes = false;  // the client says BYE
  bool losses = false;  // of everything on its way
  bool acks = false;    // idle acknowledgements
  bool new_paths = false;
  bool strays = false;            // HELLOs make sessions that nobody uses
  bool grants = false;            // the window widens and shrinks
  bool slow_application = false;  // it takes completions later than they come
  bool withdrawals = false;       // L8
};

/// Faults that a run can be given, to show that its invariants are seen to break: mutants.cpp says what each is.
enum class Fault : std::uint8_t {
  FilterOff,
  NoInProgress,
  RecordEvicted,
  RefusalNotRecorded,
  RefusalEvicted,
  RefusedBeforeKnown,
  RunningRefused,
  StaleAsNew,
  MarkAssigned,
  BitmapAssigned,
  AckAfterWindow,
  OrphanNarrowsWindow,
  GrantShrinks,
  SessionIdReused,
  SessionIdOfEarlierEpoch,
  ReplyBeforeRecord,
  CancelForgets,
  CancelMeansNotRun,
  DeadlineMeansNotRun,
  NoSessionMeansNotRun,
  WrongEpochMeansNotRun,
  BoundAgainAfterSending,
  WelcomeWithoutNonce,
  SessionByInstance,
  ResumeWithoutRow,
  OldRefusalBelieved,
  EpochGoesBack,
  AtMostOnceResumed,
  NoFence,
  NoSessionRowAtCommit,
  RowsBeforeSession,
  EpochUnchecked,
  OutcomeNotKept,
  OutcomeNotRestored,
  RowsWithoutMark,
  OldWorkingBelieved,
  UnseenNotAnswered,
  ProbeWithoutAck,
  PartialWriteNotSent,
  FreeRefusalBelieved,
  FreeRetryNotSent,
  AnswerOfAnySession,
  OneAckForAllSessions,
  MadeInIgnored,
  WelcomeOfEarlierLife,
  EnteredLate,
  ToldEarly,
  AckBeforeHandOver,
  CookieForEver,
  OrphanNotCounted,

};

using Faults = std::bitset<static_cast<std::size_t>(Fault::OrphanNotCounted) + 1>;

struct World {
  Configuration configuration;
  Faults faults;
  bool prunes = true;  // messages that cannot matter any more are dropped

  bool planted(Fault fault) const { return faults[static_cast<std::size_t>(fault)]; }
  std::size_t calls() const { return configuration.calls.size(); }
  Semantics semantics(std::size_t call) const {
    switch (configuration.calls[call]) {
      case 'l': return Semantics::AtLeastOnce;
      case 'x': return Semantics::ExactlyOnce;
      default: return Semantics::AtMostOnce;
    }
  }
  bool is_free(std::size_t call) const { return semantics(call) == Semantics::AtLeastOnce; }
  bool is_exactly_once(std::size_t call) const { return semantics(call) == Semantics::ExactlyOnce; }
};

}  // namespace once::model
