// Turns, and the end of waiting.
#include "core/server/waiting_calls.hpp"

#include <utility>

namespace once::core {

std::uint32_t WaitingCalls::flow_of(std::uint32_t client) {
  if (const std::uint32_t last = std::exchange(last_, kNone); last != kNone) {
    if (flows_[last].client == client) return last;
    end(last);
  }
  const std::uint32_t known =
      by_client_.find(hash(client), [&](std::uint32_t at) { return flows_[at].client == client; });
  if (known != kNone) return known;
  const std::uint32_t place = flows_.take();
  flows_[place] = Flow{};
  flows_[place].client = client;
  by_client_.insert(hash(client), place);
  turns_.push_back(place);
  return place;
}

void WaitingCalls::push(Time now, Record& record) {
  if (empty()) busy_since_ = now;
  ++waiting_;
  record.flow = flow_of(record.client);
  record.begun_before = begun_;
  Flow& flow = flows_[record.flow];
  record.earlier = flow.last;
  record.later = kNone;
  (flow.last != kNone ? records_[flow.last].later : flow.first) = record.place;
  flow.last = record.place;
  ++flow.count;
}

void WaitingCalls::erase(Record& record) {
  if (record.flow == kNone) return;
  const std::uint32_t place = record.flow;
  Flow& flow = flows_[place];
  (record.earlier != kNone ? records_[record.earlier].later : flow.first) = record.later;
  (record.later != kNone ? records_[record.later].earlier : flow.last) = record.earlier;
  record.earlier = record.later = record.flow = kNone;
  --waiting_;
  if (--flow.count > 0) return;
  if (empty()) {
    last_ = place;
  } else {
    end(place);
  }
}

void WaitingCalls::end(std::uint32_t flow) {
  turns_.erase(flow);
  by_client_.erase(hash(flows_[flow].client), flow);
  flows_.give_back(flow);
}

void WaitingCalls::turn_window(Time now) {
  if (now - window_ < limits_.queue_interval) return;
  refused_before_ = now - window_ < 2 * limits_.queue_interval ? refused_ : 0;
  refused_ = 0;
  window_ = now;
}

/// Calls have lately been refused, and with those that wait they are more than may wait: had none been refused, they
/// would have come to stand as long again. A few callers who keep a server busy never are so many, whatever was before.
bool WaitingCalls::is_cut_back() const {
  const std::uint32_t refused = refused_ + refused_before_;
  return refused > 0 && refused + waiting_ >= limits_.queue_passed_min;
}

/// Of the flow's oldest call. A client's only one is given more time: who asks for one thing at a time makes no
/// queue, but a crowd of them may.
bool WaitingCalls::is_too_late(Time now, const Flow& flow) const {
  const Record& oldest = records_[flow.first];
  const bool is_only = flow.count == 1;
  const Duration most = is_only ? limits_.queue_interval : limits_.queue_target;
  if (limits_.queue_target == Duration{0} || now - oldest.arrived <= most) return false;
  if (is_cut_back() && !is_only) return true;
  return now - busy_since_ >= limits_.queue_interval &&
         begun_ - oldest.begun_before >= limits_.queue_passed_min;
}

WaitingCalls::Turn WaitingCalls::next(Time now) {
  if (empty()) return {};
  turn_window(now);
  const std::uint32_t place = turns_.first();
  Flow& flow = flows_[place];
  if (is_too_late(now, flow)) {
    ++refused_;
    Record& record = records_[flow.first];
    erase(record);  // the turn is still this client's
    return {&record, true};
  }
  // While the queue is cut back the newest goes first: it is as good as a call on an idle server, whereas in the
  // order in which they came all that begin would have waited as long as it is allowed.
  Record& record = records_[is_cut_back() ? flow.last : flow.first];
  ++begun_;
  if (flow.count > 1) {
    turns_.erase(place);
    turns_.push_back(place);
  }
  erase(record);
  return {&record, false};
}

void WaitingCalls::begin_afresh() {
  ONCE_ASSERT(empty());
  refused_ = refused_before_ = 0;
}

}  // namespace once::core
