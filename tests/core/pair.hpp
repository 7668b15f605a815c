// A server core and client cores in virtual time, with a network between them that a test controls message by
// message. No socket, no thread, no clock: the same calls always give the same run.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <once/base/crc32c.hpp>

#include "core/client_core.hpp"
#include "core/fragments/fragments.hpp"
#include "core/octets.hpp"
#include "core/server/rows.hpp"
#include "core/server_core.hpp"
#include "core/wire.hpp"

namespace once::core::testing {

using namespace std::chrono_literals;

inline Slice octets(std::string_view text) {
  return Slice::copy_of(as_bytes(text));
}

/// Seals a message again whose octets a test has changed.
inline void reseal(Bytes& message) {
  const auto header_length = load<std::uint16_t>(message.data() + 10);
  store(message.data() + 12, std::uint32_t{0});
  store(message.data() + 12, crc32c(ByteView{message}.first(header_length)));
}

/// A message on its way.
struct Packet {
  bool to_server = false;
  std::size_t client = 0;
  Path from;  // the client's path, either way
  Slice message;

  MessageType type() const { return *peek_type(message); }
  SessionMessage request() const {
    Prefix prefix;
    SessionMessage out;
    if (read_prefix(message, prefix) == Errc::ok) (void)read(message, prefix, out);
    return out;
  }
  Answer answer() const {
    Prefix prefix;
    Answer out;
    if (read_prefix(message, prefix) == Errc::ok) (void)read(message, prefix, out);
    return out;
  }
};

class Pair {
 public:
  /// When the copies of a message arrive, counted from now; none: it is lost.
  using Fate = std::vector<Duration>;

  struct Client {
    std::unique_ptr<ClientCore> core;
    std::unique_ptr<Fragments> fragments;
    ClientConfig config;
    Path path;
    std::optional<std::uint16_t>
        seen_port;  // by the server, where something between puts another in its place
    std::map<CallKey, CallCompletion> done;

    Path seen() const {
      Path result = path;
      result.port = seen_port.value_or(path.port);
      return result;
    }
  };

  explicit Pair(std::size_t client_count = 1, ServerConfig config = {}, ClientConfig client_config = {})
      : server_config(config) {
    server_config.epoch = {0, 0xE1};
    server_config.secret = {1, 2};
    make_server();
    fate = [](const Packet&) { return Fate{1ms}; };
    servant = [this](const Arrival& arrival) { serve(arrival); };
    for (std::size_t i = 0; i < client_count; ++i) add_client(client_config);
  }

  std::size_t add_client(ClientConfig config) {
    const std::size_t index = clients.size();
    Client& client = clients.emplace_back();
    config.instance = {0xC0 + index, lives_++};
    config.seed = index + 1;
    client.config = config;
    client.core = std::make_unique<ClientCore>(config, now);
    client.fragments = make_fragments(Side::Client, *client.core);
    client.path.link = 1;
    client.path.address[15] = static_cast<std::uint8_t>(index + 1);
    client.path.port = 7000;
    client.path.message_max = 60'000;
    client.core->connected(now, client.path);
    return index;
  }

  /// The program of this client ends without a word, and starts again.
  void restart_client(std::size_t index, ClientConfig config) {
    Client& client = clients[index];
    client.config = config;
    client.core = std::make_unique<ClientCore>(config, now);
    client.done.clear();
    client.core->connected(now, client.path);
    drain_client(index);
  }

  /// From now on datagrams are so large, and what is larger goes as fragments.
  void use_fragments(std::uint32_t datagram_max = 1'200, const FragmentLimits& limits = {}) {
    fragment_limits = limits;
    server_fragments = make_fragments(Side::Server, *server);
    for (Client& client : clients) {
      client.fragments = make_fragments(Side::Client, *client.core);
      client.path.fragments = true;
      client.path.message_max = datagram_max;
      client.core->connected(now, client.path);
    }
    drain();
  }

  // --- Calls

  static CallRequest request(Semantics semantics = Semantics::AtMostOnce, std::string_view body = "hello") {
    CallRequest result;
    result.semantics = semantics;
    result.operation = 7;
    result.fingerprint = 9;
    result.object_key = octets("account");
    result.body = octets(body);
    return result;
  }
  CallKey start(CallRequest what = request(), std::size_t client = 0) {
    const Result<CallKey> key = clients[client].core->start(now, std::move(what));
    drain_client(client);
    return key ? *key : 0;
  }
  void cancel(CallKey call, std::size_t client = 0) {
    clients[client].core->cancel(now, call);
    drain_client(client);
  }
  /// The completion of a call, nullptr if it has none yet.
  const CallCompletion* completion(CallKey call, std::size_t client = 0) const {
    const auto found = clients[client].done.find(call);
    return found != clients[client].done.end() ? &found->second : nullptr;
  }
  OutcomeKind outcome(CallKey call, std::size_t client = 0) const {
    const CallCompletion* const found = completion(call, client);
    return found != nullptr ? found->kind : OutcomeKind::Sent;
  }
  bool done(CallKey call, std::size_t client = 0) const { return completion(call, client) != nullptr; }
  /// Executions of the number `sequence` of the session in which it was last seen.
  int executions() const {
    int sum = 0;
    for (const auto& [id, count] : executed) sum += count;
    return sum;
  }

  // --- The servant: by default it starts at once and answers with what it was sent.

  void serve(const Arrival& arrival) {
    if (!server->start(now, arrival.call, reply_max)) return;
    ++executed[arrival.id];
    if (arrival.semantics == Semantics::ExactlyOnce) commit(arrival, arrival.body);
    server->reply(now, arrival.call, ReplyStatus::Value, arrival.body, arrival.little_endian);
  }
  /// The servant's transaction: its effect, and the outcome.
  void commit(const Arrival& arrival, const Slice& body) {
    if (!store.sessions.contains(arrival.id.session)) return;
    ++store.effects[arrival.id];
    store.outcomes[arrival.id] = write_row(OutcomeRow{
        arrival.id, arrival.mark, arrival.digest, arrival.codec, ReplyStatus::Value, arrival.little_endian,
        Errc::ok, body, body.footprint() > server->reply_promised(arrival.call)});
  }
  /// A servant that starts, keeps its calls, and answers when the test says so.
  void hold_calls() {
    servant = [this](const Arrival& arrival) {
      if (!server->start(now, arrival.call, reply_max)) return;
      ++executed[arrival.id];
      held.push_back(arrival);
    };
  }
  /// A servant that leaves everything queued.
  void hold_arrivals() {
    servant = [this](const Arrival& arrival) { held.push_back(arrival); };
  }
  void reply_held(std::size_t index = 0, std::string_view body = "world") {
    server->reply(now, held[index].call, ReplyStatus::Value, octets(body), false);
    drain_server();
  }

  // --- Time and the network

  void run_for(Duration time) { run_until(now + time); }
  /// Delivers and fires everything that is due until `end`, and leaves the clock there.
  void run_until(Time end) {
    for (;;) {
      Time next = flying_.empty() ? kNever : flying_.begin()->first;
      for (const Client& client : clients) {
        next = std::min({next, client.core->next_timeout(), client.fragments->next_timeout()});
      }
      next = std::min({next, server->next_timeout(), server_fragments->next_timeout()});
      if (next > end) break;
      now = std::max(now, next);
      step();
    }
    now = std::max(now, end);
  }
  /// Runs until a call is over, or `limit` has passed.
  bool run_until_done(CallKey call, std::size_t client = 0, Duration limit = 10min) {
    const Time end = now + limit;
    while (!done(call, client) && now < end) run_until(std::min(end, now + 1ms));
    return done(call, client);
  }
  /// Hands a message to the server as if it came on `from`.
  void deliver_to_server(const Path& from, const Slice& message) {
    core::deliver(*server, *server_fragments, now, from, message);
    drain_server();
  }
  void deliver_to_client(const Slice& message, std::size_t client = 0) {
    core::deliver(*clients[client].core, *clients[client].fragments, now, clients[client].path, message);
    drain_client(client);
  }
  void deliver(const Packet& packet) {
    packet.to_server ? deliver_to_server(packet.from, packet.message)
                     : deliver_to_client(packet.message, packet.client);
  }
  /// Everything that is on its way is lost.
  void flush() { flying_.clear(); }
  /// A new life of the server, with nothing left of the old one but what is in the store.
  void restart_server() {
    ++server_config.epoch.random;
    if (server_config.durable) ++server_config.epoch.counter;
    server_config.uptime += std::chrono::duration_cast<std::chrono::seconds>(now - server_started);
    server_started = now;
    server_config.secret[0] += 100;
    make_server();
    held.clear();
    for (const auto& [id, octets] : store.sessions) {
      SessionRow row;
      ASSERT_EQ(read_row(octets, row), Errc::ok);
      row.id = id;
      server->restore(now, row);
    }
    for (const auto& [id, octets] : store.outcomes) {
      OutcomeRow row;
      ASSERT_EQ(read_row(octets, row), Errc::ok);
      row.id = id;
      server->restore(row);
    }
    drain_server();
  }

  std::vector<Packet> sent_of(MessageType type) const {
    std::vector<Packet> result;
    for (const Packet& packet : sent) {
      if (packet.type() == type) result.push_back(packet);
    }
    return result;
  }
  std::size_t count_of(MessageType type) const { return sent_of(type).size(); }

  /// After a test has called a core itself.
  void drain() {
    drain_server();
    for (std::size_t i = 0; i < clients.size(); ++i) drain_client(i);
  }

  /// What a durable store would keep. `keeps_sessions` false: it takes rows, and says nothing yet.
  struct Store {
    std::map<SessionId, Slice> sessions;
    std::map<RequestId, Slice> outcomes;
    std::map<RequestId, int> effects;  // of committed transactions
    bool keeps_sessions = true;
  };

  Store store;
  Time now{1000s};
  Time server_started = now;
  ServerConfig server_config;
  FragmentLimits fragment_limits;
  std::unique_ptr<ServerCore> server;
  std::unique_ptr<Fragments> server_fragments;
  std::vector<Client> clients;
  std::function<Fate(const Packet&)> fate;
  std::function<void(const Arrival&)> servant;
  std::uint32_t reply_max = 1024;
  std::map<RequestId, int> executed;
  std::vector<Arrival> held;
  std::vector<Abandoned> abandoned;
  std::vector<Packet> sent;  // every message that a core gave to the network

 private:
  std::unique_ptr<Fragments> make_fragments(Side side, const SessionOwner& owner) {
    return std::make_unique<Fragments>(side, fragment_limits, owner, ++layers_);
  }
  void make_server() {
    server_fragments.reset();
    server = std::make_unique<ServerCore>(server_config, now);
    server_fragments = make_fragments(Side::Server, *server);
  }
  void step() {
    while (!flying_.empty() && flying_.begin()->first <= now) {
      const Packet packet = std::move(flying_.begin()->second);
      flying_.erase(flying_.begin());
      deliver(packet);
    }
    // Timers after input: leases are judged only when everything that has arrived was read.
    for (std::size_t i = 0; i < clients.size(); ++i) {
      Client& client = clients[i];
      if (std::min(client.core->next_timeout(), client.fragments->next_timeout()) > now) continue;
      client.core->timeout(now);
      client.fragments->timeout(now);
      drain_client(i);
    }
    if (std::min(server->next_timeout(), server_fragments->next_timeout()) <= now) {
      server->timeout(now);
      server_fragments->timeout(now);
      drain_server();
    }
  }
  void drain_client(std::size_t index) {
    Client& client = clients[index];
    for (bool busy = true; busy;) {
      busy = false;
      while (next_datagram(*client.core, *client.fragments, now, transmit_)) {
        busy = true;
        launch(true, index, client.seen());
      }
      CallCompletion completion;
      while (client.core->poll_completion(completion)) {
        busy = true;
        client.done[completion.call] = std::move(completion);
      }
    }
  }
  void drain_server() {
    for (bool busy = true; busy;) {
      busy = false;
      Arrival arrival;
      while (server->poll_arrival(now, arrival)) {
        busy = true;
        servant(arrival);
      }
      while (next_datagram(*server, *server_fragments, now, transmit_)) {
        busy = true;
        for (std::size_t i = 0; i < clients.size(); ++i) {
          if (clients[i].path.address == transmit_.to.address) launch(false, i, transmit_.to);
        }
      }
      SessionRow row;
      while (server->poll_keep(row)) {
        busy = true;
        store.sessions[row.id] = write_row(row);
        if (store.keeps_sessions) server->kept(now, row.id, Errc::ok);
      }
      RequestId forgotten;
      while (server->poll_forget(forgotten)) {
        busy = true;
        if (forgotten.sequence == 0) store.sessions.erase(forgotten.session);
        std::erase_if(store.outcomes, [&](const auto& outcome) {
          return forgotten.sequence == 0 ? outcome.first.session == forgotten.session
                                         : outcome.first == forgotten;
        });
      }
      Abandoned news;
      while (server->poll_abandoned(news)) {
        busy = true;
        abandoned.push_back(news);
      }
    }
  }
  void launch(bool to_server, std::size_t client, const Path& path) {
    Buffer whole{transmit_.header.size() + transmit_.body.size()};
    whole.append(transmit_.header);
    whole.append(transmit_.body);
    Packet packet{to_server, client, path, std::move(whole).freeze()};
    sent.push_back(packet);
    for (const Duration delay : fate(packet)) flying_.emplace(now + delay, packet);
  }

  std::multimap<Time, Packet> flying_;
  Transmit transmit_;
  std::uint64_t lives_ = 1;
  std::uint32_t layers_ = 0;
};

/// Of a server with a store.
inline ServerConfig durable() {
  ServerConfig config;
  config.durable = true;
  return config;
}

/// Everything that goes to a client is lost.
inline std::function<Pair::Fate(const Packet&)> nothing_comes_back() {
  return [](const Packet& packet) { return packet.to_server ? Pair::Fate{1ms} : Pair::Fate{}; };
}
inline std::function<Pair::Fate(const Packet&)> everything_arrives() {
  return [](const Packet&) { return Pair::Fate{1ms}; };
}

}  // namespace once::core::testing
