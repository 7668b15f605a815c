// One event loop of a server: a ServerCore, the sockets that feed it, and the servants that it calls.
//
// One lock guards it, held over no servant, no handler and no system call that blocks. So an answer may be
// recorded and sent by whatever thread gives it, without a hop through the loop. The lock is not contended
// unless servants run on executors, or several threads run the loop's io_context.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <once/rpc/environment.hpp>
#include <once/rpc/server.hpp>

#include "core/fragments/fragments.hpp"
#include "core/server_core.hpp"
#include "rpc/dispatcher.hpp"
#include "rpc/lazy_timer.hpp"
#include "rpc/quick_operations.hpp"
#include "transport/datagram_port.hpp"
#include "transport/message_stream.hpp"

namespace once::detail {

class BackChannel;
class ServerLoop;

/// What the loops of a server share; fixed before the first socket is opened.
struct ServerSettings {
  Limits limits;  // of one loop
  Epoch epoch;
  std::chrono::seconds uptime{0};  // of servers with this store, before this one
  std::array<std::uint64_t, 2> secret{};
  ClientInstance instance;  // of the server as a caller of its clients' objects
  std::shared_ptr<const DispatchRules> rules;
  std::vector<std::weak_ptr<ServerLoop>> loops;                          // by index
  std::function<std::shared_ptr<Channel>(const ObjectRef&)> channel_to;  // to other servers
  std::shared_ptr<const HostTrace> trace;                                // or null
};

/// A datagram socket of a loop.
struct ServerPort final : EventHandler, std::enable_shared_from_this<ServerPort> {
  ServerPort(std::weak_ptr<ServerLoop> owner, std::unique_ptr<DatagramSocket> socket, std::uint32_t number)
      : loop(std::move(owner)), port(std::move(socket)), link(number) {}
  void on_event(Event event) override;

  const std::weak_ptr<ServerLoop> loop;
  transport::DatagramPort port;
  const std::uint32_t link;
  bool waits_readable = false, waits_writable = false;
};

struct ServerListener final : EventHandler, std::enable_shared_from_this<ServerListener> {
  ServerListener(std::weak_ptr<ServerLoop> owner, std::unique_ptr<Listener> socket)
      : loop(std::move(owner)), listener(std::move(socket)) {}
  void on_event(Event event) override;

  const std::weak_ptr<ServerLoop> loop;
  std::unique_ptr<Listener> listener;
  bool waits = false;
};

/// A connection that a loop has accepted, or taken over from another.
struct ServerConnection final : EventHandler, std::enable_shared_from_this<ServerConnection> {
  ServerConnection(std::weak_ptr<ServerLoop> owner, transport::MessageStream messages, core::Path from)
      : loop(std::move(owner)), stream(std::move(messages)), path(from) {}
  void on_event(Event event) override;

  const std::weak_ptr<ServerLoop> loop;
  transport::MessageStream stream;
  const core::Path path;
  bool open = true;          // false: closed, or given to another loop
  bool handed_over = false;  // it came from another loop, and is not given away again
  bool waits_readable = false, waits_writable = false;
  core::Lane lane = 0;              // where calls wait while it is overfull; 0: none has to
  std::size_t queued_overfull = 0;  // messages, since more is queued than it should be
  Time last_message{};
  /// Since when a message is arriving, or the first one is waited for.
  Time message_began = kNever;
};

class ServerLoop final : public CallHost,
                         public EventHandler,
                         public std::enable_shared_from_this<ServerLoop> {
 public:
  using Lock = std::unique_lock<std::mutex>;

  ServerLoop(Environment environment, std::shared_ptr<const ServerSettings> settings, std::uint8_t index);
  ~ServerLoop() override;

  /// What an earlier server has kept; sessions first, before anything is opened.
  void restore(const core::SessionRow& row);
  void restore(const core::OutcomeRow& row);
  void open_port(std::unique_ptr<DatagramSocket> socket);
  void open_listener(std::unique_ptr<Listener> listener);

  /// Accepts nothing new; `done(in_time)` is called, under no lock, when nothing runs any more, or after
  /// `grace`. The loop is closed then. Again while it is under way: the earlier end counts, for both.
  void shut_down(Duration grace, std::function<void(bool in_time)> done);
  /// Closes everything now.
  void close();
  void add_to(ServerStatistics& statistics) const;

  // CallHost
  void answered(ServerCall& call) override;
  void let_go(ServerCall& call) override;
  void run_next(core::Lane lane) override;
  void refuse_next(core::Lane lane) override;
  core::Lane lane_for_answers_to(const core::Path& path) override;
  const Environment& environment() const override { return environment_; }
  std::string peer_of(const core::Path& path) const override;
  std::shared_ptr<Channel> channel_to(ServerCall& call, const ObjectRef& reference) override;

  // Events: the timer, and the sockets.
  void on_event(Event event) override;
  void on_event(const std::shared_ptr<ServerPort>& port, Event event);
  void on_event(ServerListener& listener);
  void on_event(const std::shared_ptr<ServerConnection>& connection, Event event);

 private:
  friend class BackChannel;

  Time now() const { return environment_.clock->now(); }
  const Limits& limits() const { return settings_->limits; }
  const HostTrace* trace() const { return settings_->trace.get(); }

  // Reading, under the lock, which is given up while servants run.
  // Read some at a time; true if they have read all that there was, or may read no more.
  bool read_port(Lock& lock, ServerPort& port);
  bool read_connection(Lock& lock, const std::shared_ptr<ServerConnection>& connection);
  /// Takes what has come, all or `most` messages: what runs then is answered together.
  transport::StreamState take_from(Time now, const std::shared_ptr<ServerConnection>& connection, int most);
  bool read_everything(Lock& lock);
  void accept_from(ServerListener& listener);
  /// `connection`: null for datagrams. `came_over`: another loop has handed it over.
  void take(Time now, const core::Path& from, const Slice& message,
            const std::shared_ptr<ServerConnection>& connection, bool came_over);
  std::shared_ptr<ServerLoop> owner_of(const Slice& message) const;
  void hand_over(const std::shared_ptr<ServerLoop>& to, const core::Path& from, const Slice& message,
                 const std::shared_ptr<ServerConnection>& connection);
  void give_away(const std::shared_ptr<ServerConnection>& connection, const Slice& message, ServerLoop& to);
  void take_over_datagram(const core::Path& from, const Slice& message);
  void take_over_connection(transport::MessageStream stream, const Slice& message);

  // Connections.
  std::shared_ptr<ServerConnection> add_connection(transport::MessageStream stream, const Address& peer);
  void close_connection(ServerConnection& connection);
  void sweep(Time now);
  bool is_overfull(const ServerConnection& connection) const;
  bool may_queue(ServerConnection& connection) const;
  /// What has waited for its answers to be taken may be run.
  void release_waiting(ServerConnection& connection);
  void restart_timers(ServerConnection& connection);
  ServerConnection* held_up_path(const Slice& message) const;

  // Work.
  /// `fragments`: the layer that the message comes through.
  void send(const core::Transmit& message, core::Fragments& fragments);
  void send_all(Time now);
  void send_all() { send_all(now()); }
  /// What the core has for the store.
  void settle_store();
  void kept(SessionId session, Errc error);
  /// Runs what is to run on this loop, for a while: then everything that can be read is read before it goes on.
  void work(Lock& lock, Time time);
  void work(Lock& lock) { work(lock, now()); }
  /// `may_wait`: its answer need not be sent at once. Under no lock; the time when it no longer keeps the thread.
  Time run(ServerCall& call, Time began, bool may_wait, bool& answered);
  void post_turn();
  void take_turn();
  void settle(const std::shared_ptr<ServerPort>& port);
  void settle(const std::shared_ptr<ServerConnection>& connection);
  static void settle(ServerListener& listener);
  void settle_timer();
  /// When leases have to be judged.
  Time judgement() const { return std::max(core_.next_timeout(), judge_again_at_); }
  void finish_shutdown(Lock& lock);
  void close_all(Lock& lock);

  /// The lock, for as long as this lives; what was let go of meanwhile is dropped after it.
  class Entry {
   public:
    explicit Entry(ServerLoop& loop) : lock(loop.mutex_), gone_in_loop_(loop.gone_) {}
    ~Entry() {
      if (!lock.owns_lock()) lock.lock();
      const std::shared_ptr<Servant> gone = std::move(gone_in_loop_);
      lock.unlock();
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    Lock lock;

   private:
    std::shared_ptr<Servant>& gone_in_loop_;
  };

  /// For as long as this lives the calling thread runs a servant of the loop, or reads for a call that blocks the
  /// loop: no turn of it can come.
  class Occupied {
   public:
    explicit Occupied(const ServerLoop& loop, bool may_wait = false);
    ~Occupied();
    Occupied(const Occupied&) = delete;
    Occupied& operator=(const Occupied&) = delete;

   private:
    const ServerLoop* const outer_;
    const bool outer_may_wait_;
  };

  // Calls to clients' objects; back_channel.cpp.
  /// True if the calling thread is this loop's: it must read for itself.
  bool is_current() const;
  /// A message from a session's client has come: its back channel may have to follow to another path.
  void heard_from(SessionId session);
  void take_answer(Time now, const core::Path& from, const Slice& message);
  void disconnect(BackChannel& channel);
  void lose_path(const core::Path& path);
  void pump(Lock& lock, BackChannel& channel);
  void pump_due(Lock& lock);
  /// Blocks this loop's own thread for the channel's link, up to `time`, and reads it. False: no link.
  bool read_for(Lock& lock, BackChannel& channel, Duration time);
  void end_back_channels(Lock& lock);

  const Environment environment_;
  const std::shared_ptr<const ServerSettings> settings_;
  const std::uint8_t index_;

  std::atomic<std::size_t> arriving_{0};  // what other loops have handed over and this one has not taken

  mutable std::mutex mutex_;
  core::ServerCore core_;
  core::Fragments fragments_;  // under the core
  Dispatcher dispatcher_;
  core::Transmit transmit_, following_;
  std::vector<Slice> inbox_;  // spare memory of whoever reads
  Duration turn_used_{0};     // by servants, since everything was read
  bool turn_posted_ = false;
  bool slow_ = false;  // the latest servant took a whole turn
  QuickOperations quick_;
  std::shared_ptr<Servant>
      gone_;  // the latest call's; perhaps nobody else holds it, and it must not die under the lock

  std::vector<std::shared_ptr<ServerPort>> ports_;
  std::vector<std::shared_ptr<ServerListener>> listeners_;
  std::unordered_map<std::uint32_t, std::shared_ptr<ServerConnection>> connections_;
  std::uint32_t connections_made_ = 0;
  std::size_t lanes_taken_ = 0;  // by connections
  std::unordered_map<SessionId, std::shared_ptr<BackChannel>> back_channels_;
  std::unordered_multimap<std::uint64_t, BackChannel*>
      back_paths_;                                 // the connected ones, by their path's hash
  std::vector<std::shared_ptr<BackChannel>> due_;  // to be pumped
  Time back_wake_ = kNever;                        // no back channel has a timer before
  std::uint64_t sessions_gone_ = 0;                // when back_channels_ was last looked through

  LazyTimer timer_;
  Time judge_again_at_ = Time::min();  // leases are not judged before
  Time sweep_at_ = kNever;             // when a connection may be overdue
  Time accept_again_at_ = kNever;      // when descriptors ran out
  Time shutdown_at_ = kNever;
  Time last_replies_until_ = kNever;
  std::function<void(bool)> shutdown_done_;
  bool closed_ = false;

  std::uint64_t datagrams_ = 0, datagrams_not_sent_ = 0, datagram_largest_ = 0, malformed_ = 0;
  std::uint64_t accepted_ = 0, connections_closed_ = 0, accept_pauses_ = 0;
  std::uint64_t handed_over_ = 0, hand_overs_dropped_ = 0, answers_dropped_ = 0;
};

}  // namespace once::detail
