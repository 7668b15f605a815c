// The records of a server's calls and how they change state: made, started, done, refused, orphaned, removed.
// Whoever asks for a change has decided it; here it is carried out, with the queue of arrivals, the counts of
// running calls, and the news of calls that nobody waits for.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/server/record.hpp"
#include "core/server/replay_cache.hpp"
#include "core/server/session_table.hpp"
#include "core/server/waiting_calls.hpp"

namespace once::core {

/// What a request is charged for while it is queued.
inline std::size_t octets_of(const SessionMessage& message) {
  return std::size_t{message.header_length} + message.body_length;
}

class CallBook {
 public:
  CallBook(const ServerLimits& limits, SessionTable& sessions, std::uint64_t hash_seed)
      : limits_(limits), sessions_(sessions), replies_(limits, records_, sessions), hash_seed_(hash_seed) {
    lanes_.push_back(std::make_unique<WaitingCalls>(limits_, records_));
  }

  /// The record that copies of a request meet; nullptr if there is none.
  Record* find(const Session& session, Series series, Sequence number);
  /// nullptr if the handle's call is over.
  Record* find(CallHandle call);
  bool has_room() const { return records_.taken() < limits_.records_max; }

  /// A new record, queued for the driver. There must be room. `findable`: copies shall meet it.
  Record& create(Time now, Session& session, const SessionMessage& message, bool findable);
  /// The record of a refusal that has a reason to tell, never queued. There must be room.
  Record& create_refused(Session& session, const SessionMessage& message, Errc reason);
  /// True if the client may queue another request of so many octets: it leaves at least as much room as it takes.
  bool may_queue(std::uint32_t client, std::size_t octets) const;
  void begin_afresh(Lane lane) {
    if (lane < lanes_.size()) lanes_[lane]->begin_afresh();
  }
  /// Where what is created waits from now on.
  void receive_into(Lane lane) {
    if (std::exchange(arrivals_, lane) != lane) open_lane(lane);
  }
  /// The next call of a lane that is to begin, or to be refused; the driver has it then.
  WaitingCalls::Turn next(Time now, Lane lane);
  std::size_t waiting(Lane lane) const { return lane < lanes_.size() ? lanes_[lane]->size() : 0; }
  /// Back from the driver, to wait in another lane; nothing if the call is over.
  void put_off(Time now, Arrival& arrival, Lane lane);
  void release(Time now, Lane lane);

  /// True while the limits of running calls allow this client one more.
  bool may_start(std::uint32_t client) const;
  void start(Record& record);
  /// Running to done: the reply is recorded, or the record says that it is gone.
  void finish(Record& record, ReplyStatus status, Slice body, bool little_endian, Errc reason);
  void finish_without_reply(Record& record, Errc reason);
  /// It stays running until this server ends, for its copies. Its servant has ended.
  void end_unknown(Record& record);
  /// Queued or running to refused; the record stays.
  void refuse(Record& record, Errc reason, std::uint32_t retry_after_ms);
  /// Takes the record away, whatever its state.
  void remove(Record& record);

  /// The client has finished with the number: a running call becomes an orphan, any other record goes.
  void acknowledge(Session& session, Sequence number);
  /// Somebody has cancelled a running call.
  void cancel_running(Record& record);
  /// Takes all records of a session that ends: running calls become orphans of nobody.
  void end_session(Session& session);
  bool poll_abandoned(Abandoned& out);

  /// The record of an exactly-once call that an earlier server ran. There must be room in the window.
  void restore(Session& session, const OutcomeRow& row);
  /// The store need not keep it any longer; sequence 0: the session.
  void forget(RequestId id) { forgotten_.push(id); }
  bool poll_forget(RequestId& out);

  /// Counts everything anew. False: some running sum is wrong.
  bool sums_hold() const;
  std::size_t records() const { return records_.taken(); }
  std::size_t running() const { return running_; }
  /// No servant works, and none has to.
  bool idle() const { return running_ == unknown_ && queued_ == 0; }
  std::size_t queued() const { return queued_; }
  std::size_t request_bytes() const { return request_bytes_; }
  std::uint64_t orphans() const { return orphans_; }
  ReplayCache& replies() { return replies_; }
  const ReplayCache& replies() const { return replies_; }

 private:
  std::uint64_t hash(std::uint32_t session, Series series, Sequence number) const;
  void open_lane(Lane lane);
  Record& take(Session& session, const SessionMessage& message, bool findable);
  void leave_state(Record& record);
  void leave_lane(Record& record);
  void release_request(Record& record);
  void hide(Record& record);
  void orphan(Record& record, Abandoned::Reason reason);

  const ServerLimits& limits_;
  SessionTable& sessions_;
  Slab<Record> records_;
  ReplayCache replies_;
  HashIndex index_;
  std::vector<std::unique_ptr<WaitingCalls>> lanes_;
  Lane arrivals_ = 0;
  Ring<Abandoned> abandoned_;
  Ring<RequestId> forgotten_;
  std::size_t running_ = 0;
  std::size_t queued_ = 0;
  std::size_t unknown_ = 0;        // of the running: they have ended, and only the next life will know how
  std::size_t request_bytes_ = 0;  // of the queued and the running
  std::uint64_t orphans_ = 0;
  std::uint64_t hash_seed_;
};

}  // namespace once::core
