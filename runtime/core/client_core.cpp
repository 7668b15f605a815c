// The client core's public face.
#include "core/client_core.hpp"

#include <algorithm>

#include "core/client/client_state.hpp"

namespace once::core {

ClientCore::ClientCore(const ClientConfig& config, Time now) : state_(std::make_unique<State>(config, now)) {}
ClientCore::~ClientCore() = default;

Result<CallKey> ClientCore::start(Time now, CallRequest request) {
  state_->now = now;
  return state_->start(std::move(request));
}
void ClientCore::cancel(Time now, CallKey call) {
  state_->stir(now);
  state_->cancel(call);
  state_->progress();
}
void ClientCore::finish(Time now, Sequence sequence) {
  state_->stir(now);
  state_->finish(sequence);
  state_->progress();
}
bool ClientCore::session_is_lost() const {
  return state_->lost;
}
void ClientCore::connected(Time now, const Path& path) {
  state_->stir(now);
  state_->connected(path);
}
void ClientCore::disconnected(Time now) {
  state_->stir(now);
  state_->disconnected();
}
void ClientCore::connect_failed(Time now, Errc reason) {
  state_->stir(now);
  state_->connect_failed(reason);
}
bool ClientCore::wants_path() const {
  return !state_->has_path && !state_->closed &&
         (state_->open_calls != 0 ||
          std::any_of(state_->sessions.begin(), state_->sessions.end(),
                      [this](const auto& session) { return state_->keeps(*session); }));
}
void ClientCore::keep_session(bool wanted) {
  state_->keep_session(wanted);
}
void ClientCore::receive(Time now, const Path&, const Slice& message) {
  state_->stir(now);
  state_->receive(message);
}
void ClientCore::timeout(Time now) {
  state_->stir(now);
  state_->timeout();
}
Time ClientCore::next_timeout() const {
  return state_->next_timeout();
}
bool ClientCore::may_transmit() const {
  return state_->may_transmit();
}
bool ClientCore::poll_transmit(Time now, Transmit& out) {
  state_->now = now;
  return state_->poll_transmit(out);
}
void ClientCore::not_handed_over(SessionId session, Semantics semantics, Sequence number) {
  state_->not_handed_over(session, series_of(semantics), number);
}
bool ClientCore::poll_completion(CallCompletion& out) {
  return state_->poll_completion(out);
}
bool ClientCore::has_completions() const {
  return state_->calls.has_completions();
}
std::uintptr_t ClientCore::token_of(SessionId session, Semantics semantics, Sequence number) const {
  const Call* const call = state_->find_bound(session, series_of(semantics), number);
  return call != nullptr && !call->completed ? call->request.token : 0;
}
void ClientCore::close(Time now) {
  state_->stir(now);
  state_->close();
}
std::size_t ClientCore::in_flight() const {
  return state_->open_calls;
}
bool ClientCore::awaits_answer() const {
  return state_->open_calls != 0 ||
         std::any_of(state_->sessions.begin(), state_->sessions.end(), [this](const auto& session) {
           return state_->keeps(*session) && session->keeping.number != 0;
         });
}
SessionId ClientCore::session() const {
  return state_->in_session() ? state_->sessions.front()->id : 0;
}
bool ClientCore::path_of(SessionId session, Path& out) const {
  if (state_->find(session) == nullptr || !state_->has_path) return false;
  out = state_->path;
  return true;
}
bool ClientCore::wants_request(SessionId session, Semantics semantics, Sequence number) const {
  const Call* const call = state_->find_bound(session, series_of(semantics), number);
  return call != nullptr && !call->completed;
}
bool ClientCore::wants_reply(SessionId session, Semantics semantics, Sequence number) const {
  const Call* const call = state_->find_bound(session, series_of(semantics), number);
  return call != nullptr && (!call->completed || call->cancelling);
}
const ClientCounters& ClientCore::counters() const {
  return state_->counters;
}
const RttEstimator& ClientCore::round_trips() const {
  return state_->rtt;
}

}  // namespace once::core
