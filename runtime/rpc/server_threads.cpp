// Connections with a thread of their own (Threading::PerConnection). The thread reads, blocked in the socket and without
// the loop's lock; what has come it hands to the core under the lock, like the loop, and runs the calls of its lane.
// All else that a connection needs the loop does.
#include <exception>
#include <utility>

#include <asio/post.hpp>

#include "rpc/server_loop.hpp"

namespace once::detail {
namespace {

using transport::StreamState;
using Does = ServerConnection::Does;

/// A thread that reads is woken by what comes, and by shutdown(). Any limit would cost a timer of the system's each time.
constexpr Duration kUntilWoken = Duration::max();

/// For so long a thread may run servants before what its peer does meanwhile is not held against it.
constexpr Duration kLong = std::chrono::milliseconds{1};

/// What the calling thread is for.
thread_local ServerConnection* served = nullptr;
thread_local const ServerLoop* served_for = nullptr;

}  // namespace

bool ServerLoop::start_thread(const std::shared_ptr<ServerConnection>& connection) {
  if (threads_->running() < limits().connection_threads_max) {
    connection->place.lane = dispatcher_.take_lane();
    connection->place.connection = connection.get();
    if (threads_->start([self = shared_from_this(), connection] { self->serve(connection); })) return true;
    dispatcher_.give_lane_back(connection->place.lane);
    connection->place = {};
  }
  ++threads_refused_;
  return false;
}

ServerConnection* ServerLoop::served_here() const {
  return served_for == this ? served : nullptr;
}

Workplace& ServerLoop::workplace() {
  ServerConnection* const connection = served_here();
  return connection != nullptr ? connection->place : place_;
}

void ServerLoop::serve(const std::shared_ptr<ServerConnection>& connection) noexcept {
  served = connection.get();
  served_for = this;
  try {
    serve_until_end(connection);
  } catch (...) {
    // A handler's, or memory has run out: to be met where those are met that the loop has called.
    const Lock lock{mutex_};
    if (closed_) return;
    close_connection(*connection);
    give_up_thread(*connection);
    asio::post(environment_.executor, [error = std::current_exception()] { std::rethrow_exception(error); });
  }
}

void ServerLoop::serve_until_end(const std::shared_ptr<ServerConnection>& connection) {
  StreamState read = StreamState::Open;  // another loop may have read something
  while (true) {
    Does next = Does::End;
    {
      Entry entry{*this, connection->place};
      next = take_read(entry.lock, connection, read);
    }
    if (next == Does::End) return;
    read = StreamState::Open;
    if (next == Does::Read) read = connection->stream.fill(kUntilWoken);
    if (next == Does::Wait) connection->stream.socket().wait(connection->awaited, kUntilWoken);
  }
}

/// `read`: how the thread's own read has ended, if it has read.
Does ServerLoop::take_read(Lock& lock, const std::shared_ptr<ServerConnection>& connection,
                           StreamState read) {
  ServerConnection& self = *connection;
  if (closed_) return Does::End;
  self.thread_does = Does::Work;
  self.place.turn_used = Duration{0};
  if (self.open) flush(connection);
  const Time time = now();
  bool emptied = false;
  if (self.open && !is_overfull(self)) {
    if (read == StreamState::Open) read = take_from(time, connection);
    note_read(time, self, read);
    emptied = read == StreamState::WouldBlock;
  }
  work(lock, time, self.place);
  if (closed_) return Does::End;
  settle_timer();
  finish_shutdown(lock);
  if (!self.open) {
    if (has_work(self.place)) return Does::Work;
    give_up_thread(self);
    return Does::End;
  }
  if (self.place.turn_used > kLong) restart_timers(self);
  const bool queued = self.stream.queued_octets() > 0;
  self.awaited = {.readable = !is_overfull(self), .writable = queued};
  if (self.awaited.readable && (!emptied || has_work(self.place))) return Does::Work;
  // Whoever the loop waits for cannot be read with patience.
  return self.thread_does = queued || self.waits_writable ? Does::Wait : Does::Read;
}

void ServerLoop::flush(const std::shared_ptr<ServerConnection>& connection) {
  const std::size_t queued = connection->stream.queued_octets();
  if (queued == 0) return;
  if (!connection->stream.flush()) {
    close_connection(*connection);
  } else if (connection->stream.queued_octets() < queued) {
    restart_timers(*connection);
    if (!is_overfull(*connection)) release_waiting(*connection);
  }
}

/// What has no room waits for it, without the connection's thread.
void ServerLoop::await_writable(ServerConnection& connection) {
  if (!connection.open || connection.stream.queued_octets() == 0) return;
  if (std::exchange(connection.waits_writable, true)) return;
  connection.stream.socket().async_wait(Event::Writable, connection.weak_from_this());
}

/// The connection is gone. What it has asked for and nobody runs yet is the loop's.
void ServerLoop::give_up_thread(ServerConnection& connection) {
  if (core_.waiting(connection.place.lane) != 0) {
    core_.release(now(), connection.place.lane);
    post_turn();
  }
  dispatcher_.give_lane_back(std::exchange(connection.place.lane, 0));
}

bool ServerLoop::read_in_place(Time now, const std::shared_ptr<ServerConnection>& connection) {
  if (!connection->open || is_overfull(*connection)) return true;
  if (connection->thread_does != Does::Work) {
    return !connection->stream.socket().wait({.readable = true}, Duration{0});
  }
  const StreamState state = take_from(now, connection);
  note_read(now, *connection, state);
  return state != StreamState::Open;
}

}  // namespace once::detail
