// A server core alone, spoken to message by message: a test writes each header itself, so it can say what no
// correct client would.
#pragma once

#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pair.hpp"

namespace once::core::testing {

/// What a server sent, decoded.
struct Sent {
  Path to;
  MessageType type;
  std::size_t size = 0;
  Answer answer;  // if it is one
  Welcome welcome;
  Cookie cookie;
  Refused refused;
  Versions versions;
  PathChallenge challenge;
  std::string body;
};

class ServerDesk {
 public:
  explicit ServerDesk(ServerLimits limits = {}) {
    config.limits = limits;
    config.epoch = {0, 0xE1};
    config.secret = {11, 12};
    config.loop = 5;
    server.emplace(config, now);
    path.link = 1;
    path.address[15] = 1;
    path.port = 4000;
    path.message_max = 60'000;
    path.validated = true;
  }

  // --- Saying something

  static Slice message(const SessionMessage& header, std::string_view key = {}, std::string_view body = {}) {
    SessionMessage full = header;
    full.body_length = static_cast<std::uint32_t>(body.size());
    full.body_checksum = crc32c(as_bytes(body));
    Bytes octets;
    write(full, as_bytes(key), octets);
    octets.insert(octets.end(), body.begin(), body.end());
    return Slice::copy_of(octets);
  }
  static Slice message(const Hello& hello) {
    Bytes octets;
    write(hello, octets);
    return Slice::copy_of(octets);
  }
  Hello hello(std::uint64_t nonce = 1, std::uint64_t client = 1) const {
    Hello result;
    result.nonce = nonce;
    result.instance = {0xC1, client};
    result.window_max = 64;
    result.message_max = 1 << 20;
    result.attempt = 1;
    return result;
  }
  /// Opens a session; later messages are in it.
  SessionId open(std::uint64_t nonce = 1, std::uint64_t client = 1) {
    deliver(message(hello(nonce, client)));
    session = last().welcome.session;
    return session;
  }
  SessionMessage header(MessageType type, Sequence sequence = 0) {
    SessionMessage result;
    result.type = type;
    result.session = session;
    result.counter = ++counter;
    result.expected = config.epoch;
    result.sequence = sequence;
    result.attempt = 1;
    result.operation = 7;
    result.acknowledgement = acknowledgement;
    return result;
  }
  void deliver(const Slice& octets) {
    sent.clear();
    server->receive(now, path, octets);
    poll();
  }
  void say(const SessionMessage& header, std::string_view key = "key", std::string_view body = "body") {
    const bool is_request = header.type == MessageType::Request;
    deliver(message(header, is_request ? key : "", is_request ? body : ""));
  }
  void request(Sequence sequence) { say(header(MessageType::Request, sequence)); }
  void cancel(Sequence sequence) { say(header(MessageType::Cancel, sequence)); }
  void probe(Sequence sequence) { say(header(MessageType::Probe, sequence)); }
  void ack(std::uint64_t through, std::uint64_t bitmap = 0) {
    acknowledgement = {through, bitmap};
    say(header(MessageType::Ack));
  }
  void idempotent(Sequence sequence) {
    SessionMessage message = header(MessageType::Request, sequence);
    message.semantics = Semantics::AtLeastOnce;
    say(message);
  }

  // --- What came of it

  /// The one message that the server sent last.
  const Sent& last() const {
    ONCE_ASSERT(sent.size() == 1);
    return sent.front();
  }
  /// True if the last message was answered with one of `type`, and nothing else.
  bool answered(MessageType type) const { return sent.size() == 1 && sent.front().type == type; }
  bool silent() const { return sent.empty(); }

  // --- The servant

  bool start(std::size_t index = 0, std::uint32_t reply_max = 256) {
    sent.clear();
    const bool started = server->start(now, arrivals[index].call, reply_max);
    executions += started ? 1 : 0;
    poll();
    return started;
  }
  void reply(std::size_t index = 0, std::string_view body = "done", ReplyStatus status = ReplyStatus::Value) {
    sent.clear();
    server->reply(now, arrivals[index].call, status, octets(body), false);
    poll();
  }
  void refuse(std::size_t index, Errc reason, std::chrono::milliseconds retry_after = 0ms) {
    sent.clear();
    server->refuse(now, arrivals[index].call, reason, retry_after);
    poll();
  }
  /// A servant is free: which call it gets, by its number; 0 if none waits.
  Sequence next(Lane lane = 0) {
    sent.clear();
    Arrival arrival;
    const bool one = server->poll_arrival(now, arrival, lane);
    if (one) arrivals.push_back(arrival);
    poll();
    return one ? arrival.id.sequence : 0;
  }
  /// Request, start and reply in one.
  void run(Sequence sequence, std::string_view body = "done") {
    request(sequence);
    ONCE_ASSERT(start(arrivals.size() - 1));
    reply(arrivals.size() - 1, body);
  }
  void expire() {
    sent.clear();
    server->timeout(now);
    poll();
  }
  void poll() {
    for (Transmit out; server->poll_transmit(out);) {
      Bytes whole = out.header;
      whole.insert(whole.end(), out.body.data(), out.body.data() + out.body.size());
      Prefix prefix;
      ONCE_ASSERT(read_prefix(whole, prefix) == Errc::ok);
      Sent& one = sent.emplace_back();
      one.to = out.to;
      one.type = prefix.type;
      one.size = whole.size();
      one.body = as_text(out.body);
      switch (prefix.type) {
        case MessageType::Welcome: ONCE_ASSERT(read(whole, prefix, one.welcome) == Errc::ok); break;
        case MessageType::Cookie: ONCE_ASSERT(read(whole, prefix, one.cookie) == Errc::ok); break;
        case MessageType::Refused: ONCE_ASSERT(read(whole, prefix, one.refused) == Errc::ok); break;
        case MessageType::Versions: ONCE_ASSERT(read(whole, prefix, one.versions) == Errc::ok); break;
        case MessageType::PathChallenge: ONCE_ASSERT(read(whole, prefix, one.challenge) == Errc::ok); break;
        default: ONCE_ASSERT(read(whole, prefix, one.answer) == Errc::ok); break;
      }
    }
    for (Arrival arrival; takes_arrivals && server->poll_arrival(now, arrival);) arrivals.push_back(arrival);
    for (Abandoned news; server->poll_abandoned(news);) abandoned.push_back(news);
  }
  const ServerCounters& counters() const { return server->counters(); }

  Time now{1000s};
  ServerConfig config;
  std::optional<ServerCore> server;
  Path path;
  SessionId session = 0;
  std::uint64_t counter = 0;
  Acknowledgement acknowledgement;
  std::vector<Sent> sent;
  std::deque<Arrival> arrivals;
  std::vector<Abandoned> abandoned;
  int executions = 0;
  bool takes_arrivals = true;  // false: requests wait in the core, for next()
};

/// Of tests that begin with a session.
class OpenDesk : public ::testing::Test {
 protected:
  OpenDesk() { desk.open(); }
  ServerDesk desk;
};

}  // namespace once::core::testing
