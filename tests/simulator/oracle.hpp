// The judge: counts what servants really did and compares it with what clients were told. It knows calls by
// the numbers in their bodies and shares no code with the cores; it sees them only through the values that
// every driver sees.
//
// Invariants (docs/testing.md, "What is checked, and where"; the names are those of the fault model):
//   S1  at most once: a requestId, and a logical call, run at most once, over all servers, epochs and lives
//   S2  truth: NotSent and NotExecuted: never ran and never will; Executed and ReplyLost: ran
//   S3  a reply is that of an execution of its own call, octet for octet, and so is a request; neither
//   crosses
//       principals
//   S4  exactly once: of a requestId, and of a logical call, one outcome is kept; what an execution has left in the
//       store is there if, and only if, its outcome was kept and is a value; a reply is that of a kept outcome
//   S5  maybe: no more executions than copies delivered, and one transmission at most
//   S6  every call ends exactly once, not after its deadline
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <once/base/error.hpp>
#include <once/base/ids.hpp>
#include <once/base/time.hpp>

#include "core/client_core.hpp"
#include "core/server_core.hpp"
#include "payload.hpp"

namespace once::simulator {

/// A broken invariant. Thrown by whoever finds it, through no code of the cores.
struct Violation {
  std::string invariant;  // "S1 at most once"
  std::string text;
  CallId call = 0;
};

/// How many calls of each semantics ended in each outcome, and what servants did.
struct OutcomeTally {
  std::uint64_t by[4][6] = {};  // Semantics, OutcomeKind
  std::uint64_t vanished = 0;   // their client crashed before they ended
  std::uint64_t executions = 0;
  std::uint64_t committed = 0;  // of exactly-once calls

  void add(const OutcomeTally& other);
  std::uint64_t of(OutcomeKind kind) const;
  std::uint64_t ended() const;
};

/// What a call asks for; what the servant is handed must be the same.
struct CallPlan {
  std::uint16_t host = 0;
  std::uint32_t client_life = 0;  // index of announce_client()
  Semantics semantics = Semantics::AtMostOnce;
  std::uint8_t codec = 0;
  bool little_endian = false;
  std::uint32_t operation = 0, fingerprint = 0;
  Slice object_key;
  std::uint32_t size = 0;
  Time deadline = kNever;       // on the client's clock
  std::uint32_t principal = 0;  // as its transport shows it
  bool must_succeed = false;
  bool rogue = false;  // its client breaks the rules: only what the server promises is checked
};

class Oracle {
 public:
  explicit Oracle(std::uint64_t seed);

  /// A client's life; the number names it in CallPlan.
  std::uint32_t announce_client(const ClientInstance& instance, bool rogue);

  // The client's side.
  CallId issue(const CallPlan& plan);
  void not_started(CallId call, Errc reason);
  /// A rogue sends a message in it.
  void misused(SessionId session) { of_rogues_.insert(session); }
  bool is_misused(SessionId session) const { return of_rogues_.contains(session); }
  /// Each time a message whose body is this call's leaves its client.
  void transmitted(CallId call);
  /// `now` is the client's time; `free_since`: when its host last came back from a pause.
  void completed(CallId call, const core::CallCompletion& completion, Time now, Time free_since);
  /// The client crashed: nobody waits for its calls any more; what the server may do stays the same.
  void vanish(std::uint32_t client_life);

  /// The same call is made again: in a later life of its client, or since it ended as Unknown.
  void again(CallId call, std::uint32_t client_life, Time deadline);
  /// … and its client would not take it this time.
  void gave_up(CallId call) { end(at(call), OutcomeKind::Unknown); }
  bool is_repeated(CallId call) const { return at(call).repeated; }

  // The server's side.
  void delivered(CallId call);
  /// … and a whole request of it, which lets it begin before `until` (on the clock of its server).
  void may_begin(CallId call, Time until);
  /// Whether another request than one of this content was executed under the number.
  bool is_other(const RequestId& id, Semantics semantics, std::uint64_t content) const;
  /// Nothing but a rogue's octets may be unreadable: 0 for those, else the call.
  CallId arrived(const core::Arrival& arrival);
  /// The servant begins, at a server. Returns the number of the execution.
  std::uint64_t execute(CallId call, const core::Arrival& arrival, std::uint16_t server, Time now);
  /// What the server's messages say about an at-most-once request, whoever it comes from and whether or not
  /// anybody listens.
  void told_that_it_ran(const RequestId& id);
  void told_that_it_did_not_run(const RequestId& id);
  /// A reply goes out to somebody with this principal.
  void reply_goes_to(CallId call, std::uint32_t principal) const;
  void replied(std::uint64_t execution, core::ReplyStatus status, bool little_endian, Errc reason,
               std::uint32_t size);

  /// A server with a store (its number is the low octet of its sessions' ids) has started again. What it knew of at-most-once calls is gone, while sessions go on: that
  /// such a call is not sent again is for clients that keep the rules.
  void restarted(std::uint8_t server);
  /// The outcome of an exactly-once execution is in the store: as the store says, or as is found after a crash.
  void committed(std::uint64_t execution);
  /// An older copy of the store of `server` is put back, which has the outcomes that were committed when `committed()`
  /// had been called `commits` times.
  void rolled_back(std::uint16_t server, std::size_t commits);
  std::size_t commits() const { return commits_.size(); }
  /// What executions have left in the store of `server`, in order.
  void check_effects(std::uint16_t server, const std::vector<std::uint64_t>& executions);

  // What the world asks.
  bool pending(CallId call) const { return at(call).state == State::Pending; }
  OutcomeKind outcome(CallId call) const { return at(call).kind; }
  std::size_t pending_of(std::uint32_t client_life) const { return clients_[client_life].pending; }
  std::size_t pending() const { return pending_; }
  /// Every call of a living client has ended, and those that had to succeed did.
  void check_all_ended() const;
  std::uint64_t issued() const { return calls_.size(); }
  const OutcomeTally& tally() const { return tally_; }

 private:
  enum class State : std::uint8_t { Pending, Ended, Vanished };
  struct Client {
    ClientInstance instance;
    bool rogue = false;
    std::size_t pending = 0;
  };
  struct Call {
    CallPlan plan;
    State state = State::Pending;
    OutcomeKind kind = OutcomeKind::Unknown;
    std::uint32_t transmitted = 0, delivered = 0, executions = 0;
    bool repeated = false;
    bool undone = false;  // it took effect in a store of which an older copy was put back
    Time may_begin_until = Time::min();
  };
  struct Execution {
    CallId call = 0;
    RequestId id;
    std::uint16_t server = 0;
    core::ReplyStatus status = core::ReplyStatus::Value;
    Errc reason = Errc::ok;
    std::uint32_t size = 0;
    bool little_endian = false, replied = false;
    bool durable = false, committed = false;
    bool rolled_back = false;  // it was committed, and an older copy of the store was put back
  };
  struct Executed {
    CallId call = 0;
    std::uint64_t content = 0;  // of a rogue's request, as content_of() says
  };
  struct RequestKey {
    RequestId id;
    Semantics semantics = Semantics::AtMostOnce;
    bool operator==(const RequestKey&) const = default;
  };
  struct HashRequestKey {
    std::size_t operator()(const RequestKey& key) const {
      return static_cast<std::size_t>(key.id.session * 0x9e3779b97f4a7c15u ^
                                      (key.id.sequence << 2 | static_cast<std::uint64_t>(key.semantics)));
    }
  };

  const Call& at(CallId call) const;
  Call& at(CallId call) { return const_cast<Call&>(std::as_const(*this).at(call)); }
  void end(Call& call, OutcomeKind kind);
  void check_reply(const Call& call, CallId id, const core::CallCompletion& completion) const;
  [[noreturn]] void fail(const char* invariant, CallId call, const std::string& text) const;

  std::uint64_t salt_;
  std::vector<Client> clients_;
  std::vector<Call> calls_;
  std::vector<Execution> executions_;
  std::unordered_map<RequestKey, Executed, HashRequestKey> executed_;
  std::unordered_set<RequestKey, HashRequestKey> refused_;  // as servers have said
  std::unordered_set<SessionId> of_rogues_;
  std::unordered_set<RequestKey, HashRequestKey> committed_;  // those that have a kept outcome
  std::vector<std::uint64_t> commits_;  // executions, in the order in which they were committed
  std::size_t pending_ = 0;
  OutcomeTally tally_;
};

}  // namespace once::simulator
