// One event loop of a server: a ServerCore, the sockets that feed it, and the servants that it calls.
//
// One lock guards it, held over no servant, no handler and no system call that blocks. So an answer may be
// recorded and sent by whatever thread gives it, without a hop through the loop. The lock is not contended
// unless servants run on executors, several threads run the loop's io_context, or connections have threads.
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
#include "rpc/connection_threads.hpp"
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
  ServerListener(std::weak_ptr<ServerLoop> owner, std::unique_ptr<Listener> socket, bool gives_threads)
      : loop(std::move(owner)), listener(std::move(socket)), threads(gives_threads) {}
  void on_event(Event event) override;

  const std::weak_ptr<ServerLoop> loop;
  std::unique_ptr<Listener> listener;
  const bool threads;  // its connections get one each
  bool waits = false;
};

struct ServerConnection;

/// Where servants are run: by whoever runs the loop, or by the thread of a connection.
struct Workplace {
  core::Lane lane = 0;                     // where their calls wait
  ServerConnection* connection = nullptr;  // that the thread is for
  Duration turn_used{0};                   // by servants, since everything was read
  bool slow = false;                       // the latest servant took a whole turn
  /// The latest call's; perhaps nobody else holds it, and it must not die under the lock.
  std::shared_ptr<Servant> gone;
};

/// A connection that a loop has accepted, or taken over from another.
struct ServerConnection final : EventHandler, std::enable_shared_from_this<ServerConnection> {
  ServerConnection(std::weak_ptr<ServerLoop> owner, transport::MessageStream messages, core::Path from)
      : loop(std::move(owner)), stream(std::move(messages)), path(from) {}
  void on_event(Event event) override;
  bool has_thread() const { return place.lane != 0; }

  /// What its thread does. Work: all that it does under the lock, and servants; the stream is then for whoever has the
  /// lock. Read: without the lock, and what comes in is for nobody else. Wait: for the socket, without the lock.
  enum class Does : std::uint8_t { Work, Read, Wait, End };

  const std::weak_ptr<ServerLoop> loop;
  transport::MessageStream stream;
  const core::Path path;
  Workplace place;  // its thread's, if it has one
  Does thread_does = Does::Work;
  Interest awaited;                // by its thread, when it waits
  std::size_t partial_octets = 0;  // of a message that is arriving
  bool open = true;                // false: closed, or given to another loop
  bool handed_over = false;        // it came from another loop, and is not given away again
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
  void open_listener(std::unique_ptr<Listener> listener, Threading threading);

  /// Accepts nothing new; `done(in_time)` is called, under no lock, when nothing runs any more, or after
  /// `grace`. The loop is closed then. Again while it is under way: the earlier end counts, for both.
  void shut_down(Duration grace, std::function<void(bool in_time)> done);
  /// Closes everything now.
  void close();
  /// Waits for the threads of its connections, when it is closed.
  void join_threads() { threads_->join(); }
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
  /// Takes what has come, or (Open) so much of it that others wait too: what runs then is answered together.
  transport::StreamState take_from(Time now, const std::shared_ptr<ServerConnection>& connection);
  void note_read(Time now, ServerConnection& connection, transport::StreamState state);
  bool read_everything(Lock& lock);
  /// Leases are judged, after everything that had arrived by `now`.
  void judge(Lock& lock, Time now);
  void accept_from(ServerListener& listener);
  /// `connection`: null for datagrams. `came_over`: another loop has handed it over.
  void take(Time now, const core::Path& from, const Slice& message,
            const std::shared_ptr<ServerConnection>& connection, bool came_over);
  std::shared_ptr<ServerLoop> owner_of(const Slice& message) const;
  void hand_over(const std::shared_ptr<ServerLoop>& to, const core::Path& from, const Slice& message,
                 const std::shared_ptr<ServerConnection>& connection);
  void give_away(const std::shared_ptr<ServerConnection>& connection, const Slice& message, ServerLoop& to);
  void take_over_datagram(const core::Path& from, const Slice& message);
  void take_over_connection(transport::MessageStream stream, const Slice& message, bool threaded);

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

  // Threads of connections; server_threads.cpp.
  /// False: it is left to the loop.
  bool start_thread(const std::shared_ptr<ServerConnection>& connection);
  void serve(const std::shared_ptr<ServerConnection>& connection) noexcept;
  void serve_until_end(const std::shared_ptr<ServerConnection>& connection);
  /// What its thread is to do next.
  ServerConnection::Does take_read(Lock& lock, const std::shared_ptr<ServerConnection>& connection,
                                   transport::StreamState read);
  void give_up_thread(ServerConnection& connection);
  /// Reads for a thread that runs a servant. False: something has come that is not taken yet.
  bool read_in_place(Time now, const std::shared_ptr<ServerConnection>& connection);
  /// The connection that the calling thread is for, if it is one of this loop's.
  ServerConnection* served_here() const;
  Workplace& workplace();
  void flush(const std::shared_ptr<ServerConnection>& connection);
  void await_writable(ServerConnection& connection);

  // Work.
  /// `fragments`: the layer that the message comes through.
  void send(const core::Transmit& message, core::Fragments& fragments);
  void send_all(Time now);
  void send_all() { send_all(now()); }
  /// What the core has for the store.
  void settle_store();
  void kept(SessionId session, Errc error);
  /// Runs what is to run there, for a while: then everything that can be read is read before it goes on.
  void work(Lock& lock, Time time, Workplace& place);
  void work(Lock& lock) { work(lock, now(), place_); }
  bool has_work(const Workplace& place) const;
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
    explicit Entry(ServerLoop& loop) : Entry(loop, loop.place_) {}
    Entry(ServerLoop& loop, Workplace& place) : lock(loop.mutex_), place_(place) {}
    ~Entry() {
      if (!lock.owns_lock()) lock.lock();
      const std::shared_ptr<Servant> gone = std::move(place_.gone);
      lock.unlock();
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    Lock lock;

   private:
    Workplace& place_;
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
  /// The calling thread runs a servant of the loop, or reads for one.
  bool is_occupied() const;
  /// True if the calling thread is this loop's, or a connection's of it: it must read for itself.
  bool is_current() const;
  /// A message from a session's client has come: its back channel may have to follow to another path.
  void heard_from(SessionId session);
  void take_answer(Time now, const core::Path& from, const Slice& message);
  void disconnect(BackChannel& channel);
  void lose_path(const core::Path& path);
  void pump(Lock& lock, BackChannel& channel);
  void pump_due(Lock& lock);
  /// Blocks such a thread for the channel's link, up to `time`, and reads it. False: no link, or somebody else reads it.
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
  Workplace place_;
  bool turn_posted_ = false;
  QuickOperations quick_;

  std::vector<std::shared_ptr<ServerPort>> ports_;
  std::vector<std::shared_ptr<ServerListener>> listeners_;
  std::unordered_map<std::uint32_t, std::shared_ptr<ServerConnection>> connections_;
  std::uint32_t connections_made_ = 0;
  std::size_t lanes_taken_ = 0;  // by connections that are overfull
  const std::shared_ptr<ConnectionThreads> threads_ = std::make_shared<ConnectionThreads>();
  std::unordered_map<SessionId, std::shared_ptr<BackChannel>> back_channels_;
  std::unordered_multimap<std::uint64_t, BackChannel*>
      back_paths_;                                 // the connected ones, by their path's hash
  std::vector<std::shared_ptr<BackChannel>> due_;  // to be pumped
  Time back_wake_ = kNever;                        // no back channel has a timer before
  std::uint64_t sessions_gone_ = 0;                // when back_channels_ was last looked through

  LazyTimer timer_;
  Time judge_again_at_ = Time::min();  // leases are not judged before
  Time emptied_at_ = Time::min();      // when all sockets had last been read
  Time sweep_at_ = kNever;             // when a connection may be overdue
  Time accept_again_at_ = kNever;      // when descriptors ran out
  Time shutdown_at_ = kNever;
  Time last_replies_until_ = kNever;
  std::function<void(bool)> shutdown_done_;
  bool closed_ = false;

  std::uint64_t datagrams_ = 0, datagrams_not_sent_ = 0, datagram_largest_ = 0, malformed_ = 0;
  std::uint64_t accepted_ = 0, connections_closed_ = 0, accept_pauses_ = 0, threads_refused_ = 0;
  std::uint64_t handed_over_ = 0, hand_overs_dropped_ = 0, answers_dropped_ = 0;
};

}  // namespace once::detail
