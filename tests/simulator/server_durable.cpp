// A simulated server with a store: exactly-once calls, and what is there after a crash.
#include <utility>

#include <once/durable/sql.hpp>

#include "core/planted_bugs.hpp"
#include "core/server/rows.hpp"
#include "server_host.hpp"
#include "world.hpp"

namespace once::simulator {
namespace {

using namespace std::chrono_literals;

/// A batch of the store takes up to so many writes of its disk, one of which is the last before the power fails.
constexpr std::uint32_t kWritesOfABatch = 40;

template <class Row>
Row read_kept(const Slice& octets) {
  Row row;
  if (core::read_row(octets, row) != Errc::ok)
    throw Violation{"S4 exactly once", "a row of the store is damaged", 0};
  return row;
}

}  // namespace

/// The life ends. Perhaps the machine does, too; and now and then somebody puts back what the disk had when the life
/// before this one ended.
void ServerHost::end_store() {
  const StoreKnobs& knobs = world_.knobs().store;
  const bool storm = world_.phase() == Phase::Storm;
  if (storm && !zombie_ && random_.chance(knobs.zombies)) {
    for (const Servant& servant : servants_) {
      const bool waits = servant.stage == Stage::Running && !servant.began &&
                         servant.arrival.semantics == Semantics::ExactlyOnce;
      if (waits) zombie_ = {counter_, servant.call, servant.arrival};
    }
  }
  store_->crash(store_->disk().power_has_failed() || random_.chance(0.5));
  uptime_ += now() - booted_at_;
  told_.clear();
  store_due_ = false;
  if (storm && old_copy_ && random_.chance(knobs.rollback)) {
    store_->put_back(old_copy_->disk);
    world_.oracle().rolled_back(number(), old_copy_->commits);
    stale_counter_ = highest_counter_;
    welcomed_.clear();
    ++world_.tally().store.rollbacks;
    world_.note(Step::PutBack, number(), 0, old_copy_->commits);
  } else if (knobs.rollback > 0) {
    old_copy_ = {store_->disk().copy(), world_.oracle().commits()};
  }
}

/// An old process wakes up, and runs what it was asked for.
void ServerHost::on_zombie() {
  store_->store().run(
      zombie_->arrival.id,
      [this](Transaction& transaction) {
        try {
          return run_zombie(transaction);
        } catch (const Violation& violation) {
          found_ = violation;
          return Effect{};
        }
      },
      [this](Errc) { zombie_.reset(); });
  wake_store();
  settle();
}

Effect ServerHost::run_zombie(Transaction& transaction) {
  const bool is_fenced = zombie_->epoch != counter_ && !core::planted(core::Bug::NoFence);
  if (is_fenced || now() >= zombie_->arrival.deadline) return {};
  core::OutcomeRow row;
  row.id = zombie_->arrival.id;
  row.mark = zombie_->arrival.mark;
  row.digest = zombie_->arrival.digest;
  row.codec = zombie_->arrival.codec;
  const std::uint64_t execution = world_.oracle().execute(zombie_->call, zombie_->arrival, number(), now());
  world_.note(Step::Executing, number(), zombie_->call, execution);
  row.body = make_reply_body({zombie_->call, execution}, kReplyBodyMin);
  world_.oracle().replied(execution, row.status, row.little_endian, row.reason, kReplyBodyMin);
  ServerStore::leave_effect(transaction, execution);
  return {Effect::Writes::Keep, core::write_row(row)};
}

/// What a client was told to outlive the server must have done so.
void ServerHost::check_welcomed(const Store::Recovery& recovery) const {
  std::set<SessionId> there;
  for (const Store::SessionRow& kept : recovery.sessions) there.insert(kept.id);
  for (const SessionId session : welcomed_) {
    if (there.contains(session)) continue;
    throw Violation{"S7 records stay", "a client was welcomed to a session that the store does not have", 0};
  }
}

/// What the store has kept goes to the core; what it tells of executions is the judge's to see.
void ServerHost::restore(const Store::Recovery& recovery) {
  world_.oracle().restarted(static_cast<std::uint8_t>(number()));
  check_welcomed(recovery);
  for (const Store::SessionRow& kept : recovery.sessions) {
    auto row = read_kept<core::SessionRow>(kept.row);
    row.id = kept.id;
    core_->restore(now(), row);
  }
  for (const Store::OutcomeRow& kept : recovery.outcomes) {
    auto row = read_kept<core::OutcomeRow>(kept.row);
    row.id = kept.id;
    const auto content = read_reply_body(row.body);
    if (!content) throw Violation{"S4 exactly once", "an outcome is not that of any execution", 0};
    world_.oracle().committed(content->execution);
    if (!core_->restore(row)) store_->store().forget_outcome(row.id);
  }
  ledger_->restored(core_->reply_bytes());
  world_.oracle().check_effects(number(), store_->effects());
}

void ServerHost::settle_store() {
  core::SessionRow row;
  while (core_->poll_keep(row)) {
    store_->store().keep_session(row.id, core::write_row(row), [this, id = row.id](Errc error) {
      told_.push_back({id, 0, 0, error});
    });
    wake_store();
  }
  RequestId forgotten;
  while (core_->poll_forget(forgotten)) {
    if (forgotten.sequence == 0) {
      welcomed_.erase(forgotten.session);
      store_->store().forget_session(forgotten.session);
    } else {
      store_->store().forget_outcome(forgotten);
    }
  }
}

void ServerHost::wake_store() {
  if (std::exchange(store_due_, true)) return;
  schedule(world_.now() + random_.log_uniform(1us, world_.knobs().store.time_max), EventKind::StoreDue);
}

/// The store commits what waits, and what it says comes a little later: a crash may fall between.
void ServerHost::on_store_due() {
  const StoreKnobs& knobs = world_.knobs().store;
  const bool storm = world_.phase() == Phase::Storm;
  simulation::SimulatedDisk& disk = store_->disk();
  store_due_ = false;
  if (storm && random_.chance(knobs.power_fails)) {
    disk.fail_power_at(disk.writes() + random_.between(1, kWritesOfABatch));
  }
  if (storm && random_.chance(knobs.sync_fails)) disk.fail_sync(1);
  disk.set_full(storm && random_.chance(knobs.is_full));
  store_->work();
  if (found_) throw *found_;
  world_.note(Step::Stored, number(), 0, disk.writes());
  if (disk.power_has_failed()) {
    ++world_.tally().store.power_failures;
    world_.crash(number(), random_.log_uniform(1ms, 10s));
    return;
  }
  disk.fail_power_at(0);
  disk.fail_sync(0);
  if (store_->has_stopped()) {
    ++world_.tally().store.stops;
    schedule(world_.now() + random_.log_uniform(1ms, 1s), EventKind::Crash, 0,
             static_cast<std::uint64_t>(random_.log_uniform(Duration{1ms}, Duration{1s}).count()));
  }
  if (!told_.empty()) schedule(world_.now() + random_.log_uniform(1us, 2ms), EventKind::StoreTells);
  settle();
}

void ServerHost::on_store_tells() {
  for (const Told& told : std::exchange(told_, {})) {
    if (told.session != 0) {
      core_->kept(now(), told.session, told.error);
    } else if (servants_[told.slot].generation == told.generation) {
      finish_durable(told.slot, told.error);
    }
  }
  settle();
}

void ServerHost::begin_durable(std::uint32_t slot) {
  if (!store_) throw Violation{"S4 exactly once", "a call begins without a store", servants_[slot].call};
  const std::uint32_t generation = servants_[slot].generation;
  servants_[slot].stage = Stage::Running;
  store_->store().run(
      servants_[slot].arrival.id,
      [this, slot](Transaction& transaction) {
        try {
          return run_durable(slot, transaction);
        } catch (const Violation& violation) {
          found_ = violation;
          return Effect{};
        }
      },
      [this, slot, generation](Errc error) {
        if (!up()) return;
        const Servant& servant = servants_[slot];
        try {
          if (error == Errc::ok && servant.execution != 0) world_.oracle().committed(servant.execution);
        } catch (const Violation& violation) {
          found_ = violation;
        }
        told_.push_back({0, slot, generation, error});
      });
  wake_store();
}

Effect ServerHost::run_durable(std::uint32_t slot, Transaction& transaction) {
  Servant& servant = servants_[slot];
  servant.began = true;
  if (servant.cancelled || now() >= servant.arrival.deadline) {
    servant.reason = servant.cancelled ? Errc::cancelled : Errc::deadline_exceeded;
    return {};
  }
  servant.execution = world_.oracle().execute(servant.call, servant.arrival, number(), now());
  world_.note(Step::Executing, number(), servant.call, servant.execution);
  const Content content = draw_content(servant);
  core::OutcomeRow row;
  row.id = servant.arrival.id;
  row.mark = servant.arrival.mark;
  row.digest = servant.arrival.digest;
  row.codec = servant.arrival.codec;
  row.status = content.status;
  row.reason = content.reason;
  row.little_endian = content.little_endian;
  row.body = make_reply_body({servant.call, servant.execution}, content.size);
  row.beyond_promise = row.body.footprint() > core_->reply_promised(servant.arrival.call);
  try {
    ServerStore::leave_effect(transaction, servant.execution);
  } catch (const durable::SqlError&) {
    row.status = core::ReplyStatus::ServantFailed;
    row.reason = Errc::servant_failed;
  }
  if (row.status == core::ReplyStatus::Value && transaction.is_broken()) {
    row.status = core::ReplyStatus::ServantFailed;
    row.reason = Errc::servant_failed;
  }
  servant.outcome = row;
  world_.oracle().replied(servant.execution, row.status, row.little_endian, row.reason, content.size);
  world_.note(Step::Replied, number(), servant.call, servant.execution);
  if (core::planted(core::Bug::ReplyBeforeRecord)) answer_early(slot);
  const bool keep = row.status == core::ReplyStatus::Value;
  const Slice octets = core::planted(core::Bug::OutcomeNotKept) ? Slice{} : core::write_row(row);
  return {keep ? Effect::Writes::Keep : Effect::Writes::RollBack, octets};
}

void ServerHost::answer_early(std::uint32_t slot) {
  const Servant& servant = servants_[slot];
  const core::OutcomeRow& row = servant.outcome;
  ledger_->answered();
  core_->reply(now(), servant.arrival.call, row.status, row.body, row.little_endian, row.reason);
  Bundle bundle;
  transmit_all(bundle);
}

/// As the runtime does it.
void ServerHost::finish_durable(std::uint32_t slot, Errc error) {
  Servant& servant = servants_[slot];
  const core::CallHandle handle = servant.arrival.call;
  if (error == Errc::store_failed && servant.began) {  // nobody knows: its copies are told that it is at work
    core_->end_unknown(handle);
    core_->refuse_durable(error);
    return;
  }
  if (core::planted(core::Bug::ReplyBeforeRecord) && servant.execution != 0) return free_slot(slot);
  const bool ran = error == Errc::ok && servant.execution != 0;
  const Errc refusal = error != Errc::ok ? error : servant.reason;
  const core::OutcomeRow outcome = std::move(servant.outcome);
  free_slot(slot);
  ledger_->answered();
  if (ran) {
    core_->reply(now(), handle, outcome.status, outcome.body, outcome.little_endian, outcome.reason);
  } else {
    core_->refuse(now(), handle, refusal, refusal == Errc::overloaded ? 20ms : 0ms);
  }
}

void ServerHost::mend_store() {
  if (!store_ || !up()) return;
  if (store_->has_stopped()) {
    crash();
    boot();
  }
  while (counter_ <= stale_counter_) {  // else clients that know a later epoch would not come back
    crash();
    boot();
  }
  store_->disk().set_full(false);
}

}  // namespace once::simulator
