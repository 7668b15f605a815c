// The records of calls and their changes of state.
#include "core/server/call_book.hpp"

#include <once/base/crc32c.hpp>

#include "core/planted_bugs.hpp"

namespace once::core {

std::uint64_t CallBook::hash(std::uint32_t session, Series series, Sequence number) const {
  std::uint64_t mixed = (number << 1 | static_cast<std::uint64_t>(series)) ^ hash_seed_;
  mixed = (mixed ^ std::uint64_t{session} << 32) * 0x9E3779B97F4A7C15;
  mixed = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9;
  return mixed ^ mixed >> 32;
}

Record* CallBook::find(const Session& session, Series series, Sequence number) {
  const std::uint32_t place = index_.find(hash(session.place, series, number), [&](std::uint32_t at) {
    const Record& record = records_[at];
    return record.id.sequence == number && record.session == session.place && record.series() == series;
  });
  return place != kNone ? &records_[place] : nullptr;
}

Record* CallBook::find(CallHandle call) {
  if (call.slot >= records_.places()) return nullptr;
  Record& record = records_[call.slot];
  return record.state != RecordState::Free && record.generation == call.generation ? &record : nullptr;
}

Record& CallBook::take(Session& session, const SessionMessage& message, bool findable) {
  const std::uint32_t place = records_.take();
  Record& record = records_[place];
  record.place = place;
  record.semantics = message.semantics;
  record.status = ReplyStatus::Value;
  record.codec = message.codec;
  record.little_endian = message.little_endian;
  record.findable = findable;
  record.told_abandoned = false;
  record.told_cancelled = false;
  record.attempt = message.attempt;
  record.reason = Errc::ok;
  record.retry_after_ms = 0;
  record.fingerprint = message.fingerprint;
  record.session = session.place;
  record.client = session.client;
  record.id = {session.id, message.sequence};
  record.deadline = kNever;
  record.flow = kNone;
  record.last_working = Time::min();
  record.previous = kNone;
  record.next = session.records;
  if (session.records != kNone) records_[session.records].previous = place;
  session.records = place;
  if (findable) index_.insert(hash(session.place, record.series(), message.sequence), place);
  return record;
}

Record& CallBook::create(Time now, Session& session, const SessionMessage& message, bool findable) {
  ONCE_ASSERT(has_room());
  Record& record = take(session, message, findable);
  record.state = RecordState::Queued;
  record.arrived = now;
  record.request_octets = static_cast<std::uint32_t>(octets_of(message));
  ++queued_;
  request_bytes_ += record.request_octets;
  Client& client = sessions_.client(record.client);
  ++client.queued;
  client.request_bytes += record.request_octets;
  record.lane = arrivals_;
  lanes_[arrivals_]->push(now, record);
  return record;
}

Record& CallBook::create_refused(Session& session, const SessionMessage& message, Errc reason) {
  ONCE_ASSERT(has_room());
  Record& record = take(session, message, true);
  record.state = RecordState::Refused;
  record.reason = reason;
  return record;
}

bool CallBook::may_queue(std::uint32_t client, std::size_t octets) const {
  if (planted(Bug::QueueUnbounded)) return true;
  const Client& owner = sessions_.client(client);
  if (queued_ >= limits_.queued_max || owner.queued >= limits_.queued_max - queued_) return false;
  if (request_bytes_ == 0) return true;
  const std::size_t most = limits_.request_bytes_max;
  const std::size_t left = most - std::min(most, request_bytes_);
  return octets <= left && (owner.request_bytes == 0 || owner.request_bytes + octets <= left);
}

WaitingCalls::Turn CallBook::next(Time now, Lane lane) {
  return lane < lanes_.size() ? lanes_[lane]->next(now) : WaitingCalls::Turn{};
}

void CallBook::open_lane(Lane lane) {
  while (lanes_.size() <= lane) lanes_.push_back(std::make_unique<WaitingCalls>(limits_, records_));
}

void CallBook::put_off(Time now, Arrival& arrival, Lane lane) {
  Record* const record = find(arrival.call);
  if (record == nullptr || record->state != RecordState::Queued) return;
  open_lane(lane);
  record->key = std::move(arrival.object_key);
  record->body = std::move(arrival.body);
  record->lane = lane;
  lanes_[lane]->push(now, *record);
}

void CallBook::release(Time now, Lane lane) {
  constexpr Time kUnjudged{};  // nothing has waited too long
  while (Record* const record = next(kUnjudged, lane).record) {
    record->arrived = now;
    record->lane = 0;
    lanes_[0]->push(now, *record);
  }
}

bool CallBook::may_start(std::uint32_t client) const {
  return running_ < limits_.running_max && sessions_.client(client).running < limits_.running_per_client_max;
}

void CallBook::start(Record& record) {
  ONCE_ASSERT(record.state == RecordState::Queued);
  leave_lane(record);
  record.state = RecordState::Running;
  ++running_;
  sessions_.start_running(record.client);
}

/// Takes the record out of the count of its present state.
void CallBook::leave_state(Record& record) {
  if (record.state == RecordState::Queued) {
    leave_lane(record);
    release_request(record);
  } else if (record.state == RecordState::Running &&
             !(planted(Bug::OrphanNotCounted) && record.told_abandoned)) {
    release_request(record);
    --running_;
    sessions_.end_running(record.client);
  }
}

void CallBook::leave_lane(Record& record) {
  lanes_[record.lane]->erase(record);
  --queued_;
  --sessions_.client(record.client).queued;
  record.key = Slice{};  // if the servant has not been given them
  record.body = Slice{};
}

void CallBook::release_request(Record& record) {
  const std::uint32_t octets = std::exchange(record.request_octets, 0);
  request_bytes_ -= octets;
  sessions_.client(record.client).request_bytes -= octets;
}

void CallBook::finish(Record& record, ReplyStatus status, Slice body, bool little_endian, Errc reason) {
  ONCE_ASSERT(record.state == RecordState::Running);
  record.status = status;
  record.little_endian = little_endian;
  record.reason = reason;
  record.body_checksum = crc32c(body);
  leave_state(record);
  record.state = RecordState::Done;
  if (!replies_.keep(record, std::move(body))) {
    replies_.release(record);
    record.state = RecordState::ReplyGone;
    record.reason = Errc::reply_evicted;
  }
}

void CallBook::finish_without_reply(Record& record, Errc reason) {
  ONCE_ASSERT(record.state == RecordState::Running);
  leave_state(record);
  replies_.release(record);
  record.state = RecordState::ReplyGone;
  record.reason = reason;
}

void CallBook::end_unknown(Record& record) {
  ONCE_ASSERT(record.state == RecordState::Running);
  release_request(record);
  ++unknown_;
}

void CallBook::refuse(Record& record, Errc reason, std::uint32_t retry_after_ms) {
  leave_state(record);
  if (record.session != kNone) replies_.release(record);
  record.state = RecordState::Refused;
  record.reason = reason;
  record.retry_after_ms = retry_after_ms;
}

void CallBook::remove(Record& record) {
  leave_state(record);
  hide(record);
  record.body = Slice{};
  record.state = RecordState::Free;
  ++record.generation;
  records_.give_back(record.place);
}

/// Parts the record from its session: no copy meets it, and nothing is kept for it.
void CallBook::hide(Record& record) {
  if (record.session == kNone) return;
  if (record.findable) index_.erase(hash(record.session, record.series(), record.id.sequence), record.place);
  record.findable = false;
  replies_.release(record);
  Session& session = sessions_.at(record.session);
  (record.previous != kNone ? records_[record.previous].next : session.records) = record.next;
  if (record.next != kNone) records_[record.next].previous = record.previous;
  record.session = kNone;
}

void CallBook::acknowledge(Session& session, Sequence number) {
  Record* const record = find(session, Series::Windowed, number);
  if (record == nullptr) return;
  if (record->state == RecordState::Running) {
    orphan(*record, Abandoned::Reason::Acknowledged);
    replies_.release(*record);
  } else {
    if (record->is_in_store()) forget(record->id);
    remove(*record);
  }
}

/// Whatever the limits are now: an earlier server has promised it.
void CallBook::restore(Session& session, const OutcomeRow& row) {
  SessionMessage message;
  message.semantics = Semantics::ExactlyOnce;
  message.codec = row.codec;
  message.sequence = row.id.sequence;
  Record& record = take(session, message, true);
  record.state = RecordState::Done;
  record.status = row.status;
  record.little_endian = row.little_endian;
  record.reason = row.reason;
  record.digest = row.digest;
  record.body_checksum = crc32c(row.body);
  replies_.restore(record, row.body, row.beyond_promise);
  session.set_state(row.id.sequence, NumberState::Recorded);
}

bool CallBook::poll_forget(RequestId& out) {
  if (forgotten_.empty()) return false;
  out = forgotten_.front();
  forgotten_.pop();
  return true;
}

void CallBook::orphan(Record& record, Abandoned::Reason reason) {
  if (record.told_abandoned) return;
  if (planted(Bug::OrphanNotCounted)) leave_state(record);
  record.told_abandoned = true;
  ++orphans_;
  if (!record.told_cancelled) abandoned_.push({record.handle(), reason});
}

void CallBook::cancel_running(Record& record) {
  if (record.told_cancelled) return;
  record.told_cancelled = true;
  abandoned_.push({record.handle(), Abandoned::Reason::Cancelled});
}

void CallBook::end_session(Session& session) {
  while (session.records != kNone) {
    Record& record = records_[session.records];
    if (record.state == RecordState::Running) {
      hide(record);
      orphan(record, Abandoned::Reason::SessionEnded);
    } else {
      remove(record);
    }
  }
}

bool CallBook::sums_hold() const {
  std::size_t taken = 0, running = 0, queued = 0, queued_octets = 0, octets = 0;
  for (std::uint32_t place = 0; place < records_.places(); ++place) {
    const Record& record = records_[place];
    if (record.state == RecordState::Free) continue;
    ++taken;
    octets += record.charge;
    queued_octets += record.request_octets;
    if (record.state == RecordState::Running) ++running;
    if (record.state == RecordState::Queued) ++queued;
  }
  return taken == records_.taken() && running == running_ && queued == queued_ &&
         queued_octets == request_bytes_ && octets == replies_.octets();
}

bool CallBook::poll_abandoned(Abandoned& out) {
  while (!abandoned_.empty()) {
    out = abandoned_.front();
    abandoned_.pop();
    const Record* const record = find(out.call);
    if (record != nullptr && record->state == RecordState::Running) return true;
  }
  return false;
}

}  // namespace once::core
