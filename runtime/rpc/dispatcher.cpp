#include "rpc/dispatcher.hpp"

#include <utility>

#include <asio/post.hpp>

#include <once/codec/codec.hpp>

#include "core/server/rows.hpp"

namespace once::detail {
namespace {

constexpr std::uint32_t kReplyMaxDefault = 64u << 10;

std::string_view why(core::Abandoned::Reason reason) {
  switch (reason) {
    case core::Abandoned::Reason::Cancelled: return "its client has cancelled it";
    case core::Abandoned::Reason::Acknowledged: return "its client has given it up";
    case core::Abandoned::Reason::SessionEnded: return "its session has ended";
  }
  return "?";
}

/// Its servant is called now.
void tell_began(const DispatchRules& rules, ServerCall& call) {
  if (!rules.trace) return;
  rules.trace->execution(call.host().environment().clock->now(), TraceStep::ExecutionBegan, call);
}

/// What an executor is asked: to run one call of its lane. Thrown away without having run, it refuses one: its
/// servant has not begun and never will.
class Turn {
 public:
  Turn(std::shared_ptr<CallHost> host, core::Lane lane) : host_(std::move(host)), lane_(lane) {}
  Turn(Turn&& other) noexcept : host_(std::move(other.host_)), lane_(other.lane_) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (host_) host_->refuse_next(lane_);
  }
  void operator()() { std::exchange(host_, nullptr)->run_next(lane_); }

 private:
  std::shared_ptr<CallHost> host_;
  core::Lane lane_;
};

/// An exactly-once call's servant has ended before the transaction, which has told so.
bool was_told(Answer::Kind kind) {
  return kind != Answer::Kind::Refused && kind != Answer::Kind::Lost;
}

/// One exactly-once call: the servant runs in a transaction of the store, and its answer goes out when that
/// is on disk.
class Durable {
 public:
  Durable(std::shared_ptr<const DispatchRules> rules, ServerCall& call)
      : rules_(std::move(rules)), host_(call.shared_host()), call_(call) {}

  Effect work(Transaction& transaction) {
    began_ = true;
    if (call_.pointless(host_->environment().clock->now())) {
      const Errc reason = call_.request().cancelled() ? Errc::cancelled : Errc::deadline_exceeded;
      call_.make_responder().refuse(reason);
      call_.close_transaction();
      return {};
    }
    const std::shared_ptr<Servant> servant = call_.servant();
    call_.open_transaction(transaction);
    tell_began(*rules_, call_);
    try {
      Next{rules_->wrappers, 0, *servant}(call_.request(), call_.make_responder());
    } catch (...) {
      // A wrapper threw: its Responder is gone, and has answered.
    }
    const bool answered = call_.close_transaction();
    Answer& answer = call_.answer();
    bool keep = answer.kind == Answer::Kind::Value;
    if (!answered || (keep && transaction.is_broken())) {
      answer = {Answer::Kind::Failed, false, Errc::servant_failed, {}, {}};
      keep = false;
    }
    if (answer.kind == Answer::Kind::Refused) return {};
    if (rules_->trace) rules_->trace->answered(host_->environment().clock->now(), call_);
    return {keep ? Effect::Writes::Keep : Effect::Writes::RollBack, write_row(call_.outcome())};
  }

  void done(Errc error) {
    ONCE_ASSERT(began_ || error != Errc::ok);
    if (!began_) static_cast<void>(call_.make_responder());  // nobody else will let go of it
    Answer& answer = call_.answer();
    if (error == Errc::ok && rules_->trace && answer.kind != Answer::Kind::Refused) {
      rules_->trace->execution(host_->environment().clock->now(), TraceStep::Kept, call_);
    }
    if (error == Errc::store_failed && began_) {
      answer = {Answer::Kind::Lost, false, error, {}, {}};
    } else if (error != Errc::ok) {
      answer = {Answer::Kind::Refused, false, error, {}, {}};
    }
    host_->answered(call_);
    if (call_.release()) host_->let_go(call_);
  }

 private:
  std::shared_ptr<const DispatchRules> rules_;
  std::shared_ptr<CallHost> host_;
  ServerCall& call_;
  bool began_ = false;
};

}  // namespace

bool Dispatcher::find_servant(std::unique_lock<std::mutex>& lock, const CallHost& host,
                              const core::Arrival& arrival, adapter::Place& place, Time& time) {
  const std::string_view key = as_text(arrival.object_key.view());
  if (!rules_->adapter.find(key, place)) {
    lock.unlock();
    try {
      rules_->adapter.locate(key, place);
    } catch (...) {
      place = {};  // a locator that throws has found nothing
    }
    lock.lock();
    time = host.environment().clock->now();
  }
  return place.servant != nullptr;
}

void Dispatcher::drop(std::unique_lock<std::mutex>& lock, adapter::Place& place) {
  lock.unlock();
  place = {};
  lock.lock();
}

Errc Dispatcher::check(const core::Arrival& arrival, const Servant& servant,
                       const Operation*& operation) const {
  operation = servant.find_operation(arrival.operation);
  if (operation == nullptr) return Errc::no_such_operation;
  const bool types_count = static_cast<CodecId>(arrival.codec) != CodecId::Protobuf;
  if (types_count && operation->fingerprint != arrival.fingerprint) return Errc::wrong_interface;
  if (operation->semantics != arrival.semantics) return Errc::wrong_interface;
  if (operation->semantics == Semantics::ExactlyOnce && rules_->store == nullptr) return Errc::no_store;
  return Errc::ok;
}

core::Lane Dispatcher::lane_of(const adapter::Place& place) {
  const Servant* const servant = place.servant.get();
  const auto find = [this](const auto& fits) {
    return std::find_if(executors_.begin(), executors_.end(), fits);
  };
  auto found = find([&](const Executor& one) { return one.asked != 0 && one.executor == place.executor; });
  if (found == executors_.end()) {
    found = find([&](const Executor& one) { return one.asked == 0 && one.knows(servant); });
  }
  const core::Lane lane =
      found != executors_.end() ? static_cast<core::Lane>(found - executors_.begin() + 1) : free_lane();
  executors_[lane - 1].executor = place.executor;
  executors_[lane - 1].learn(servant);
  return lane;
}

core::Lane Dispatcher::free_lane() {
  std::size_t free = 0;
  while (free < executors_.size() && executors_[free].asked != 0) ++free;
  if (free == executors_.size()) executors_.emplace_back();
  executors_[free] = {};
  const auto lane = static_cast<core::Lane>(free + 1);
  core_.begin_afresh(lane);
  return lane;
}

core::Lane Dispatcher::take_lane() {
  const core::Lane lane = free_lane();
  executors_[lane - 1].asked = 1;
  return lane;
}

bool Dispatcher::runs_here(core::Lane lane, const adapter::Place& place, const Operation& operation) const {
  if (!is_hosts(lane)) return place.executor == executors_[lane - 1].executor;
  return !place.executor || operation.semantics == Semantics::ExactlyOnce;
}

void Dispatcher::put_off(std::unique_lock<std::mutex>& lock, const std::shared_ptr<CallHost>& host,
                         core::Arrival& arrival, adapter::Place& place) {
  if (!place.executor) {  // it had one, and has been activated without one since
    core_.put_off(host->environment().clock->now(), arrival, 0);
    drop(lock, place);
    return;
  }
  const core::Lane lane = lane_of(place);
  core_.put_off(host->environment().clock->now(), arrival, lane);
  Executor& owner = executors_[lane - 1];
  if (owner.turns >= core_.waiting(lane)) {
    if (owner.asked == 0) owner.executor = {};  // its call is over: nothing waits there
    drop(lock, place);
    return;
  }
  ++owner.asked;
  ++owner.turns;
  lock.unlock();
  try {
    asio::post(place.executor, Turn{host, lane});
  } catch (const std::exception&) {
    // The executor cannot take it: the Turn is gone, and has refused a call.
  }
  place = {};
  lock.lock();
}

void Dispatcher::come_back(core::Lane lane) {
  ONCE_ASSERT(executors_[lane - 1].asked > 0);
  if (--executors_[lane - 1].asked == 0) executors_[lane - 1].executor = {};
}

void Dispatcher::refuse_next(std::unique_lock<std::mutex>& lock, core::Lane lane) {
  ONCE_ASSERT(lock.owns_lock());
  --executors_[lane - 1].turns;
  come_back(lane);
  core::Arrival arrival;
  const Time now{};  // nothing has waited too long: this is another refusal
  if (core_.poll_arrival(now, arrival, lane)) core_.refuse(now, arrival.call, Errc::shutting_down);
}

bool Dispatcher::poll(Time now, core::Arrival& arrival, core::Lane lane) {
  const bool found = core_.poll_arrival(now, arrival, lane);
  if (rules_->trace) rules_->trace->told(now, core_);  // what has waited too long
  return found;
}

ServerCall* Dispatcher::next(std::unique_lock<std::mutex>& lock, const std::shared_ptr<CallHost>& host,
                             Time& time, core::Lane lane) {
  if (!is_hosts(lane)) --executors_[lane - 1].turns;
  if (core_.waiting(lane) == 0) return nullptr;
  const Clock& clock = *host->environment().clock;
  core::Arrival arrival;
  for (; poll(time, arrival, lane); time = clock.now()) {
    adapter::Place place;
    const Operation* operation = nullptr;
    const Errc refusal = find_servant(lock, *host, arrival, place, time)
                             ? check(arrival, *place.servant, operation)
                             : Errc::no_such_object;
    if (refusal != Errc::ok) {
      if (rules_->trace) rules_->trace->refused(time, arrival, refusal, {});
      core_.refuse(time, arrival.call, refusal);
      drop(lock, place);
      continue;
    }
    if (!runs_here(lane, place, *operation)) {
      put_off(lock, host, arrival, place);
      continue;
    }
    if (const core::Lane other = host->lane_for_answers_to(arrival.from)) {
      core_.put_off(time, arrival, other);
      drop(lock, place);
      continue;
    }
    const std::uint32_t reply_max = operation->reply_max != 0 ? operation->reply_max : kReplyMaxDefault;
    if (!core_.start(time, arrival.call, reply_max)) {
      if (rules_->trace) rules_->trace->refused(time, arrival, Errc::ok, "given up before it began");
      drop(lock, place);
      continue;
    }
    return &begin(host, std::move(arrival), std::move(place), operation);
  }
  return nullptr;
}

ServerCall& Dispatcher::begin(const std::shared_ptr<CallHost>& host, core::Arrival&& arrival,
                              adapter::Place&& place, const Operation* operation) {
  if (free_.empty()) {
    calls_.push_back(std::make_unique<ServerCall>());
    free_.reserve(calls_.capacity());
    free_.push_back(calls_.back().get());
  }
  ServerCall& call = *free_.back();
  free_.pop_back();
  const std::size_t slot = arrival.call.slot;
  if (slot >= by_slot_.size()) by_slot_.resize(slot + 1);
  by_slot_[slot] = &call;
  ++running_;
  const std::size_t reply_promised = core_.reply_promised(arrival.call);
  call.begin(host, std::move(arrival), std::move(place), operation, reply_promised);
  return call;
}

Time Dispatcher::run(ServerCall& call, Time began) const {
  if (call.operation().semantics == Semantics::ExactlyOnce) {
    const auto durable = std::make_shared<Durable>(rules_, call);
    rules_->store->run(
        call.request().request_id(),
        [durable](Transaction& transaction) { return durable->work(transaction); },
        [durable](Errc error) { durable->done(error); });
    return began;
  }
  CallHost& host = call.host();
  const Operation& operation = call.operation();
  const bool is_on_loop = !call.executor();
  tell_began(*rules_, call);
  try {
    Next{rules_->wrappers, 0, *call.servant()}(call.request(), call.make_responder());
  } catch (...) {
    // A wrapper threw: its Responder is gone, and has answered.
  }
  if (call.release()) host.let_go(call);
  const Time ended = host.environment().clock->now();
  const Duration took = ended - began;
  if (is_on_loop && took > rules_->slow_call && rules_->on_slow_call) rules_->on_slow_call(operation, took);
  return ended;
}

std::shared_ptr<Servant> Dispatcher::finish(Time now, ServerCall& call) {
  ONCE_ASSERT(by_slot_[call.handle().slot] == &call);
  by_slot_[call.handle().slot] = nullptr;
  --running_;
  Answer& answer = call.answer();
  if (rules_->trace && (call.operation().semantics != Semantics::ExactlyOnce || !was_told(answer.kind))) {
    rules_->trace->answered(now, call);
  }
  switch (answer.kind) {
    case Answer::Kind::Value:
      core_.reply(now, call.handle(), core::ReplyStatus::Value, std::move(answer.body), answer.little_endian);
      break;
    case Answer::Kind::UserException:
      core_.reply(now, call.handle(), core::ReplyStatus::UserException, std::move(answer.body),
                  answer.little_endian);
      break;
    case Answer::Kind::Failed:
      core_.reply(now, call.handle(), core::ReplyStatus::ServantFailed, {}, false, answer.reason);
      break;
    case Answer::Kind::Refused: core_.refuse(now, call.handle(), answer.reason, answer.retry_after); break;
    case Answer::Kind::Lost:
      core_.end_unknown(call.handle());
      core_.refuse_durable(answer.reason);
      break;
    case Answer::Kind::None: ONCE_ASSERT(false);
  }
  return call.release() ? recycle(call) : nullptr;
}

std::shared_ptr<Servant> Dispatcher::recycle(ServerCall& call) {
  free_.push_back(&call);
  return call.clear();
}

void Dispatcher::mark_abandoned() {
  core::Abandoned abandoned;
  while (core_.poll_abandoned(abandoned)) {
    const std::size_t slot = abandoned.call.slot;
    if (slot >= by_slot_.size() || by_slot_[slot] == nullptr) continue;
    ServerCall& call = *by_slot_[slot];
    if (call.handle() != abandoned.call) continue;
    if (rules_->trace) {
      rules_->trace->execution(call.host().environment().clock->now(), TraceStep::Abandoned, call, Errc::ok,
                               why(abandoned.reason));
    }
    // Whoever cancels wants an end; that nobody waits any more is the operation's to judge.
    if (abandoned.reason == core::Abandoned::Reason::Cancelled ||
        call.operation().orphan == OrphanPolicy::Cancel) {
      call.cancel();
    }
  }
}

}  // namespace once::detail
