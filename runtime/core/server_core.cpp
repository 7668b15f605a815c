// The server core's public face.
#include "core/server_core.hpp"

#include <utility>

#include "core/server/server_state.hpp"

namespace once::core {

ServerCore::ServerCore(const ServerConfig& config, Time now) : state_(std::make_unique<State>(config, now)) {}
ServerCore::~ServerCore() = default;

void ServerCore::receive(Time now, const Path& from, const Slice& message, Duration took) {
  state_->receive(now, from, message, took);
}
void ServerCore::receive_into(Lane lane) {
  state_->calls.receive_into(lane);
}
void ServerCore::timeout(Time now) {
  state_->expire(now);
}
Time ServerCore::next_timeout() const {
  const Session* const oldest = std::as_const(state_->sessions).oldest();
  return oldest != nullptr ? oldest->lease_until : kNever;
}
bool ServerCore::may_transmit() const {
  return !state_->outgoing.empty();
}
bool ServerCore::poll_transmit(Transmit& out) {
  return state_->poll_transmit(out);
}
bool ServerCore::poll_arrival(Time now, Arrival& out, Lane lane) {
  return state_->poll_arrival(now, out, lane);
}
void ServerCore::put_off(Time now, Arrival& arrival, Lane lane) {
  state_->calls.put_off(now, arrival, lane);
}
void ServerCore::release(Time now, Lane lane) {
  state_->calls.release(now, lane);
}
void ServerCore::begin_afresh(Lane lane) {
  state_->calls.begin_afresh(lane);
}
std::size_t ServerCore::waiting(Lane lane) const {
  return state_->calls.waiting(lane);
}
bool ServerCore::start(Time now, CallHandle call, std::uint32_t reply_max) {
  return state_->start(now, call, reply_max);
}
std::size_t ServerCore::reply_promised(CallHandle call) const {
  const Record* const record = state_->calls.find(call);
  return record != nullptr ? record->charge : 0;
}
void ServerCore::refuse(Time, CallHandle call, Errc reason, std::chrono::milliseconds retry_after) {
  state_->refuse(call, reason, to_ms(retry_after));
}
void ServerCore::reply(Time, CallHandle call, ReplyStatus status, Slice body, bool little_endian,
                       Errc reason) {
  state_->reply(call, status, std::move(body), little_endian, reason);
}
bool ServerCore::poll_abandoned(Abandoned& out) {
  return state_->calls.poll_abandoned(out);
}
bool ServerCore::poll_told(Told& out) {
  if (state_->told.empty()) return false;
  out = state_->told.front();
  state_->told.pop();
  return true;
}
void ServerCore::restore(Time now, const SessionRow& row) {
  state_->restore(now, row);
}
bool ServerCore::restore(const OutcomeRow& row) {
  return state_->restore(row);
}
bool ServerCore::poll_keep(SessionRow& out) {
  return state_->poll_keep(out);
}
void ServerCore::kept(Time now, SessionId session, Errc error) {
  state_->kept(now, session, error);
}
bool ServerCore::poll_forget(RequestId& out) {
  return state_->calls.poll_forget(out);
}
void ServerCore::refuse_durable(Errc reason) {
  state_->filter.refuse_durable(reason);
}
void ServerCore::end_unknown(CallHandle call) {
  if (Record* const record = state_->calls.find(call)) state_->calls.end_unknown(*record);
}
void ServerCore::drain(Time) {
  state_->draining = true;
  state_->filter.drain();
}
bool ServerCore::idle() const {
  return state_->calls.idle();
}
const ServerCounters& ServerCore::counters() const {
  state_->counters.orphans = state_->calls.orphans();
  state_->counters.replies_evicted = state_->calls.replies().evicted();
  return state_->counters;
}
std::size_t ServerCore::sessions() const {
  return state_->sessions.size();
}
std::size_t ServerCore::records() const {
  return state_->calls.records();
}
std::size_t ServerCore::reply_bytes() const {
  return state_->calls.replies().octets();
}
std::size_t ServerCore::queued() const {
  return state_->calls.queued();
}
std::size_t ServerCore::request_bytes() const {
  return state_->calls.request_bytes();
}
bool ServerCore::sums_hold() const {
  return state_->calls.sums_hold();
}
bool ServerCore::path_of(SessionId session, Path& out) const {
  const Session* const found = state_->sessions.find(session);
  if (found == nullptr || !found->has_path) return false;
  out = found->path;
  return true;
}
bool ServerCore::doubts(Time now, SessionId session, const Path& from, PathChallenge& out) const {
  const Session* const found = state_->sessions.find(session);
  if (found == nullptr || found->path.principal != from.principal || found->is_proven(from)) return false;
  out = state_->challenge(now, *found, from, 0);
  return true;
}
bool ServerCore::wants_request(SessionId session, Semantics semantics, Sequence number) const {
  const Session* const found = state_->sessions.find(session);
  return found != nullptr && (series_of(semantics) == Series::Free || !found->is_acknowledged(number));
}

}  // namespace once::core
