// The checks of the oracle, each beside the event that may break it.
#include "oracle.hpp"

#include <utility>

#include <once/base/crc32c.hpp>

#include "random.hpp"
#include "wire_view.hpp"

namespace once::simulator {
namespace {

/// How late a timer may be: virtual timers are exact up to the rounding of a skewed clock.
constexpr Duration kTick = std::chrono::microseconds{1};

std::string name_of(const RequestId& id) {
  return "request " + std::to_string(id.session) + ":" + std::to_string(id.sequence);
}

bool did_not_run(OutcomeKind kind) {
  return kind == OutcomeKind::NotSent || kind == OutcomeKind::NotExecuted;
}

}  // namespace

void OutcomeTally::add(const OutcomeTally& other) {
  for (int semantics = 0; semantics < 4; ++semantics) {
    for (int kind = 0; kind < 6; ++kind) by[semantics][kind] += other.by[semantics][kind];
  }
  vanished += other.vanished;
  executions += other.executions;
  committed += other.committed;
}

std::uint64_t OutcomeTally::of(OutcomeKind kind) const {
  std::uint64_t sum = 0;
  for (const auto& row : by) sum += row[static_cast<int>(kind)];
  return sum;
}

std::uint64_t OutcomeTally::ended() const {
  std::uint64_t sum = 0;
  for (const auto& row : by) {
    for (const std::uint64_t count : row) sum += count;
  }
  return sum;
}

Oracle::Oracle(std::uint64_t seed) : salt_((mix(seed ^ 0x73616c74u) | 1u << 31) << 32) {}

std::uint32_t Oracle::announce_client(const ClientInstance& instance, bool rogue) {
  clients_.push_back({instance, rogue, 0});
  return static_cast<std::uint32_t>(clients_.size() - 1);
}

CallId Oracle::issue(const CallPlan& plan) {
  calls_.push_back({plan});
  ++clients_[plan.client_life].pending;
  ++pending_;
  return salt_ | calls_.size();
}

void Oracle::not_started(CallId id, Errc reason) {
  Call& call = at(id);
  if (call.plan.must_succeed) {
    fail("L3 usable again", id, "start() says " + make_error_code(reason).message() + " on a healed network");
  }
  end(call, OutcomeKind::NotSent);
}

void Oracle::transmitted(CallId id) {
  Call& call = at(id);
  ++call.transmitted;
  if (call.plan.rogue) return;
  if (call.state == State::Ended && call.kind == OutcomeKind::NotSent) {
    fail("S2 truth", id, "its request is handed to the transport after it ended as NotSent");
  }
  if (call.plan.semantics == Semantics::Maybe && call.transmitted > 1) {
    fail("S5 maybe", id, "a maybe request is retransmitted");
  }
}

void Oracle::completed(CallId id, const core::CallCompletion& completion, Time now, Time free_since) {
  Call& call = at(id);
  if (call.state != State::Pending) fail("S6 one end", id, "a second completion");
  const OutcomeKind kind = completion.kind;
  const std::string told =
      "ended as " + std::string{to_string(kind)} + " (" + make_error_code(completion.reason).message() + ")";
  if (call.plan.deadline != kNever && now > std::max(call.plan.deadline, free_since) + kTick) {
    fail("S6 in time", id, told + " after its deadline");
  }
  end(call, kind);
  if (call.plan.rogue) return;

  if (completion.reason == Errc::protocol_error) {
    fail("S3 own request", id, "a client that keeps the rules is told that it broke them");
  }
  if (did_not_run(kind) && call.executions > 0) fail("S2 truth", id, told + ", but it ran");
  if (kind == OutcomeKind::NotSent && call.transmitted > 0) fail("S2 truth", id, told + ", but it was sent");
  if (kind != OutcomeKind::NotSent && call.transmitted == 0 && !call.repeated) {
    fail("S2 truth", id, told + ", but no octet of it was sent");
  }
  if ((kind == OutcomeKind::Executed || kind == OutcomeKind::ReplyLost) && call.executions == 0 &&
      !call.undone) {
    const bool durable = call.plan.semantics == Semantics::ExactlyOnce;
    fail(durable ? "S4 exactly once" : "S2 truth", id,
         told + (durable ? ", but nothing of it was kept" : ", but it never ran"));
  }
  if (call.plan.semantics == Semantics::Maybe && kind != OutcomeKind::Sent && kind != OutcomeKind::NotSent) {
    fail("S5 maybe", id, told);
  }
  if (call.plan.semantics != Semantics::Maybe && kind == OutcomeKind::Sent) fail("S2 truth", id, told);
  if (completion.sent != call.transmitted) {
    fail("S2 truth", id,
         "says that it was sent " + std::to_string(completion.sent) + " times; it was " +
             std::to_string(call.transmitted));
  }
  if (kind == OutcomeKind::Executed) check_reply(call, id, completion);
  if (call.plan.must_succeed && kind != OutcomeKind::Executed && kind != OutcomeKind::Sent) {
    fail("L3 usable again", id, told + " although nothing is wrong");
  }
}

void Oracle::check_reply(const Call& call, CallId id, const core::CallCompletion& completion) const {
  const auto content = read_reply_body(completion.body);
  if (!content) fail("S3 own reply", id, "the reply's octets are not those of any execution");
  if (content->call != id) {
    fail("S3 own reply", id, "the reply is that of call " + std::to_string(content->call & 0xffffffffu));
  }
  if (content->execution == 0 || content->execution > executions_.size()) {
    fail("S3 own reply", id, "the reply names an execution that never was");
  }
  const Execution& execution = executions_[content->execution - 1];
  if (execution.call != id || !execution.replied) {
    fail("S3 own reply", id, "the reply names an execution that did not make it");
  }
  if (execution.durable && !execution.committed && !execution.rolled_back) {
    fail("S4 exactly once", id, "the reply is that of an execution whose outcome was not kept");
  }
  const bool same =
      execution.status == completion.status && execution.size == completion.body.size() &&
      execution.little_endian == completion.little_endian && call.plan.codec == completion.codec &&
      (execution.status != core::ReplyStatus::ServantFailed || execution.reason == completion.reason);
  if (!same) fail("S3 own reply", id, "the reply's status, reason, size or codec changed on its way");
}

void Oracle::vanish(std::uint32_t client_life) {
  for (Call& call : calls_) {
    if (call.plan.client_life != client_life || call.state != State::Pending) continue;
    call.state = State::Vanished;
    ++tally_.vanished;
  }
  pending_ -= clients_[client_life].pending;
  clients_[client_life].pending = 0;
}

void Oracle::again(CallId id, std::uint32_t client_life, Time deadline) {
  Call& call = at(id);
  if (call.state == State::Pending || (call.state == State::Ended && call.kind != OutcomeKind::Unknown)) {
    fail("S6 one end", id, "it is made again although its outcome is known");
  }
  call.state = State::Pending;
  call.repeated = true;
  call.transmitted = 0;
  call.plan.client_life = client_life;
  call.plan.deadline = deadline;
  ++clients_[client_life].pending;
  ++pending_;
}

void Oracle::delivered(CallId call) {
  ++at(call).delivered;
}

void Oracle::may_begin(CallId id, Time until) {
  Call& call = at(id);
  call.may_begin_until = std::max(call.may_begin_until, until);
}

bool Oracle::is_other(const RequestId& id, Semantics semantics, std::uint64_t content) const {
  const auto executed = executed_.find({id, semantics});
  return executed != executed_.end() && executed->second.content != 0 && executed->second.content != content;
}

CallId Oracle::arrived(const core::Arrival& arrival) {
  const auto id = read_request_body(arrival.body);
  if (!id) {
    for (const Client& client : clients_) {
      if (client.rogue && client.instance == arrival.client) return 0;
    }
    fail("S3 own request", 0, "a request's octets are not those of any call: " + name_of(arrival.id));
  }
  const CallPlan& plan = at(*id).plan;
  if (plan.rogue) of_rogues_.insert(arrival.id.session);
  if (plan.rogue) return *id;
  const bool same = plan.semantics == arrival.semantics && plan.codec == arrival.codec &&
                    plan.little_endian == arrival.little_endian && plan.operation == arrival.operation &&
                    plan.fingerprint == arrival.fingerprint && plan.size == arrival.body.size() &&
                    plan.principal == arrival.from.principal &&
                    as_text(plan.object_key) == as_text(arrival.object_key) &&
                    clients_[plan.client_life].instance == arrival.client;
  if (!same) fail("S3 own request", *id, "the request changed on its way");
  return *id;
}

std::uint64_t Oracle::execute(CallId id, const core::Arrival& arrival, std::uint16_t server, Time now) {
  Call& call = at(id);
  const bool durable = arrival.semantics == Semantics::ExactlyOnce;
  if (!durable) ++call.executions;  // else it counts when it is kept
  ++tally_.executions;
  const auto [entry, first] = executed_.try_emplace({arrival.id, arrival.semantics}, Executed{id, 0});
  if (call.plan.rogue && first) {
    entry->second.content =
        content_of(arrival.operation, static_cast<std::uint32_t>(arrival.body.size()), crc32c(arrival.body));
  }
  if (arrival.semantics == Semantics::AtMostOnce && !first) {
    fail("S1 at most once", id, name_of(arrival.id) + " runs again");
  }
  if (refused_.contains({arrival.id, arrival.semantics})) {
    fail("S2 truth", id, "runs after the server has said that " + name_of(arrival.id) + " never will");
  }
  if (!call.plan.rogue) {
    if (entry->second.call != id) {
      fail("S1 at most once", id, name_of(arrival.id) + " was another call's before");
    }
    if (call.plan.semantics == Semantics::AtMostOnce && call.executions > 1) {
      fail("S1 at most once", id, "the call runs again, now as " + name_of(arrival.id));
    }
    if (!durable && call.state == State::Ended && did_not_run(call.kind)) {
      fail("S2 truth", id, "runs after it ended as " + std::string{to_string(call.kind)});
    }
    if (call.plan.semantics == Semantics::Maybe && call.executions > call.delivered) {
      fail("S5 maybe", id, "runs more often than copies of it were delivered");
    }
  }
  if (now >= std::min(arrival.deadline, call.may_begin_until))
    fail("O2 late start", id, "begins although its budget is used up");
  executions_.push_back({id, arrival.id, server});
  executions_.back().durable = durable;
  return executions_.size();
}

void Oracle::told_that_it_ran(const RequestId& id) {
  if (executed_.contains({id, Semantics::AtMostOnce})) return;
  fail("S2 truth", 0, "the server says that " + name_of(id) + " ran, which it did not");
}

void Oracle::told_that_it_did_not_run(const RequestId& id) {
  const RequestKey key{id, Semantics::AtMostOnce};
  const auto ran = executed_.find(key);
  if (ran != executed_.end()) {
    fail("S2 truth", ran->second.call, "the server says that " + name_of(id) + " did not run, which it did");
  }
  refused_.insert(key);
}

void Oracle::reply_goes_to(CallId call, std::uint32_t principal) const {
  if (at(call).plan.principal != principal) fail("S3 own reply", call, "its reply goes to somebody else");
}

void Oracle::replied(std::uint64_t execution, core::ReplyStatus status, bool little_endian, Errc reason,
                     std::uint32_t size) {
  Execution& entry = executions_[execution - 1];
  entry.status = status;
  entry.reason = reason;
  entry.size = size;
  entry.little_endian = little_endian;
  entry.replied = true;
}

void Oracle::restarted(std::uint8_t server) {
  const auto is_over = [&](const RequestKey& key) {
    return static_cast<std::uint8_t>(key.id.session) == server && of_rogues_.contains(key.id.session);
  };
  std::erase_if(executed_, [&](const auto& entry) { return is_over(entry.first); });
  std::erase_if(refused_, is_over);
}

void Oracle::committed(std::uint64_t number) {
  if (number == 0 || number > executions_.size()) {
    fail("S4 exactly once", 0, "an outcome is kept of an execution that never was");
  }
  Execution& execution = executions_[number - 1];
  if (std::exchange(execution.committed, true)) return;
  commits_.push_back(number);
  execution.rolled_back = false;
  Call& call = at(execution.call);
  ++call.executions;
  ++tally_.committed;
  // Who acknowledges an outcome, and takes that back after the server's restart, may have its own call run again.
  if (call.plan.rogue) return;
  if (!committed_.insert({execution.id, Semantics::ExactlyOnce}).second) {
    fail("S4 exactly once", execution.call, name_of(execution.id) + " takes effect again");
  }
  if (call.executions > 1) {
    fail("S4 exactly once", execution.call, "the call takes effect again, now as " + name_of(execution.id));
  }
  if (call.state == State::Ended && did_not_run(call.kind)) {
    fail("S2 truth", execution.call, "takes effect after it ended as " + std::string{to_string(call.kind)});
  }
}

void Oracle::rolled_back(std::uint16_t server, std::size_t commits) {
  for (std::size_t i = commits; i < commits_.size(); ++i) {
    Execution& execution = executions_[commits_[i] - 1];
    if (execution.server != server || !execution.committed) continue;
    execution.committed = false;
    execution.rolled_back = true;
    Call& call = at(execution.call);
    --call.executions;
    call.undone = true;
    committed_.erase({execution.id, Semantics::ExactlyOnce});
  }
}

/// A value that was kept without its outcome is found here, too: its client has acknowledged it.
void Oracle::check_effects(std::uint16_t server, const std::vector<std::uint64_t>& executions) {
  std::unordered_set<std::uint64_t> there;
  for (const std::uint64_t number : executions) {
    committed(number);
    const Execution& execution = executions_[number - 1];
    if (!there.insert(number).second)
      fail("S4 exactly once", execution.call, "an execution's effect is there twice");
    if (execution.status != core::ReplyStatus::Value) {
      fail("S4 exactly once", execution.call, "a call that failed has left an effect");
    }
  }
  for (std::size_t i = 0; i < executions_.size(); ++i) {
    const Execution& execution = executions_[i];
    if (!execution.committed || execution.status != core::ReplyStatus::Value || execution.server != server) {
      continue;
    }
    if (!there.contains(i + 1))
      fail("S4 exactly once", execution.call, "an effect is lost whose outcome was kept");
  }
}

void Oracle::check_all_ended() const {
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    if (calls_[i].state == State::Pending) {
      fail("L1 every call ends", salt_ | (i + 1), "it is still pending long after the faults stopped");
    }
  }
}

const Oracle::Call& Oracle::at(CallId call) const {
  const std::size_t number = static_cast<std::uint32_t>(call);
  if ((call & ~std::uint64_t{0xffffffffu}) != salt_ || number == 0 || number > calls_.size()) {
    throw Violation{"S3 own request", "a call of no client turns up", call};
  }
  return calls_[number - 1];
}

void Oracle::end(Call& call, OutcomeKind kind) {
  call.state = State::Ended;
  call.kind = kind;
  --clients_[call.plan.client_life].pending;
  --pending_;
  if (!call.plan.rogue) ++tally_.by[static_cast<int>(call.plan.semantics)][static_cast<int>(kind)];
}

void Oracle::fail(const char* invariant, CallId call, const std::string& text) const {
  throw Violation{invariant, text, call};
}

}  // namespace once::simulator
