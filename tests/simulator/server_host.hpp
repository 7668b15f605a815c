// A simulated server: a ServerCore, and servants that run by a script. They may take time, wait in a queue
// before they begin, throw, refuse, hang, answer with more than was set aside, or stop when nobody waits.
// A crash takes core and servants; the next life has a new epoch and an empty memory, but for what a store has kept.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/fragments/fragments.hpp"
#include "core/server_core.hpp"
#include "host.hpp"
#include "ledger.hpp"
#include "server_store.hpp"

namespace once::simulator {

class ServerHost final : public Host {
 public:
  ServerHost(World& world, std::uint16_t number, double clock_rate);
  ~ServerHost() override;

  void boot();
  void crash();
  /// Takes nothing new, so that a stop a little later cuts less off.
  void drain();
  bool draining() const { return draining_; }
  void on_servant_due(std::uint64_t subject);
  void on_store_due();
  void on_store_tells();
  void on_zombie();
  /// The faults stop: what hangs comes to its end.
  void release_hung();
  void mend_store();
  bool knows(SessionId session) const;
  /// Nothing may be left: sessions, records, reply octets. And in the store is what the judge knows of.
  void check_base_line();

 private:
  enum class Stage : std::uint8_t { Free, Queued, Running, Hung };
  struct Servant {
    Stage stage = Stage::Free;
    std::uint32_t generation = 0;
    bool abandoned = false, cancelled = false;
    bool begun = false;  // it counts as running
    CallId call = 0;
    std::uint64_t execution = 0;
    core::Arrival arrival;
    // Of an exactly-once call:
    bool began = false;
    Errc reason = Errc::ok;  // why it did not run
    core::OutcomeRow outcome;
  };
  /// What a servant answers with.
  struct Content {
    core::ReplyStatus status = core::ReplyStatus::Value;
    Errc reason = Errc::ok;
    bool little_endian = false;
    std::uint32_t size = 0;
  };
  /// What the store has said: of a session, or (session 0) of a servant's transaction.
  struct Told {
    SessionId session = 0;
    std::uint32_t slot = 0, generation = 0;
    Errc error = Errc::ok;
  };

  void on_arrival_of(const Packet& packet) override;
  void receive(const Packet& packet) override;
  void hand_over(const core::Path& from, const Slice& message, CallId call, Duration took);
  void timeout() override;
  Time next_timeout() const override;
  void pump() override;

  void on_arrival(const core::Arrival& arrival);
  void begin(std::uint32_t slot);
  void finish(std::uint32_t slot);
  Content draw_content(const Servant& servant);
  void refuse(std::uint32_t slot);
  void on_abandoned(const core::Abandoned& abandoned);
  void wait(std::uint32_t slot, Duration length);
  std::uint32_t take_slot();
  void free_slot(std::uint32_t slot);
  /// What the core says, before it is perhaps taken apart.
  void check_statement(const core::Transmit& message);
  /// True if there was anything to send.
  bool transmit_all(Bundle& bundle);
  void transmit(const core::Transmit& message, Bundle& bundle);

  // server_durable.cpp
  void end_store();
  Effect run_zombie(Transaction& transaction);
  void answer_early(std::uint32_t slot);
  void restore(const Store::Recovery& recovery);
  void check_welcomed(const Store::Recovery& recovery) const;
  void settle_store();
  void wake_store();
  void begin_durable(std::uint32_t slot);
  Effect run_durable(std::uint32_t slot, Transaction& transaction);
  void finish_durable(std::uint32_t slot, Errc error);

  Random random_;
  std::unique_ptr<core::ServerCore> core_;
  std::unique_ptr<core::Fragments> fragments_;
  std::optional<ServerLedger> ledger_;
  std::vector<Servant> servants_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> by_handle_;  // CallHandle::slot to servant
  std::size_t busy_ = 0;
  std::size_t workers_ = 0;
  bool draining_ = false;
  core::Transmit message_;
  std::uint32_t pumps_ = 0;
  std::uint64_t epoch_ = 0;  // the random half
  std::optional<RequestId>
      not_asked_;       // what was executed under it is another request than the one just read
  Duration uptime_{0};  // of earlier lives
  Time booted_at_{};
  bool store_due_ = false;
  std::vector<Told> told_;
  /// A call that an earlier life still has to run, in a process that does not know that it was replaced.
  struct Zombie {
    std::uint64_t epoch = 0;  // its counter
    CallId call = 0;
    core::Arrival arrival;
  };
  std::optional<Zombie> zombie_;
  /// What lay on the disk when the life before this one ended, and what the judge knew then to be committed.
  struct OldCopy {
    simulation::SimulatedDisk::Copy disk;
    std::size_t commits = 0;
  };
  std::optional<OldCopy> old_copy_;
  std::uint64_t counter_ = 0, highest_counter_ = 0, stale_counter_ = 0;  // of epochs
  std::set<SessionId> welcomed_;    // durable sessions whose clients have heard of them
  std::optional<Violation> found_;  // inside of the store, whom nothing may be thrown through
  std::unique_ptr<ServerStore> store_;
};

}  // namespace once::simulator
