// A simulated server: a ServerCore, and servants that run by a script. They may take time, wait in a queue
// before they begin, throw, refuse, hang, answer with more than was set aside, or stop when nobody waits.
// A crash takes core and servants; the next life has a new epoch and an empty memory.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/fragments/fragments.hpp"
#include "core/server_core.hpp"
#include "host.hpp"
#include "ledger.hpp"

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
  /// The faults stop: what hangs comes to its end.
  void release_hung();
  bool knows(SessionId session) const;
  /// Nothing may be left: sessions, records, reply octets.
  void check_base_line() const;

 private:
  enum class Stage : std::uint8_t { Free, Queued, Running, Hung };
  struct Servant {
    Stage stage = Stage::Free;
    std::uint32_t generation = 0;
    bool abandoned = false, cancelled = false;
    CallId call = 0;
    std::uint64_t execution = 0;
    core::Arrival arrival;
  };

  void receive(const Packet& packet) override;
  void timeout() override;
  Time next_timeout() const override;
  void pump() override;

  void on_arrival(const core::Arrival& arrival);
  void begin(std::uint32_t slot);
  void finish(std::uint32_t slot);
  void refuse(std::uint32_t slot);
  void on_abandoned(const core::Abandoned& abandoned);
  void wait(std::uint32_t slot, Duration length);
  std::uint32_t take_slot();
  void free_slot(std::uint32_t slot);
  /// What the core says, before it is perhaps taken apart.
  void check_statement(const core::Transmit& message);
  void transmit(const core::Transmit& message, Bundle& bundle);

  Random random_;
  std::unique_ptr<core::ServerCore> core_;
  std::unique_ptr<core::Fragments> fragments_;
  std::optional<ServerLedger> ledger_;
  std::vector<Servant> servants_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> by_handle_;  // CallHandle::slot to servant
  std::size_t busy_ = 0;
  bool draining_ = false;
  core::Transmit message_;
  std::uint32_t pumps_ = 0;
};

}  // namespace once::simulator
