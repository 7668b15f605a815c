// A simulated client: a ClientCore bound to one server, and an application that calls, cancels and sets
// deadlines as the load's knobs say. A crash takes the core and its calls; the next life is a new instance,
// often at the same address and port.
//
// A rogue breaks the protocol in a session of its own: it sends its own messages again with other numbers,
// types, acknowledgements and contents, sealed with right checksums. What the server promises about
// executions and memory must hold for it too.
//
// A lasting client has an outbox: it makes exactly-once calls alone, and makes them again, in its next life too, until
// it knows how they ended.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "client_ledger.hpp"
#include "core/client_core.hpp"
#include "core/fragments/fragments.hpp"
#include "host.hpp"
#include "oracle.hpp"
#include "outbox.hpp"
#include "random.hpp"

namespace once::simulator {

class ClientHost final : public Host {
 public:
  struct Role {
    std::uint16_t server = 0;
    bool stream = false;
    bool rogue = false;
    bool lasting = false;
    bool keeps_session = false;  // for callbacks, whether it calls or not
  };
  ClientHost(World& world, std::uint16_t number, double clock_rate, Role role);
  ~ClientHost() override;

  void boot();
  void crash();
  /// Says goodbye; the host lives on without a session.
  void close();
  /// A new address for datagrams (a new port), a broken connection for streams.
  void move();
  void break_stream();
  void misbehave();

  void on_issue();
  void on_cancel(CallId call, core::CallKey key);
  void on_repeat(CallId call);
  void on_connect();
  void on_stream_down(std::uint32_t connection);

  /// Makes calls that must succeed: one at least once, and when it has, one at most once.
  void begin_proof();
  void call_for_proof();
  bool proven() const { return !up() || role_.rogue || proof_ == Proof::Done; }
  CallId proof_call() const { return proof_call_; }
  void check_in_flight() const;
  std::uint16_t server() const { return role_.server; }
  /// The sessions that close() has said goodbye to, if the server must have heard it.
  const std::vector<SessionId>& goodbyes() const { return goodbyes_; }

 private:
  enum class Proof : std::uint8_t { None, AtLeastOnce, AtMostOnce, Done };

  void receive(const Packet& packet) override;
  void timeout() override;
  Time next_timeout() const override;
  void pump() override;

  std::uint32_t principal() const;  // as its transport shows it to servers
  CallPlan draw_call();
  CallId start(const CallPlan& plan, Duration cancel_after);
  /// `entry`: of the outbox, if there is one.
  Result<core::CallKey> start(CallId call, const CallPlan& plan, const Outbox::Call& entry);
  void make_core();
  void schedule_issue();
  void transmit(const core::Transmit& message, Bundle& bundle);
  void send_bytes(Slice bytes, CallId call, Bundle& bundle);
  void on_completion(const core::CallCompletion& completion);
  void continue_proof();
  void want_path();
  void check_round_trips();
  void remember(const Slice& message);
  void misbehave_with_fragments();

  // client_lasting.cpp
  void repeat_all();
  void repeat(CallId call);
  OutcomeKind settled(CallId call, OutcomeKind kind) const;
  void after_completion(CallId call, const core::CallCompletion& completion);
  void finish_unsent(CallId call, Sequence sequence);
  void renew_session();

  Role role_;
  Random random_;
  std::optional<Outbox> outbox_;  // outlives crashes
  std::set<CallId> repeated_;     // calls in flight that may have been sent before
  std::unique_ptr<core::ClientCore> core_;
  std::unique_ptr<core::Fragments> fragments_;
  std::optional<ClientLedger> ledger_;
  Duration shortest_ = Duration::max();  // of all round trips that have been checked
  std::uint32_t client_life_ = 0;        // the oracle's number of this life
  std::uint16_t port_ = 0;
  core::Path path_;
  bool connecting_ = false, connected_ = false, closed_ = false;
  std::uint32_t connect_failures_ = 0;
  Lives heard_{};  // the server lives whose octets have come to this port
  std::vector<SessionId> goodbyes_;
  bool goodbyes_arrive_ = false;
  core::Transmit message_;
  std::vector<Slice> own_messages_;  // a rogue's latest requests
  std::vector<Slice> own_fragments_;
  Proof proof_ = Proof::None;
  CallId proof_call_ = 0;
  std::uint32_t proof_tries_ = 0;
};

}  // namespace once::simulator
