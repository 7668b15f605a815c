// A client core alone: a test plays the server and writes each answer itself.
#pragma once

#include <optional>
#include <vector>

#include "pair.hpp"

namespace once::core::testing {

class ClientDesk {
 public:
  explicit ClientDesk(ClientConfig client_config = {}, std::uint64_t seed = 42) : config(client_config) {
    config.instance = {0xC1, 1};
    config.seed = seed;
    client.emplace(config, now);
    path.link = 1;
    path.message_max = 60'000;
  }

  /// Connects; with a waiting call that asks for one, a session is made.
  void connect(bool validated = false) {
    path.validated = validated;
    client->connected(now, path);
    poll();
  }
  CallKey start(CallRequest request = Pair::request()) {
    sent.clear();
    const Result<CallKey> key = client->start(now, std::move(request));
    error = key ? std::error_code{} : key.error();
    poll();
    return key ? *key : 0;
  }
  CallKey start(Semantics semantics) { return start(Pair::request(semantics)); }
  void cancel(CallKey call) {
    sent.clear();
    client->cancel(now, call);
    poll();
  }
  /// Lets time pass, timer by timer.
  void run_for(Duration time) {
    const Time end = now + time;
    sent.clear();
    while (client->next_timeout() <= end) {
      now = std::max(now, client->next_timeout());
      client->timeout(now);
      poll();
    }
    now = end;
  }
  /// Lets time pass until something is sent.
  void run_until_sent(Duration limit = 10min) {
    const Time end = now + limit;
    sent.clear();
    while (sent.empty() && client->next_timeout() <= end) {
      now = std::max(now, client->next_timeout());
      client->timeout(now);
      poll();
    }
  }

  // --- The server's part

  template <class Message>
  void deliver(const Message& message, std::string_view body = {}) {
    Bytes octets(kServerHeaderMax);
    octets.resize(write(message, octets.data()));
    octets.insert(octets.end(), body.begin(), body.end());
    deliver_octets(octets);
  }
  void deliver_octets(ByteView octets) {
    sent.clear();
    client->receive(now, path, Slice::copy_of(octets));
    poll();
  }
  /// Welcomes the HELLO that was sent last.
  void welcome(std::uint32_t window = 8, SessionId session_id = 0x5105, bool durable = false) {
    session = session_id;
    Welcome message;
    message.nonce = hello_.nonce;
    message.session = session;
    message.epoch = epoch;
    message.window = window;
    message.lease_ms = 60'000;
    message.message_max = 1 << 20;
    message.attempt = hello_.attempt;
    message.durable = durable;
    deliver(message);
  }
  /// An answer to `message`, of the present epoch.
  Answer answer(MessageType type, const SessionMessage& message) const {
    Answer result;
    result.type = type;
    result.semantics = message.semantics;
    result.session = message.session;
    result.sequence = message.sequence;
    result.attempt = message.attempt;
    result.epoch = epoch;
    result.expected = message.expected;
    result.window = 8;
    return result;
  }
  void reply(const SessionMessage& message, std::string_view body = "world") {
    Answer result = answer(MessageType::Reply, message);
    result.body_length = static_cast<std::uint32_t>(body.size());
    result.body_checksum = crc32c(as_bytes(body));
    deliver(result, body);
  }
  void say(MessageType type, const SessionMessage& message) { deliver(answer(type, message)); }
  void refuse(const SessionMessage& message, Errc reason) {
    Answer result = answer(MessageType::NotExecuted, message);
    result.reason = reason;
    deliver(result);
  }

  // --- What the client did

  struct Out {
    MessageType type;
    SessionMessage message;
    Hello hello;
    std::string body;
    std::size_t size = 0;
  };
  /// The messages of one type among those that the last step sent.
  std::vector<SessionMessage> messages(MessageType type) const {
    std::vector<SessionMessage> result;
    for (const Out& out : sent) {
      if (out.type == type) result.push_back(out.message);
    }
    return result;
  }
  /// The one message that the last step sent.
  const SessionMessage& only(MessageType type) const {
    ONCE_ASSERT(sent.size() == 1 && sent[0].type == type);
    return sent[0].message;
  }
  const Hello& last_hello() const { return hello_; }
  /// How the call ended; nothing if it has not.
  std::optional<OutcomeKind> outcome(CallKey call) const {
    const auto found = done.find(call);
    return found != done.end() ? std::optional{found->second.kind} : std::nullopt;
  }
  Errc reason(CallKey call) const { return done.at(call).reason; }

  void poll() {
    for (bool busy = true; busy;) {
      busy = false;
      for (Transmit out; client->poll_transmit(now, out);) {
        busy = true;
        Bytes whole = out.header;
        whole.insert(whole.end(), out.body.data(), out.body.data() + out.body.size());
        Prefix prefix;
        ONCE_ASSERT(read_prefix(whole, prefix) == Errc::ok);
        Out& one = sent.emplace_back();
        one.type = prefix.type;
        one.size = whole.size();
        one.body = as_text(out.body);
        if (prefix.type == MessageType::Hello) {
          ONCE_ASSERT(read(whole, prefix, one.hello) == Errc::ok);
          hello_ = one.hello;
        } else {
          ONCE_ASSERT(read(whole, prefix, one.message) == Errc::ok);
        }
      }
      if (!take_completions) continue;
      for (CallCompletion completion; client->poll_completion(completion);) {
        busy = true;
        ONCE_ASSERT(done.find(completion.call) == done.end());  // each call ends once
        done[completion.call] = std::move(completion);
      }
    }
  }
  const ClientCounters& counters() const { return client->counters(); }

  Time now{1000s};
  ClientConfig config;
  std::optional<ClientCore> client;
  Path path;
  SessionId session = 0;
  Epoch epoch{0, 0xE1};
  std::vector<Out> sent;
  std::map<CallKey, CallCompletion> done;
  std::error_code error;
  bool take_completions = true;

 private:
  Hello hello_;
};

}  // namespace once::core::testing
