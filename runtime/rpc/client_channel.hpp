// A client's channel: a ClientCore, the link under it, and the threads that call.
//
// One lock guards it all; it is held over no handler, no servant, and no system call that blocks, but for the
// outbox's one commit when a lasting session is entered. Of the threads that wait in synchronous calls one leads:
// it alone reads the link, for all, without the lock, and passes the lead on when its own call has ended or when it
// runs a callback's servant; while it completes calls, which may run foreign code, it does not lead. The others wait
// to be told, or to lead. The event loop reads only while nobody leads and an asynchronous call, or a callback, is
// waited for.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <once/rpc/channel.hpp>
#include <once/rpc/client.hpp>
#include <once/rpc/environment.hpp>
#include <once/rpc/outbox.hpp>

#include "core/client_core.hpp"
#include "core/fragments/fragments.hpp"
#include "core/server_core.hpp"
#include "rpc/call_record.hpp"
#include "rpc/client_link.hpp"
#include "rpc/dispatcher.hpp"
#include "rpc/host_trace.hpp"
#include "rpc/lazy_timer.hpp"

namespace once::detail {

class OutboxChannel;

/// What the channels of a client share.
struct ChannelSettings {
  std::shared_ptr<void> loop;  // the client's own, which must outlive its sockets; or nothing
  Environment environment;
  ClientOptions options;
  ClientInstance instance;
  std::shared_ptr<const DispatchRules> rules;  // of the objects that servers may call back
  std::function<std::shared_ptr<Channel>(const ObjectRef&)> channel_to;  // the client's; null: it is gone
  std::uint64_t incarnation = 0;                                         // of a client with a name
  std::function<std::shared_ptr<OutboxChannel>(const std::vector<Endpoint>&)> outbox_channel;  // or null
  std::shared_ptr<const HostTrace> trace;                                                      // or null
};

class ClientChannel final : public Channel,
                            public CallHost,
                            public EventHandler,
                            public std::enable_shared_from_this<ClientChannel> {
 public:
  /// `lasting`: an outbox numbers the calls, which are all exactly-once.
  ClientChannel(std::shared_ptr<const ChannelSettings> settings, std::vector<Endpoint> endpoints,
                const Outbox::Peer* lasting = nullptr);
  ~ClientChannel() override;

  // Channel
  CodecId codec() const override { return settings_->options.codec; }
  asio::any_io_executor executor() override { return settings_->environment.executor; }
  RawOutcome call(OutgoingCall call) override;
  std::uint64_t start(OutgoingCall call, PendingCall& pending) override;
  void cancel(std::uint64_t call) override;

  // CallHost
  void answered(ServerCall& call) override;
  void let_go(ServerCall& call) override;
  void run_next(core::Lane lane) override;
  void refuse_next(core::Lane lane) override;
  const Environment& environment() const override { return settings_->environment; }
  std::string peer_of(const core::Path& path) const override;
  std::shared_ptr<Channel> channel_to(ServerCall& call, const ObjectRef& reference) override;

  void on_event(Event event) override;

  /// The client's activations have changed: the loop may have to read, or need not any more.
  void callbacks_changed();
  /// Takes leave of the server and ends all calls. Further ones end as NotSent (closed).
  void close();
  void add_to(ClientStatistics& statistics) const;

  // With an outbox: as ClientCore's.
  void finish(Sequence sequence);
  bool session_is_lost() const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  /// The objects that the server may call: a server's core, for the other direction of the link.
  struct Callbacks {
    Callbacks(const ChannelSettings& settings, Time now);
    core::ServerCore core;
    core::Fragments fragments;
    Dispatcher dispatcher;
  };

  const Limits& limits() const { return settings_->options.limits; }
  const HostTrace* trace() const { return settings_->trace.get(); }
  Time now() const { return settings_->environment.clock->now(); }
  CallInfo describe(const OutgoingCall& call, Slice key) const;
  /// nullptr: the client has no outbox, or is gone.
  std::shared_ptr<OutboxChannel> outbox_channel() const;
  Errc why_no_outbox() const;
  /// Hands the call to the core, under the lock. An error leaves nothing behind.
  Result<core::CallKey> begin(Time now, OutgoingCall&& call, CallRecord& record);
  /// The call did not get into the core.
  RawOutcome refuse(CallRecord& record, Errc reason) const;

  // Hosts and links.
  void look_up();
  void connect_if_wanted(Time now);
  /// The present candidate is of no use.
  void next_candidate(const std::string& problem);
  /// So ends the attempt to connect to it.
  void attempt_failed(const std::error_code& error);
  /// A call begins. If no other waits, what failed before says nothing about it.
  void begin_afresh(Time now);
  void established(Time now);
  void check_connected(Time now);
  void link_lost(Time now, std::string_view problem);
  /// The system sends nothing from the link's datagram socket. Its address may be gone: another socket has one that
  /// is there.
  void change_socket(Time now, const std::error_code& error);
  /// When a link that brings nothing is given up, although it seems to stand: whoever reads looks at this
  /// after having read. Nothing is counted while nothing is waited for.
  Time silent_until() const;

  // Work, under the lock.
  Time next_wake() const;
  void on_time(Time now);
  void take(Time now, transport::StreamState state);
  bool may_send();
  /// False: next_message() has none.
  bool may_have_message() const { return core_->may_transmit() || fragments_->may_transmit() || callbacks_; }
  void send_all(Time now);
  /// The next message of either core's that the link can take now.
  bool next_message(Time now, core::Transmit& out);
  /// False: the link was lost, or is another one now.
  bool send(Time now, const core::Transmit& message);
  /// True while octets of messages in fragments have to go out that no call waits for.
  bool has_fragments() const;
  /// Sends and completes until there is nothing left to do. `post`: handlers must not run here.
  void pump(Lock& lock, bool post, Time time);
  void pump(Lock& lock, bool post) { pump(lock, post, now()); }
  /// True if the lock was given up meanwhile.
  bool complete(Lock& lock, core::CallCompletion&& completion, bool post);
  /// Hands an asynchronous call's outcome over, without the lock.
  void hand_over(Lock& lock, PendingCall& pending, RawOutcome&& outcome, bool post);
  /// Sends what an asynchronous call asks for. False: that is left to the last of several handlers, which run here.
  bool pump_after(Lock& lock);
  /// The next callback to run, or nullptr.
  ServerCall* next_callback(Lock& lock);
  void run_callback(Lock& lock, ServerCall& call, bool post);
  /// Sets the loop's waits and timer to what is needed now.
  void settle();

  // Threads.
  /// Reads for all, until its own call has ended, there is a callback to run, which it returns, or another
  /// thread has taken the lead meanwhile.
  ServerCall* lead(Lock& lock, CallRecord& self, Time now);
  /// Waits for the link, up to `time`, and takes what has come: by then it is `now`. `patient`, and returned for the
  /// next time: a message may come soon.
  bool read(Lock& lock, CallRecord& self, Duration time, bool patient, Time& now);
  void follow(Lock& lock, CallRecord& self);
  void pass_lead_on();

  const std::shared_ptr<const ChannelSettings> settings_;
  const std::vector<Endpoint> endpoints_;

  std::mutex look_up_mutex_;  // held while names are looked up, which may take long; before mutex_
  Time look_up_again_at_{};
  std::atomic<bool> looked_up_{false};

  mutable std::mutex mutex_;
  std::vector<Candidate> candidates_;
  std::size_t candidate_ = 0;
  std::size_t failed_ = 0;  // candidates in a row, while calls waited
  ChannelInfo info_;
  std::optional<core::ClientCore> core_;
  std::optional<core::Fragments> fragments_;  // under the core
  std::unique_ptr<Callbacks> callbacks_;
  core::Transmit transmit_, following_;
  std::optional<std::uint64_t> to_enter_;  // the outbox's peer whose session has not been entered yet

  std::shared_ptr<ClientLink> link_;
  bool link_brought_ = false;       // a message
  Time unanswered_since_ = kNever;  // when the link first took a message since octets last moved on it
  std::uint32_t links_made_ = 0;
  std::uint32_t fruitless_ = 0;  // links in a row that brought no message
  Time connect_deadline_ = kNever;
  Time reconnect_at_{};
  std::uint64_t connections_ = 0, connections_lost_ = 0, datagram_largest_ = 0;

  CallRecord* leader_ = nullptr;
  std::vector<CallRecord*> followers_;
  std::vector<Slice> inbox_;  // of whoever reads
  CallRecords records_;
  bool handlers_are_quick_ = false;  // the last one that the loop ran was
  bool ends_with_loop_ = false;      // registered: only who has made an asynchronous call must
  bool closed_ = false;

  LazyTimer timer_;
  bool waits_readable_ = false, waits_writable_ = false;
};

}  // namespace once::detail
