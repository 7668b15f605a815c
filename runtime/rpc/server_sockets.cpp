// What a server's loop reads and sends: datagrams, connections, and messages that belong to another loop.
#include <algorithm>
#include <utility>

#include <asio/post.hpp>

#include <once/codec/byte_order.hpp>

#include "core/wire.hpp"
#include "rpc/paths.hpp"
#include "rpc/server_loop.hpp"

namespace once::detail {
namespace {

using transport::StreamState;

constexpr std::uint32_t kStreamLinks = 0x80000000;  // links from here on are connections
constexpr int kDatagramsAtOnce = 64;
constexpr int kMessagesAtOnce = 256;
constexpr std::size_t kHandOversMax = 1024;  // that may wait for a loop
/// A message that is arriving may take the header's time, and as long again as its octets take at this rate.
constexpr std::int64_t kOctetsPerSecondMin = 8192;

/// The session that a client's message names; nothing is checked. HELLO has something else in its place.
SessionId session_of(const Slice& message) {
  if (message.size() < core::kPrefixSize + sizeof(SessionId)) return 0;
  return load<SessionId, std::endian::big>(message.data() + core::kPrefixSize);
}

}  // namespace

void ServerPort::on_event(Event event) {
  if (const auto owner = loop.lock()) owner->on_event(shared_from_this(), event);
}

void ServerListener::on_event(Event) {
  if (const auto owner = loop.lock()) owner->on_event(*this);
}

void ServerConnection::on_event(Event event) {
  if (const auto owner = loop.lock()) owner->on_event(shared_from_this(), event);
}

// --- Datagrams

void ServerLoop::open_port(std::unique_ptr<DatagramSocket> socket) {
  const Lock lock{mutex_};
  const auto number = static_cast<std::uint32_t>(ports_.size());
  ports_.push_back(std::make_shared<ServerPort>(weak_from_this(), std::move(socket), number));
  settle(ports_.back());
}

void ServerLoop::on_event(const std::shared_ptr<ServerPort>& port, Event event) {
  Entry entry{*this};
  Lock& lock = entry.lock;
  (event == Event::Writable ? port->waits_writable : port->waits_readable) = false;
  if (closed_) return;
  if (event == Event::Writable) {
    port->port.flush();
  } else {
    read_port(lock, *port);
  }
  if (closed_) return;
  settle(port);
  settle_timer();
  finish_shutdown(lock);
}

bool ServerLoop::read_port(Lock& lock, ServerPort& port) {
  bool emptied = false;
  Time time = now();
  std::vector<Slice> messages;
  messages.swap(inbox_);
  for (int i = 0; i < kDatagramsAtOnce && !closed_; ++i) {
    Address from;
    Slice datagram;
    const std::error_code error = port.port.socket().receive(from, datagram, Duration{0});
    emptied = error == std::errc::operation_would_block;
    if (emptied) break;
    if (error) continue;  // a hint about an earlier datagram
    ++datagrams_;
    if (!split_datagram(std::move(datagram), messages)) ++malformed_;
    const core::Path path = datagram_path(port.link, from, limits());
    if (i != 0) time = now();
    for (const Slice& message : messages) take(time, path, message, nullptr, false);
    messages.clear();
  }
  inbox_.swap(messages);
  work(lock, time, place_);
  return emptied;
}

void ServerLoop::settle(const std::shared_ptr<ServerPort>& port) {
  if (!std::exchange(port->waits_readable, true)) port->port.socket().async_wait(Event::Readable, port);
  if (port->port.has_queued() && !std::exchange(port->waits_writable, true)) {
    port->port.socket().async_wait(Event::Writable, port);
  }
}

// --- Connections

void ServerLoop::open_listener(std::unique_ptr<Listener> socket, Threading threading) {
  const Lock lock{mutex_};
  const bool threads = threading == Threading::PerConnection && environment_.network->can_block();
  const auto listener = std::make_shared<ServerListener>(weak_from_this(), std::move(socket), threads);
  listeners_.push_back(listener);
  settle(*listener);
}

void ServerLoop::on_event(ServerListener& listener) {
  const Lock lock{mutex_};
  listener.waits = false;
  if (closed_) return;
  accept_from(listener);
  settle_timer();
}

void ServerLoop::accept_from(ServerListener& listener) {
  if (shutdown_done_) return;
  while (true) {
    auto accepted = listener.listener->accept();
    if (!accepted) {
      if (accepted.error() == std::errc::operation_would_block) break;
      // No descriptors or no memory: the ones that wait are taken later, without a busy loop.
      ++accept_pauses_;
      accept_again_at_ = now() + limits().accept_pause;
      return;
    }
    ++accepted_;
    if (connections_.size() >= limits().connections_max) {
      ++connections_closed_;
      continue;
    }
    const Address peer = (*accepted)->peer();
    const auto connection =
        add_connection({std::move(*accepted), &front_message, stream_message_max(limits())}, peer);
    if (!listener.threads || !start_thread(connection)) settle(connection);
  }
  settle(listener);
}

void ServerLoop::settle(ServerListener& listener) {
  if (!std::exchange(listener.waits, true)) {
    listener.listener->async_wait(Event::Readable, listener.weak_from_this());
  }
}

std::shared_ptr<ServerConnection> ServerLoop::add_connection(transport::MessageStream stream,
                                                             const Address& peer) {
  const std::uint32_t link = kStreamLinks | (++connections_made_ & ~kStreamLinks);
  auto connection =
      std::make_shared<ServerConnection>(weak_from_this(), std::move(stream), stream_path(link, peer));
  const Time time = now();
  connection->last_message = time;
  connection->message_began = time;  // the first one is waited for like one that has begun
  connections_[link] = connection;
  if (trace() != nullptr) trace()->way(time, TraceStep::Connected, connection->path);
  sweep_at_ = std::min(sweep_at_, time + limits().header_timeout);
  return connection;
}

void ServerLoop::on_event(const std::shared_ptr<ServerConnection>& connection, Event event) {
  Entry entry{*this};
  Lock& lock = entry.lock;
  (event == Event::Writable ? connection->waits_writable : connection->waits_readable) = false;
  if (closed_ || !connection->open) return;
  if (event == Event::Writable && !connection->stream.flush()) {
    close_connection(*connection);
  } else {
    if (event == Event::Writable) restart_timers(*connection);
    if (!connection->has_thread()) {
      read_connection(lock, connection);
    } else {
      settle(connection);
      // Else the loop would be woken by all that comes for the thread.
      if (!connection->waits_writable) connection->stream.socket().leave_loop();
    }
  }
  if (closed_) return;
  settle_timer();
  finish_shutdown(lock);
}

bool ServerLoop::is_overfull(const ServerConnection& connection) const {
  return connection.stream.queued_octets() > limits().send_queue_max;
}

/// An overfull connection is not read from, so all that can still come for it is the answers to calls that
/// run, and a window of calls to its client's objects. More than that comes of requests over another path.
bool ServerLoop::may_queue(ServerConnection& connection) const {
  if (!is_overfull(connection)) {
    connection.queued_overfull = 0;
    return true;
  }
  return ++connection.queued_overfull <= limits().running_per_client_max + limits().window;
}

core::Lane ServerLoop::lane_for_answers_to(const core::Path& path) {
  const auto found = path.link < kStreamLinks ? connections_.end() : connections_.find(path.link);
  if (found == connections_.end() || !is_overfull(*found->second)) return 0;
  ServerConnection& connection = *found->second;
  if (connection.lane == 0) {
    connection.lane = dispatcher_.take_lane();
    ++lanes_taken_;
  }
  return connection.lane;
}

/// Its peer takes what it is sent. As long as it does, nothing may have been read from it: that is no fault of its.
void ServerLoop::restart_timers(ServerConnection& connection) {
  connection.last_message = now();
  if (connection.message_began == kNever) return;
  connection.message_began = connection.last_message;
  sweep_at_ = std::min(sweep_at_, connection.message_began + limits().header_timeout);
}

void ServerLoop::release_waiting(ServerConnection& connection) {
  if (connection.lane == 0) return;
  core_.release(now(), connection.lane);
  dispatcher_.give_lane_back(std::exchange(connection.lane, 0));
  --lanes_taken_;
  post_turn();
}

StreamState ServerLoop::take_from(Time now, const std::shared_ptr<ServerConnection>& connection) {
  StreamState state = StreamState::Open;
  for (int i = 0; i < kMessagesAtOnce && connection->open; ++i) {
    Slice message;
    state = connection->stream.receive(message, Duration{0});
    if (state != StreamState::Open) break;
    connection->last_message = now;
    connection->message_began = kNever;
    take(now, connection->path, message, connection, false);
  }
  return state;
}

/// `state`: what take_from() has returned.
void ServerLoop::note_read(Time now, ServerConnection& connection, StreamState state) {
  if (!connection.open) return;
  if (state == StreamState::Closed || state == StreamState::Malformed) {
    if (state == StreamState::Malformed) ++malformed_;
    close_connection(connection);
    return;
  }
  connection.partial_octets = connection.stream.partial_octets();
  if (connection.partial_octets > 0 && connection.message_began == kNever) {
    connection.message_began = now;
    sweep_at_ = std::min(sweep_at_, now + limits().header_timeout);
  }
}

bool ServerLoop::read_connection(Lock& lock, const std::shared_ptr<ServerConnection>& connection) {
  if (is_overfull(*connection)) {  // until its replies are taken
    settle(connection);
    return true;
  }
  const Time time = now();
  const StreamState state = take_from(time, connection);
  note_read(time, *connection, state);
  work(lock, time, connection->has_thread() ? connection->place : place_);
  if (!connection->open || closed_) return true;
  if (state == StreamState::WouldBlock || is_overfull(*connection)) {
    settle(connection);
    return true;
  }
  // Others wait too. What has been read already would wake nobody, so this comes again by itself.
  if (!connection->has_thread() && !std::exchange(connection->waits_readable, true)) {
    asio::post(environment_.executor, [connection] { connection->on_event(Event::Readable); });
  }
  return false;
}

bool ServerLoop::read_everything(Lock& lock) {
  const auto listeners = listeners_;
  for (const auto& listener : listeners) accept_from(*listener);
  bool emptied = true;
  const auto ports = ports_;
  for (const auto& port : ports) emptied = read_port(lock, *port) && emptied;
  std::vector<std::shared_ptr<ServerConnection>> connections;
  connections.reserve(connections_.size());
  for (const auto& [link, connection] : connections_) connections.push_back(connection);
  for (const auto& connection : connections) {
    const bool read =
        connection->has_thread() ? read_in_place(now(), connection) : read_connection(lock, connection);
    emptied = read && emptied;
  }
  return emptied && !closed_;
}

void ServerLoop::settle(const std::shared_ptr<ServerConnection>& connection) {
  if (!is_overfull(*connection)) {
    release_waiting(*connection);
    if (!connection->has_thread() && !std::exchange(connection->waits_readable, true)) {
      connection->stream.socket().async_wait(Event::Readable, connection);
    }
  }
  await_writable(*connection);
}

void ServerLoop::close_connection(ServerConnection& connection) {
  if (!std::exchange(connection.open, false)) return;
  ++connections_closed_;
  release_waiting(connection);
  const core::Path path = connection.path;
  if (trace() != nullptr) trace()->way(now(), TraceStep::Disconnected, path);
  connection.stream.socket().cancel_waits();
  connection.stream.socket().shutdown();
  connections_.erase(path.link);
  lose_path(path);
}

void ServerLoop::sweep(Time now) {
  sweep_at_ = kNever;
  std::vector<std::shared_ptr<ServerConnection>> overdue;
  for (const auto& [link, connection] : connections_) {
    Time limit = connection->last_message + limits().connection_idle;
    if (connection->message_began != kNever && !is_overfull(*connection)) {
      const auto octets = static_cast<std::int64_t>(connection->partial_octets);
      const Duration extra = std::chrono::milliseconds{octets * 1000 / kOctetsPerSecondMin};
      limit = std::min(limit, connection->message_began + limits().header_timeout + extra);
    }
    if (limit <= now && connection->has_thread() && connection->thread_does == ServerConnection::Does::Work) {
      limit = now + limits().header_timeout;  // perhaps a servant has kept it from reading
    }
    if (limit <= now) {
      overdue.push_back(connection);
    } else {
      sweep_at_ = std::min(sweep_at_, limit);
    }
  }
  for (const auto& connection : overdue) close_connection(*connection);
}

// --- Messages

void ServerLoop::take(Time now, const core::Path& from, const Slice& message,
                      const std::shared_ptr<ServerConnection>& connection, bool came_over) {
  const auto type = core::peek_type(message);
  if (type && !core::is_client_to_server(*type)) {
    take_answer(now, from, message);
    return;
  }
  const bool settled = came_over || (connection && connection->handed_over);
  if (type && !settled) {
    if (const auto owner = owner_of(message)) {
      hand_over(owner, from, message, connection);
      return;
    }
  }
  ServerConnection* const held_up = held_up_path(message);
  core_.receive_into(connection ? connection->place.lane : 0);
  deliver(core_, fragments_, now, from, message, trace());
  // It may have moved its session, whose calls then need not wait for where it was.
  if (held_up != nullptr && held_up_path(message) != held_up) release_waiting(*held_up);
  if (!back_channels_.empty()) heard_from(session_of(message));
}

/// Where the message's session is, if calls wait there until answers are taken.
ServerConnection* ServerLoop::held_up_path(const Slice& message) const {
  core::Path path;
  if (lanes_taken_ == 0 || !core_.path_of(session_of(message), path)) return nullptr;
  const auto found = connections_.find(path.link);
  return found != connections_.end() && found->second->lane != 0 ? found->second.get() : nullptr;
}

std::shared_ptr<ServerLoop> ServerLoop::owner_of(const Slice& message) const {
  if (settings_->loops.size() < 2) return nullptr;
  std::uint8_t home = 0;
  if (core::peek_type(message) == core::MessageType::Hello) {
    const auto named = core::home_of_hello(message);
    if (!named) return nullptr;  // any loop will do
    home = *named;
  } else {
    home = static_cast<std::uint8_t>(session_of(message));
  }
  // A session that an earlier server kept may be of a loop that this one has not: another has it then.
  const std::size_t loop = home % settings_->loops.size();
  if (loop == index_) return nullptr;
  core::Prefix prefix;
  if (core::read_prefix(message.view(), prefix) != Errc::ok) return nullptr;  // noise: to be counted here
  return settings_->loops[loop].lock();
}

void ServerLoop::hand_over(const std::shared_ptr<ServerLoop>& to, const core::Path& from,
                           const Slice& message, const std::shared_ptr<ServerConnection>& connection) {
  if (connection && connection->has_thread() && served_here() != connection.get()) {
    close_connection(*connection);  // its thread is still at work for this loop: the client comes again
    return;
  }
  if (to->arriving_.fetch_add(1, std::memory_order_relaxed) >= kHandOversMax) {
    to->arriving_.fetch_sub(1, std::memory_order_relaxed);
    ++hand_overs_dropped_;
    if (connection) close_connection(*connection);
    return;
  }
  ++handed_over_;
  if (connection) {
    give_away(connection, message, *to);
  } else {
    asio::post(to->environment_.executor, [to, from, message] { to->take_over_datagram(from, message); });
  }
}

void ServerLoop::take_over_datagram(const core::Path& from, const Slice& message) {
  arriving_.fetch_sub(1, std::memory_order_relaxed);
  Entry entry{*this};
  Lock& lock = entry.lock;
  if (closed_) return;
  take(now(), from, message, nullptr, true);
  work(lock);
  settle_timer();
}

void ServerLoop::give_away(const std::shared_ptr<ServerConnection>& connection, const Slice& message,
                           ServerLoop& to) {
  connection->open = false;
  release_waiting(*connection);
  const bool threaded = connection->has_thread();
  connections_.erase(connection->path.link);
  lose_path(connection->path);
  // Waits on this loop end here; the other loop begins its own.
  auto stream = std::make_shared<transport::MessageStream>(std::move(connection->stream));
  stream->move_to(to.environment_.executor);
  asio::post(to.environment_.executor, [owner = to.shared_from_this(), stream, message, threaded] {
    owner->take_over_connection(std::move(*stream), message, threaded);
  });
}

void ServerLoop::take_over_connection(transport::MessageStream stream, const Slice& message, bool threaded) {
  arriving_.fetch_sub(1, std::memory_order_relaxed);
  Entry entry{*this};
  Lock& lock = entry.lock;
  if (closed_) return;
  if (connections_.size() >= limits().connections_max) {
    ++connections_closed_;
    return;
  }
  const Address peer = stream.socket().peer();
  const auto connection = add_connection(std::move(stream), peer);
  connection->handed_over = true;
  connection->message_began = kNever;  // its first message is here
  const bool by_thread = threaded && start_thread(connection);
  take(now(), connection->path, message, connection, true);
  work(lock);
  if (!closed_ && !by_thread) read_connection(lock, connection);
  settle_timer();
}

void ServerLoop::send(const core::Transmit& message, core::Fragments& fragments) {
  if (message.to.link < kStreamLinks) {
    if (message.to.link >= ports_.size()) return;
    const auto& port = ports_[message.to.link];
    if (trace() != nullptr) trace()->sent(now(), message);
    if (const auto error = port->port.send(address_of(message.to), message.header, message.body)) {
      ++datagrams_not_sent_;
      if (error == std::errc::message_size) fragments.refused(now(), message);
    }
    if (port->port.has_queued()) settle(port);
    return;
  }
  const auto found = connections_.find(message.to.link);
  if (found == connections_.end()) return;  // gone; the client will ask again over another
  ServerConnection& connection = *found->second;
  if (!may_queue(connection)) {
    ++answers_dropped_;  // what is recorded can be asked for again
    return;
  }
  if (trace() != nullptr) trace()->sent(now(), message);
  if (!connection.stream.send(message.header, message.body)) {
    close_connection(connection);
  } else if (connection.stream.queued_octets() > 0 && (served_here() != &connection || is_occupied())) {
    settle(found->second);  // else its thread goes on with it
  }
}

void ServerLoop::send_all(Time now) {
  if (trace() != nullptr) trace()->told(now, core_);
  const auto next = [&](core::Transmit& message) {
    return (core_.may_transmit() || fragments_.may_transmit()) &&
           core::next_datagram(core_, fragments_, now, message);
  };
  bool more = next(transmit_);
  while (more) {
    more = next(following_);
    if (more && join(transmit_, following_)) continue;
    send(transmit_, fragments_);
    transmit_.body = Slice{};
    std::swap(transmit_, following_);
  }
}

}  // namespace once::detail
