// Budgets of kept replies: reserve, keep, release, evict.
#include "core/server/replay_cache.hpp"

#include "core/planted_bugs.hpp"
#include "core/rare.hpp"

namespace once::core {

bool ReplayCache::reserve(Record& record, std::uint32_t reply_max) {
  ONCE_ASSERT(record.charge == 0);
  std::uint64_t wanted = reply_max != 0 ? detail::block_capacity(reply_max) : 0;
  // What a session may never keep cannot be promised; it is promised as much as leaves room for others.
  if (wanted > limits_.reply_bytes_per_session) wanted = limits_.reply_bytes_per_session / 4;
  if (!make_room(sessions_.at(record.session), wanted)) return false;
  charge(record, wanted);
  return true;
}

bool ReplayCache::keep(Record& record, Slice body) {
  const std::uint64_t reserved = record.charge;
  if (body.footprint() > reserved && detail::block_capacity(body.size()) <= reserved) {
    body = Slice::copy_of(body);  // a small reply in a large block: it was promised room only for itself
  }
  const std::uint64_t cost = body.footprint();
  if (cost > reserved) {
    if (rarely(Rare::ReplyTooMuch) || !make_room(sessions_.at(record.session), cost - reserved)) return false;
    record.oversize = true;
    link_oversize(record);
  }
  charge(record, cost);
  record.body = std::move(body);
  return true;
}

void ReplayCache::restore(Record& record, const Slice& body, bool beyond_promise) {
  record.body = Slice::copy_of(body);
  record.oversize = beyond_promise;
  if (beyond_promise) link_oversize(record);
  charge(record, record.body.footprint());
}

void ReplayCache::release(Record& record) {
  if (record.oversize) unlink_oversize(record);
  record.oversize = false;
  charge(record, 0);
}

/// True if `octets` more fit both budgets, if need be after evicting oversize replies, oldest first.
bool ReplayCache::make_room(Session& session, std::uint64_t octets) {
  if (planted(Bug::RepliesBeyondBudget)) return true;
  if (octets > limits_.reply_bytes_per_session || octets > limits_.reply_bytes_max) return false;
  while (session.reply_bytes > limits_.reply_bytes_per_session - octets) {
    if (!evict_one_of(session)) return false;
  }
  while (octets_ > limits_.reply_bytes_max - octets) {
    if (earliest_ == kNone) return false;
    evict(records_[earliest_]);
  }
  return true;
}

/// Evicts the oldest oversize reply of one session; new records are at the head of its list.
bool ReplayCache::evict_one_of(Session& session) {
  std::uint32_t victim = kNone;
  for (std::uint32_t at = session.records; at != kNone; at = records_[at].next) {
    if (records_[at].oversize) victim = at;
  }
  if (victim == kNone) return false;
  evict(records_[victim]);
  return true;
}

void ReplayCache::evict(Record& record) {
  if (planted(Bug::EvictOnFull)) {
    sessions_.at(record.session).set_state(record.id.sequence, NumberState::Unseen);
  }
  release(record);
  record.body = Slice{};
  ++evicted_;
  if (planted(Bug::ReplyDropped)) {
    record.body_checksum = 0;
    return;
  }
  record.state = RecordState::ReplyGone;
  record.reason = Errc::reply_evicted;
}

void ReplayCache::charge(Record& record, std::uint64_t octets) {
  if (record.charge == octets) return;
  octets_ += octets - record.charge;
  sessions_.at(record.session).reply_bytes += octets - record.charge;
  record.charge = octets;
}

void ReplayCache::link_oversize(Record& record) {
  record.earlier = latest_;
  record.later = kNone;
  (latest_ != kNone ? records_[latest_].later : earliest_) = record.place;
  latest_ = record.place;
}

void ReplayCache::unlink_oversize(Record& record) {
  (record.earlier != kNone ? records_[record.earlier].later : earliest_) = record.later;
  (record.later != kNone ? records_[record.later].earlier : latest_) = record.earlier;
}

}  // namespace once::core
